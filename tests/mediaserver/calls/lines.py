"""Parties made of lists: a leg of no protocol, its invitation, and a carrier that has some of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.may_dial import EVERYBODY
from mediaserver.calls.protocols import Behalf
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError, VoiceForgeError
from mediaserver.media.leg import (
    Digit,
    Direction,
    Ended,
    EndedBy,
    Frame,
    Hold,
    Lane,
    Leg,
    LegEvent,
    LegStats,
    Termination,
    Why,
)
from mediaserver.media.time import FRAME_SAMPLES


def frame(level: int) -> Frame:
    return np.full(FRAME_SAMPLES, level, np.int16)


class Line:
    """Implements Leg. Says `level` in each frame (None: a gap) and keeps the levels that it heard."""

    kind = "line"
    codec = "L16"

    def __init__(self, name: str, level: int | None = None, direction: Direction = Direction.INBOUND) -> None:
        self.ref = self.remote = name
        self.level = level
        self.direction = direction
        self.lane: Lane | None = None
        self.termination: Termination | None = None
        self.heard: list[int] = []
        self.digits = ""
        self.hears_early = True
        """Before the answer, when it is asked to."""
        self.steps: list[str] = []
        self._on_event: Callable[[LegEvent], None] | None = None
        self._early: list[LegEvent] = []

    @property
    def on_event(self) -> Callable[[LegEvent], None] | None:
        return self._on_event

    @on_event.setter
    def on_event(self, deliver: Callable[[LegEvent], None] | None) -> None:
        self._on_event = deliver
        early, self._early = self._early, []
        for event in early:
            self._deliver(event)

    def read(self) -> Frame | None:
        return frame(self.level) if self.level is not None else None

    def write(self, frame: Frame) -> None:
        self.heard.append(int(frame[0]))

    def clear(self) -> int:
        return self.played()

    def written(self) -> int:
        return len(self.heard) * FRAME_SAMPLES

    def played(self) -> int:
        return len(self.heard) * FRAME_SAMPLES

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        self.digits += digit

    def stats(self) -> LegStats:
        return LegStats(packets=len(self.heard))

    async def ring(self) -> None:
        self.steps.append("ring")

    async def progress(self) -> bool:
        self.steps.append("progress")
        return self.hears_early

    async def answer(self) -> None:
        if self.termination is not None:
            raise CallError("the call is over", 487)
        self.steps.append("answer")

    async def hangup(self, why: Termination) -> None:
        self._end(why)

    # -- what the far end does

    def press(self, digit: str) -> None:
        self._deliver(Digit(digit, 0, 100))

    def holds(self, held: bool) -> None:
        self._deliver(Hold(held))

    def leave(self, why: Why = Why.HANGUP) -> None:
        self._end(Termination(EndedBy.PEER, why))

    def _end(self, why: Termination) -> None:
        if self.termination is None:
            self.termination = why
            self._deliver(Ended(why))

    def _deliver(self, event: LegEvent) -> None:
        if self._on_event is None:
            self._early.append(event)
        else:
            self._on_event(event)


class Asked:
    """Implements Invitation."""

    def __init__(self, leg: Line, dialled: str, source_host: str = "192.0.2.7") -> None:
        self.leg = leg
        self.dialled = dialled
        self.from_uri = f"sip:{leg.ref}@h"
        self.to_uri = f"sip:{dialled}@h"
        self.source_host = source_host
        self.hops_left = 70
        self.replaces: Leg | None = None
        self.about: About = NOTHING
        self.url = ""
        self.reach = EVERYBODY
        self.payer = "anonymous"
        self.shown_as = ""

    def announce(self, url: str) -> None:
        self.url = url


class Lines:
    """Implements Carrier: phones by name, which answer at once or when `answering` is set."""

    name = "lines"

    def __init__(self, **phones: Line | VoiceForgeError) -> None:
        self.phones = phones
        self.plays_early = False
        """Whom it calls is heard before it answers."""
        self.everybody = True
        """It calls targets too that it does not know."""
        self.answering = asyncio.Event()
        self.answering.set()
        self.rang_s: list[float] = []
        self.hops: list[int] = []
        self.told: list[About] = []
        self.placed: list[tuple[str, str]] = []
        self.cancelled: list[str] = []
        self.behalf: Behalf | None = None
        self.trunks: list[str] = []
        self.wishes: list[Wishes] = []

    def serves(self, to: str) -> bool:
        return self.everybody or to in self.phones

    async def place(
        self,
        to: str,
        caller: str,
        *,
        timeout_s: float,
        on_ringing: Callable[[], object] = lambda: None,
        on_early: Callable[[Leg], object] = lambda leg: None,
        hops: int = 70,
        about: About = NOTHING,
        behalf: Behalf | None = None,
        trunk: str = "",
        wishes: Wishes = NO_WISHES,
    ) -> Line:
        self.told.append(about)
        self.behalf = behalf
        self.trunks.append(trunk)
        self.wishes.append(wishes)
        self.placed.append((to, caller))
        self.hops.append(hops)
        self.rang_s.append(timeout_s)
        if to in self.phones:
            on_ringing()
        early = self.phones.get(to)
        if self.plays_early and isinstance(early, Line):
            on_early(early)
        try:
            await self.answering.wait()
        except asyncio.CancelledError:
            self.cancelled.append(to)
            raise
        phone: Line | VoiceForgeError = self.phones.get(to, CallError("the phone is not registered", 480))
        if isinstance(phone, VoiceForgeError):
            raise phone
        phone.direction = Direction.OUTBOUND
        return phone
