"""Who came to listen may take part: whisper, be heard by all, take the call over, and give it back.

One supervisor at a time has a call to itself. The agent, or whom the caller talked to, is set aside meanwhile
and never sent away: the caller is back with them when that supervisor takes another seat, or hangs up.
"""

from __future__ import annotations

import logging

from mediaserver import logs
from mediaserver.calls.live import LiveCall
from mediaserver.calls.party import Party
from mediaserver.calls.seat_kinds import BACKSTAGE, BY_KEY, HEARD, SeatKind
from mediaserver.calls.seating import LOUDEST
from mediaserver.calls.setting_aside import hand_back, park, set_aside
from mediaserver.calls.warm import Back
from mediaserver.errors import CallError

log = logging.getLogger(__name__)


def change_seat(live: LiveCall, name: str, kind: SeatKind, whisper_to: str = "", gain: float = 1.0) -> None:
    """Give a party another seat; see `SeatKind`. `gain`: how loud it is heard. Raises CallError."""
    party = _party(live, name)
    if not 0 <= gain <= LOUDEST:
        raise CallError(f"a gain is a factor from 0 to {LOUDEST:g}")
    if kind is SeatKind.WHISPER:
        if live.seating.seat_of(whisper_to) is party.seat:
            raise CallError("nobody whispers to itself")
    elif whisper_to:
        raise CallError("only a whisper is for one party")
    if kind is SeatKind.TAKEOVER:
        _take_over(live, party)
    elif kind in BACKSTAGE and not _accompanied(live, party):
        raise CallError(f"{live.first.name} would have nobody to talk to")
    _be_heard(live, party, kind, whisper_to, gain)
    if kind is not SeatKind.TAKEOVER and live.taker is party:
        hand_back(live, Back.HANDED_BACK)
    live.ring_back()
    live.call.note("seat", party=name, seat=str(kind), whisper_to=whisper_to)
    live.call.publish("seat", party=name, seat=str(kind), whisper_to=whisper_to)


def pressed(live: LiveCall, party: Party, digit: str) -> bool:
    """A key of somebody who came to listen: whether it was meant for us, not for the others."""
    kind = BY_KEY.get(digit)
    if kind is None or not party.supervises or party.seat is None:
        return False
    whisper_to = _colleague(live, party) if kind is SeatKind.WHISPER else ""
    try:
        change_seat(live, party.name, kind, whisper_to)
    except CallError as error:
        with logs.in_call(live.call.id):
            log.info("%s pressed %s in vain: %s", party.name, digit, error)
    return True


def _party(live: LiveCall, name: str) -> Party:
    for party in live.others:
        if party.name == name and party.seat is not None:
            return party
    live.seating.seat_of(name)
    raise CallError(f"{name} cannot change its seat: whoever was called in can")


def _accompanied(live: LiveCall, party: Party) -> bool:
    """The first leg has somebody to talk to beside this one."""
    return live.talker is not None or any(not each.listens for each in live.others if each is not party)


def _take_over(live: LiveCall, party: Party) -> None:
    if live.transferring:
        raise CallError("the call is being transferred")
    if live.taker is party:
        return
    if live.taker is not None:
        raise CallError(f"{live.taker.name} has taken the call over already")
    live.taker = party
    for other in live.others:
        if other is not party and not other.listens:
            park(live, other)
    set_aside(live, waits=False)
    live.first.leg.clear()  # of what the caller would hear in place of whoever takes over
    if live.first.held is not None:
        live.resume()


def _be_heard(live: LiveCall, party: Party, kind: SeatKind, whisper_to: str, gain: float) -> None:
    seat = party.seat
    assert seat is not None
    room = live.seating.gather()
    for other in room:
        if other is not seat:
            hears = kind in HEARD or (kind is SeatKind.WHISPER and other.name == whisper_to)
            room.set_gain(other, seat, gain if hears else 0.0)
    seat.heard = kind in HEARD
    party.listens = kind in BACKSTAGE
    seat.relays_to(None if party.listens else party.leg.send_digit)


def _colleague(live: LiveCall, party: Party) -> str:
    """Whom a supervisor whispers to: whoever talks to the first leg."""
    if live.seating.agent is not None and live.taker is not party:
        return live.seating.agent.name
    others = (each.name for each in live.others if each is not party and not each.listens)
    return next(others, live.first.name)
