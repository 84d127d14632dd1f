"""`/api/telephony/providers/{name}/numbers`: the numbers of an account, and how they are pointed here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import hdrs, web

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.directory_changes import changing_directory
from api.providers.accounts import PROVIDER, account_of
from api.providers.models import NumberPlaced, NumbersPlaced, PointBody
from api.routing.problems import Problem, sentence
from api.routing.table import ApiRoutes
from mediaserver.errors import ConfigError, TelephonyError
from mediaserver.storage import agents as agents_table
from mediaserver.storage import numbers as numbers_table
from mediaserver.storage.sql import Row
from providers.accounts.pointing import demand, plain, point
from providers.accounts.served import ServedAccount
from providers.provider import Capability, ProviderNumber

routes = ApiRoutes("providers")

NUMBERS = PROVIDER + "/numbers"
ASKED_S = 25.0
"""A provider that says nothing for so long is not waited for."""
T = TypeVar("T")


@routes.get(NUMBERS, scope=Scope.ADMIN, errors=(422, 504))
async def provider_numbers(request: web.Request, name: str) -> NumbersPlaced:
    """The numbers of an account, as its provider has them, and who answers each here."""
    context = request.app[CONTEXT]
    served = account_of(context, name)
    found = await asked(served, _numbers(served))
    rows = {row["number"]: row for row in await numbers_table.all_numbers(context.database)}
    return NumbersPlaced(numbers=[_placed(each, rows.get(each.number)) for each in found])


@routes.put(f"{NUMBERS}/{{number}}", scope=Scope.ADMIN, errors=(422, 504))
async def point_number(request: web.Request, name: str, number: str, body: PointBody) -> NumberPlaced:
    """Have the provider tell this server of calls to a number of the account; with `agent`, that one answers
    them from now on."""
    context = request.app[CONTEXT]
    served = account_of(context, name)
    try:
        number = plain(number)
    except ConfigError as error:
        raise Problem(400, "bad_request", sentence(error)) from None
    if body.agent is not None and await agents_table.one_agent(context.database, body.agent) is None:
        problem = f"there is no agent {body.agent}"
        raise Problem(422, "number_unfit", f"agent: {problem}", [{"field": "agent", "problem": problem}])
    await asked(served, _pointed(served, number, body))
    async with changing_directory(request) as connection:
        if body.agent is not None:
            await numbers_table.have_answered(connection, number, body.agent, name)
        row = await numbers_table.one_number(connection, number)
        await audited(
            connection, request, "provider.point", f"provider:{name}", number=number, agent=body.agent
        )
    numbers = await asked(served, _numbers(served))
    found = [each for each in numbers if each.number == number]
    return _placed(found[0] if found else ProviderNumber(number, "", ours=True), row)


async def _numbers(served: ServedAccount) -> list[ProviderNumber]:
    provider = served.speaker()
    demand(served.account, provider, Capability.NUMBERS, "list its numbers")
    return await provider.numbers()


async def _pointed(served: ServedAccount, number: str, body: PointBody) -> None:
    await point(served.account, served.speaker(), number, messages=body.messages)


async def asked(served: ServedAccount, asking: Awaitable[T]) -> T:
    """What the provider says. Raises Problem."""
    try:
        async with asyncio.timeout(ASKED_S):
            return await asking
    except TimeoutError:
        raise Problem(504, "timeout", f"{served.kind.title} did not answer in time.") from None
    except ConfigError as error:
        raise Problem(422, "no_public_address", sentence(error)) from None
    except TelephonyError as error:
        detail = {"kind": str(error.kind), "code": error.code}
        if not error.retryable:
            raise Problem(422, "provider_refused", sentence(error), detail) from None
        headers: dict[str, str] = {hdrs.RETRY_AFTER: str(max(1, round(error.after_s or 5)))}
        raise Problem(503, "provider_unavailable", sentence(error), detail, headers) from None


def _placed(number: ProviderNumber, row: Row | None) -> NumberPlaced:
    return NumberPlaced(
        number=number.number,
        ref=number.ref,
        label=number.label,
        voice_to=number.voice_to,
        messages_to=number.messages_to,
        ours=number.ours,
        can=sorted(number.can),
        agent=None if row is None else row["agent"],
        route=None if row is None else row["route"],
    )
