"""A call while it lives: its legs, and what they are connected to.

The first leg has the call: it is recorded, its end is the call's end. It hears an app of its own, which costs
nothing more, until somebody else comes in; then all sit in a room, the app too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from mediaserver import logs
from mediaserver.calls.call import Call
from mediaserver.calls.playing import Frames, OnHold, Player
from mediaserver.calls.protocols import Talker
from mediaserver.calls.recorder import Recorded, Recorder, Recording
from mediaserver.calls.room import Room, Seat
from mediaserver.errors import CallError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import (
    App,
    Digit,
    Direction,
    Ended,
    EndedBy,
    Hold,
    Leg,
    LegEvent,
    Termination,
    Why,
)
from mediaserver.metrics import Metrics
from mediaserver.storage.records import LegClosed, LegOpened, Sink

log = logging.getLogger(__name__)

DIGITS = frozenset("0123456789*#ABCD")
TRANSFERRED = Termination(EndedBy.SERVER, Why.COMPLETED, detail="the call was transferred")


@dataclass(frozen=True, slots=True)
class Means:
    """What the calls of one server share."""

    clock: MediaClock
    sink: Sink
    metrics: Metrics
    recorder: Recorder
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    """Have something done that nobody waits for."""


class Party:
    """One leg of a call."""

    __slots__ = ("app", "attached", "held", "leg", "leg_id", "listens", "name", "recording", "seat")

    def __init__(self, leg: Leg, name: str, *, listens: bool = False) -> None:
        self.leg = leg
        self.name = name
        self.listens = listens
        """It only listens: the call does not go on for its sake."""
        self.leg_id: UUID | None = None
        self.app: App | None = None
        self.seat: Seat | None = None
        self.held: OnHold | None = None
        self.recording: Recording | None = None
        self.attached = False

    def dressed(self) -> App | None:
        """Its app with what stands before it."""
        app = self.held or self.app
        if app is not None and self.recording is not None:
            return Recorded(app, self.recording)
        return app


class LiveCall:
    """A call with its legs. `gone` is called once, when it has ended."""

    def __init__(self, call: Call, leg: Leg, means: Means, gone: Callable[[LiveCall], None]) -> None:
        self.call = call
        self.first = Party(leg, "caller" if leg.direction is Direction.INBOUND else "callee")
        self.others: list[Party] = []
        self.talker: Talker | None = None
        self.dialling: set[asyncio.Task[Leg]] = set()
        """Legs that are being called for this call; its end cancels them."""
        self.room: Room | None = None
        self._agent_seat: Seat | None = None
        self._means = means
        self._gone = gone

    def watch(self) -> None:
        """Hear of what happens to the first leg; what happened before is told at once."""
        self.first.leg.on_event = lambda event: self._on_event(self.first, event)

    # -- who is in it

    def talks_to(self, talker: Talker) -> None:
        """Who talks to the first leg; before `begin`."""
        self.talker = talker
        self.first.app = talker.app

    def begin(self, *, record: bool) -> None:
        """The first leg is answered: connect it."""
        first = self.first
        if record:
            first.recording = self._means.recorder.open(self.call.id, self.call.started)
        self._opened(first)
        self._attach(first)

    def admit(self, leg: Leg, name: str, *, listens: bool = False) -> Party:
        """Give a further leg its seat; `attach` lets it hear and be heard."""
        party = Party(leg, name, listens=listens)
        room = self._gather()
        wants_digits = None if listens else leg.send_digit
        party.seat = party.app = room.join(name, send_digit=wants_digits, heard=not listens)
        self.others.append(party)
        self._opened(party)
        leg.on_event = lambda event: self._on_event(party, event)
        return party

    def attach(self, party: Party) -> None:
        """Begin to serve an admitted leg, if it is still there."""
        if party in self.others and self.first.leg.termination is None:
            self._attach(party)

    def hand_over(self, to: Party) -> None:
        """From now on the first leg talks to this party: the agent is told that its part is over, and who
        talked before is hung up. Listeners stay."""
        room = self._gather()
        for other in tuple(self.others):
            if other is not to and not other.listens and other.seat is not None:
                room.leave(other.seat)
                self._means.spawn(other.leg.hangup(TRANSFERRED))
        talker, self.talker = self.talker, None
        if talker is None:
            return
        if self._agent_seat is not None:
            room.leave(self._agent_seat)
            self._agent_seat = None
        talker.app.on_event(Ended(TRANSFERRED))

    def seat_of(self, name: str) -> Seat:
        """Raises CallError when there is no such party."""
        for seat in self._gather():
            if seat.name == name:
                return seat
        raise CallError(f"there is no {name} in this call")

    # -- what is done in it

    def play(self, frames: Frames) -> None:
        """To everybody; an agent in the call does not hear it."""
        room = self._gather()
        assert self.first.seat is not None
        player = self.first.seat.host("player", Player(frames, lambda: room.leave(player)))
        if self._agent_seat is not None:
            room.set_gain(self._agent_seat, player, 0)

    def hold(self, music: Frames | None) -> None:
        first = self.first
        assert first.app is not None
        if first.held is None:
            first.app.on_event(Hold(True))
        first.held = OnHold(first.app, music)
        self._dress(first)

    def resume(self) -> None:
        first = self.first
        if first.held is None or first.app is None:
            raise CallError("the call is not on hold")
        first.held = None
        self._dress(first)
        first.app.on_event(Hold(False))

    def send_digits(self, digits: str) -> None:
        if not digits or not DIGITS.issuperset(digits):
            raise CallError("digits are 0-9, *, # and A-D")
        for digit in digits:
            self.first.leg.send_digit(digit)

    def hang_up(self, why: Termination) -> None:
        """Returns at once."""
        self._means.spawn(self.first.leg.hangup(why))

    # -- inside

    def _gather(self) -> Room:
        """Everybody into a room."""
        if self.room is not None:
            return self.room
        room = self.room = Room()
        first = self.first
        seat = room.join(first.name, send_digit=first.leg.send_digit)
        if first.app is not None:
            self._agent_seat = seat.host("agent", first.app)
        if first.held is not None:
            first.held.app = seat
        first.seat = first.app = seat
        self._dress(first)
        return room

    def _attach(self, party: Party) -> None:
        app = party.dressed()
        if app is not None and not party.attached and party.leg.termination is None:
            party.attached = True
            self._means.clock.attach(party.leg, app, lambda error: self._failed(party, error))

    def _dress(self, party: Party) -> None:
        app = party.dressed()
        if party.attached and app is not None:
            self._means.clock.swap(party.leg, app)

    def _on_event(self, party: Party, event: LegEvent) -> None:
        app = party.dressed()
        if app is not None:
            app.on_event(event)
        if isinstance(event, Digit) and party is self.first:
            if self.talker is None or not self.talker.keeps_digits:
                self.call.note("dtmf", digit=event.digit, duration_ms=event.duration_ms)
                self.call.publish("digit", digit=event.digit)
        elif isinstance(event, Ended):
            self._closed(party)
            why = event.termination.on_call(party.leg.direction)
            if party is self.first:
                self._over(why)
            else:
                self._left(party, why)

    def _left(self, party: Party, why: Termination) -> None:
        """A further leg is gone; with nobody left to talk to, so is the call."""
        self.others.remove(party)
        if party.listens:
            return
        if self.talker is None and all(other.listens for other in self.others):
            self.hang_up(why)

    def _over(self, why: Termination) -> None:
        for task in self.dialling:
            task.cancel()
        for other in tuple(self.others):
            self._means.spawn(other.leg.hangup(why))
        self.call.end(why)
        self._gone(self)
        with logs.in_call(self.call.id):
            log.info("ended: %s", why)

    def _failed(self, party: Party, error: Exception) -> None:
        """What a call's app raised ends that leg alone."""
        with logs.in_call(self.call.id):
            log.error("the app of the call failed", exc_info=error)
        self._means.spawn(party.leg.hangup(failed(error)))

    def _opened(self, party: Party) -> None:
        party.leg_id = uuid4()
        leg = party.leg
        now = datetime.now(UTC)
        self.call.put(LegOpened(party.leg_id, self.call.id, leg.kind, leg.ref, leg.remote, leg.codec, now))

    def _closed(self, party: Party) -> None:
        self._means.clock.detach(party.leg)
        if party.leg_id is not None:
            stats = party.leg.stats().as_dict()
            self._means.sink.put(LegClosed(party.leg_id, datetime.now(UTC), stats))
            self._means.metrics.leg_closed(stats)


def failed(error: BaseException) -> Termination:
    return Termination(EndedBy.SERVER, Why.FAILED, 500, type(error).__name__)
