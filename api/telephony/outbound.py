"""`/api/telephony/outbound`: what calls out have used of their limits, and what is left."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT
from api.routing.models import ResponseModel
from api.routing.problems import started
from api.routing.table import ApiRoutes

routes = ApiRoutes("outbound", "Limits on calls out.")


class OutboundScopeShown(ResponseModel):
    """What one caller, trunk or all have used."""

    scope: str = Field(description="`all`, `api`, `extension:101`, `trunk:acme`, ...")
    used: dict[str, float]
    limits: dict[str, float] = Field(description="Those that are set.")
    left: dict[str, float]


class OutboundShown(ResponseModel):
    """The limits on calls out."""

    currency: str
    limits: list[OutboundScopeShown]
    reached: list[str] = Field(description="Limits that refuse calls now, a line each.")


@routes.get("/api/telephony/outbound", scope=Scope.ADMIN)
async def outbound(request: web.Request) -> OutboundShown:
    """What calls out have used of their limits, for all, each caller and each trunk, and what is left."""
    context = request.app[CONTEXT]
    meter = started(context.outbound)
    return OutboundShown.model_validate(
        {
            "currency": context.settings.outbound.currency,
            "limits": meter.ledger.report(meter.now()),
            "reached": meter.ledger.reached,
        }
    )
