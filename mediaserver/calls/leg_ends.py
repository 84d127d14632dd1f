"""What the end of a leg leads to in its call: the call ends with its first leg, or with nobody left to talk
to, and goes on where somebody is being rung for the place of the one that left.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from mediaserver.calls.call import Call
from mediaserver.calls.party import Party
from mediaserver.calls.protocols import Talker
from mediaserver.calls.succession import Going, vacate
from mediaserver.calls.waiting import Waiting
from mediaserver.media.leg import Ended, Leg, Termination


class Endable(Going, Protocol):
    """The call."""

    call: Call
    talker: Talker | None
    giving_way: Party | None
    ringing: dict[asyncio.Task[Leg], bool]
    waiting: Waiting
    draining: bool

    @property
    def vacant(self) -> bool: ...
    def stop_ringing(self) -> None: ...
    def hang_up(self, why: Termination) -> None: ...
    def kept(self, party: Party) -> None:
        """Its leg is over: store its figures."""

    def gives_up(self, party: Party) -> None:
        """Whoever has taken the call over leaves it."""

    def is_over(self, why: Termination) -> None:
        """Nothing is left to be done in it."""


def keeps_its_place(live: Endable, party: Party) -> bool:
    """Whether the call goes on without this leg, which is over: it is the first, somebody is being rung who
    shall have its place, and somebody waits for that one."""
    return party is live.first and party is live.giving_way and somebody_waits(live) and not live.draining


def leg_ended(live: Endable, party: Party, event: Ended, *, place_kept: bool) -> None:
    """A leg of the call is over. `place_kept`: see `keeps_its_place`."""
    if place_kept:
        vacate(live)
    live.kept(party)
    why = event.termination.on_call(party.leg.direction)
    if party is live.first:
        _over(live, why)
    elif not place_kept:
        _left(live, party, why)


def end_if_alone(live: Endable, why: Termination) -> None:
    """Hang up when the first leg has nobody to talk to, nor anybody that is rung for it. Who stops the server
    says so itself."""
    nobody = live.talker is None and not has_company(live)
    if live.vacant:  # what rings is for whoever is there
        nobody = not somebody_waits(live) or not _somebody_comes(live)
    if nobody and not live.draining:
        live.hang_up(why)


def has_company(live: Endable) -> bool:
    """Somebody is in it, or rung for it, whom the first leg can talk to beside an agent."""
    return not all(other.listens for other in live.others) or _somebody_comes(live)


def somebody_waits(live: Endable) -> bool:
    """There is somebody whom whoever is rung is to talk to."""
    return live.talker is not None or not all(other.listens for other in live.others)


def _somebody_comes(live: Endable) -> bool:
    """Somebody is rung whom the first leg can talk to, or is about to take another's place."""
    return live.giving_way is not None or not all(live.ringing.values())


def _left(live: Endable, party: Party, why: Termination) -> None:
    """A further leg is gone; with nobody left to talk to, so is the call."""
    live.others.remove(party)
    if party.on_left is not None:
        left, party.on_left = party.on_left, None
        left()
    live.gives_up(party)
    live.ring_back()
    if not party.listens:
        end_if_alone(live, why)


def _over(live: Endable, why: Termination) -> None:
    live.stop_ringing()
    live.waiting.end()
    for other in (*live.others, *live.departing):
        live.spawn(other.leg.hangup(why))
    live.call.end(why)
    live.is_over(why)
