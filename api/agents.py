"""`/api/agents`: who answers calls. A key sees its own agents and the operator's, and changes its own.

A change is checked as far as it can be, and counts from the next call on, on all servers.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.asker import Asker, asker
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
from mediaserver.calls.routes import AgentKind, fault_of, spec_of
from mediaserver.plural import counted
from mediaserver.storage import agents as table
from mediaserver.storage import flows, numbers, prompts
from mediaserver.storage import routes as routes_table
from mediaserver.storage.sql import Database, Row
from pipelines.flows.library.operators import tools_not_lent

routes = ApiRoutes("agents", "Who answers calls, and how.")

BODY_BYTES = 256 << 10
AgentName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Choices = Annotated[dict[str, Any], Field(default_factory=dict)]
EngineNames = Annotated[list[Annotated[OneLine, Field(min_length=1, max_length=100)]], Field(max_length=20)]


class AgentBody(RequestModel):
    """An agent. What is left out is as the server's settings say."""

    kind: AgentKind = Field(
        description="`flow`: a flow that is published; `llm`: an assistant that thinks with a language "
        "model; `realtime`: a model that hears and speaks; `python`: a class of yours (the operator's "
        "alone); `echo`."
    )
    flow: OneLine = Field(default="", max_length=100, description="Of kind `flow`: its name.")
    prompt: str = Field(default="", max_length=100_000, description="Instructions for a model.")
    entry: OneLine = Field(
        default="", max_length=1000, description="Of kind `python`: module:Class, or an entry point."
    )
    voice: OneLine = Field(default="", max_length=100, description="Of `/api/voices`, or an engine's own.")
    language: OneLine = Field(default="", max_length=100, description="BCP 47.")
    stt: EngineNames = Field(default_factory=list, description="Engines in order of preference.")
    tts: EngineNames = Field(default_factory=list)
    llm: EngineNames = Field(default_factory=list)
    recording: bool = Field(default=True, description="Whether its calls are recorded.")
    tools: EngineNames = Field(default_factory=list, description="What its model may call.")
    turn: Choices = Field(description="Settings of turn-taking that differ from the usual.")
    insight: Choices = Field(description="What is to be known of its callers.")
    assistant: Choices = Field(description="Settings of an agent that thinks with a model.")
    background: Choices = Field(description="Sounds under its words.")
    retention: Choices = Field(description="How long what its calls leave behind is kept.")
    redaction: Choices = Field(description="What is left out of its transcripts.")


class NewAgent(AgentBody):
    """An agent to be added."""

    name: AgentName = Field(description="By which calls and routes name it.")


class AgentShown(ResponseModel):
    """An agent."""

    id: UUID
    name: str
    version: int = Field(description="Goes up with each change.")
    owner: UUID | None = Field(description="The key whose it is; null: the operator's, for everybody to use.")
    kind: str
    flow: str
    prompt: str
    entry: str
    voice: str
    language: str
    stt: list[str]
    tts: list[str]
    llm: list[str]
    recording: bool
    tools: list[str]
    turn: Any
    insight: Any
    assistant: Any
    background: Any
    retention: Any
    redaction: Any
    fault: str = Field(description="Why it cannot answer calls, as far as this server knows; empty: it can.")


@routes.get("/api/agents", scope=Scope.AGENTS_READ)
async def agents(request: web.Request, query: PageQuery) -> Page[AgentShown]:
    """Your own agents and the operator's, by name."""
    context, who = request.app[CONTEXT], asker(request)
    place = place_of(query.cursor, str)
    rows = await table.some_agents(
        context.database, place[0] if place else "", query.limit + 1, who.key, everybody=who.admin
    )
    shown, following = page_of(rows, query.limit, lambda row: (row["name"],))
    return Page[AgentShown](items=[_shown(request, row) for row in shown], next=following)


@routes.post(
    "/api/agents",
    scope=Scope.AGENTS_WRITE,
    status=201,
    made_at="/api/agents/{name}",
    body_limit=BODY_BYTES,
    answers=AgentShown,
    errors=(422,),
)
async def add(request: web.Request, body: NewAgent) -> web.StreamResponse:
    """Add an agent.

    It answers calls that are placed by its name; a route or a number leads others to it."""
    who = asker(request)
    row = {"name": body.name, **body.model_dump(exclude={"name"})}
    async with changing_directory(request) as connection:
        await _check(request, connection, row, who, who.owner)
        if await table.add_agent(connection, row, who.owner) is None:
            raise Problem(409, "name_taken", f"The name {body.name} is taken: choose another.")
        await audited(connection, request, "agent.add", f"agent:{body.name}", kind=body.kind)
        made = await table.one_agent(connection, body.name)
    assert made is not None
    return versioned(_shown(request, made, fresh=True), made["version"], 201)


@routes.get("/api/agents/{name}", scope=Scope.AGENTS_READ, answers=AgentShown)
async def agent(request: web.Request, name: str) -> web.StreamResponse:
    """One agent."""
    row = await _visible(request, request.app[CONTEXT].database, name)
    return versioned(_shown(request, row), row["version"])


