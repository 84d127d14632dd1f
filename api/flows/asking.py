"""What all requests for flows share: whose flows are there for who asks, and refusals as HTTP says them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import asyncpg
from aiohttp import web

from api.access.asker import Asker, asker
from api.context import CONTEXT
from api.directory_changes import changing_flows
from api.routing.problems import Problem
from mediaserver.errors import ConfigError
from mediaserver.storage import flows
from mediaserver.storage.sql import Database, Row
from pipelines.flows.document.reading import DocumentError
from pipelines.flows.library.keeping import FlowMaker, FlowTakenError
from pipelines.flows.library.reading import ReadFlow, read_flow
from pipelines.flows.library.references import MayUse


def pool_of(request: web.Request) -> asyncpg.Pool:
    """Raises DatabaseError, which becomes 503."""
    return request.app[CONTEXT].database


@contextmanager
def told_faults() -> Iterator[None]:
    """What is wrong with a document, or with what is asked of a flow, as HTTP has it."""
    try:
        yield
    except DocumentError as fault:
        raise Problem(422, "bad_document", f"{fault}."[:2000], fault.faults) from None
    except FlowTakenError as fault:
        raise Problem(409, "flow_taken", f"{fault}.") from None
    except ConfigError as fault:
        raise Problem(422, "unprocessable", f"{fault}."[:2000]) from None


def no_flow() -> Problem:
    """Also for what is another key's."""
    return Problem(404, "not_found", "There is no such flow.")


def checked_use(row: Row | None, who: Asker) -> Row:
    """A flow that whoever asks may see and use. Raises Problem."""
    if row is None or not who.may_use(row["owner"]):
        raise no_flow()
    return row


def checked_change(row: Row | None, who: Asker) -> Row:
    """A flow that whoever asks may change. Raises Problem: 403 for the operator's, which it may use."""
    found = checked_use(row, who)
    if not who.sees(found["owner"]):
        raise Problem(403, "forbidden", "This flow is the operator's: you may use it, and not change it.")
    return found


async def flow_in_use(request: web.Request, name: str, connection: Database | None = None) -> Row:
    """See `checked_use`."""
    row = await flows.one_flow(connection or pool_of(request), name)
    return checked_use(row, asker(request))


@asynccontextmanager
async def changing(request: web.Request, name: str) -> AsyncIterator[tuple[asyncpg.Connection, Row]]:
    """A flow that whoever asks changes, and nobody else meanwhile: all in one transaction. Raises Problem."""
    async with changing_flows(request) as connection:
        row = checked_change(await flows.taken(connection, name), asker(request))
        yield connection, row


async def version_in_use(request: web.Request, name: str, number: int | None) -> Row:
    """A version with its document, the newest where no number is given. Raises Problem."""
    await flow_in_use(request, name)
    row = await flows.version(pool_of(request), name, number)
    if row is None:
        said = "has no version yet" if number is None else f"has no version {number}"
        raise Problem(404, "no_such_version", f"The flow {name} {said}.")
    return row


def maker_of(request: web.Request, row: Row | None = None) -> FlowMaker:
    """Who changes a flow. `row`: of one that is there; one that is made belongs to who asks."""
    who, shared = asker(request), request.app[CONTEXT].settings.shared
    return FlowMaker(who.name[:100], who.owner if row is None else row["owner"], who.sees, shared)


def usable_by(request: web.Request, owner: UUID | None) -> MayUse:
    """What a flow of this owner may name."""
    return MayUse(owner, request.app[CONTEXT].settings.shared)


async def checked_document(request: web.Request, content: Any, may_use: MayUse) -> ReadFlow:
    """A document read and looked at, in threads, few at a time. Raises Problem."""
    with told_faults():
        async with request.app[CONTEXT].checking:
            return await read_flow(content, pool_of(request), may_use)


def check_code(read: ReadFlow, who: Asker) -> None:
    """Before it is kept: a key's flows run no code and no MCP servers of this server's, and use no secrets
    and no knowledge that the operator does not lend. Raises Problem."""
    if read.operators and not who.admin:
        raise operators_alone(read.operators)


def operators_alone(what: Sequence[str]) -> Problem:
    """A key's flow names this."""
    return Problem(
        403,
        "operators_alone",
        "Code, MCP servers, and secrets and knowledge that are not lent are for flows of the operator alone: "
        f"{what[0]}.",
        list(what[:20]),
    )


def named(content: dict[str, Any], name: str | None) -> dict[str, Any]:
    """A document under the name that it shall have; one with personas beside it is taken for itself."""
    inner = content.get("document")
    found = inner if isinstance(inner, dict) and "nodes" not in content else content
    return {**found, "name": name} if name else found


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
