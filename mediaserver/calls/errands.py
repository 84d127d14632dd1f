"""Calls that somebody outside of all calls wants an agent to make (SIP: a REFER out of a call).

Nobody has anybody called whom it may not call itself, nor by an agent that it may not call. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mediaserver.calls.protocols import MOST_HOPS, Behalf
from mediaserver.calls.routes import (
    LONGEST,
    AgentSpec,
    Refused,
    Routes,
    ToAgent,
    ToExtension,
    ToRing,
    nobody_at,
)
from mediaserver.errors import CallError
from mediaserver.media.leg import TransferAsked


@dataclass(frozen=True, slots=True)
class CallWanted:
    """An agent is to call somebody. To be answered before whoever takes it returns."""

    dialled: str
    """Which agent: an address as invitations name it."""
    sender: str
    """Who wants it, as an address."""
    whom: TransferAsked
    """Whom it is to call, and how its sender is answered."""
    hops_left: int


@dataclass(frozen=True, slots=True)
class Errand:
    """Why a call is placed, and who is told of it."""

    behalf: Behalf | None
    hops: int
    tell: Callable[[int], None]
    """How far it got, as a SIP status."""


def _nobody_asked(code: int) -> None: ...


OURS = Errand(None, MOST_HOPS, _nobody_asked)
"""The operator's own."""


def agent_wanted(routes: Routes, wanted: CallWanted) -> AgentSpec:
    """The agent that is to call. Raises CallError: 403 for what its sender may not dial, or what is no
    agent; 404 for what does not exist for it."""
    dialled, reach = wanted.dialled, wanted.whom.reach
    if not reach.may_ask_for(dialled):
        raise CallError(f"this sender may not call {dialled[:LONGEST]!r}: see may_dial", 403)
    to = routes.resolve(dialled, datetime.now(UTC))
    if not isinstance(to, Refused) and not reach.may_reach(to):
        to = nobody_at(dialled)
    match to:
        case ToAgent(agent=agent):
            return agent
        case Refused(code=code, why=why):
            raise CallError(why, code)
        case ToExtension() | ToRing():
            raise CallError("only agents call for others", 403)


def errand_of(wanted: CallWanted) -> Errand:
    """Raises CallError (483)."""
    if wanted.hops_left < 2:
        raise CallError("the request has gone over too many servers, maybe in a circle", 483)
    whom = wanted.whom
    return Errand(Behalf(whom.by, payer=whom.payer), wanted.hops_left - 1, whom.answer.happened)
