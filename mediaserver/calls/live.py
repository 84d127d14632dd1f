"""A call while it lives: its legs, and what they are connected to.

The first leg has the call: it is recorded, its end is the call's end. It hears an app of its own, which costs
nothing more, until somebody else comes in; then all sit in a room, the app too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from mediaserver import logs
from mediaserver.calls.call import Call
from mediaserver.calls.first_leg import FirstLeg
from mediaserver.calls.leg_ends import end_if_alone, has_company, keeps_its_place, leg_ended
from mediaserver.calls.legs_kept import LegsKept
from mediaserver.calls.means import Means
from mediaserver.calls.party import Party
from mediaserver.calls.playing import Aside, Frames, OnHold
from mediaserver.calls.protocols import MOST_HOPS, Talker
from mediaserver.calls.seating import Seating
from mediaserver.calls.setting_aside import hand_back
from mediaserver.calls.succession import PARTING_S
from mediaserver.calls.vacancy import Vacancy
from mediaserver.calls.waiting import Waiting
from mediaserver.calls.warm import Back
from mediaserver.errors import CallError, CapacityError, DeclinedError
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
    TransferAsked,
    WhoAnswered,
    Why,
)

log = logging.getLogger(__name__)

DIGITS = frozenset("0123456789*#ABCD")
MOST_DIGITS = 128
"""In one request; each takes a fifth of a second to send."""
MOST_PARTIES = 16
"""In one call: each hears each, so that the work of a room grows with the square of its seats."""
TRANSFERRED = Termination(EndedBy.SERVER, Why.COMPLETED, detail="the call was transferred")


def _not_transferred(party: Party, asked: TransferAsked) -> None:
    asked.answer.refuse(603, "nobody here transfers this call")


def not_for_us(live: LiveCall, party: Party, digit: str) -> bool:
    return False


class LiveCall:
    """A call with its legs. `gone` is called once, when it has ended."""

    def __init__(
        self,
        call: Call,
        leg: Leg,
        means: Means,
        gone: Callable[[LiveCall], None],
        pressed: Callable[[LiveCall, Party, str], bool] = not_for_us,
    ) -> None:
        """`pressed`: whether a key that a further party pressed was meant for us."""
        self.call = call
        first = Party(leg, "caller" if leg.direction is Direction.INBOUND else "callee")
        self.seating = Seating(first, means.clock)
        self.others: list[Party] = []
        self.talker: Talker | None = None
        self.ringing: dict[asyncio.Task[Leg], bool] = {}
        """Legs that are being called for this call, and whether they shall only listen; its end cancels
        them."""
        self.hops_left = MOST_HOPS
        """Servers that it may still go over when it rings somebody."""
        self.transferring = False
        self.transferred = 0
        """How often a party had it transferred."""
        self.giving_way: Party | None = None
        """Somebody is being rung who shall have its place."""
        self.departing: list[Party] = []
        """Who gave up its place, and is to hang up."""
        self.asked_for_transfer: Callable[[Party, TransferAsked], None] = _not_transferred
        self.agents_leg = FirstLeg(leg)
        """The first leg, for an agent: it need not know when that is another one."""
        self.aside: Aside | None = None
        """The agent talks to nobody for now, and will be back or be dismissed."""
        self.waits = False
        """The agent is set aside, and whoever is to talk to the first leg is not there yet."""
        self.taker: Party | None = None
        """Has taken the call over."""
        self.draining = False
        """Nobody comes in any more."""
        self.waiting = Waiting(means.clock)
        self._kept = LegsKept(call, means.clock, means.sink, means.metrics)
        self.means = means
        self._gone = gone
        self._pressed = pressed

    def watch(self) -> None:
        """Hear of what happens to the first leg; what happened before is told at once."""
        self._hear_of(self.first)

    # -- who is in it

    @property
    def first(self) -> Party:
        """Whose call it is."""
        return self.seating.first

    def talks_to(self, talker: Talker) -> None:
        """Who talks to the first leg; before `begin`."""
        self.talker = talker
        self.first.app = talker.app

    @property
    def way(self) -> str:
        """The trunk or account by which the first leg came in or went out; empty: by none."""
        return str(self.first.leg.stats().detail.get("trunk", ""))

    @property
    def words_only(self) -> bool:
        """It is in writing: its leg is not the clock's."""
        return self.talker is not None and self.talker.words_only

    def begin(self, *, record: bool) -> None:
        """The first leg is answered: connect it."""
        first = self.first
        if self.words_only:
            self._kept.opened(first)
            return
        if record:
            first.recording = self.means.recorder.open(self.call.id, self.call.started)
        self._kept.opened(first)
        self._attach(first)
        if (known := self.call.answered_by) is not None:  # before there was somebody to tell it
            self.tell_first(WhoAnswered(known))

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
        party = Party(leg, name, listens=listens)
        self.seating.sit(party)
        self.others.append(party)
        self.ring_back()
        self._kept.opened(party)
        self._hear_of(party)
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

    def listen(self, leg: Leg, heard_by: Mapping[str, float]) -> str:
        """Let a leg in that only listens; it is heard by these parties, so loud. The name that it has in the
        call. Raises CallError, CapacityError."""
        self.seating.check_gains(heard_by)
        party = self.admit(leg, "listener", listens=True)
        for name, gain in heard_by.items():
            self.seating.set_gain(name, party.name, gain)
        self.attach(party)
        return party.name

    def brief(self, leg: Leg, briefer: Talker) -> Party:
        """Serve a leg that is to take the call over and is told first what it is about: it hears the briefer
        alone. Raises CapacityError, and CallError when it hung up before."""
        self.check_seat()
        party = Party(leg, "callee", listens=True)
        party.app, party.supervises = briefer.app, False
        self.others.append(party)
        self._kept.opened(party)
        leg.on_event = lambda event: self._on_event(party, event)
        if party not in self.others:
            raise DeclinedError("it was hung up as it was answered", "hung up")
        self._attach(party)
        return party

    def join(self, party: Party) -> None:
        """Whoever was briefed talks to the first leg from now on, in place of all others. Raises CallError
        when it is not there any more."""
        if party not in self.others or party.app is None or self.over:
            raise CallError("it was hung up before the call could be handed over")
        party.on_left = None
        self.tell(party, party.app, Ended(TRANSFERRED))
        party.listens = False
        self.seating.sit(party)
        self._hand_over(party)
        party.leg.clear()
        party.dress(self.means.clock)

    def _hand_over(self, to: Party) -> None:
        """From now on the first leg talks to this party: the agent is told that its part is over, and who
        talked before is hung up. Listeners stay; a hold is over, for nobody else would end it."""
        self.taker = None
        for other in tuple(self.others):
            if other is not to and not other.listens and other.seat is not None:
                other.seat.leave()
                self.means.spawn(other.leg.hangup(TRANSFERRED))
        self.dismiss()
        self.first.leg.clear()  # what is on its way the first leg would hear in place of the new party
        if self.first.held is not None:
            self.resume()

    def dismiss(self) -> None:
        """The agent's part is over; it is told so."""
        talker = self.talker
        if talker is None or self.over:
            return
        self.talker = self.aside = None
        self.waits = False
        self.seating.dismiss()
        self.tell(self.first, talker.app, Ended(TRANSFERRED))
        self.ring_back()
        self.waiting.music = None

    def gives_up(self, party: Party) -> None:
        """Whoever has taken the call over leaves it, in whatever way."""
        if party is self.taker:
            hand_back(self, Back.LEFT)

    # -- somebody takes another's place; see mediaserver.calls.succession

    @property
    def vacant(self) -> bool:
        """The first leg has left, and somebody is being rung who shall have its place."""
        return isinstance(self.first.leg, Vacancy)

    def has_first(self, party: Party, t: int) -> None:
        """This is the first leg from now on; its app's time goes on at the clock's `t`."""
        self.seating.first = party
        self.agents_leg.moves_to(party.leg)
        if party.leg_id is None and not self.vacant:
            self._kept.opened(party)
        self._hear_of(party)
        self._attach(party, t)

    def detach(self, party: Party) -> int:
        """It is served no more. The `t` of what would have been its next tick."""
        self.gives_up(party)
        t = self.means.clock.time_of(party.leg)
        self.means.clock.detach(party.leg)
        return t

    def closed(self, party: Party) -> None:
        """Its leg has no part in this call any more."""
        self.gives_up(party)
        self._kept.closed(party)

    def hires(self, talker: Talker) -> None:
        """This agent talks to the first leg from now on."""
        self.talker = talker
        self.seating.hires(talker.app)
        self.ring_back()

    def tell_first(self, event: LegEvent) -> None:
        """Tell the first leg's app."""
        if self.first.app is not None:
            self.tell(self.first, self.first.app, event)

    def part(self) -> None:
        """Nobody in it talks to anybody any more; whoever asked for that hangs up, or is hung up."""
        self.means.spawn(self._hung_up_soon())

    async def _hung_up_soon(self) -> None:
        await asyncio.sleep(PARTING_S)
        await self.first.leg.hangup(TRANSFERRED)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done that nobody waits for."""
        self.means.spawn(work)

    @property
    def has_company(self) -> bool:
        """Somebody is in it, or rung for it, whom the first leg can talk to beside an agent."""
        return has_company(self)

    @property
    def _alone(self) -> bool:
        """The first leg has nobody to talk to."""
        return (self.talker is None or self.aside is not None) and all(other.listens for other in self.others)

    def ring_back(self) -> None:
        """The first leg hears that somebody is being rung for it as long as it has nobody to talk to. To be
        called when that changes."""
        rings = self.waits or not all(self.ringing.values())
        rings = rings and self.first.attached and not self.over
        if isinstance(vacant := self.first.leg, Vacancy):
            if not rings:
                vacant.sound = None
            elif vacant.sound is None:
                vacant.sound = self.waiting.sound()
            rings = False  # whoever talked to the one who left hears it ring there
        self.waiting.sound_at(self.seating.first_seat() if rings and self._alone else None)

    def overhear(self, leg: Leg) -> None:
        """A leg that is rung for the first one plays something, which is heard in place of a ringing tone."""
        if self.over or leg.termination is not None:
            return
        self.waiting.overhear(leg)
        self._change_sound()
        if self.first.attached:
            self.ring_back()
        else:
            self.means.spawn(self.waiting.preview(self.first))

    def overheard(self, leg: Leg) -> None:
        """It was answered, or is over."""
        if self.waiting.overheard(leg):
            self._change_sound()
            self.ring_back()

    def _change_sound(self) -> None:
        """Of a place that nobody has."""
        if isinstance(vacant := self.first.leg, Vacancy):
            vacant.sound = None

    def end_if_alone(self, why: Termination) -> None:
        """Hang up when nobody is there for the first leg."""
        end_if_alone(self, why)

    def parties(self) -> list[dict[str, Any]]:
        """Who is in it, JSON-ready."""
        return self.seating.parties(self.others)

    # -- what is done in it

    def hold(self, music: Frames) -> None:
        """The first leg hears this, over and over; without frames, silence."""
        first = self.first
        assert first.app is not None
        if first.held is None and not first.far_held:
            self.tell(first, first.app, Hold(True))
        first.leg.clear()
        first.held = OnHold(first.app, music)
        first.dress(self.means.clock)

    def resume(self) -> None:
        first = self.first
        if first.held is None or first.app is None:
            raise CallError("the call is not on hold")
        first.held = None
        first.dress(self.means.clock)
        if not first.far_held:
            self.tell(first, first.app, Hold(False))

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
        self.means.spawn(self.first.leg.hangup(why))

    # -- inside

    def _hear_of(self, party: Party) -> None:
        party.leg.on_event = lambda event: self._on_event(party, event)

    def _attach(self, party: Party, t: int = 0) -> None:
        app = party.dressed()
        if app is not None and not party.attached and party.leg.termination is None:
            party.connected.set()
            self.means.clock.detach(party.leg)  # from what was heard before the answer
            self.means.clock.attach(party.leg, app, lambda error: self.app_failed(party, error), t)

    def _on_event(self, party: Party, event: LegEvent) -> None:
        if isinstance(event, TransferAsked):
            self.asked_for_transfer(party, event)
            return
        if party in self.departing:
            if isinstance(event, Ended):
                self.departing.remove(party)
                self._kept.closed(party)
            return
        if isinstance(event, Digit) and not self._kept.counts(party):
            return
        if isinstance(event, WhoAnswered):
            if party is not self.first or self.call.direction != "outbound":
                return  # who was rung for the call is a human's business: it takes the call, or does not
            self.call.picked_up(event.by)
        if isinstance(event, Hold):
            party.far_held = event.held
        if isinstance(event, Digit) and party is not self.first:
            if self._pressed(self, party, event.digit):
                return
        app = party.dressed()
        place_kept = isinstance(event, Ended) and keeps_its_place(self, party)
        if app is not None and not place_kept:
            self.tell(party, app, event)
        if isinstance(event, Digit) and party is self.first:
            if self.talker is None or self.aside is not None or not self.talker.keeps_digits:
                self.call.note("dtmf", digit=event.digit, duration_ms=event.duration_ms)
                self.call.publish("digit", digit=event.digit)
        elif isinstance(event, Ended):
            leg_ended(self, party, event, place_kept=place_kept)

    def tell(self, party: Party, app: App, event: LegEvent) -> None:
        """What an app raises must not keep us from dealing with the event, least of all with an end."""
        try:
            app.on_event(event)
        except Exception as error:
            self.means.clock.app_errors += 1
            self.app_failed(party, error)

    def kept(self, party: Party) -> None:
        """Its leg is over: store its figures."""
        self._kept.closed(party)

    def is_over(self, why: Termination) -> None:
        """Nothing is left to be done in it."""
        self._let_go()
        self._gone(self)
        with logs.in_call(self.call.id):
            log.info("ended: %s", why)

    def _let_go(self) -> None:
        """Of all that points back here, as an agent's controls do: nothing of a call is to wait for the
        garbage collector."""
        self.talker = self.aside = self.taker = self.giving_way = None
        self.asked_for_transfer = _not_transferred
        self.seating.let_go()

    def app_failed(self, party: Party, error: Exception) -> None:
        """What a call's app raised ends that leg alone."""
        with logs.in_call(self.call.id):
            log.error("the app of the call failed", exc_info=error)
        self.means.spawn(party.leg.hangup(failed(error)))


def failed(error: BaseException) -> Termination:
    return Termination(EndedBy.SERVER, Why.FAILED, 500, type(error).__name__)
