"""Where calls of an existing PBX come in, by whichever of its media channels.

It knows no socket: whoever has one brings the call that it is for, and gets its leg. What becomes of the call
is the switchboard's business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Invitation
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CapacityError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.media.socket_leg import WrittenLeg
from providers.asterisk.invitation import invitation_of
from providers.asterisk.wanted import CallWanted, ExpectedCalls

L = TypeVar("L", bound=WrittenLeg)
Invite = Callable[[Invitation, AgentSpec | None, UUID | None], Call | None]
"""Hands a call in: the invitation, its agent where that is known, its owner. None: it was refused."""


class AsteriskDoor:
    """Of one server. Runs on the event loop."""

    def __init__(self, invite: Invite, expected: ExpectedCalls, max_calls: int) -> None:
        self.expected = expected
        self.max_calls = max_calls
        self._invite = invite
        self._legs: set[WrittenLeg] = set()

    def __len__(self) -> int:
        """Calls that are up, or going to be."""
        self._legs = {leg for leg in self._legs if leg.termination is None}
        return len(self._legs)

    def open(self, wanted: CallWanted, make: Callable[[], L], source: str) -> L:
        """The leg of a call that has come; the switchboard is told. `make`: makes it; `source`: the host of
        the PBX. Raises CapacityError, and what `make` raises."""
        if len(self) >= self.max_calls:
            raise CapacityError(f"all {self.max_calls} places for calls of an existing PBX are taken")
        leg = make()
        self._legs.add(leg)
        try:
            self._invite(invitation_of(leg, wanted, source), wanted.agent, wanted.owner)
        except BaseException:
            leg.ended(Termination(EndedBy.SERVER, Why.FAILED))
            raise
        return leg

    def close(self) -> None:
        """Nothing stays open."""
        for leg in list(self._legs):
            leg.ended(Termination(EndedBy.SERVER, Why.SHUTDOWN))
        self._legs.clear()
