"""What is being drawn of a flow is called by whoever may change it, before anything of it is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest

from api.access.scopes import Scope
from api.gateway.gateway import Gateway
from mediaserver.calls.routes import AgentSpec
from mediaserver.settings.gateway import GatewaySettings
from mediaserver.storage import flow_drafts, flows
from pipelines.flows.document.document import Document
from tests.api.desk import Desk
from tests.api.flows.desk import BROKEN, desk_document
from tests.api.keys import bearer, stored_key
from tests.api.webrtc.door_desk import fault, open_door

QUERY = "flow=desk&draft=true"


class Lends:
    """A FlowDrafts that has an agent of the usual kind answer, and keeps what it was given."""

    def __init__(self) -> None:
        self.lent: list[tuple[AgentSpec, Document]] = []

    async def lend(
        self, agent: AgentSpec, document: Document, subflows: Mapping[tuple[str, int | None], Document]
    ) -> AgentSpec:
        self.lent.append((agent, document))
        return AgentSpec(agent.id, agent.name, 0, "echo", owner=agent.owner)


@pytest.fixture
async def lends(desk: Desk, pool: asyncpg.Pool) -> Lends:
    """A flow of the operator's with a working copy, and nothing published."""
    context = desk.context
    context.pool = pool

    async def owner(name: str) -> Any:
        row = await flows.one_flow(pool, name)
        return None if row is None else row["owner"]

    context.gateway = Gateway(
        GatewaySettings(), context.access, desk.board, desk.board.routes.agent, owner, lambda: 0.0
    )
    context.agent_faults = lambda spec: {"flow": "nothing is published"} if spec.kind == "flow" else {}
    context.drafts = lends = Lends()
    async with pool.acquire() as connection:
        await flows.save(connection, "desk", desk_document(), state="valid")
    await draws(pool, desk_document("Good morning."))
    return lends


async def draws(pool: asyncpg.Pool, document: dict[str, Any]) -> None:
    before = await flow_drafts.draft_of(pool, "desk")
    revision = None if before is None else before["revision"]
    assert await flow_drafts.put_draft(pool, "desk", document, base=1, before=revision, made_by="ann")


async def test_the_working_copy_answers_as_it_was_saved_last(desk: Desk, lends: Lends) -> None:
    async with open_door(desk) as world:
        assert await fault(await world.offer("flow=desk")) == (409, "refused")  # nothing is published
        response = await world.offer(QUERY)
        assert response.status == 201, await response.text()
        [(agent, document)] = lends.lent
        assert (agent.flow, agent.kind) == ("desk", "flow") and document.nodes[1].text == "Good morning."  # type: ignore[union-attr]
        [call] = desk.board
        assert call.to_uri == "flow:desk"


async def test_what_cannot_be_called_says_why_and_nothing_begins(
    desk: Desk, lends: Lends, pool: asyncpg.Pool
) -> None:
    async with pool.acquire() as connection:
        await flows.add(connection, "empty", None)
    async with open_door(desk) as world:
        sdp = await world.sdp()

        async def refused(query: str = QUERY, **who: Any) -> tuple[int, str]:
            return await fault(await world.offer(query, sdp=sdp, **who))

        assert await refused("draft=true") == (400, "bad_request")
        await draws(pool, BROKEN)
        assert await refused() == (422, "flow_has_errors")
        row = await flow_drafts.draft_of(pool, "desk")
        assert row is not None and await flow_drafts.remove_draft(pool, "desk", row["revision"])
        assert await refused("flow=nobody&draft=true") == (404, "not_found")
        assert lends.lent == [] and list(desk.board) == []


async def test_only_who_may_change_a_flow_calls_what_is_drawn(
    desk: Desk, lends: Lends, pool: asyncpg.Pool
) -> None:
    async with open_door(desk) as world:
        sdp = await world.sdp()
        calls, both = {Scope.CALLS_WRITE}, {Scope.CALLS_WRITE, Scope.FLOWS_WRITE}
        for name, scopes, told in (
            ("calls", calls, (403, "missing_scope")),
            ("both", both, (403, "forbidden")),  # it is the operator's
        ):
            _, secret = await stored_key(desk.context, pool, frozenset(scopes), name)
            assert await fault(await world.offer(QUERY, bearer(secret), sdp)) == told
        assert lends.lent == []
