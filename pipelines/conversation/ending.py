"""How a session lets go of its caller: it hangs up or hands over, once; again when the caller comes back.

It must never hang up a call of which the leg is gone, nor one whose caller somebody else has.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from mediaserver.media.leg import EndedBy, Termination, Why
from pipelines.conversation.agent import End, Last, Transfer
from pipelines.conversation.transcript import Transcript

log = logging.getLogger(__name__)


class Ending:
    """Of one session."""

    def __init__(
        self,
        transcript: Transcript,
        hangup: Callable[[Termination], None],
        transfer: Callable[[Transfer], None] | None,
    ) -> None:
        """`transfer`: hands the caller over; None: this call cannot."""
        self.why = Termination(EndedBy.AGENT, Why.COMPLETED)
        """What is said to be the reason when it hangs up."""
        self.over = asyncio.Event()
        """It has let go, or there is nothing left to let go of."""
        self._transcript = transcript
        self._hangup: Callable[[Termination], None] | None = hangup
        self._hangup_later: Callable[[Termination], None] | None = None
        """To hang up with, when the caller comes back from a transfer."""
        self._transfer = transfer

    def unsaid(self) -> None:
        """The voice failed in the last words: say so, unless there is a better reason."""
        if self.why.why is Why.COMPLETED:
            self.why = Termination(EndedBy.SERVER, Why.FAILED, detail="the voice failed in the last words")

    def leave(self, last: Last) -> None:
        """Hang up or hand over; nothing happens the second time."""
        hangup, self._hangup = self._hangup, None
        self.over.set()
        if hangup is None:
            return
        match last:
            case Transfer(to=to) if self._transfer is not None:
                self._transcript.event("transfer", to=to)
                self._hangup_later = hangup
                self._transfer(last)
            case Transfer(to=to):
                log.warning("the agent wants to transfer to %s, which this call cannot", to)
                self._transcript.event("transfer_failed", to=to)
                hangup(Termination(EndedBy.SERVER, Why.FAILED, detail="nobody to transfer to"))
            case End():
                hangup(self.why)

    def returned(self) -> None:
        """The caller is back from a transfer: there is somebody to let go of again."""
        if self._hangup_later is not None:
            self._hangup, self._hangup_later = self._hangup_later, None
            self.over.clear()

    def gone(self) -> None:
        """The leg is over by itself: nobody is hung up or handed over any more."""
        self._hangup = self._hangup_later = self._transfer = None
