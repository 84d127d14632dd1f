"""A call while it lives: its legs, and what they are connected to.

The first leg has the call: it is recorded, its end is the call's end. It hears an app of its own, which costs
nothing more, until somebody else comes in; then all sit in a room, the app too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from mediaserver import logs
from mediaserver.calls.call import Call
from mediaserver.calls.digit_gate import PER_CALL, PER_SECOND
from mediaserver.calls.early_sound import EarlySound
from mediaserver.calls.party import Party, shown
from mediaserver.calls.playing import Frames, Looped, OnHold, Player
from mediaserver.calls.protocols import MOST_HOPS, Talker
from mediaserver.calls.recorder import Recorder
from mediaserver.calls.ringing_tone import ringing_tone
from mediaserver.calls.room import Room, Seat
from mediaserver.errors import CallError, CapacityError, VoiceForgeError
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
MOST_DIGITS = 128
"""In one request; each takes a fifth of a second to send."""
MOST_PARTIES = 16
"""In one call: each hears each, so that the work of a room grows with the square of its seats."""
LOUDEST = 16.0
"""The highest gain."""
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


class LiveCall:
    """A call with its legs. `gone` is called once, when it has ended."""

    def __init__(self, call: Call, leg: Leg, means: Means, gone: Callable[[LiveCall], None]) -> None:
        self.call = call
        self.first = Party(leg, "caller" if leg.direction is Direction.INBOUND else "callee")
        self.others: list[Party] = []
        self.talker: Talker | None = None
        self.ringing: dict[asyncio.Task[Leg], bool] = {}
        """Legs that are being called for this call, and whether they shall only listen; its end cancels
        them."""
        self.hops_left = MOST_HOPS
        """Servers that it may still go over when it rings somebody."""
        self.transferring = False
        self.draining = False
        """Nobody comes in any more."""
        self.room: Room | None = None
        self._agent_seat: Seat | None = None
        self._player: Seat | None = None
        self._tone: Seat | None = None
        self._early = EarlySound(means.clock)
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

    @property
    def over(self) -> bool:
        return self.first.leg.termination is not None

    def check_seat(self) -> None:
        """Whether one more may come in. Raises CapacityError."""
        if self.draining:
            raise CapacityError("the server is being stopped and lets nobody in")
        if 1 + len(self.others) + len(self.ringing) >= MOST_PARTIES:
            raise CapacityError(f"there are {MOST_PARTIES} parties in the call, or rung for it")

    def admit(self, leg: Leg, name: str, *, listens: bool = False) -> Party:
        """Give a further leg its seat; `attach` lets it hear and be heard. Raises CapacityError, and
        CallError when it hung up before."""
        self.check_seat()
        room = self._gather()
        party = Party(leg, self._unused(name), listens=listens)
        wants_digits = None if listens else leg.send_digit
        party.seat = party.app = room.join(party.name, send_digit=wants_digits, heard=not listens)
        self.others.append(party)
        self.ring_back()
        self._opened(party)
        leg.on_event = lambda event: self._on_event(party, event)
        if party not in self.others:
            raise CallError(f"{name} hung up at once")
        return party

    def attach(self, party: Party) -> None:
        """Begin to serve an admitted leg, if it is still there."""
        if party in self.others and not self.over:
            self._attach(party)

    def let_in(self, leg: Leg, name: str, *, replaces: bool = False) -> None:
        """Admit a leg and serve it; `replaces` whom the first leg talks to. Raises CallError."""
        party = self.admit(leg, name)
        if replaces:
            self._hand_over(party)
        self.attach(party)

    def listen(self, leg: Leg, heard_by: Mapping[str, float]) -> None:
        """Let a leg in that only listens; it is heard by these parties, so loud. Raises CallError."""
        self.check_gains(heard_by)
        party = self.admit(leg, "listener", listens=True)
        for name, gain in heard_by.items():
            self.set_gain(name, party.name, gain)
        self.attach(party)

    def _hand_over(self, to: Party) -> None:
        """From now on the first leg talks to this party: the agent is told that its part is over, and who
        talked before is hung up. Listeners stay; a hold is over, for nobody else would end it."""
        room = self._gather()
        for other in tuple(self.others):
            if other is not to and not other.listens and other.seat is not None:
                room.leave(other.seat)
                self._means.spawn(other.leg.hangup(TRANSFERRED))
        self.dismiss()
        self.first.leg.clear()  # what is on its way the first leg would hear in place of the new party
        if self.first.held is not None:
            self.resume()

    def dismiss(self) -> None:
        """The agent's part is over; it is told so."""
        talker = self.talker
        if talker is None or self.over:
            return
        self.talker = None
        self._gather()
        if self._agent_seat is not None:
            self._leave_room(self._agent_seat)
            self._agent_seat = None
        self._tell(self.first, talker.app, Ended(TRANSFERRED))
        self.ring_back()

    @property
    def has_company(self) -> bool:
        """Somebody is in it, or rung for it, whom the first leg can talk to beside an agent."""
        return not all(other.listens for other in self.others) or not all(self.ringing.values())

    @property
    def _alone(self) -> bool:
        """The first leg has nobody to talk to."""
        return self.talker is None and all(other.listens for other in self.others)

    def ring_back(self) -> None:
        """The first leg hears that somebody is being rung for it as long as it has nobody to talk to. To be
        called when that changes."""
        rings = self.first.attached and not self.over and not all(self.ringing.values())
        if rings and self._alone and self._tone is None:
            self._gather()
            assert self.first.seat is not None
            tone = self._early.relay() if self._early.playing else Looped(ringing_tone())
            self._tone = self.first.seat.host("ringing tone", tone)
        elif self._tone is not None and not (rings and self._alone):
            self._leave_room(self._tone)
            self._tone = None

    def overhear(self, leg: Leg) -> None:
        """A leg that is rung for the first one plays something, which is heard in place of a ringing tone."""
        if self.over or leg.termination is not None:
            return
        self._early.begin(leg)
        if self.first.attached:
            self._change_tone()
        else:
            self._means.spawn(self._preview())

    def overheard(self, leg: Leg) -> None:
        """It was answered, or is over."""
        if self._early.end(leg):
            self._change_tone()

    def _change_tone(self) -> None:
        if self._tone is not None:
            self._leave_room(self._tone)
            self._tone = None
        self.ring_back()

    async def _preview(self) -> None:
        """Let a caller hear who is rung for it before it is answered, where its side knows how to."""
        first = self.first
        try:
            heard = await first.leg.progress()
        except VoiceForgeError:
            return  # it is over, or there is no room: the answer will tell
        if heard and self._early.playing and not first.attached and not self.over:
            self._means.clock.detach(first.leg)  # from who was heard before
            self._means.clock.attach(first.leg, self._early.relay())

    def end_if_alone(self, why: Termination) -> None:
        """Hang up when the first leg has nobody to talk to, nor anybody that is rung for it. Who stops the
        server says so itself."""
        if self.talker is None and not self.has_company and not self.draining:
            self.hang_up(why)

    def seat_of(self, name: str) -> Seat:
        """Raises CallError when there is no such party."""
        for seat in self._gather():
            if seat.name == name:
                return seat
        raise CallError(f"there is no {name} in this call")

    def parties(self) -> list[dict[str, Any]]:
        """Who is in it, JSON-ready; `hears` tells only what differs from the usual loudness of 1."""
        legs = {party.name: party for party in (self.first, *self.others)}
        if self.room is None:
            alone = self.first
            return [shown(alone.name, alone), *([shown("agent", None)] if alone.app is not None else [])]
        return [
            shown(seat.name, legs.get(seat.name))
            | {"muted": seat.muted, "hears": {who.name: gain for who, gain in seat.gains() if gain != 1.0}}
            for seat in self.room
        ]

    # -- what is done in it

    def play(self, frames: Frames) -> None:
        """To everybody; an agent in the call does not hear it. It takes the place of what plays."""
        self.stop_playing()
        room = self._gather()
        assert self.first.seat is not None
        player = self._player = self.first.seat.host("player", Player(frames, self.stop_playing))
        if self._agent_seat is not None:
            room.set_gain(self._agent_seat, player, 0)

    def stop_playing(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            self._leave_room(player)

    def mute(self, name: str, muted: bool) -> None:
        """Whether nobody hears this party. Raises CallError."""
        self.seat_of(name).muted = muted

    def set_gain(self, listener: str, speaker: str, gain: float) -> None:
        """How loud one party hears another. Raises CallError."""
        self.check_gains({listener: gain})
        hears, speaks = self.seat_of(listener), self.seat_of(speaker)
        if hears is speaks:
            raise CallError("nobody hears itself")
        self._gather().set_gain(hears, speaks, gain)

    def check_gains(self, gains: Mapping[str, float]) -> None:
        """Raises CallError when a name is nobody's or a gain is none."""
        for name, gain in gains.items():
            self.seat_of(name)
            if not 0 <= gain <= LOUDEST:
                raise CallError(f"a gain is a factor from 0 to {LOUDEST:g}")

    def hold(self, music: Frames) -> None:
        """The first leg hears this, over and over; without frames, silence."""
        first = self.first
        assert first.app is not None
        if first.held is None and not first.far_held:
            self._tell(first, first.app, Hold(True))
        first.leg.clear()
        first.held = OnHold(first.app, music)
        self._dress(first)

    def resume(self) -> None:
        first = self.first
        if first.held is None or first.app is None:
            raise CallError("the call is not on hold")
        first.held = None
        self._dress(first)
        if not first.far_held:
            self._tell(first, first.app, Hold(False))

    def send_digits(self, digits: str) -> None:
        if not digits or not DIGITS.issuperset(digits):
            raise CallError("digits are 0-9, *, # and A-D")
        if len(digits) > MOST_DIGITS:
            raise CallError(f"more than {MOST_DIGITS} digits at once")
        for digit in digits:
            self.first.leg.send_digit(digit)

    def stop_ringing(self) -> None:
        """Call nobody any more for this call."""
        for task in self.ringing:
            task.cancel()

    def hang_up(self, why: Termination) -> None:
        """Returns at once."""
        self._means.spawn(self.first.leg.hangup(why))

    # -- inside

    def _unused(self, name: str) -> str:
        """The name, with a number behind it when another party has it."""
        taken = {seat.name for seat in self._gather()}
        return next(
            each for each in (name, *(f"{name} {n}" for n in range(2, 2 + len(taken)))) if each not in taken
        )

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

    def _leave_room(self, seat: Seat) -> None:
        if self.room is not None:
            self.room.leave(seat)

    def _attach(self, party: Party) -> None:
        app = party.dressed()
        if app is not None and not party.attached and party.leg.termination is None:
            party.attached = True
            self._means.clock.detach(party.leg)  # from what was heard before the answer
            self._means.clock.attach(party.leg, app, lambda error: self._failed(party, error))

    def _dress(self, party: Party) -> None:
        app = party.dressed()
        if party.attached and app is not None:
            self._means.clock.swap(party.leg, app)

    def _on_event(self, party: Party, event: LegEvent) -> None:
        if isinstance(event, Digit) and not self._counts(party):
            return
        if isinstance(event, Hold):
            party.far_held = event.held
        app = party.dressed()
        if app is not None:
            self._tell(party, app, event)
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

    def _counts(self, party: Party) -> bool:
        """Whether a key press does. That more came than count is kept once."""
        before = party.digits.closed
        counts = party.digits.admits(self.call.elapsed_ms())
        if party.digits.closed and not before:
            self.call.note("digits_ignored", party=party.name, per_second=PER_SECOND, per_call=PER_CALL)
        return counts

    def _tell(self, party: Party, app: App, event: LegEvent) -> None:
        """What an app raises must not keep us from dealing with the event, least of all with an end."""
        try:
            app.on_event(event)
        except Exception as error:
            self._means.clock.app_errors += 1
            self._failed(party, error)

    def _left(self, party: Party, why: Termination) -> None:
        """A further leg is gone; with nobody left to talk to, so is the call."""
        self.others.remove(party)
        self.ring_back()
        if not party.listens:
            self.end_if_alone(why)

    def _over(self, why: Termination) -> None:
        self.stop_ringing()
        self._early.end()
        for other in tuple(self.others):
            self._means.spawn(other.leg.hangup(why))
        self.call.end(why)
        self._let_go()
        self._gone(self)
        with logs.in_call(self.call.id):
            log.info("ended: %s", why)

    def _let_go(self) -> None:
        """Of all that points back here, as an agent's controls do: nothing of a call is to wait for the
        garbage collector."""
        self.talker = self._agent_seat = self._player = self._tone = None
        self.first.app = self.first.seat = self.first.held = None

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
        party.leg.on_event = None  # nothing follows
        if party.leg_id is not None:
            stats = party.leg.stats().as_dict()
            self._means.sink.put(LegClosed(party.leg_id, datetime.now(UTC), stats))
            self._means.metrics.leg_closed(stats)


def failed(error: BaseException) -> Termination:
    return Termination(EndedBy.SERVER, Why.FAILED, 500, type(error).__name__)
