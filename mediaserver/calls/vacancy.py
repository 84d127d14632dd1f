"""The place of a leg that has left while somebody is being rung who shall take it: a leg of nobody's.

Whoever talked to the one who left hears it ring there, and is not hung up meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from mediaserver.errors import CallError
from mediaserver.media.leg import App, Direction, Ended, Frame, Lane, LegEvent, LegStats, Termination
from mediaserver.media.time import FRAME_SAMPLES


class Vacancy:
    """Implements mediaserver.media.leg.Leg. What is written to it nobody hears; it says what `sound` says."""

    kind = "vacant"
    ref = remote = codec = ""
    lane: Lane | None = None

    def __init__(self, direction: Direction) -> None:
        """`direction`: of the leg whose place it is."""
        self.direction = direction
        self.on_event: Callable[[LegEvent], None] | None = None
        self.termination: Termination | None = None
        self.sound: App | None = None
        self._written = 0

    def read(self) -> Frame | None:
        return self.sound.next_frame(0) if self.sound is not None else None

    def write(self, frame: Frame) -> None:
        self._written += FRAME_SAMPLES

    def clear(self) -> int:
        return self._written

    def written(self) -> int:
        return self._written

    def played(self) -> int:
        return self._written

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        """Nobody hears it."""

    def stats(self) -> LegStats:
        return LegStats()

    async def ring(self) -> None:
        """Nobody hears it."""

    async def progress(self) -> bool:
        return False

    async def answer(self) -> None:
        raise CallError("nobody is there who could be answered", 487)

    async def hangup(self, why: Termination) -> None:
        if self.termination is None:
            self.termination = why
            self.sound = None
            if self.on_event is not None:
                self.on_event(Ended(why))
