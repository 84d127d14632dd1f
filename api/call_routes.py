"""`/api/telephony/routes`: which numbers and addresses lead to which agents, when, and what else.

The operator changes them. A key sees those that lead to agents which it may use.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.calendars import SpanText
from api.context import CONTEXT
from api.directory_changes import changing_directory
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.versions import check_version, versioned
from mediaserver.calls.hours import Week, zone_of
from mediaserver.calls.route import USUAL_ZONE
from mediaserver.calls.routes import LONGEST, Refused, ToAgent, ToExtension, ToRing
from mediaserver.errors import CallError, ConfigError
from mediaserver.storage import agents as agents_table
from mediaserver.storage import calendars as calendars_table
from mediaserver.storage import numbers as numbers_table
from mediaserver.storage import routes as table
from mediaserver.storage.sql import Database, Row

routes = ApiRoutes("routes", "Which numbers and addresses lead to which agents.")

ROUTES = "/api/telephony/routes"
ROUTE = ROUTES + "/{id}"
RouteId = Annotated[int, Field(ge=1, lt=2**63)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FIRST_YEAR, LAST_YEAR = 1900, 9000
"""Moments beyond are no moment in some time zone."""
FALLBACKS = ("agent", "ring", "message")


def _near(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"it is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_near)]


class RouteFallback(RequestModel):
    """What a caller gets when nobody is there, or the agent cannot answer: one of the three."""

    agent: OneLine = Field(default="", max_length=100, description="Another agent.")
    ring: OneLine = Field(
        default="",
        max_length=200,
        description="An extension, number or address that is rung.",
    )
    message: OneLine = Field(default="", max_length=200, description="Why the call is refused (480).")

    @model_validator(mode="after")
    def _is_one(self) -> RouteFallback:
        if sum(bool(getattr(self, name)) for name in FALLBACKS) != 1:
            raise ValueError("give one of agent, ring and message")
        return self


class RouteBody(RequestModel):
    """A route."""

    pattern: OneLine = Field(
        min_length=1,
        max_length=1000,
        description="A number, name or address; `*` stands for any characters, `?` for one. With `@` it is "
        "compared with the whole address, else with its user part or number.",
    )
    agent: OneLine = Field(min_length=1, max_length=100)
    priority: int = Field(default=100, ge=-(2**31), lt=2**31, description="The lowest goes first.")
    label: OneLine = Field(default="", max_length=200, description="For people.")
    valid_from: Moment | None = Field(default=None, description="From then on it counts.")
    valid_until: Moment | None = Field(default=None, description="From then on it does not.")
    time_zone: str = Field(default=USUAL_ZONE, max_length=100, description="Of its hours (IANA).")
    hours: dict[Day, list[SpanText]] | None = Field(
        default=None, description="When the agent answers, by day of the week; null: at any time."
    )
    calendar: str | None = Field(default=None, max_length=64, description="Days that are not as usual.")
    fallback: RouteFallback | None = Field(
        default=None, description="Null: outside of its hours it is as if there were no such route."
    )

    def row(self) -> Row:
        """As the table has it."""
        fallback = self.fallback
        return {
            **self.model_dump(exclude={"fallback"}),
            "fallback_agent": (fallback.agent if fallback else "") or None,
            "fallback_ring": fallback.ring if fallback else "",
            "fallback_message": fallback.message if fallback else "",
        }


class RouteFallbackShown(ResponseModel):
    """What a caller gets otherwise: one of the three is not empty."""

    agent: str
    ring: str
    message: str


class RouteShown(ResponseModel):
    """A route."""

    id: int
    version: int = Field(description="Goes up with each change.")
    pattern: str
    agent: str
    priority: int
    label: str
    valid_from: datetime | None
    valid_until: datetime | None
    time_zone: str
    hours: Any = Field(description="By day of the week; null: at any time.")
    calendar: str | None
    fallback: RouteFallbackShown | None
    fault: str = Field(description="Why nobody can go by it, as far as is known; empty: all is well.")


class ResolveQuery(RequestModel):
    """What is asked."""

    to: OneLine = Field(min_length=1, max_length=LONGEST, description="As it is dialled.")
    at: Moment | None = Field(default=None, description="When; left out: now.")


class Resolved(ResponseModel):
    """Who answers, and why."""

    to: str
    at: datetime
    outcome: Literal["agent", "extension", "ring", "refused"]
    agent: str | None = Field(description="Of outcome `agent`.")
    ring: str | None = Field(description="Of outcome `extension` and `ring`: who is rung.")
    code: int | None = Field(description="Of outcome `refused`: SIP's.")
    reason: str | None = Field(description="Of outcome `refused`.")
    route: int | None = Field(description="By which route.")
    number: str | None = Field(description="By which number of ours.")
    why: list[str] = Field(description="What was found on the way, in order; for the operator alone.")


@routes.get(f"{ROUTES}/resolve", scope=Scope.TELEPHONY_READ)
async def resolve(request: web.Request, query: ResolveQuery) -> Resolved:
    """Who would answer, and why. Nobody is called."""
    directory, who = started(request.app[CONTEXT].directory), asker(request)
    at = query.at or datetime.now(UTC)
    found = directory.explain(query.to, at)
    if found.route is not None and not who.admin:
        await _seen(request, found.route)
    agent = ring = code = reason = None
    outcome: Literal["agent", "extension", "ring", "refused"]
    match found.resolution:
        case ToAgent(agent=spec):
            if not who.may_use(spec.owner):
                raise Problem(404, "not_found", "It leads to nobody that this key may use.")
            outcome, agent = "agent", spec.name
        case ToExtension(extension=extension):
            outcome, ring = "extension", extension
        case ToRing(to=target):
            outcome, ring = "ring", target
        case Refused(code=status, why=said):
            outcome, code, reason = "refused", status, said if who.admin else "nobody answers"
    return Resolved(
        to=query.to, at=at, outcome=outcome, agent=agent, ring=ring, code=code, reason=reason,
        route=found.route, number=found.number or None, why=list(found.why) if who.admin else [],
    )  # fmt: skip


@routes.get(ROUTES, scope=Scope.TELEPHONY_READ)
async def listed(request: web.Request, query: PageQuery) -> Page[RouteShown]:
    """All routes, the oldest first."""
    who, place = asker(request), place_of(query.cursor, int)
    rows = await table.some_routes(
        request.app[CONTEXT].database, place[0] if place else 0, query.limit + 1, who.key, everybody=who.admin
    )
    shown, following = page_of(rows, query.limit, lambda row: (row["id"],))
    return Page[RouteShown](items=[_shown(request, row) for row in shown], next=following)


@routes.post(
    ROUTES, scope=Scope.ADMIN, status=201, made_at=f"{ROUTES}/{{id}}", answers=RouteShown, errors=(422,)
)
async def add(request: web.Request, body: RouteBody) -> web.StreamResponse:
    """Add a route. It counts from the next call on."""
    row = body.row()
    async with changing_directory(request) as connection:
        await _check(request, connection, row)
        id = await table.add_route(connection, row)
        await audited(connection, request, "route.add", f"route:{id}", pattern=body.pattern, agent=body.agent)
    return versioned(_shown(request, {**row, "id": id, "version": 1}, fresh=True), 1, 201)


@routes.get(ROUTE, scope=Scope.TELEPHONY_READ, answers=RouteShown)
async def one(request: web.Request, id: RouteId) -> web.StreamResponse:
    """One route."""
    row = await _seen(request, id)
    return versioned(_shown(request, row), row["version"])


@routes.put(ROUTE, scope=Scope.ADMIN, answers=RouteShown, errors=(412, 422))
async def change(request: web.Request, id: RouteId, body: RouteBody) -> web.StreamResponse:
    """Put this in the place of a route. It counts from the next call on."""
    row = body.row()
    async with changing_directory(request) as connection:
        before = await _row(connection, id)
        check_version(request, before["version"])
        await _check(request, connection, row)
        await table.change_route(connection, id, row)
        different = sorted(key for key, value in row.items() if before[key] != value)
        await audited(connection, request, "route.change", f"route:{id}", columns=different)
    version = before["version"] + 1
    return versioned(_shown(request, {**row, "id": id, "version": version}, fresh=True), version)


@routes.delete(ROUTE, scope=Scope.ADMIN, errors=(412,))
async def remove(request: web.Request, id: RouteId) -> None:
    """Remove a route that no number follows."""
    async with changing_directory(request) as connection:
        before = await _row(connection, id)
        check_version(request, before["version"])
        if followed := await numbers_table.following(connection, id):
            raise Problem(
                409, "route_in_use", f"{len(followed)} numbers follow the route {id}: change them first.",
                {"numbers": followed[:100]},
            )  # fmt: skip
        await table.remove_route(connection, id)
        await audited(connection, request, "route.remove", f"route:{id}", pattern=before["pattern"])


async def _seen(request: web.Request, id: int) -> Row:
    """As whoever asks may see it. Raises Problem (404)."""
    who, database = asker(request), request.app[CONTEXT].database
    rows = await table.some_routes(database, id - 1, 1, who.key, everybody=who.admin)
    if not rows or rows[0]["id"] != id:
        raise _unknown()
    return rows[0]


async def _row(connection: Database, id: int) -> Row:
    """Locked. Raises Problem (404)."""
    row = await table.one_route(connection, id, lock=True)
    if row is None:
        raise _unknown()
    return row


async def _check(request: web.Request, connection: Database, row: Row) -> None:
    """Raises Problem (422) with a fault by field."""
    faults: dict[str, str] = {}
    for field, name in (("agent", row["agent"]), ("fallback.agent", row["fallback_agent"])):
        if name is not None and await agents_table.one_agent(connection, name) is None:
            faults[field] = f"there is no agent {name}"
    if (
        row["calendar"] is not None
        and await calendars_table.one_calendar(connection, row["calendar"]) is None
    ):
        faults["calendar"] = f"there is no calendar {row['calendar']}"
    try:
        zone_of(row["time_zone"])
    except ConfigError as error:
        faults["time_zone"] = str(error)
    try:
        if row["hours"] is not None:
            Week.parse(row["hours"])
    except ConfigError as error:
        faults["hours"] = str(error)
    try:
        if row["fallback_ring"]:
            request.app[CONTEXT].may_call(row["fallback_ring"])
    except CallError as error:
        faults["fallback.ring"] = str(error)
    if row["valid_from"] and row["valid_until"] and row["valid_until"] <= row["valid_from"]:
        faults["valid_until"] = "it ends before it begins"
    if faults:
        first, said = next(iter(faults.items()))
        raise Problem(
            422, "route_unfit", f"{first}: {said}",
            [{"field": field, "problem": problem} for field, problem in faults.items()],
        )  # fmt: skip


def _shown(request: web.Request, row: Row, *, fresh: bool = False) -> RouteShown:
    """`fresh`: it was checked just now, and the directory may not have heard of it yet."""
    directory = request.app[CONTEXT].directory
    given = {name: row[f"fallback_{name}"] or "" for name in FALLBACKS}
    plain = {name: row[name] for name in RouteShown.model_fields if name not in ("fallback", "fault")}
    return RouteShown(
        **plain,
        fallback=RouteFallbackShown(**given) if any(given.values()) else None,
        fault="" if fresh or directory is None else directory.route_fault(row["id"]),
    )


def _unknown() -> Problem:
    return Problem(404, "not_found", "There is no such route.")
