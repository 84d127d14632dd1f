"""What flows name beside themselves, and how it is told that it is gone."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from cli.serving.flow_documents import compile_flow
from cli.serving.flows import flow_findings, shelf_of
from mediaserver.calls.targets import Targets
from mediaserver.storage import flow_secrets, flows, trunks
from mediaserver.storage.flow_secrets import FlowSecret
from mediaserver.storage.sealing import Sealer
from pipelines.flows.checks.references import references
from pipelines.flows.document.reading import document_of
from pipelines.flows.library.references import ServerNames, can_be_called, flows_of, lacking, names_of


def document(*nodes: dict[str, Any], name: str = "desk") -> dict[str, Any]:
    """Runs through the nodes one after the other."""
    ids = ["start", *(node["id"] for node in nodes), "end"]
    edges = [{"type": "next", "source": a, "target": b} for a, b in zip(ids, ids[1:], strict=False)]
    errors = [{"type": "error", "source": node["id"], "target": "end"} for node in nodes]
    ends = [{"id": "start", "type": "start"}, {"id": "end", "type": "end_call", "text": "Goodbye."}]
    return {"format": 1, "name": name, "nodes": [*ends, *nodes], "edges": [*edges, *errors]}


DESK = document(
    {
        "id": "look",
        "type": "tool",
        "use": {
            "kind": "http",
            "url": "https://crm.example.com",
            "secrets": {"Authorization": {"secret": "CRM"}},
        },
    },
    {"id": "call", "type": "phone_transfer", "text": "One moment.", "to": "+15550100", "trunk": "acme"},
    {"id": "named", "type": "phone_transfer", "text": "One moment.", "to": "{{ call.about.desk }}"},
    {"id": "over", "type": "agent_transfer", "agent": "sales"},
)


def told(names: ServerNames) -> list[tuple[str, str]]:
    return [(each.node, each.what) for each in lacking(references(document_of(DESK)), names)]


def test_what_is_not_there_is_told_with_its_node() -> None:
    def nothing(name: str) -> bool:
        return False

    assert told(ServerNames(nothing, nothing, nothing, nothing)) == [
        ("look", "there is no secret 'CRM'"),
        ("call", "nobody may be handed to '+15550100'"),
        ("call", "there is no trunk 'acme'"),
        ("over", "there is no agent 'sales'"),
    ]
    assert told(ServerNames()) == [], "what is not known is not looked at"


@pytest.mark.parametrize(
    ("to", "there"), [("100", True), ("+4930123", True), ("+15550100", False), ("x", False), ("", False)]
)
def test_a_number_is_there_when_calls_may_be_handed_to_it(to: str, there: bool) -> None:
    assert can_be_called(Targets(["100"], ["+49*"]))(to) is there


async def test_names_are_those_of_the_tables(pool: asyncpg.Pool) -> None:
    assert told(await names_of(pool))[0] == ("look", "there is no secret 'CRM'")
    secret = FlowSecret("CRM", "crm.example.com", "hunter2")
    await flow_secrets.put_secret(pool, secret, Sealer(b"k" * 32))
    await trunks.add_trunk(pool, "acme", {}, "")
    assert told(await names_of(pool)) == [("over", "there is no agent 'sales'")]


async def test_a_published_flow_that_names_what_is_gone_is_a_finding_once(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for text in ("one", "two"):
            await flows.save(connection, "desk", {**DESK, "about": text}, state="valid")
        await flows.publish(connection, "desk", 1)
        await flows.split(connection, "desk", 2, 50)
    names = await names_of(pool)
    found = flow_findings(await shelf_of(pool), lambda owner: names)
    assert [(each.name, each.detail, each.fatal) for each in found] == [
        ("flow desk", "node look: there is no secret 'CRM'", False),
        ("flow desk", "node call: there is no trunk 'acme'", False),
        ("flow desk", "node over: there is no agent 'sales'", False),
    ]


async def test_flows_within_flows_are_found_by_how_they_are_named(pool: asyncpg.Pool) -> None:
    def through(name: str, *named: tuple[str, int | None]) -> dict[str, Any]:
        nodes = [
            {"id": f"n{place}", "type": "subflow", "flow": flow, **({"version": number} if number else {})}
            for place, (flow, number) in enumerate(named)
        ]
        return document(*nodes, name=name)

    outer = through("outer", ("inner", None), ("gone", None), ("inner", 7), ("booking", None))
    async with pool.acquire() as connection:
        await flows.save(connection, "inner", through("inner", ("inner", 1), ("outer", None)), state="valid")
        await flows.publish(connection, "inner", 1)
        found = await flows_of(connection, document_of(outer))
    assert set(found) == {("inner", None), ("inner", 1), ("booking", None)}
    row = {"flow": "plain", "number": 1, "document": DESK, "hash": ""}
    assert [each.name for each in compile_flow(row, lambda name, number: None).references] == [
        "crm.example.com", "CRM", "+15550100", "acme", "sales",
    ]  # fmt: skip
