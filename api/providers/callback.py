"""`POST /api/telephony/providers/{name}/callback`: two numbers are connected by the provider alone."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.plain_text import OneLine
from api.providers.accounts import PROVIDER, account_of
from api.providers.numbers import asked
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem, sentence, started
from api.routing.table import ApiRoutes
from mediaserver.errors import OutboundCapError
from mediaserver.masked_numbers import masked
from providers.accounts.pointing import demand
from providers.accounts.served import ServedAccount
from providers.callback import CallsBack
from providers.provider import Capability

routes = ApiRoutes("providers")
PAYER = "callback"
"""Whose limits on calls out count."""


class CallbackWanted(RequestModel):
    """Who is to be connected."""

    to: OneLine = Field(min_length=3, max_length=20, description="E.164; rung second.")
    first: OneLine = Field(
        default="",
        max_length=20,
        description="E.164; rung first. Empty: the account's own extension, where an agent may answer.",
    )


class CallbackAsked(ResponseModel):
    """The provider has the order; which call comes of it it does not say."""

    account: str
    first: str
    to: str


@routes.post(f"{PROVIDER}/callback", scope=Scope.ADMIN, status=202, errors=(422, 504))
async def call_back(request: web.Request, name: str, body: CallbackWanted) -> CallbackAsked:
    """Have the provider ring one number, then another, and connect them. Both must be numbers that the
    account may call; each counts as a call out."""
    context = request.app[CONTEXT]
    served = account_of(context, name)
    for number in filter(None, (body.first, body.to)):
        if why := started(context.texts).sender.against(served, number):
            raise Problem(403, "not_allowed", f"{number}: {why}.")
    if context.outbound is not None:
        try:
            for number in filter(None, (body.first, body.to)):
                context.outbound.count(PAYER, number)
        except OutboundCapError as error:
            raise Problem(429, "outbound_limit", sentence(error)) from None
    await asked(served, _ordered(served, body))
    await audited(
        context.database, request, "provider.callback", f"provider:{name}", to=masked(body.to),
        first=masked(body.first) if body.first else "",
    )  # fmt: skip
    return CallbackAsked(account=name, first=body.first, to=body.to)


async def _ordered(served: ServedAccount, body: CallbackWanted) -> None:
    provider = served.speaker()
    demand(served.account, provider, Capability.CALLBACK, "call back")
    assert isinstance(provider, CallsBack)
    await provider.call_back(body.first, body.to)
