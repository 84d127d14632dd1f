"""`/api/flows`: made, versioned, compared, published, and nobody's but their owner's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from cli.serving.flows import ServedFlows
from mediaserver.storage import agents
from mediaserver.storage.flow_secrets import all_secrets, opened
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import Sealer
from sip.trunks.board import TrunkBoard
from tests.api.flows.desk import BROKEN, FLOWS, FlowDesk, desk_document, flow_desk
from tests.mediaserver.calls.rows import agent

DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]


@pytest.fixture
async def flows(pool: asyncpg.Pool) -> AsyncIterator[FlowDesk]:
    async with flow_desk(pool) as desk:
        yield desk


async def publish(flows: FlowDesk, who: str, name: str, **more: Any) -> None:
    await flows.done(who, "POST", "", {"document": desk_document(name=name, **more), "publish": True})


# -- made and read


async def test_a_flow_is_made_with_its_first_version(flows: FlowDesk) -> None:
    made = await flows.done("ann", "POST", "", {"document": desk_document(), "note": "the first"})
    assert made == {
        "flow": "desk", "version": 1, "state": "valid", "published": False, "findings": [], "subflows": [],
    }  # fmt: skip
    shown = await flows.done("ann", "GET", "/desk")
    assert (shown["newest"], shown["newest_state"], shown["published"], shown["versions"]) == (
        1, "valid", None, 1,
    )  # fmt: skip
    version = await flows.done("ann", "GET", "/desk/versions/1")
    assert version["document"]["nodes"] == desk_document()["nodes"]
    assert (version["note"], version["made_by"]) == ("the first", "ann")


async def test_a_second_flow_of_one_name_is_a_409_and_a_second_version_is_not(flows: FlowDesk) -> None:
    await flows.done("ann", "POST", "", {"document": desk_document()})
    status, told = await flows.ask("ann", "POST", "", {"document": desk_document("Hello.")})
    assert (status, told["error"]["code"]) == (409, "flow_taken")
    second = await flows.done(
        "ann", "POST", "/desk/versions", {"document": desk_document("Hello.", name="x")}
    )
    assert (second["flow"], second["version"]) == ("desk", 2), "it goes under this flow's name"
    again = await flows.done("ann", "POST", "/desk/versions", {"document": desk_document("Hello.")})
    assert again["version"] == 2, "what the newest says already is not kept again"


async def test_two_who_make_one_flow_at_the_same_moment_do_not_share_it(flows: FlowDesk) -> None:
    asked = [flows.ask(who, "POST", "", {"document": desk_document(who)}) for who in ("ann", "bob") * 4]
    found = await asyncio.gather(*asked)
    assert sorted(status for status, _ in found) == [201] + [409] * 7
    (owner,) = [who for who in ("ann", "bob") if (await flows.ask(who, "GET", "/desk"))[0] == 200]
    version = await flows.done(owner, "GET", "/desk/versions/1")
    assert version["document"]["nodes"][1]["text"] == owner
    assert (await flows.done(owner, "GET", "/desk"))["versions"] == 1


async def test_a_draft_is_kept_and_not_published(flows: FlowDesk) -> None:
    made = await flows.done("ann", "POST", "", {"document": BROKEN, "publish": True})
    assert (made["state"], made["published"]) == ("draft", False)
    assert any(each["severity"] == "error" for each in made["findings"])
    status, told = await flows.ask("ann", "POST", "/desk/publish")
    assert status == 422 and "is a draft" in told["error"]["message"]


async def test_lists_come_page_by_page(flows: FlowDesk) -> None:
    for name in ("a", "b", "c"):
        await publish(flows, "ann", name)
    first = await flows.done("ann", "GET", "", limit=2)
    rest = await flows.done("ann", "GET", "", limit=2, cursor=first["next"])
    assert [[each["name"] for each in page["items"]] for page in (first, rest)] == [["a", "b"], ["c"]]
    assert rest["next"] is None
    for number in range(2, 5):
        await flows.done("ann", "POST", "/a/versions", {"document": desk_document(f"Text {number}.")})
    first = await flows.done("ann", "GET", "/a/versions", limit=3)
    rest = await flows.done("ann", "GET", "/a/versions", limit=3, cursor=first["next"])
    assert [each["number"] for each in (*first["items"], *rest["items"])] == [4, 3, 2, 1]
    assert first["items"][0]["published_at"] is None and rest["items"][0]["published_at"] is not None


async def test_a_flow_counts_when_its_maker_is_told_that_it_is_published(
    flows: FlowDesk, pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    for table in ("flows", "flow_secrets"):
        await pool.execute(f"alter table {table} disable trigger user")  # nobody else tells of it
    sealer = Sealer(b"k" * 32)
    known = flows.context.flows = ServedFlows()
    flows.context.trunks = TrunkBoard(sealer)
    await known.start(lambda: open_connection(postgres.dsn), sealer, poll_s=3600)
    try:
        await publish(flows, "operator", "desk")
        assert known.fault("desk") == ""
        await flows.done("operator", "DELETE", "/desk/publish")
        assert known.fault("desk")
        await flows.done("operator", "POST", "/desk/publish")
        assert known.fault("desk") == ""
        secret = {"host": "crm.example", "value": "correct horse"}
        await flows.done("operator", "PUT", "/secrets/crm", secret)
        assert known.secrets.secret("crm") is not None
    finally:
        await known.close()


# -- checked and compared


async def test_a_document_is_checked_without_being_kept(flows: FlowDesk) -> None:
    fine = await flows.done("ann", "POST", "/validate", {"document": desk_document()})
    assert fine == {"ok": True, "findings": []}
    wrong = await flows.done("ann", "POST", "/validate", {"document": BROKEN})
    assert not wrong["ok"] and any("nowhere" in each["what"] for each in wrong["findings"])
    assert (await flows.done("ann", "GET"))["items"] == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"format": 99, "name": "desk", "nodes": []},
        {"format": 1, "name": "desk", "nodes": "none"},
        {"nodes": DEEP},
        desk_document("x" * 1_100_000),
    ],
)
async def test_what_is_no_document_is_a_422_with_its_faults(flows: FlowDesk, document: Any) -> None:
    checked = await flows.done("ann", "POST", "/validate", {"document": document})
    assert not checked["ok"] and all(each["severity"] == "error" for each in checked["findings"]), checked
    for path in ("", "/import"):
        status, told = await flows.ask("ann", "POST", path, {"document": document})
        assert (status, told["error"]["code"]) == (422, "bad_document"), told
        assert told["error"]["detail"] and len(told["error"]["message"]) <= 2000
        assert [each["what"] for each in checked["findings"]] == told["error"]["detail"]


async def test_a_body_beyond_two_megabytes_is_refused_before_it_is_read(flows: FlowDesk) -> None:
    status, told = await flows.ask("ann", "POST", "/validate", {"document": {"name": "x" * (3 << 20)}})
    assert (status, told["error"]["code"]) == (413, "too_large")


async def test_a_saved_version_is_checked_as_things_stand_now(flows: FlowDesk) -> None:
    calls_sales = desk_document(
        nodes=[
            {"id": "start", "type": "start"},
            {"id": "over", "type": "agent_transfer", "agent": "sales"},
            {"id": "end", "type": "end_call", "text": "Goodbye."},
        ],
        edges=[
            {"type": "next", "source": "start", "target": "over"},
            {"type": "error", "source": "over", "target": "end"},
        ],
    )
    await flows.done("ann", "POST", "", {"document": calls_sales})
    async with flows.pool.acquire() as connection:
        theirs = await connection.fetchval("select id from api_keys where name = 'bob'")
        await agents.put_agent(connection, agent("sales"), theirs)
    found = await flows.done("ann", "POST", "/desk/validate")
    assert [each["what"] for each in found["findings"]] == ["there is no agent 'sales'"], "it is bob's"
    await flows.pool.execute("update agents set owner = null where name = 'sales'")
    assert (await flows.done("ann", "POST", "/desk/validate", {"version": 1}))["findings"] == []
    assert (await flows.ask("ann", "POST", "/desk/validate", {"version": 2}))[0] == 404


async def test_what_changed_is_told_in_words(flows: FlowDesk) -> None:
    await publish(flows, "ann", "desk")
    await flows.done("ann", "POST", "/desk/versions", {"document": desk_document("Hello.")})
    found = await flows.done("ann", "GET", "/desk/diff")
    assert (found["before"], found["after"]) == (1, 2)
    assert [each["text"] for each in found["differences"]] == [
        'node hello: text is "Hello.", it was "Welcome."'
    ]
    unsaved = await flows.done("ann", "POST", "/desk/diff", {"document": desk_document("Hi."), "before": 2})
    assert unsaved["after"] is None and len(unsaved["differences"]) == 1
    assert (await flows.ask("ann", "GET", "/desk/diff", before=7))[0] == 404


async def test_an_export_is_what_import_takes(flows: FlowDesk) -> None:
    await flows.done("ann", "POST", "", {"document": desk_document()})
    response = await flows.client.get(f"{FLOWS}/desk/export", headers={"X-Who-Asks": "ann"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="desk.json"'
    exported = await response.json()
    again = await flows.done("ann", "POST", "/import", {"document": exported})
    assert (again["flow"], again["version"]) == ("desk", 1)
    other = await flows.done(
        "bob", "POST", "/import", {"document": exported, "name": "copy", "publish": True}
    )
    assert (other["flow"], other["published"]) == ("copy", True)


async def test_a_template_is_imported_with_what_it_runs_through(pool: asyncpg.Pool) -> None:
    async with flow_desk(pool, shared={"secrets": ["shop_key"]}) as flows:
        await import_all(flows)


async def import_all(flows: FlowDesk) -> None:
    known = [each["name"] for each in await flows.done("ann", "GET", "/templates")]
    assert "booking" in known and len(known) > 8
    for name in known:
        made = await flows.done("ann", "POST", "/import", {"template": name, "publish": True})
        assert made["state"] == "valid", made
    listed = await flows.done("ann", "GET", "", limit=200)
    assert {each["name"] for each in listed["items"]} >= set(known)
    status, told = await flows.ask("ann", "POST", "/import", {"template": "bookin"})
    assert status == 422 and "did you mean 'booking'" in told["error"]["message"]
    for both in ({}, {"template": "booking", "document": desk_document()}):
        assert (await flows.ask("ann", "POST", "/import", both))[0] == 400


async def test_the_schema_of_documents_is_there_for_editors(flows: FlowDesk) -> None:
    assert (await flows.done("ann", "GET", "/schema"))["properties"]["nodes"]


# -- what new calls run


async def test_publish_roll_back_split_and_end(flows: FlowDesk) -> None:
    await publish(flows, "ann", "desk")
    await flows.done("ann", "POST", "/desk/versions", {"document": desk_document("Hello.")})
    now = await flows.done("ann", "POST", "/desk/publish")
    assert (now["version"], now["before"]) == (2, 1)
    back = await flows.done("ann", "POST", "/desk/rollback")
    assert (back["version"], back["before"]) == (1, 2)
    assert (await flows.ask("ann", "POST", "/desk/rollback"))[0] == 422
    shared = await flows.done("ann", "PUT", "/desk/split", {"version": 2, "percent": 30})
    assert [(each["version"], each["percent"], each["calls"]) for each in shared["versions"]] == [
        (1, 70, 0),
        (2, 30, 0),
    ]
    one = await flows.done("ann", "GET", "/desk/split", version="2")
    assert [each["version"] for each in one["versions"]] == [2]
    assert (await flows.ask("ann", "DELETE", "/desk/split"))[0] == 204
    assert (await flows.ask("ann", "DELETE", "/desk/split"))[0] == 409
    assert (await flows.ask("ann", "DELETE", "/desk/publish"))[0] == 204
    assert (await flows.done("ann", "GET", "/desk"))["published"] is None
    for wrong in ({"version": 2, "percent": 0}, {"version": 0, "percent": 5}, {"version": 2}):
        assert (await flows.ask("ann", "PUT", "/desk/split", wrong))[0] == 400
    assert (await flows.ask("ann", "PUT", "/desk/split", {"version": 2, "percent": 5}))[0] == 422


async def test_how_a_shared_flow_fares_is_told_of_ones_own_calls(flows: FlowDesk) -> None:
    await publish(flows, "operator", "desk")
    for who, count in (("ann", 1), ("bob", 2), (None, 4)):
        for _ in range(count):
            await flows.pool.execute(
                "with c as (insert into calls (id, direction, from_uri, to_uri, app, started_at, owner)"
                " values ($1, 'inbound', '', '', 'agent', now(), (select id from api_keys where name = $2))"
                " returning id) insert into flow_runs (call_id, flow, version) select id, 'desk', 1 from c",
                uuid4(), who,
            )  # fmt: skip
    for who, count in (("ann", 1), ("bob", 2), ("operator", 7)):
        (fared,) = (await flows.done(who, "GET", "/desk/split"))["versions"]
        assert fared["live"] == count


async def test_a_flow_that_agents_run_is_removed_by_force_alone(flows: FlowDesk) -> None:
    await publish(flows, "ann", "desk")
    async with flows.pool.acquire() as connection:
        await agents.put_agent(connection, agent("front", kind="flow", flow="desk"))
    assert (await flows.done("ann", "GET", "/desk"))["agents"] == ["front"]
    status, told = await flows.ask("ann", "DELETE", "/desk")
    assert (status, told["error"]["code"]) == (409, "flow_in_use")
    assert (await flows.ask("ann", "DELETE", "/desk", force="true"))[0] == 204
    assert (await flows.ask("ann", "GET", "/desk"))[0] == 404


# -- whose they are


async def test_another_key_s_flow_is_nowhere_to_be_found(flows: FlowDesk) -> None:
    await publish(flows, "ann", "desk")
    document = desk_document("Mine now.")
    for method, path, content in (
        ("GET", "/desk", None),
        ("DELETE", "/desk", None),
        ("GET", "/desk/versions", None),
        ("POST", "/desk/versions", {"document": document}),
        ("GET", "/desk/versions/1", None),
        ("GET", "/desk/export", None),
        ("POST", "/desk/validate", None),
        ("GET", "/desk/diff", None),
        ("POST", "/desk/diff", {"document": document}),
        ("POST", "/desk/publish", None),
        ("DELETE", "/desk/publish", None),
        ("POST", "/desk/rollback", None),
        ("PUT", "/desk/split", {"version": 1, "percent": 5}),
        ("DELETE", "/desk/split", None),
        ("GET", "/desk/split", None),
    ):
        assert (await flows.ask("bob", method, path, content))[0] == 404, (method, path)
    assert (await flows.done("bob", "GET"))["items"] == []
    for path in ("", "/import"):
        status, told = await flows.ask("bob", "POST", path, {"document": document})
        assert (status, told["error"]["code"]) == (409, "flow_taken")
    assert (await flows.done("ann", "GET", "/desk"))["versions"] == 1
    assert [each["name"] for each in (await flows.done("operator", "GET"))["items"]] == ["desk"]


async def test_the_operator_s_flow_may_be_used_and_not_changed(flows: FlowDesk) -> None:
    await publish(flows, "operator", "desk")
    assert (await flows.done("ann", "GET", "/desk"))["owner"] is None
    assert (await flows.ask("ann", "GET", "/desk/export"))[0] == 200
    for method, path, content in (
        ("POST", "/desk/versions", {"document": desk_document("Mine.")}),
        ("POST", "/desk/publish", None),
        ("DELETE", "/desk", None),
    ):
        assert (await flows.ask("ann", method, path, content))[0] == 403, (method, path)


async def test_a_flow_does_not_run_through_another_key_s(flows: FlowDesk) -> None:
    await publish(flows, "ann", "secret")
    through = desk_document(
        name="thief",
        nodes=[
            {"id": "start", "type": "start"},
            {"id": "in", "type": "subflow", "flow": "secret"},
            {"id": "end", "type": "end_call", "text": "Goodbye."},
        ],
        edges=[
            {"type": "next", "source": "start", "target": "in"},
            {"type": "next", "source": "in", "target": "end"},
            {"type": "error", "source": "in", "target": "end"},
        ],
    )
    for who in ("bob", "operator"):
        wrong = await flows.done(who, "POST", "/validate", {"document": through})
        assert not wrong["ok"] and "secret" in str(wrong["findings"]), who
    assert (await flows.done("ann", "POST", "/validate", {"document": through}))["ok"]


# -- secrets


async def test_secrets_are_the_operator_s_and_never_shown(flows: FlowDesk) -> None:
    sealer = Sealer(b"k" * 32)
    flows.context.trunks = SimpleNamespace(sealer=sealer)  # type: ignore[assignment]
    put = {"host": "API.Example.com", "value": "tok-123456"}
    assert (await flows.ask("ann", "PUT", "/secrets/CRM", put))[0] == 403
    assert (await flows.ask("operator", "PUT", "/secrets/CRM", put))[0] == 204
    (shown,) = await flows.done("operator", "GET", "/secrets")
    assert set(shown) == {"name", "host", "changed_at"} and shown["host"] == "api.example.com"
    known, faults = opened(await all_secrets(flows.pool), sealer)
    assert (known["CRM"].value, faults) == ("tok-123456", {})
    for wrong in ({"host": "https://x/y", "value": "tok-123456"}, {"host": "x.example", "value": "a\nbcd"}):
        status, told = await flows.ask("operator", "PUT", "/secrets/CRM", wrong)
        assert status in (400, 422) and "tok-123456" not in str(told)
    assert (await flows.ask("operator", "DELETE", "/secrets/CRM"))[0] == 204
    assert (await flows.ask("operator", "DELETE", "/secrets/CRM"))[0] == 404


async def test_no_flow_is_made_under_a_name_that_the_api_has(flows: FlowDesk) -> None:
    for name in ("generate", "schema", "secrets", "templates", "validate", "import"):
        status, told = await flows.ask("ann", "POST", "", {"document": desk_document(name=name)})
        assert status == 422 and "names a part of the API" in told["error"]["message"]


# -- code of the operator's


TOOL_USES: list[dict[str, Any]] = [
    {"kind": "python", "entry": "shop:order"},
    {"kind": "tool", "name": "mcp/shop/order"},
    {"kind": "tool", "name": "shop:order"},
    {"kind": "tool", "name": "knowledge/manuals"},
    {
        "kind": "http",
        "method": "GET",
        "url": "https://crm.example.com/all",
        "secrets": {"X-Key": {"secret": "CRM"}},
    },
]


@pytest.mark.parametrize("use", TOOL_USES)
async def test_a_keys_flow_uses_nothing_of_the_operators_alone(flows: FlowDesk, use: dict[str, Any]) -> None:
    nodes = [*desk_document()["nodes"], {"id": "work", "type": "tool", "use": use}]
    document = desk_document(nodes=nodes)
    status, told = await flows.ask("ann", "POST", "", {"document": document})
    assert (status, told["error"]["code"]) == (403, "operators_alone")
    status, told = await flows.ask("ann", "POST", "/import", {"document": document})
    assert (status, told["error"]["code"]) == (403, "operators_alone")
    await flows.done("ann", "POST", "", {"document": desk_document()})
    status, told = await flows.ask("ann", "POST", "/desk/versions", {"document": document})
    assert (status, told["error"]["code"]) == (403, "operators_alone")
    assert (await flows.done("ann", "GET", "/desk"))["versions"] == 1
    await flows.done("operator", "POST", "", {"document": desk_document(nodes=nodes, name="shared")})
    await flows.done("ann", "POST", "/shared/validate")


@pytest.mark.parametrize("use", TOOL_USES[3:])
async def test_what_the_operator_lends_keys_flows_may_use(pool: asyncpg.Pool, use: dict[str, Any]) -> None:
    nodes = [*desk_document()["nodes"], {"id": "work", "type": "tool", "use": use}]
    async with flow_desk(pool, shared={"secrets": ["CRM"], "knowledge": ["manuals"]}) as flows:
        assert (await flows.ask("ann", "POST", "", {"document": desk_document(nodes=nodes)}))[0] == 201


async def test_no_key_is_told_which_secrets_there_are(flows: FlowDesk) -> None:
    flows.context.trunks = SimpleNamespace(sealer=Sealer(b"k" * 32))  # type: ignore[assignment]
    put = {"host": "crm.example.com", "value": "tok-123456"}
    assert (await flows.ask("operator", "PUT", "/secrets/CRM", put))[0] == 204
    nodes = [*desk_document()["nodes"], {"id": "work", "type": "tool", "use": TOOL_USES[-1]}]
    content = {"document": desk_document(nodes=nodes)}
    told = {
        who: [each["what"] for each in (await flows.done(who, "POST", "/validate", content))["findings"]]
        for who in ("ann", "operator")
    }
    assert "there is no secret 'CRM'" in told["ann"]
    assert "there is no secret 'CRM'" not in told["operator"]
