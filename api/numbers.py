"""`/api/telephony/numbers`: telephone numbers of ours, and what each leads to.

The operator changes them. A key sees those that lead to agents which it may use, and those that lead nowhere.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from aiohttp import web
from pydantic import BeforeValidator, Field, model_validator

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.directory_changes import changing_directory
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.versions import check_version, versioned
from mediaserver.storage import agents as agents_table
from mediaserver.storage import numbers as table
from mediaserver.storage import routes as routes_table
from mediaserver.storage.sql import Database, Row

routes = ApiRoutes("numbers", "Telephone numbers, and who answers them.")

NUMBERS = "/api/telephony/numbers"
_E164 = re.compile(r"\+?[1-9][0-9]{6,14}")
_FOR_THE_EYE = re.compile(r"[-.()/ \u00a0]")
_NAME = r"^([A-Za-z0-9._-]{1,64})?$"


def _plain(value: Any) -> Any:
    """As people write numbers: without what is there for the eye (:rfc:`3966` 5.1.1). Raises ValueError."""
    if not isinstance(value, str):
        return value
    number = _FOR_THE_EYE.sub("", value.strip().removeprefix("tel:"))
    if not number.startswith("+") or not _E164.fullmatch(number):
        raise ValueError("write it in E.164, with its country code: +4930123456")
    return number


class NumberBody(RequestModel):
    """What a number leads to: an agent, or a route with its hours; neither: where the patterns of routes
    say."""

    label: OneLine = Field(default="", max_length=200, description="For people.")
    trunk: str = Field(default="", pattern=_NAME, description="The trunk by which its calls come in.")
    provider: str = Field(default="", pattern=_NAME, description="Whose it is, for people.")
    agent: OneLine | None = Field(default=None, max_length=100)
    route: int | None = Field(default=None, ge=1, lt=2**63, description="The id of a route.")

    @model_validator(mode="after")
    def _leads_one_way(self) -> NumberBody:
        if self.agent is not None and self.route is not None:
            raise ValueError("give an agent or a route, not both")
        return self


class NewNumber(NumberBody):
    """A number to be added."""

    number: Annotated[str, BeforeValidator(_plain)] = Field(
        description="In E.164, with its `+`.",
        json_schema_extra={"pattern": r"^\+[1-9][0-9]{6,14}$"},
    )


class NumberShown(ResponseModel):
    """A telephone number of ours."""

    number: str
    version: int = Field(description="Goes up with each change.")
    label: str
    trunk: str
    provider: str
    agent: str | None
    route: int | None


@routes.get(NUMBERS, scope=Scope.TELEPHONY_READ)
async def numbers(request: web.Request, query: PageQuery) -> Page[NumberShown]:
    """All numbers, in order."""
    who, place = asker(request), place_of(query.cursor, str)
    rows = await table.some_numbers(
        request.app[CONTEXT].database,
        place[0] if place else "",
        query.limit + 1,
        who.key,
        everybody=who.admin,
    )
    shown, following = page_of(rows, query.limit, lambda row: (row["number"],))
    return Page[NumberShown](items=[NumberShown(**row) for row in shown], next=following)


@routes.post(
    NUMBERS,
    scope=Scope.ADMIN,
    status=201,
    made_at=f"{NUMBERS}/{{number}}",
    answers=NumberShown,
    errors=(422,),
)
async def add(request: web.Request, body: NewNumber) -> web.StreamResponse:
    """Add a number."""
    row = body.model_dump(exclude={"number"})
    async with changing_directory(request) as connection:
        await _check(request, connection, row)
        if not await table.add_number(connection, body.number, row):
            raise Problem(409, "number_taken", f"There is {body.number} already: change it with PUT.")
        await audited(connection, request, "number.add", f"number:{body.number}", **row)
    return versioned(NumberShown(number=body.number, version=1, **row), 1, 201)


@routes.get(f"{NUMBERS}/{{number}}", scope=Scope.TELEPHONY_READ, answers=NumberShown)
async def number(request: web.Request, number: str) -> web.StreamResponse:
    """One number. Its `+` may be left out."""
    who = asker(request)
    row = await _row(request.app[CONTEXT].database, number)
    if not who.admin and not await table.may_see(request.app[CONTEXT].database, row["number"], who.key):
        raise _unknown()
    return versioned(NumberShown(**row), row["version"])


@routes.put(f"{NUMBERS}/{{number}}", scope=Scope.ADMIN, answers=NumberShown, errors=(412, 422))
async def change(request: web.Request, number: str, body: NumberBody) -> web.StreamResponse:
    """Put this in the place of what is said of a number. It counts from the next call on."""
    row = body.model_dump()
    async with changing_directory(request) as connection:
        before = await _row(connection, number, lock=True)
        check_version(request, before["version"])
        await _check(request, connection, row)
        await table.change_number(connection, before["number"], row)
        await audited(connection, request, "number.change", f"number:{before['number']}", **row)
    version = before["version"] + 1
    return versioned(NumberShown(number=before["number"], version=version, **row), version)


@routes.delete(f"{NUMBERS}/{{number}}", scope=Scope.ADMIN, errors=(412,))
async def remove(request: web.Request, number: str) -> None:
    """Remove a number. Calls to it go where the patterns of routes say."""
    async with changing_directory(request) as connection:
        before = await _row(connection, number, lock=True)
        check_version(request, before["version"])
        await table.remove_number(connection, before["number"])
        await audited(connection, request, "number.remove", f"number:{before['number']}")


async def _row(connection: Database, number: str, *, lock: bool = False) -> Row:
    """Raises Problem (404)."""
    if _E164.fullmatch(number):
        row = await table.one_number(connection, f"+{number.removeprefix('+')}", lock=lock)
        if row is not None:
            return row
    raise _unknown()


async def _check(request: web.Request, connection: Database, row: dict[str, Any]) -> None:
    """Raises Problem (422)."""
    if row["agent"] is not None and await agents_table.one_agent(connection, row["agent"]) is None:
        raise _unfit("agent", f"there is no agent {row['agent']}")
    if row["route"] is not None and await routes_table.one_route(connection, row["route"]) is None:
        raise _unfit("route", f"there is no route {row['route']}")
    context = request.app[CONTEXT]
    known = context.trunks is not None and context.trunks.line(row["trunk"]) is not None
    if row["trunk"] and not known and row["trunk"] not in context.settings.sip.trunks:
        raise _unfit("trunk", f"there is no trunk {row['trunk']}")


def _unfit(field: str, problem: str) -> Problem:
    return Problem(422, "number_unfit", f"{field}: {problem}", [{"field": field, "problem": problem}])


def _unknown() -> Problem:
    return Problem(404, "not_found", "There is no such number: write it in E.164, as +4930123456.")
