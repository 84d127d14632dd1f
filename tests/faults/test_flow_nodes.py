"""One real call by SIP through the nodes that need nothing but the flow itself, with one flow in another.

Those that act (tools, models, messages, waiting, other agents) are in tests/pipelines/flows/work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.database import server_database
from mediaserver.config import load
from mediaserver.storage import agents, flows, routes
from tests.faults.calling import Watched, all_stored, calls, health, poll, stored
from tests.mediaserver.calls.rows import agent
from tests.peers.conftest import ServerProcess
from tests.pipelines.flows.running.flows import asked, document, edge, node

SIZE = document(
    [
        node(
            "many",
            "collect",
            variable="count",
            slot={"kind": "number", "least": 1, "most": 9},
            text="How many?",
        ),
        node("known", "end_call", outcome="known"),
    ],
    [edge("many", "known")],
    name="size",
    variables=[{"name": "count", "kind": "number"}],
)
PAINT = document(
    [
        node("set", "set", values={"who": "{{ call.direction }}", "price": 3}),
        node("hello", "say", text="Hello {{ who }}.", interruptible=False),
        asked("ask", "colour", text="Which colour?"),
        node("size", "subflow", flow="size", take={"count": "count"}),
        node("sum", "code", lines=[{"variable": "price", "value": "price * count"}]),
        node("dear", "condition"),
        node("much", "say", text="That is a lot."),
        node("check", "confirm", facts="{{ count }} {{ colour }} for {{ price }}."),
        node("more", "menu", text="A person, or goodbye?", options=[{"name": "person"}, {"name": "goodbye"}]),
        node("person", "phone_transfer", text="One moment.", to="+15550100"),
        node("gone", "say", text="Nobody is there."),
        node("end", "end_call", text="Goodbye.", outcome="painted"),
        node("trouble", "end_call", text="No.", outcome="failed"),
    ],
    [
        edge("set", "hello"),
        edge("hello", "ask"),
        edge("ask", "size"),
        edge("size", "sum", outcome="known"),
        edge("sum", "dear"),
        edge("dear", "much", when="price > 10 && colour == 'blue'"),
        edge("dear", "check"),
        edge("much", "check"),
        edge("check", "more", outcome="yes"),
        edge("check", "ask", outcome="no", forget=True),
        edge("check", "trouble", outcome="cancel"),
        edge("more", "person", outcome="person"),
        edge("more", "end", outcome="goodbye"),
        edge("person", "gone", outcome="not allowed"),
        edge("person", "trouble"),
        edge("gone", "end"),
        edge("*", "trouble", errors=[]),
    ],
    name="painting",
    variables=["colour", "who", {"name": "price", "kind": "number"}, {"name": "count", "kind": "number"}],
    keep={"colour": "colour", "price": "price"},
)


async def add(server: ServerProcess, *documents: dict[str, Any]) -> None:
    """Publish flows, and an agent that runs the last one."""
    async with server_database(load(None, {"data": str(Path(server.folder) / "data")})) as connection:
        for each in documents:
            number = await flows.save(connection, each["name"], each, state="valid")
            await flows.publish(connection, each["name"], number)
        await agents.put_agent(connection, agent("painter", kind="flow", flow=documents[-1]["name"]))
        await routes.put_route(connection, "painter", "painter")


def read(server: ServerProcess) -> bool:
    """The server knows the flow: it says what it lacks."""
    found = [each["detail"] for each in health(server)["components"] if each["name"] == "flow painting"]
    return any("+15550100" in detail for detail in found)


async def heard(one: Watched, text: str) -> None:
    """Wait until the caller has heard this."""
    await poll(text, lambda: any(line["text"].endswith(text) for line in one.all("heard")))


@pytest.mark.slow  # twenty seconds of talk
async def test_every_node_that_only_talks_does_so_in_a_call(shared: ServerProcess) -> None:
    await add(shared, SIZE, PAINT)
    await poll("the flow, whose number may not be called", lambda: read(shared))
    async with calls(shared, "painter") as (one,):
        await heard(one, "Which colour?")
        for keys, then in (
            ("2", "How many?"),
            ("4#", "4 blue for 12. Is that right? Please say yes or no."),
            ("1", "A person, or goodbye?"),
        ):
            one.call.stream.press(keys)
            await heard(one, then)
        one.call.stream.press("1")
        await one.ended()
    await all_stored(shared)
    kept = await stored(shared, one.id)
    lines = [turn["text"] for turn in kept["transcript"] if turn["speaker"] == "agent"]
    assert lines[-2:] == ["One moment.", "Nobody is there. Goodbye."]
    assert [(each["status"], each["data"]) for each in kept["outcomes"]] == [
        ("painted", {"colour": "blue", "price": 12})
    ]
    steps = [each["data"] for each in kept["events"] if each["kind"] == "flow"]
    assert [each["node"].rpartition("/")[2] for each in steps] == [
        *(
            "start",
            "set",
            "hello",
            "ask",
            "size",
            "start",
            "many",
            "known",
            "sum",
            "dear",
            "much",
            "check",
            "more",
        ),
        *("person", "gone", "end"),
    ]
    assert [each["node"] for each in one.all("flow")] == [each["node"] for each in steps]
