"""`/api/usage/phone-prices`: what minutes of telephone calls cost, by trunk, direction and number."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, model_validator

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import RequestModel
from api.routing.table import ApiRoutes
from mediaserver.storage import phone_prices as table
from mediaserver.storage.usage_prices import ALWAYS, ANY

routes = ApiRoutes("usage")

PRICES = "/api/usage/phone-prices"
MOST_PRICES = 2000
LARGEST_TABLE = 1 << 20
"""Bytes of it."""


class PhonePriceShown(RequestModel):
    """What minutes of calls by a trunk cost."""

    trunk: Annotated[OneLine, Field(min_length=1, max_length=64)] = Field(
        default=ANY, description="`*`: any without a price of its own that fits."
    )
    direction: Literal["in", "out"] = "out"
    prefix: str = Field(
        default="",
        pattern=r"^(\+[0-9]{1,15})?$",
        description="The beginning of the number that is called, `+49`; of calls that come in, of yours. The "
        "longest that fits counts; empty: any.",
    )
    per_minute: float = Field(ge=0, le=1000, description="US dollars.")
    connection: float = Field(default=0.0, ge=0, le=1000, description="US dollars for each answered call.")
    first_s: int = Field(default=60, ge=1, le=3600, description="Seconds that are paid for at least.")
    step_s: int = Field(
        default=60, ge=1, le=3600, description="Seconds that are paid for at a time after that."
    )
    since: date = Field(default=ALWAYS, description="The first day (UTC) that it counts for.")


class PhonePrices(RequestModel):
    """The whole table of prices."""

    prices: list[PhonePriceShown] = Field(max_length=MOST_PRICES)

    @model_validator(mode="after")
    def _one_of_each(self) -> PhonePrices:
        seen = set()
        for each in self.prices:
            place = (each.trunk, each.direction, each.prefix, each.since)
            if place in seen:
                which = f"{each.trunk} {each.direction} {each.prefix or 'any number'}"
                raise ValueError(f"two prices of {which} count from {each.since} on")
            seen.add(place)
        return self


@routes.get(PRICES, scope=Scope.USAGE_READ)
async def phone_prices(request: web.Request) -> PhonePrices:
    """What minutes of telephone calls cost, by trunk, direction and the beginning of a number."""
    return _shown(await table.all_prices(request.app[CONTEXT].database))


@routes.put(PRICES, scope=Scope.ADMIN, body_limit=LARGEST_TABLE)
async def set_phone_prices(request: web.Request, body: PhonePrices) -> PhonePrices:
    """Replace the whole table.

    It counts for legs of calls that end from now on: a leg is priced when it ends, by the prices of that day,
    and keeps its cost. What had no price then is worked out from `/api/usage/prices` (`phone_seconds_in`,
    `phone_seconds_out`; `engine` is the trunk)."""
    given = [table.PhonePrice(**each.model_dump()) for each in body.prices]
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        await table.replace_all(connection, given)
        await audited(connection, request, "phone_prices.change", "phone_prices", prices=len(given))
        return _shown(await table.all_prices(connection))


def _shown(prices: list[table.PhonePrice]) -> PhonePrices:
    return PhonePrices(
        prices=[
            PhonePriceShown(**{name: getattr(each, name) for name in PhonePriceShown.model_fields})
            for each in prices
        ]
    )
