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
from api.asking import TEXT_LIMIT
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.acting import acting, asking
from api.telephony.finding import CALL
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


@routes.get(f"{CALL}/parties", scope=Scope.CALLS_READ, errors=(421,))
async def parties(request: web.Request, id: UUID) -> PartiesShown:
    """Who is in a call that is up: who listens, is held or muted, and who hears whom other than usual."""
    async with asking(request, id) as board:
        found = board.parties(id)
    return PartiesShown(parties=[PartyShown.model_validate(each) for each in found])


@routes.post(f"{CALL}/parties", scope=Scope.CALLS_WRITE, errors=(421,))
async def add(request: web.Request, id: UUID, body: PartyWanted) -> None:
    """Call one more party into the call. Answered when it is in."""
    async with acting(request, id, "add", to=body.to) as board:
        await board.add(id, body.to)


@routes.post(f"{CALL}/monitor", scope=Scope.CALLS_LISTEN, errors=(421,))
async def monitor(request: web.Request, id: UUID, body: MonitorWanted) -> None:
    """Call somebody in who listens.

    Nobody hears that one; or one party does (`whisper_to`), or all (`barge`). Answered when that one is in.
    It needs `calls:write`, too: it places a call."""
    may_act(request)
    if body.barge and body.whisper_to:
        raise Problem(400, "bad_request", "barge and whisper_to do not go together.")
    heard = "all" if body.barge else body.whisper_to
    async with acting(request, id, "monitor", to=body.to, heard_by=heard) as board:
        names = [party["name"] for party in board.parties(id) if not party["listens"]]
        heard_by = names if body.barge else [body.whisper_to] if body.whisper_to else []
        await board.monitor(id, body.to, dict.fromkeys(heard_by, body.gain))


@routes.post(f"{CALL}/seat", scope=Scope.CALLS_LISTEN, errors=(421,))
async def seat(request: web.Request, id: UUID, body: SeatWanted) -> None:
    """From now on this party listens, whispers, is heard by all, is one like any other, or takes over.

    Any other seat after a takeover hands the call back. It needs `calls:write`, too."""
    may_act(request)
    if (body.seat is SeatKind.WHISPER) is not bool(body.whisper_to):
        raise Problem(400, "bad_request", "whisper_to goes with the seat whisper, and with no other.")
    seen = {"party": body.party, "seat": str(body.seat), "whisper_to": body.whisper_to}
    async with acting(request, id, "seat", **seen) as board:
        board.change_seat(id, body.party, body.seat, body.whisper_to, body.gain)


@routes.post(f"{CALL}/gain", scope=Scope.CALLS_WRITE, errors=(421,))
async def gain(request: web.Request, id: UUID, body: GainWanted) -> None:
    """How loud one party hears another; 0 is not at all, 1 as it is."""
    heard = {"listener": body.listener, "speaker": body.speaker, "gain": body.gain}
    async with acting(request, id, "gain", **heard) as board:
        board.set_gain(id, body.listener, body.speaker, body.gain)


@routes.post(f"{CALL}/mute", scope=Scope.CALLS_WRITE, errors=(421,))
async def mute(request: web.Request, id: UUID, body: MuteWanted) -> None:
    """Nobody hears this party until `unmute`."""
    async with acting(request, id, "mute", party=body.party) as board:
        board.mute(id, body.party, True)


@routes.post(f"{CALL}/unmute", scope=Scope.CALLS_WRITE, errors=(421,))
async def unmute(request: web.Request, id: UUID, body: MuteWanted) -> None:
    """The party is heard again."""
    async with acting(request, id, "unmute", party=body.party) as board:
        board.mute(id, body.party, False)


def may_act(request: web.Request) -> None:
    """Whoever may listen is heard, or calls somebody in, only where it may act upon calls, too. Raises
    Problem."""
    if not asker(request).may(Scope.CALLS_WRITE):
        raise Problem(403, "forbidden", "This needs the scope calls:write, too.", {"scope": "calls:write"})
