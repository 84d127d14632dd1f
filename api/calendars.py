"""`/api/telephony/calendars`: days on which the hours of routes are not as usual."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.directory_changes import changing_directory
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.versions import check_version, versioned
from mediaserver.calls.hours import LONGEST_LABEL, MOST_DAYS, MOST_SPANS, Calendar
from mediaserver.errors import ConfigError
from mediaserver.storage import calendars as table
from mediaserver.storage.sql import Database, Row

routes = ApiRoutes("calendars", "Holidays and other days with hours of their own.")

CALENDARS = "/api/telephony/calendars"
BODY_BYTES = 256 << 10
CalendarName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
SpanText = Annotated[
    str, Field(max_length=20, description='As "09:00-17:30"; "22:00-02:00" ends the day after.')
]


class CalendarDay(RequestModel):
    """A day that is not as usual."""

    date: str = Field(max_length=10, description='"2026-12-25", or "12-25" for every year.')
    label: OneLine = Field(default="", max_length=LONGEST_LABEL, description="For people.")
    hours: list[SpanText] = Field(
        default_factory=list, max_length=MOST_SPANS, description="When somebody is there; none: nobody is."
    )


class CalendarBody(RequestModel):
    """A calendar. Its hours are in the time zone of each route that goes by it."""

    label: OneLine = Field(default="", max_length=200, description="For people.")
    days: list[CalendarDay] = Field(max_length=MOST_DAYS)


class NewCalendar(CalendarBody):
    """A calendar to be added."""

    name: CalendarName = Field(description="By which routes name it.")


class CalendarDayShown(ResponseModel):
    """A day that is not as usual."""

    date: str
    label: str
    hours: list[str]


class CalendarShown(ResponseModel):
    """A calendar."""

    name: str
    version: int = Field(description="Goes up with each change.")
    label: str
    days: list[CalendarDayShown]
    fault: str = Field(description="Why no route can go by it; empty: all is well.")


class CalendarsShown(ResponseModel):
    """All calendars."""

    calendars: list[CalendarShown]


@routes.get(CALENDARS, scope=Scope.TELEPHONY_READ)
async def calendars(request: web.Request) -> CalendarsShown:
    """All calendars, by name."""
    rows = await table.all_calendars(request.app[CONTEXT].database)
    return CalendarsShown(calendars=[_shown(row) for row in rows])


@routes.post(
    CALENDARS,
    scope=Scope.ADMIN,
    status=201,
    made_at=f"{CALENDARS}/{{name}}",
    body_limit=BODY_BYTES,
    answers=CalendarShown,
    errors=(422,),
)
async def add(request: web.Request, body: NewCalendar) -> web.StreamResponse:
    """Add a calendar."""
    days = _checked(body.name, body)
    async with changing_directory(request) as connection:
        if not await table.add_calendar(connection, body.name, body.label, days):
            raise Problem(409, "name_taken", f"There is a calendar {body.name}: change it with PUT.")
        await audited(connection, request, "calendar.add", f"calendar:{body.name}", days=len(days))
    return versioned(_shown({"name": body.name, "version": 1, "label": body.label, "days": days}), 1, 201)


@routes.get(f"{CALENDARS}/{{name}}", scope=Scope.TELEPHONY_READ, answers=CalendarShown)
async def calendar(request: web.Request, name: str) -> web.StreamResponse:
    """One calendar."""
    row = await _row(request.app[CONTEXT].database, name)
    return versioned(_shown(row), row["version"])


@routes.put(
    f"{CALENDARS}/{{name}}",
    scope=Scope.ADMIN,
    body_limit=BODY_BYTES,
    answers=CalendarShown,
    errors=(412, 422),
)
async def change(request: web.Request, name: str, body: CalendarBody) -> web.StreamResponse:
    """Put this in the place of a calendar. It counts from the next call on."""
    days = _checked(name, body)
    async with changing_directory(request) as connection:
        before = await _row(connection, name, lock=True)
        check_version(request, before["version"])
        await table.change_calendar(connection, name, body.label, days)
        await audited(connection, request, "calendar.change", f"calendar:{name}", days=len(days))
    version = before["version"] + 1
    return versioned(_shown({"name": name, "version": version, "label": body.label, "days": days}), version)


@routes.delete(f"{CALENDARS}/{{name}}", scope=Scope.ADMIN, errors=(412,))
async def remove(request: web.Request, name: str) -> None:
    """Remove a calendar by which no route goes."""
    async with changing_directory(request) as connection:
        before = await _row(connection, name, lock=True)
        check_version(request, before["version"])
        if used := await table.used_by(connection, name):
            raise Problem(
                409, "calendar_in_use", f"{len(used)} routes go by {name}: let them go by another first.",
                {"routes": used[:100]},
            )  # fmt: skip
        await table.remove_calendar(connection, name)
        await audited(connection, request, "calendar.remove", f"calendar:{name}")


async def _row(connection: Database, name: str, *, lock: bool = False) -> Row:
    """Raises Problem (404)."""
    row = await table.one_calendar(connection, name, lock=lock)
    if row is None:
        raise Problem(404, "not_found", "There is no such calendar.")
    return row


def _checked(name: str, body: CalendarBody) -> list[Row]:
    """Its days. Raises Problem (422)."""
    days = [day.model_dump() for day in body.days]
    try:
        Calendar.parse(name, days)
    except ConfigError as error:
        raise Problem(
            422, "calendar_unfit", f"days: {error}", [{"field": "days", "problem": str(error)}]
        ) from None
    return days


def _shown(row: Row) -> CalendarShown:
    """A row that makes no sense has no days that could be shown."""
    fault = ""
    try:
        Calendar.parse(row["name"], row["days"])
    except ConfigError as error:
        fault = str(error)
    days = [] if fault else [
        CalendarDayShown(date=day["date"], label=day.get("label", ""), hours=day.get("hours", []))
        for day in row["days"]
    ]  # fmt: skip
    return CalendarShown(name=row["name"], version=row["version"], label=row["label"], days=days, fault=fault)
