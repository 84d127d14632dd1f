"""The leg that an agent talks to, whichever that is at the moment: somebody may take the caller's place in
the middle of a call, and what the agent has written and what was heard of it count on.
"""

from __future__ import annotations

from collections.abc import Callable

from mediaserver.media.leg import (
    Direction,
    Frame,
    Lane,
    Leg,
    LegEvent,
    LegStats,
    Quietens,
    TakesBack,
    Termination,
)


class FirstLeg:
    """Implements mediaserver.media.leg.Leg, for whoever looks at a leg and does not own it."""

    def __init__(self, leg: Leg) -> None:
        self.on_event: Callable[[LegEvent], None] | None = None
        """Of nobody: the owner of the call hears what happens."""
        self._leg = leg
        self._before = 0
        """16 kHz samples that were written to those before, beyond what this one had been written to."""
        self._heard = 0

    def moves_to(self, leg: Leg) -> None:
        """Another leg has its place."""
        written, self._heard = self.written(), self.played()
        self._leg = leg
        self._before = written - leg.written()

    # -- counted on

    def written(self) -> int:
        return self._before + self._leg.written()

    def played(self) -> int:
        return max(self._heard, self._before + self._leg.played())

    def clear(self) -> int:
        return max(self._heard, self._before + self._leg.clear())

    def take_back(self) -> int | None:
        """See `TakesBack`; of a leg that keeps no queue nothing is dropped."""
        heard = self._leg.take_back() if isinstance(self._leg, TakesBack) else None
        return None if heard is None else max(self._heard, self._before + heard)

    def quieten(self, gain: float) -> bool:
        """See `Quietens`; of a leg that keeps no queue nothing is held."""
        return isinstance(self._leg, Quietens) and self._leg.quieten(gain)

    # -- of the present one

    @property
    def kind(self) -> str:
        return self._leg.kind

    @property
    def direction(self) -> Direction:
        return self._leg.direction

    @property
    def ref(self) -> str:
        return self._leg.ref

    @property
    def remote(self) -> str:
        return self._leg.remote

    @property
    def codec(self) -> str:
        return self._leg.codec

    @property
    def termination(self) -> Termination | None:
        return self._leg.termination

    @property
    def lane(self) -> Lane | None:
        return self._leg.lane

    def read(self) -> Frame | None:
        return self._leg.read()

    def write(self, frame: Frame) -> None:
        self._leg.write(frame)

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        self._leg.send_digit(digit, duration_ms)

    def stats(self) -> LegStats:
        return self._leg.stats()

    async def ring(self) -> None:
        await self._leg.ring()

    async def progress(self) -> bool:
        return await self._leg.progress()

    async def answer(self) -> None:
        await self._leg.answer()

    async def hangup(self, why: Termination) -> None:
        await self._leg.hangup(why)
