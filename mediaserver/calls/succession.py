"""Somebody else takes the place of a party in a call that goes on: its seat, whom it talked to, the agent.

The seat stays and the leg changes, so that the others, an agent, the recording and the transcript go on as if
nothing had happened. Who has left hears nothing more, and is hung up when it does not do so itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from mediaserver.calls.party import Party
from mediaserver.calls.protocols import Talker
from mediaserver.calls.vacancy import Vacancy
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Hold, Leg, LegEvent, Termination, Why

PARTING_S = 5.0
"""Whoever asked for a transfer hangs up when it is told that it worked; so long that is waited for."""
GAVE_ITS_PLACE = Termination(EndedBy.SERVER, Why.COMPLETED, detail="somebody else has its place in the call")


class Going(Protocol):
    """The call, which goes on."""

    others: list[Party]
    departing: list[Party]
    """Who gave up its place, and is to hang up."""

    @property
    def first(self) -> Party: ...
    def check_seat(self) -> None:
        """Raises CapacityError."""

    def has_first(self, party: Party, t: int) -> None:
        """This is the first leg from now on; its app's time goes on at the clock's `t`."""

    def let_in(self, leg: Leg, name: str) -> None:
        """Raises CallError."""

    def detach(self, party: Party) -> int:
        """It is served no more. The `t` of what would have been its next tick."""

    def closed(self, party: Party) -> None: ...
    def hires(self, talker: Talker) -> None: ...
    def tell_first(self, event: LegEvent) -> None: ...
    def ring_back(self) -> None: ...
    def spawn(self, work: Coroutine[Any, Any, None]) -> None: ...


def company_of(live: Going, party: Party) -> list[Party]:
    """The legs that this one talks to."""
    return [
        each for each in (live.first, *live.others)
        if each is not party and not each.listens and not isinstance(each.leg, Vacancy)
    ]  # fmt: skip


def succeed(live: Going, party: Party, leg: Leg, *, linger: bool = True, far_held: bool = False) -> None:
    """An answered leg takes the place of a party, or of one that has left: then it comes to whoever is
    there. `linger`: who leaves is given time to hang up itself. `far_held`: the leg comes from another call,
    and its far end holds us. Raises CapacityError, and CallError when the leg is over."""
    if leg.termination is not None:
        raise CallError("whoever was to take the place hung up at once")
    live.check_seat()
    if party is live.first or isinstance(live.first.leg, Vacancy):
        old = live.first
        _place_first(live, leg, far_held=far_held)
        _depart(live, old, linger=linger)
    elif party in live.others:
        live.others.remove(party)
        if party.seat is not None:
            party.seat.leave()
        live.detach(party)
        _depart(live, party, linger=linger)
        live.let_in(leg, party.name)
        live.others[-1].far_held = far_held
    else:
        live.let_in(leg, "callee")


def vacate(live: Going) -> None:
    """The first leg is over, and somebody is being rung who shall take its place: until then it rings there,
    and an agent is on hold."""
    old = live.first
    _place_first(live, Vacancy(old.leg.direction))
    live.ring_back()


def release(live: Going, party: Party) -> Leg:
    """Take a leg out of a call as it is, for another call to go on with. What is left is for the caller to
    end."""
    leg = party.leg
    if party is live.first:
        _place_first(live, Vacancy(leg.direction))
    else:
        live.others.remove(party)
        if party.seat is not None:
            party.seat.leave()
    live.closed(party)
    return leg


def hire(live: Going, party: Party, talker: Talker) -> None:
    """An agent takes the place of a party: the one whom that talked to is the first leg from now on."""
    company = company_of(live, party)
    old = party
    if party is live.first:
        (other,) = company
        live.others.remove(other)
        if other.seat is not None:
            other.seat.leave()
        live.detach(other)
        _place_first(live, other.leg, other)
    else:
        live.others.remove(party)
        if party.seat is not None:
            party.seat.leave()
        live.detach(party)
    _depart(live, old)
    live.hires(talker)


def _place_first(live: Going, leg: Leg, known: Party | None = None, *, far_held: bool = False) -> None:
    """Give the first seat to another leg, whose far end may hold us. `known`: it is in the call, by this
    party."""
    old = live.first
    new = Party(leg, old.name)
    t = live.detach(old)
    new.app, new.seat, new.recording = old.app, old.seat, old.recording
    was_held = old.held is not None or old.far_held
    new.far_held = far_held or isinstance(leg, Vacancy)
    if known is not None:
        new.leg_id, new.far_held = known.leg_id, known.far_held
    old.app = old.seat = old.held = old.recording = None
    if isinstance(old.leg, Vacancy):
        old.leg.on_event = None  # it was nobody's, and nobody ends it
    if new.seat is not None:
        new.seat.relays_to(leg.send_digit)
        new.seat.end_whispers()
    live.has_first(new, t)
    if new.far_held != was_held and new.app is not None:
        live.tell_first(Hold(new.far_held))


def _depart(live: Going, party: Party, *, linger: bool = True) -> None:
    """It has no part in the call any more, and is given the time to hang up."""
    if party.leg.termination is None and not isinstance(party.leg, Vacancy):
        live.departing.append(party)
        live.spawn(_see_off(party.leg, PARTING_S if linger else 0.0))


async def _see_off(leg: Leg, linger_s: float) -> None:
    await asyncio.sleep(linger_s)
    await leg.hangup(GAVE_ITS_PLACE)
