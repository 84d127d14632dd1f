"""One real call by SIP through every node that does something besides talking: tools over HTTP, in Python and
of an MCP server, listening, a message, an answer that a model finds, an edge that it judges, a wait, a
subagent, and another agent that ends the call.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from callers.lines import synthesised
from tests.faults.calling import Watched, all_stored, calls, health, poll, stored
from tests.mediaserver.fetching.servers import serving
from tests.model_server import KEY, MODEL, Answer, ModelServer, chat_chunks, model_server
from tests.peers.conftest import ServerProcess, start_server, stop_server

ROOT = Path(__file__).resolve().parents[4]
OWN = "tests.pipelines.flows.work.own_functions"


def edge(source: str, target: str, type: str = "next", **more: Any) -> dict[str, Any]:
    return {"source": source, "target": target, "type": type, **more}


def desk(orders: str) -> dict[str, Any]:
    """The flow that is called."""
    place = {"kind": "choice", "options": [{"value": "Ulm"}, {"value": "Bonn"}]}
    nodes = [
        {"id": "start", "type": "start"},
        {"id": "order", "type": "tool", "save": {"state": "result.body.state"},
         "use": {"kind": "http", "url": f"{orders}/order", "query": {"n": "7"}}},
        {"id": "free", "type": "tool", "save": {"rooms": "result.body[1]"},
         "use": {"kind": "python", "entry": f"{OWN}:free", "arguments": {"place": "'Ulm'"}}},
        {"id": "shop", "type": "tool", "save": {"sum": "result.body"},
         "use": {"kind": "tool", "name": "mcp/shop/add", "arguments": {"a": "2", "b": "3"}}},
        {"id": "gone", "type": "tool", "use": {"kind": "http", "url": f"{orders}/gone"}},
        {"id": "told", "type": "say", "text": "{{ state }}, {{ rooms }}, {{ sum }}."},
        {"id": "hear", "type": "listen", "text": "Speak.", "variable": "words", "seconds": 6},
        {"id": "mail", "type": "record", "text": "A message.", "variable": "message", "silence_s": 1,
         "transcribe": False},
        {"id": "where", "type": "collect", "slot": place, "variable": "place", "by": ["model"],
         "text": "Which city?"},
        {"id": "pause", "type": "wait", "seconds": 30, "text": "Press one."},
        {"id": "never", "type": "end_call", "text": "Nobody said so."},
        {"id": "helper", "type": "subagent", "prompt": "Find out how many people come to {{ place }}.",
         "collects": [{"variable": "people", "about": "how many", "required": True}],
         "exits": [{"name": "known", "when": "the number is known"}]},
        {"id": "on", "type": "agent_transfer", "agent": "closing", "text": "I connect you."},
    ]  # fmt: skip
    edges = [
        edge("start", "order"), edge("order", "free"), edge("free", "shop"), edge("shop", "gone"),
        edge("gone", "told", "error", errors=["status"]), edge("gone", "never"), edge("told", "hear"),
        edge("hear", "mail"), edge("mail", "where", "outcome", outcome="recorded"), edge("mail", "never"),
        edge("where", "pause", "judged", when="the caller means Ulm"), edge("where", "never"),
        edge("pause", "helper", "key", keys="1"), edge("pause", "never"),
        edge("helper", "on", "outcome", outcome="known"), edge("helper", "never"),
        *(edge("*", "never", "error") for _ in range(1)), edge("*", "never", "timeout"),
    ]  # fmt: skip
    names = ("state", "rooms", "sum", "words", "message", "place", "people")
    kinds = {"sum": "number", "message": "object"}
    return {
        "name": "desk", "needs_model": True, "nodes": nodes, "edges": edges,
        "variables": [{"name": name, "kind": kinds.get(name, "text")} for name in names],
    }  # fmt: skip


CLOSING = {
    "name": "closing",
    "variables": [{"name": "place", "given": "place"}, {"name": "people", "given": "people"}],
    "keep": {"place": "place", "people": "people"},
    "nodes": [
        {"id": "start", "type": "start"},
        {
            "id": "end",
            "type": "end_call",
            "text": "{{ people }} for {{ place }}. Goodbye.",
            "outcome": "kept",
        },
    ],
    "edges": [edge("start", "end")],
}


def tool_call(name: str, **arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"index": 0, "id": "c1", "type": "function", "function": function}


def add(server: ServerProcess, *documents: dict[str, Any]) -> None:
    """As on the command line, while the server runs; in one process, since each takes its time to start."""
    told = list[list[str]]()
    for document in documents:
        name = document["name"]
        file = server.folder / f"{name}.json"
        file.write_text(json.dumps(document))
        more = ["--llm", "openai"] if document.get("needs_model") else []
        told.append(["flows", "import", str(file), "--publish"])
        told.append(["agents", "set", name, "--flow", name, *more])
    config = ["--config", str(server.folder / "voiceforge.toml")]
    script = f"import cli.main as c\nfor words in {told!r}: assert c.main(words + {config!r}) == 0, words"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "VOICEFORGE_DATA": str(server.folder / "data")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@asynccontextmanager
async def running(model: ModelServer) -> AsyncIterator[ServerProcess]:
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    await asyncio.to_thread(folder.chmod, 0o755)
    command = json.dumps(sys.executable)
    options = (
        f'[engines.options.openai]\nbase_url = "{model.url}/v1"\nmodel = "{MODEL}"\n'
        'api_key_env = "MODEL_KEY"\n[engines]\nstt_workers = 1\ntts_workers = 1\n'
        '[insight]\nsummary = "off"\n[fetch]\nallow = ["127.0.0.1"]\n'
        f'[flows]\npython_modules = ["{OWN}"]\n'
        f'[mcp.shop]\ncommand = {command}\ncwd = "{ROOT}"\n'
        'args = ["-m", "tests.pipelines.tools.mcp.shop_server", "stdio"]\n'
    )
    server = await asyncio.to_thread(start_server, folder, "127.0.0.61", options, {"MODEL_KEY": KEY})
    try:
        yield server
    finally:
        await asyncio.to_thread(stop_server, server)
        shutil.rmtree(folder, ignore_errors=True)


def shop_is_there(server: ServerProcess) -> bool:
    found = [part for part in health(server)["components"] if "shop" in part["name"]]
    return bool(found) and all(part["ok"] for part in found)


async def heard(one: Watched, text: str) -> None:
    await poll(text, lambda: any(text in line["text"] for line in one.all("heard")))


async def orders(request: web.Request) -> web.Response:
    return web.json_response({"state": f"number {request.query['n']}"})


async def gone(request: web.Request) -> web.Response:
    return web.Response(status=410)


@pytest.mark.slow  # a server of its own, and half a minute of talk
async def test_every_node_that_acts_does_so_in_a_call() -> None:
    short, long = await synthesised(["go there", "i would like to go there"])
    async with model_server() as model, serving(order=orders, gone=gone) as url:
        model.answers += [
            Answer(chat_chunks('{"value": "Ulm"}')),
            Answer(chat_chunks('{"true": [0]}')),
            Answer(chat_chunks("How many ", "people?")),
            Answer(chat_chunks(calls=[tool_call("go_on", exit="known", people="four")])),
        ]
        async with running(model) as server:
            await asyncio.to_thread(add, server, CLOSING, desk(url))
            await poll("the MCP server", lambda: shop_is_there(server), 40)
            async with calls(server, "desk") as (one,):
                await heard(one, "number 7, free, 5. Speak.")
                await one.say(short)
                await heard(one, "A message.")
                await one.call.talk.my_turn()
                await one.call.talk.say(short)
                await heard(one, "Which city?")
                await one.say(long)  # fits no city
                await heard(one, "Did you say Ulm?")
                one.call.stream.press("1")
                await heard(one, "Press one.")
                one.call.stream.press("1")
                await heard(one, "How many people?")
                one.call.stream.press("4")
                await one.ended()
                await all_stored(server)
                kept = await stored(server, one.id)
        assert model.faults == [] and not model.answers
    tools = [event["data"] for event in kept["events"] if event["kind"] == "tool"]
    assert [(each["node"], each["ok"]) for each in tools] == [
        ("order", True),
        ("free", True),
        ("shop", True),
        ("gone", False),
    ]
    assert tools[3]["error"] == "status" and tools[3]["status"] == 410
    (handed,) = [event["data"] for event in kept["events"] if event["kind"] == "agent_transfer"]
    assert handed["agent"] == "closing"
    assert any("four for Ulm. Goodbye." in turn["heard"] for turn in kept["transcript"])
    (outcome,) = [each for each in kept["outcomes"] if each["status"] == "kept"]
    assert outcome["data"] == {"place": "Ulm", "people": "four"} and outcome["flow"] == "closing"
    assert kept["ended_by"] == "agent"
    questions = [event["data"].get("of") for event in kept["events"] if event["kind"] == "llm"]
    assert {"slot", "judged edges"} <= set(questions)
