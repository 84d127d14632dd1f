"""One person's conversation in writing with an agent, over text messages: a call of words alone, whose far
end is a telephone number.

What the agent says comes sentence by sentence, and is sent once it has said no more for a moment. It knows no
provider: `deliver` sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.calls.protocols import Steering
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.media.socket_leg import WrittenLeg

GATHER_S = 2.0
"""An agent that has said nothing for so long is done with its answer."""


class TextThread:
    """Implements mediaserver.media.socket_leg.SocketPeer. Belongs to the loop."""

    def __init__(
        self,
        name: str,
        deliver: Callable[[str], None],
        over: Callable[[], None],
        *,
        gather_s: float = GATHER_S,
    ) -> None:
        """`deliver`: sends an answer. `over`: the conversation has come to its end; called once."""
        self.leg = WrittenLeg(self, ref=name, remote=name)
        self.call: Call | None = None
        self.heard_at = 0.0
        """When something was written last, by the loop's clock."""
        self._deliver = deliver
        self._over = over
        self._gather_s = gather_s
        self._said: list[str] = []
        self._line = -1
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, call: Call) -> None:
        self.call = call
        call.listen(self.event)

    def hear(self, text: str, steering: Steering) -> None:
        """Raises CallError where the agent does not listen any more."""
        self.heard_at = asyncio.get_running_loop().time()
        # What it was answering is cut off by this: what was gathered of that goes out as it is.
        self._flush()
        steering.hear(text)

    def close(self, detail: str) -> None:
        """It has been silent for long enough, or its far end wants no more. Idempotent."""
        self.leg.ended(Termination(EndedBy.SERVER, Why.COMPLETED, detail=detail))

    def event(self, event: LiveEvent) -> None:
        if event.kind in ("agent", "operator") and isinstance(text := event.data.get("text"), str):
            line = event.data.get("line", -1)
            # Two answers are two paragraphs.
            if self._said and line != self._line:
                self._said.append("\n")
            self._said.append(text)
            self._line = line
            self._again()

    # -- SocketPeer

    def audio(self, octets: bytes) -> None:
        """Nothing sounds."""

    def cleared(self, heard_ms: int) -> None:
        """Nothing sounds."""

    def digit(self, digit: str, duration_ms: int) -> None:
        """There are no keys."""

    def over(self, why: Termination) -> None:
        self._flush()
        self.call = None
        self._over()

    # -- inside

    def _again(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._gather_s, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        said, self._said = self._said, []
        text = " ".join(said).replace(" \n ", "\n").strip()
        if text:
            self._deliver(text)


def told(steering: Callable[[], Steering], thread: TextThread, text: str) -> bool:
    """Whether the agent of this conversation was told."""
    try:
        thread.hear(text, steering())
    except CallError:
        return False
    return True
