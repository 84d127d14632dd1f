"""What can be done with a call that is up: hang up, transfer, say, press keys; more in `parties`, `playing`,
`recording` and `monitoring`."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field, StringConstraints

from api.access.scopes import Scope
from api.asking import TEXT_LIMIT
from api.routing.models import RequestModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.acting import acting
from api.telephony.finding import CALL
from api.telephony.placing import Address
from mediaserver.calls.live import MOST_DIGITS
from mediaserver.calls.warm import (
    LONGEST_CONFIRM_S,
    LONGEST_RING_S,
    MOST_BRIEFING,
    SHORTEST_CONFIRM_S,
    SHORTEST_RING_S,
    Accept,
    Hears,
    Warm,
)

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT),
    Field(json_schema_extra={"pattern": r"\S"}),
]

routes = ApiRoutes("calls")


class WarmWanted(RequestModel):
    """How a warm transfer is to differ from the settings."""

    briefing: str | None = Field(
        default=None, min_length=1, max_length=MOST_BRIEFING, pattern=r"\S", description="Said word for word."
    )
    accept: Accept | None = Field(default=None, description="`key`: 1 takes; `stay`: who stays on takes.")
    hears: Hears | None = Field(default=None, description="What the caller hears meanwhile.")
    ring_s: float | None = Field(default=None, strict=True, ge=SHORTEST_RING_S, le=LONGEST_RING_S)
    confirm_s: float | None = Field(default=None, strict=True, ge=SHORTEST_CONFIRM_S, le=LONGEST_CONFIRM_S)

    def warm(self) -> Warm:
        return Warm(self.briefing or "", self.accept, self.hears, self.ring_s, self.confirm_s)


class TransferWanted(RequestModel):
    """Where to, and in what way."""

    to: Address
    warm: Annotated[bool, Field(strict=True)] | WarmWanted = Field(
        default=False, description="Whoever answers is told what the call is about, and takes it or does not."
    )
    how: Literal["bridge", "refer"] = Field(
        default="bridge", description="By a call of ours, or by the caller's own side (REFER); never warm."
    )


class SayWanted(RequestModel):
    """What is to be said."""

    text: Words


class DigitsWanted(RequestModel):
    """Keys to be pressed."""

    digits: str = Field(
        min_length=1, max_length=MOST_DIGITS, pattern="^[0-9A-D*#]+$", description="0-9, *, # and A-D."
    )


@routes.post(f"{CALL}/hangup", scope=Scope.CALLS_WRITE, errors=(421,))
async def hangup(request: web.Request, id: UUID) -> None:
    """End a call, or give up one that still rings."""
    await _hang_up(request, id)


@routes.delete(CALL, scope=Scope.CALLS_WRITE, errors=(421,))
async def hang_up(request: web.Request, id: UUID) -> None:
    """End a call, or give up one that still rings."""
    await _hang_up(request, id)


async def _hang_up(request: web.Request, call_id: UUID) -> None:
    async with acting(request, call_id, "hangup") as board:
        await board.hang_up(call_id)


@routes.post(f"{CALL}/transfer", scope=Scope.CALLS_WRITE, errors=(421,))
async def transfer(request: web.Request, id: UUID, body: TransferWanted) -> None:
    """Connect the caller elsewhere.

    Answered when somebody there has answered; with `warm`, when that one has taken the call."""
    if body.how == "refer" and body.warm is not False:
        raise Problem(400, "bad_request", "how is bridge or refer, and refer is never warm.")
    how = "warm" if body.warm else body.how
    async with acting(request, id, "transfer", to=body.to, how=how) as board:
        if body.how == "refer":
            await board.refer(id, body.to)
        else:
            asked = WarmWanted() if body.warm is True else body.warm
            await board.transfer(id, body.to, asked.warm() if asked else None)


@routes.post(f"{CALL}/say", scope=Scope.CALLS_WRITE, errors=(421,))
async def say(request: web.Request, id: UUID, body: SayWanted) -> None:
    """Said in the voice of the call's agent, once nobody speaks. Answered before that."""
    async with acting(request, id, "say", characters=len(body.text)) as board:
        board.say(id, body.text)


@routes.post(f"{CALL}/dtmf", scope=Scope.CALLS_WRITE, errors=(421,))
async def dtmf(request: web.Request, id: UUID, body: DigitsWanted) -> None:
    """Press these keys for the far end to hear."""
    async with acting(request, id, "dtmf", keys=len(body.digits)) as board:
        board.send_digits(id, body.digits)


@routes.post(f"{CALL}/digits", scope=Scope.CALLS_WRITE, errors=(421,))
async def digits(request: web.Request, id: UUID, body: DigitsWanted) -> None:
    """The same as `dtmf`, under its older name."""
    await dtmf(request, id, body)
