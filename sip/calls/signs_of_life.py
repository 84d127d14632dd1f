"""Asks the other side of a call for a sign of life, and ends calls that last too long: what
`sip.calls.call_watch` decides is done here.

It must never hold its call, which is handed in: nothing is to wait for the garbage collector.
"""

from __future__ import annotations

from typing import Protocol

from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.sdp.offer_answer import OfferAnswer
from sip.calls.asking import DialogRequest, Finished
from sip.calls.call_watch import CallWatch, WatchAction
from sip.calls.core import Core
from sip.calls.dialog import Headers

ASKED_FOR = 10
"""Of T1 (5 s): whoever is silent is asked four times in that time over UDP, and has to answer within it."""


class Watched(Protocol):
    """The call, as whoever watches it sees it."""

    core: Core
    media: OfferAnswer

    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None: ...
    def hangup(self, why: Termination) -> None: ...
    def lost(self, status: int) -> None: ...
    def rearm(self) -> None: ...


class SignsOfLife:
    """Of one call; `watch` is its machine."""

    __slots__ = ("watch",)

    def __init__(self, core: Core) -> None:
        self.watch = CallWatch(core.call_limits, core.now(), ASKED_FOR * core.layer.timing.t1)

    def look(self, call: Watched) -> None:
        """Whether the call lasts too long, and the other side still lives."""
        stream = call.media.stream
        silent_s = stream.silent_s() if stream is not None else None
        self._act(call, self.watch.due(call.core.now(), silent_s))

    def quiet(self, call: Watched) -> None:
        """Audio stays away. Who is muted may send nothing, and answers when asked."""
        self._act(call, self.watch.quiet(call.core.now()))

    def _act(self, call: Watched, action: WatchAction | None) -> None:
        match action:
            case WatchAction.ASK:
                self._ask(call)
            case WatchAction.END_LATE:
                call.hangup(Termination(EndedBy.SERVER, Why.TIME_LIMIT))
            case WatchAction.END_INACTIVE:
                call.hangup(Termination(EndedBy.SERVER, Why.NO_AUDIO_WANTED))
            case WatchAction.END_SILENT:
                call.hangup(Termination(EndedBy.NETWORK, Why.MEDIA_TIMEOUT))
            case None:
                pass
        call.rearm()

    def _ask(self, call: Watched) -> None:
        def asked(request: DialogRequest, status: int) -> None:
            """Our OPTIONS was answered, or will never be."""
            if not self.watch.answered(status, request.reached, call.core.now()):
                call.lost(status)
            call.rearm()

        call.ask("OPTIONS", [("Accept", "application/sdp")], b"", asked)