@routes.put(
    "/api/agents/{name}",
    scope=Scope.AGENTS_WRITE,
    body_limit=BODY_BYTES,
    answers=AgentShown,
    errors=(412, 422),
)
async def change(request: web.Request, name: str, body: AgentBody) -> web.StreamResponse:
    """Put this in the place of an agent of yours.

    It counts from the next call on. With If-Match and a version it is done only while that is the version."""
    who, row = asker(request), {"name": name, **body.model_dump()}
    async with changing_directory(request) as connection:
        before = await _own(request, connection, name)
        await _check(request, connection, row, who, before["owner"])
        await table.put_agent(connection, row)
        different = sorted(key for key, value in row.items() if before[key] != value)
        await audited(connection, request, "agent.change", f"agent:{name}", columns=different)
        made = await table.one_agent(connection, name)
    assert made is not None
    return versioned(_shown(request, made, fresh=True), made["version"])


@routes.delete("/api/agents/{name}", scope=Scope.AGENTS_WRITE, errors=(412,))
async def remove(request: web.Request, name: str) -> None:
    """Remove an agent of yours that no route and no number leads to.

    Calls that it has go on to their end."""
    async with changing_directory(request) as connection:
        await _own(request, connection, name)
        leading = await routes_table.leading_to(connection, name)
        answered = await numbers.answered_by(connection, name)
        if leading or answered:
            raise Problem(
                409,
                "agent_in_use",
                _in_use(name, len(leading), len(answered)),
                {"routes": leading[:100], "numbers": answered[:100]},
            )
        await table.remove_agent(connection, name)
        await audited(connection, request, "agent.remove", f"agent:{name}")


async def _visible(request: web.Request, connection: Database, name: str, *, lock: bool = False) -> Row:
    """An agent that whoever asks may use. Raises Problem (404)."""
    row = await table.one_agent(connection, name, lock=lock)
    if row is None or not asker(request).may_use(row["owner"]):
        raise Problem(404, "not_found", "There is no such agent.")
    return row


async def _own(request: web.Request, connection: Database, name: str) -> Row:
    """One that whoever asks may change, locked, in the version that it wants. Raises Problem."""
    row = await _visible(request, connection, name, lock=True)
    if not asker(request).sees(row["owner"]):
        raise Problem(403, "not_yours", f"{name} is the operator's: add one of your own under another name.")
    check_version(request, row["version"])
    return row


async def _check(
    request: web.Request, connection: Database, row: Row, who: Asker, whose: UUID | None
) -> None:
    """`whose`: the agent's owner. Raises Problem: 403 for what is the operator's alone, 422 with a fault by
    field."""
    closed = tools_not_lent(row["tools"], request.app[CONTEXT].settings.shared)
    if not who.admin and (row["kind"] == "python" or closed):
        raise Problem(
            403,
            "operators_alone",
            "Code, MCP servers and knowledge that is not lent are for agents of the operator alone.",
            closed[:20],
        )
    whole = {**row, "id": UUID(int=0), "version": 0, "owner": whose}
    if fault := fault_of(whole):
        raise _unfit({_column(fault, row): fault})
    faults = dict(request.app[CONTEXT].agent_faults(spec_of(whole)))
    if row["kind"] == "flow":
        owner = await flows.owner_of(connection, row["flow"])
        if owner not in (None, whose):  # also for an admin: its agents run no key's flow
            faults["flow"] = f"there is no flow {row['flow']}"
    sound = row["assistant"].get("voicemail_prompt") if row["kind"] == "llm" else ""
    if sound and "assistant" not in faults:
        found = await prompts.one_prompt(connection, sound)
        if found is None or found["owner"] not in (None, whose):  # as it is in its calls
            faults["assistant"] = f"there is no sound file {sound}: add it first, or name another"
    if faults:
        raise _unfit(faults)


def _in_use(name: str, routes: int, numbers: int) -> str:
    parts = [counted(count, noun) for count, noun in ((routes, "route"), (numbers, "number")) if count]
    lead, them = ("leads", "it") if routes + numbers == 1 else ("lead", "them")
    return f"{' and '.join(parts)} {lead} to {name}: change {them} first."


def _column(fault: str, row: Row) -> str:
    """Which field `fault_of` speaks of."""
    return "entry" if row["kind"] == "python" else "flow" if row["kind"] == "flow" else "kind"


def _unfit(faults: dict[str, str]) -> Problem:
    first, said = next(iter(faults.items()))
    return Problem(
        422,
        "agent_unfit",
        f"{first}: {said}",
        [{"field": field, "problem": fault} for field, fault in faults.items()],
    )


def _shown(request: web.Request, row: Row, *, fresh: bool = False) -> AgentShown:
    """`fresh`: it was checked just now, and the directory may not have heard of it yet."""
    directory = request.app[CONTEXT].directory
    fault = "" if fresh or directory is None else directory.fault(row["name"])
    return AgentShown(**{name: row[name] for name in AgentShown.model_fields if name != "fault"}, fault=fault)
