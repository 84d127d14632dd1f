"""`/api/flows/{name}/draft`: two who draw at once are told of each other, and nothing of either is lost."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.api.flows.desk import ASKS, BROKEN, FLOWS, FlowDesk, desk_document, flow_desk


@pytest.fixture
async def flows(pool: asyncpg.Pool) -> AsyncIterator[FlowDesk]:
    async with flow_desk(pool) as desk:
        await desk.done("ann", "POST", "", {"document": desk_document()})
        yield desk


async def put(
    flows: FlowDesk, document: Any, who: str = "ann", **headers: str
) -> tuple[int, str | None, Any]:
    """Status, ETag and JSON."""
    response = await flows.client.put(
        f"{FLOWS}/desk/draft",
        data=io.BytesIO(json.dumps({"document": document, "base": 1}).encode()),
        headers={ASKS: who, "Content-Type": "application/json"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
    )
    return response.status, response.headers.get("ETag"), await response.json()


async def test_a_draft_is_saved_as_it_is_and_is_no_version(flows: FlowDesk) -> None:
    status, told = await flows.ask("ann", "GET", "/desk/draft")
    assert (status, told["error"]["code"]) == (404, "no_draft")
    saved = await put(flows, BROKEN, If_None_Match="*")
    assert saved[:2] == (200, '"1"')
    found = await flows.done("ann", "GET", "/desk/draft")
    assert (found["document"], found["base"], found["made_by"]) == (BROKEN, 1, "ann")
    shown = await flows.done("ann", "GET", "/desk")
    assert (shown["versions"], shown["drafted_at"]) == (1, found["changed_at"])
    assert (await flows.ask("ann", "DELETE", "/desk/draft"))[0] == 204
    assert (await flows.done("ann", "GET", "/desk"))["drafted_at"] is None


async def test_the_second_of_two_is_told_and_the_first_one_s_work_stays(flows: FlowDesk) -> None:
    await put(flows, desk_document("One."), If_None_Match="*")
    status, _, told = await put(flows, desk_document("Two."), If_None_Match="*")
    assert (status, told["error"]["detail"]) == (412, {"version": 1})
    assert (await put(flows, desk_document("Three."), If_Match='"1"'))[:2] == (200, '"2"')
    status, _, told = await put(flows, desk_document("Four."), If_Match='"1"')
    assert (status, told["error"]["code"], told["error"]["detail"]) == (
        412,
        "version_changed",
        {"version": 2},
    )
    assert (await flows.done("ann", "GET", "/desk/draft"))["document"] == desk_document("Three.")
    await flows.done("ann", "DELETE", "/desk/draft")
    status, _, told = await put(flows, desk_document("Five."), If_Match='"2"')
    assert status == 412, "it was removed: whoever goes on is to know"


async def test_of_many_at_the_same_moment_one_is_kept(flows: FlowDesk) -> None:
    first = await asyncio.gather(*(put(flows, desk_document(str(n)), If_None_Match="*") for n in range(6)))
    assert sorted(status for status, _, _ in first) == [200] + [412] * 5
    second = await asyncio.gather(*(put(flows, desk_document(str(n)), If_Match='"1"') for n in range(6)))
    assert sorted(status for status, _, _ in second) == [200] + [412] * 5


async def test_a_draft_is_nobody_else_s_and_goes_with_its_flow(flows: FlowDesk) -> None:
    await put(flows, desk_document(), If_None_Match="*")
    assert (await put(flows, desk_document(), "bob"))[0] == 404
    assert (await flows.ask("bob", "GET", "/desk/draft"))[0] == 404
    await flows.done("operator", "POST", "", {"document": desk_document(name="shared")})
    assert (await flows.ask("bob", "GET", "/shared/draft"))[0] == 403
    await flows.done("ann", "DELETE", "/desk")
    assert await flows.pool.fetchval("select count(*) from flow_drafts") == 0


async def test_what_is_no_document_at_all_is_refused(flows: FlowDesk) -> None:
    assert (await put(flows, [], If_None_Match="*"))[0] == 400
    assert (await put(flows, {"nodes": "x" * 1_000_001}, If_None_Match="*"))[0] == 422


async def test_the_list_says_what_is_wrong_and_when_it_was_published(flows: FlowDesk) -> None:
    made = {"document": desk_document(about="The desk."), "publish": True}
    await flows.done("ann", "POST", "/desk/versions", made)
    shown = (await flows.done("ann", "GET", ""))["items"][0]
    assert (shown["about"], shown["errors"], shown["warnings"]) == ("The desk.", 0, 0)
    assert shown["published"] == 2 and shown["published_at"] is not None
    await flows.done("ann", "POST", "/desk/versions", {"document": BROKEN})
    shown = await flows.done("ann", "GET", "/desk")
    assert shown["errors"] > 0 and shown["newest_state"] == "draft" and shown["published"] == 2
    await flows.done("ann", "DELETE", "/desk/publish")
    assert (await flows.done("ann", "GET", "/desk"))["published_at"] is None


async def test_a_template_is_shown_with_those_who_try_it(flows: FlowDesk) -> None:
    for each in await flows.done("ann", "GET", "/templates"):
        whole = await flows.done("ann", "GET", f"/templates/{each['name']}")
        assert whole["document"]["name"] == each["name"] and whole["document"]["nodes"]
    assert (await flows.done("ann", "GET", "/templates/voicemail"))["personas"]
    assert (await flows.ask("ann", "GET", "/templates/nothing"))[0] == 404
