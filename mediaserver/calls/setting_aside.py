"""An agent, or a colleague, makes room for somebody else for a while, and has the call again afterwards.

Nobody who is set aside is sent away: an agent is told of a hold and keeps its seat and all that it knows, a
phone hears music. What must never be is a caller whom nobody hears: who set aside brings back.
"""

from __future__ import annotations

from typing import Protocol

from mediaserver.calls.call import Call
from mediaserver.calls.means import Means
from mediaserver.calls.party import Party
from mediaserver.calls.playing import Aside, Frames, OnHold
from mediaserver.calls.protocols import Talker
from mediaserver.calls.seating import Seating
from mediaserver.calls.transfer_steps import told
from mediaserver.calls.waiting import Waiting
from mediaserver.calls.warm import Back
from mediaserver.media.leg import App, Hold, LegEvent


class Anchored(Protocol):
    """The call, which stays."""

    call: Call
    means: Means
    seating: Seating
    waiting: Waiting
    talker: Talker | None
    aside: Aside | None
    waits: bool
    taker: Party | None
    others: list[Party]
    draining: bool

    @property
    def first(self) -> Party: ...
    @property
    def over(self) -> bool: ...
    def ring_back(self) -> None: ...
    def tell(self, party: Party, app: App, event: LegEvent) -> None:
        """What the app raises ends the party's leg alone."""

    def app_failed(self, party: Party, error: Exception) -> None: ...


def set_aside(live: Anchored, music: Frames | None = None, *, waits: bool) -> None:
    """The agent hears and says nothing until `bring_back`, and is told of a hold. `waits`: for somebody who
    is rung; then the first leg hears this music, or how it rings."""
    talker, first = live.talker, live.first
    if talker is None or live.over or live.aside is not None:
        return
    held = first.held is not None or first.far_held
    if not held:
        live.tell(first, talker.app, Hold(True))
    live.aside = Aside(talker.app, held)
    live.seating.agent_is(live.aside)
    live.waits = waits
    first.leg.clear()
    live.waiting.music = music
    live.ring_back()


def bring_back(live: Anchored, why: Back, to: str, detail: str = "") -> None:
    """The agent has the first leg again, and is told why; `to`: whom the caller was to talk to."""
    talker, aside = live.talker, live.aside
    if talker is None or aside is None or live.over:
        return
    live.aside, live.waits = None, False
    live.seating.agent_is(talker.app)
    live.ring_back()
    live.waiting.music = None
    live.first.leg.clear()  # of the music
    if not aside.held:
        live.tell(live.first, talker.app, Hold(False))
    told(live.call, "returned", to, why=str(why), detail=detail)
    tell_agent(live, why, to, detail)


def tell_agent(live: Anchored, why: Back, to: str, detail: str) -> None:
    """The agent learns why the caller does not talk to somebody else."""
    if live.talker is None or live.talker.returned is None or live.draining:
        return
    try:
        live.talker.returned(why, to, detail)
    except Exception as error:
        live.means.clock.app_errors += 1
        live.app_failed(live.first, error)


def park(live: Anchored, party: Party) -> None:
    """A further party hears music and is heard by nobody until `hand_back`."""
    if party.app is not None and party.held is None:
        party.leg.clear()
        party.held = OnHold(party.app, live.means.music)
        party.dress(live.means.clock)


def hand_back(live: Anchored, why: Back) -> None:
    """Whoever has taken the call over gives it back to those who were set aside."""
    taker, live.taker = live.taker, None
    for party in live.others:
        if party.held is not None:
            party.leg.clear()
            party.held = None
            party.dress(live.means.clock)
    bring_back(live, why, taker.name if taker is not None else "")
