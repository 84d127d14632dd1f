"""Flows that change, and what they name that goes, while a server runs and calls are up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.database import server_database
from mediaserver.config import load
from mediaserver.storage import agents, flows, routes
from tests.faults.calling import all_stored, calls, health, poll, stored
from tests.mediaserver.calls.rows import agent
from tests.peers.conftest import ServerProcess


def desk(version: str, *more: dict[str, Any], then: str = "end") -> dict[str, Any]:
    """Asks for a key, and goes on to `then`."""
    menu = {
        "id": "ask",
        "type": "menu",
        "text": f"This is version {version}. Press one.",
        "options": [{"name": "one", "keys": "1"}],
    }
    end = {"id": "end", "type": "end_call", "text": f"Goodbye from {version}.", "outcome": "done"}
    return {
        "format": 1,
        "name": "desk",
        "nodes": [{"id": "start", "type": "start"}, menu, end, *more],
        "edges": [
            {"type": "next", "source": "start", "target": "ask"},
            {"type": "outcome", "source": "ask", "outcome": "one", "target": then},
            *({"type": "error", "source": node["id"], "target": "end"} for node in more),
        ],
    }


async def publish(server: ServerProcess, document: dict[str, Any]) -> None:
    """As `voiceforge flows import --publish` does, beside the server."""
    async with server_database(load(None, {"data": str(Path(server.folder) / "data")})) as connection:
        number = await flows.save(connection, "desk", document, state="valid")
        await flows.publish(connection, "desk", number)


async def told(server: ServerProcess, name: str, words: str) -> None:
    """Wait until the server says this of that part of it; '' until it says nothing more of it."""

    def said() -> bool:
        details = [each["detail"] for each in health(server)["components"] if each["name"] == name]
        return any(words in detail for detail in details) if words else not details

    await poll(f"{words or 'nothing'} of {name}", said)


async def test_a_flow_is_changed_during_a_call_and_names_an_agent_that_is_gone(shared: ServerProcess) -> None:
    """The call that is up ends as it began; the next has the new version, whose agent is not there: that is
    told beforehand, and the caller gets the way out that the flow has for it."""
    async with server_database(load(None, {"data": str(Path(shared.folder) / "data")})) as connection:
        await agents.put_agent(connection, agent("front", kind="flow", flow="desk"))
        await routes.put_route(connection, "front", "front")
    await told(shared, "agent front", "there is no flow 'desk'")
    await publish(shared, desk("one"))
    await told(shared, "agent front", "")
    async with calls(shared, "front") as (early,):
        assert "version one" in (await early.told("agent"))["text"]
        over = {"id": "over", "type": "agent_transfer", "agent": "gone"}
        await publish(shared, desk("two", over, then="over"))
        await told(shared, "flow desk", "node over: there is no agent 'gone'")
        async with calls(shared, "front") as (late,):
            assert "version two" in (await late.told("agent"))["text"]
            for one, version in ((early, "one"), (late, "two")):
                one.call.stream.press("1")
                await one.ended()
                assert f"Goodbye from {version}." in one.all("agent")[-1]["text"]
    await all_stored(shared)
    for number, one in ((1, early), (2, late)):
        row = await stored(shared, one.id)
        assert row["flows"] == [{"flow": "desk", "version": number}]
        assert [outcome["status"] for outcome in row["outcomes"]] == ["done"]
