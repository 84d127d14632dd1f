"""Who is in a call: parties added, listeners, their seats, who hears whom and how loud, and who is muted.

Parties have names: `caller` or `callee`, `agent`, `listener`, or the address that was added.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.asking import TEXT_LIMIT, Asking
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.finding import CALL, board_for
from api.telephony.placing import Address
from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.seating import LOUDEST

PartyName = Address
Gain = Annotated[float, Field(strict=True, ge=0, le=LOUDEST)]
"""A factor: 0 is not at all, 1 as it is."""

routes = ApiRoutes("calls")


class PartyShown(ResponseModel):
    """Somebody in a call."""

    name: str
    kind: str | None = Field(description="Of the leg; null: it has none (an agent, what is played).")
    remote: str | None
    listens: bool = Field(description="It only listens: the call does not go on for its sake.")
    held: bool = Field(description="We hold it.")
    muted: bool = False
    hears: dict[str, float] = Field(
        default_factory=dict, description="Whom it hears other than as loud as they are, and how loud."
    )


class PartiesShown(ResponseModel):
    """Who is in a call."""

    parties: list[PartyShown]


class PartyWanted(RequestModel):
    """Whom to call in."""

    to: Address


class MonitorWanted(RequestModel):
    """Who is to listen, and who hears that one."""

    to: Address
    whisper_to: OneLine = Field(default="", max_length=TEXT_LIMIT, description="The party that hears it.")
    barge: bool = Field(default=False, strict=True, description="All hear it.")
    gain: Gain = 1.0


class SeatWanted(RequestModel):
    """What somebody who was called in does from now on."""

    party: PartyName
    seat: SeatKind
    whisper_to: OneLine = Field(default="", max_length=TEXT_LIMIT, description="With `whisper` alone.")
    gain: Gain = 1.0


class GainWanted(RequestModel):
    """How loud one hears another."""

    listener: PartyName
    speaker: PartyName
    gain: Gain = 1.0


class MuteWanted(RequestModel):
    """Whom nobody is to hear."""

    party: PartyName


@routes.get(f"{CALL}/parties", scope=Scope.CALLS_READ)
async def parties(request: web.Request, id: UUID) -> PartiesShown:
    """Who is in a call that is up: who listens, is held or muted, and who hears whom other than usual."""
    with Asking():
        found = board_for(request, id).parties(id)
    return PartiesShown(parties=[PartyShown.model_validate(each) for each in found])


@routes.post(f"{CALL}/parties", scope=Scope.CALLS_WRITE)
async def add(request: web.Request, id: UUID, body: PartyWanted) -> None:
    """Call one more party into the call. Answered when it is in."""
    with Asking():
        await board_for(request, id).add(id, body.to)


@routes.post(f"{CALL}/monitor", scope=Scope.CALLS_LISTEN)
async def monitor(request: web.Request, id: UUID, body: MonitorWanted) -> None:
    """Call somebody in who listens.

    Nobody hears that one; or one party does (`whisper_to`), or all (`barge`). Answered when that one is in.
    It needs `calls:write`, too: it places a call."""
    may_act(request)
    if body.barge and body.whisper_to:
        raise Problem(400, "bad_request", "barge and whisper_to do not go together.")
    board = board_for(request, id)
    with Asking():
        names = [party["name"] for party in board.parties(id) if not party["listens"]]
        heard_by = names if body.barge else [body.whisper_to] if body.whisper_to else []
        await board.monitor(id, body.to, dict.fromkeys(heard_by, body.gain))


@routes.post(f"{CALL}/seat", scope=Scope.CALLS_LISTEN)
async def seat(request: web.Request, id: UUID, body: SeatWanted) -> None:
    """From now on this party listens, whispers, is heard by all, is one like any other, or takes over.

    Any other seat after a takeover hands the call back. It needs `calls:write`, too."""
    may_act(request)
    if (body.seat is SeatKind.WHISPER) is not bool(body.whisper_to):
        raise Problem(400, "bad_request", "whisper_to goes with the seat whisper, and with no other.")
    with Asking():
        board_for(request, id).change_seat(id, body.party, body.seat, body.whisper_to, body.gain)


@routes.post(f"{CALL}/gain", scope=Scope.CALLS_WRITE)
async def gain(request: web.Request, id: UUID, body: GainWanted) -> None:
    """How loud one party hears another; 0 is not at all, 1 as it is."""
    with Asking():
        board_for(request, id).set_gain(id, body.listener, body.speaker, body.gain)


@routes.post(f"{CALL}/mute", scope=Scope.CALLS_WRITE)
async def mute(request: web.Request, id: UUID, body: MuteWanted) -> None:
    """Nobody hears this party until `unmute`."""
    with Asking():
        board_for(request, id).mute(id, body.party, True)


@routes.post(f"{CALL}/unmute", scope=Scope.CALLS_WRITE)
async def unmute(request: web.Request, id: UUID, body: MuteWanted) -> None:
    """The party is heard again."""
    with Asking():
        board_for(request, id).mute(id, body.party, False)


def may_act(request: web.Request) -> None:
    """Whoever may listen is heard, or calls somebody in, only where it may act upon calls, too. Raises
    Problem."""
    if not asker(request).may(Scope.CALLS_WRITE):
        raise Problem(403, "forbidden", "This needs the scope calls:write, too.", {"scope": "calls:write"})
