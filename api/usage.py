"""`/api/usage`: what keys used and what it cost, and the prices that costs are worked out from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import Field, model_validator

from api.access.asker import Asker, asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.plain_text import OneLine
from api.reporting import MOST_ROWS, ReportQuery, owner_of, read, whole, written
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.request_ids import REQUEST_ID
from api.routing.table import ApiRoutes
from mediaserver.storage import audit, usage_prices, usage_report
from mediaserver.storage.audit import Actor
from mediaserver.storage.records import UsageKind
from mediaserver.storage.usage_prices import ALWAYS, UnitPrice
from mediaserver.storage.usage_report import UsageBy, UsageFilter

routes = ApiRoutes("usage", "What keys used, and what it cost.")

MOST_DAYS = 366
MOST_PRICES = 500
Name = Annotated[OneLine, Field(max_length=200)]


class UsageQuery(ReportQuery):
    """Which usage, and how it is broken down."""

    by: list[UsageBy] = Field(
        default=[], max_length=6, description="Break it down by these; by kind it always is. Again for each."
    )
    since: date | None = Field(default=None, description="The first day (UTC); else the first of the month.")
    until: date | None = Field(default=None, description="The last day (UTC); else today.")
    key: UUID | None = Field(default=None, description="One key's alone. Without `admin`: your own.")
    agent: Name | None = None
    flow: Name | None = None
    engine: Name | None = Field(default=None, description="An engine; of tokens, a model.")
    kind: UsageKind | None = None


class UsageRow(ResponseModel):
    """What was used of one kind. Columns that it is not broken down by are left out."""

    kind: UsageKind
    amount: float = Field(description="In the kind's unit.")
    cost: float | None = Field(
        description="US dollars; null: no price is known. What a model's answer cost stands with its "
        "completion tokens."
    )
    unpriced: float = Field(description="The part of the amount that nobody has a price for.")
    day: date | None = None
    key: UUID | None = Field(default=None, description="null: the operator's.")
    agent: str | None = None
    flow: str | None = None
    engine: str | None = None


class UsageShown(ResponseModel):
    """A report of usage."""

    since: date
    until: date
    items: list[UsageRow]
    cost: float | None = Field(description="Of all that has a price, in US dollars; null: nothing has.")


class CallUsageRow(ResponseModel):
    """What one call used of one kind, by one engine."""

    kind: UsageKind
    engine: str
    amount: float
    cost: float | None
    unpriced: float


class CallUsageShown(ResponseModel):
    """What one call used."""

    items: list[CallUsageRow]
    cost: float | None = Field(description="US dollars, of all that has a price; null: nothing has.")


class UsagePrice(RequestModel):
    """What units of a kind cost."""

    kind: UsageKind
    engine: Annotated[OneLine, Field(min_length=1, max_length=200)] = Field(
        default=usage_prices.ANY, description="An engine, of tokens a model; `*`: any without its own price."
    )
    price: float = Field(ge=0, le=1e9, description="US dollars for `per` units.")
    per: float = Field(
        default=1.0, gt=0, le=1e12, description="E.g. 1000000 tokens, 1000 characters, 3600 s."
    )
    since: date = Field(default=ALWAYS, description="The first day (UTC) that it counts for.")


class UsagePrices(RequestModel):
    """The whole table of prices."""

    prices: list[UsagePrice] = Field(max_length=MOST_PRICES)

    @model_validator(mode="after")
    def _one_of_each(self) -> UsagePrices:
        seen = set()
        for each in self.prices:
            place = (each.kind, each.engine, each.since)
            if place in seen:
                raise ValueError(f"two prices of {each.kind} by {each.engine} count from {each.since} on")
            seen.add(place)
        return self


@routes.get("/api/usage", scope=Scope.USAGE_READ, answers=UsageShown, produces=("text/csv",))
async def usage(request: web.Request, query: UsageQuery) -> web.StreamResponse:
    """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

    A key sees its own; an admin everybody's. At most 366 days and 2,000 rows."""
    wanted = _filter(query, asker(request))
    rows = whole(await read(request, lambda db: usage_report.report(db, wanted, query.by, MOST_ROWS)))
    for row in rows:
        if "owner" in row:
            row["key"] = row.pop("owner")
    costs = [row["cost"] for row in rows if row["cost"] is not None]
    columns = [*dict.fromkeys((*query.by, UsageBy.KIND)), "amount", "cost", "unpriced"]
    content = {
        "since": str(wanted.since),
        "until": str(wanted.until),
        "items": [{column: _plain(row[column]) for column in columns} for row in rows],
        "cost": sum(costs) if costs else None,
    }
    return await written(request, query.format, "usage", content, rows, columns)


@routes.get("/api/usage/calls/{id}", scope=Scope.USAGE_READ)
async def usage_of_call(request: web.Request, id: UUID) -> CallUsageShown:
    """What one call used, and what it cost, by kind and engine.

    Known when the call is over, for 40 days."""
    who = asker(request)
    rows = await usage_report.of_call(request.app[CONTEXT].database, id)
    if not rows or not all(who.sees(row["owner"]) for row in rows):
        raise Problem(404, "not_found", "Nothing that such a call used is kept.")
    costs = [row["cost"] for row in rows if row["cost"] is not None]
    items = [
        CallUsageRow(**{name: row[name] for name in ("kind", "engine", "amount", "cost", "unpriced")})
        for row in rows
    ]
    return CallUsageShown(items=items, cost=sum(costs) if costs else None)


@routes.get("/api/usage/prices", scope=Scope.USAGE_READ)
async def prices(request: web.Request) -> UsagePrices:
    """The prices that costs are worked out from, by kind, engine and the day that they count from.

    What was priced when it was counted (answers of models whose prices their engine knows) keeps its cost."""
    found = await usage_prices.all_prices(request.app[CONTEXT].database)
    return UsagePrices(prices=[_shown(each) for each in found])


@routes.put("/api/usage/prices", scope=Scope.ADMIN)
async def set_prices(request: web.Request, body: UsagePrices) -> UsagePrices:
    """Replace the whole table; costs of before change with it, but for days that a `since` leaves alone."""
    given = [UnitPrice(each.kind, each.engine, each.price, each.per, each.since) for each in body.prices]
    who = asker(request)
    actor = Actor(who.name, str(who.how), who.key, request.remote or "", request.get(REQUEST_ID, ""))
    pool = request.app[CONTEXT].database
    async with pool.acquire() as connection, connection.transaction():
        await usage_prices.replace_all(connection, given)
        change = {"prices": body.model_dump(mode="json")["prices"]}
        await audit.wrote(connection, actor, "prices.change", "prices", change)
        found = await usage_prices.all_prices(connection)
    return UsagePrices(prices=[_shown(each) for each in found])


def _filter(query: UsageQuery, who: Asker) -> UsageFilter:
    today = datetime.now(UTC).date()
    until = query.until or today
    since = query.since or min(until, today).replace(day=1)
    if since > until:
        raise Problem(400, "bad_request", "since is after until.")
    if until - since >= timedelta(days=MOST_DAYS):
        raise Problem(400, "bad_request", f"A report is of at most {MOST_DAYS} days.")
    owner = owner_of(who)
    if query.key is not None and owner not in (None, query.key):
        raise Problem(404, "not_found", "There is no such key.")
    owner = owner or query.key
    return UsageFilter(
        since, until, owner, agent=query.agent, flow=query.flow, engine=query.engine, kind=query.kind
    )


def _shown(price: UnitPrice) -> UsagePrice:
    return UsagePrice(
        kind=price.kind, engine=price.engine, price=price.price, per=price.per, since=price.since
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (date, UUID)) else value
