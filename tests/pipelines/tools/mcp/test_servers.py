"""Real MCP servers of the official SDK, over pipes and HTTP: what callers have of good and of bad ones."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import ConfigError
from pipelines.tools.mcp.server import McpServer, McpStanding
from pipelines.tools.mcp.servers import McpServers
from pipelines.tools.toolbox import ToolOutcome
from tests.pipelines.tools.calling import called, said

SHOP = "tests.pipelines.tools.mcp.shop_server"
ROOT = Path(__file__).parents[4]
SOON_S = 40.0


def shop(*args: str, **settings: Any) -> McpServer:
    """The shop over pipes."""
    return McpServer(
        "shop", command=sys.executable, args=("-m", SHOP, "stdio", *args), cwd=str(ROOT), **settings
    )  # fmt: skip


def program(text: str) -> McpServer:
    return McpServer("shop", command=sys.executable, args=("-c", text))


@asynccontextmanager
async def running(*servers: McpServer) -> AsyncIterator[McpServers]:
    made = McpServers(servers)
    made.start()
    try:
        await made.settle(SOON_S)
        yield made
    finally:
        await made.close()
    assert not [each for each in threading.enumerate() if each.name == "mcp"]


async def until(servers: McpServers, true: Callable[[], bool]) -> None:
    """What comes true with a change of a server."""
    async with asyncio.timeout(SOON_S):
        while not true():
            servers._changed.clear()
            if not true():
                await servers._changed.wait()


async def ask(servers: McpServers, name: str, arguments: dict[str, Any] | None = None) -> ToolOutcome:
    (tool,) = servers.tools("shop", name)
    return await called(tool, arguments or {})


@pytest.fixture(scope="module")
def http_shop() -> Iterator[Callable[..., McpServer]]:
    """The shop by HTTP; it may be up only after the first try to reach it."""
    started = []

    def start(*args: str, **settings: Any) -> McpServer:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", SHOP, "http", str(port), *args]
        started.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        return McpServer("shop", url=f"http://127.0.0.1:{port}/mcp", **settings)

    yield start
    for each in started:
        each.kill()
        each.wait()


async def test_the_tools_of_a_server_over_pipes_are_offered_and_called() -> None:
    async with running(shop(confirm={"order": "Shall I look up the order {number}?"})) as servers:
        (state,) = servers.states
        assert (state.standing, state.software) == (McpStanding.CONNECTED, "shop 1.2")
        (order,) = servers.tools("shop", "order")
        assert (order.name, order.description) == ("shop_order", "Look up an order.")
        assert order.parameters["properties"]["way"]["enum"] == ["post", "courier"]
        assert order.question({"number": 7}) == "Shall I look up the order 7?"
        assert '"state": "sent by courier"' in said(await called(order, {"number": 7, "way": "courier"}))
        assert said(await ask(servers, "add", {"a": 2, "b": 3})) == "5"
        assert (await called(order, {"way": 3})).text == (
            "error: shop_order: the arguments do not fit: number is missing; way: should be of type string"
        )
        failed = await ask(servers, "fail", {"secret": "x"})
        assert not failed.ok
        assert failed.text.startswith('error: it says\n<data from="shop_fail">\n')
        assert failed.text.count("</data>") == 1
        # What it may know of us.
        known = said(await ask(servers, "environment"))
        assert "PATH" in known and "PYTEST_CURRENT_TEST" not in known
        # A change of its tools.
        assert servers.tools("shop", "grown") == ()
        await ask(servers, "grow")
        await until(servers, lambda: servers.tools("shop", "grown") != ())
        assert said(await ask(servers, "grown")) == "grown"


OLD = """
import json, sys
tools = [{"name": "one", "inputSchema": {"type": "object"}}]
for line in sys.stdin:
    asked = json.loads(line)
    answer = {"error": {"code": -32601, "message": "what?"}}
    match asked["method"]:
        case "initialize":
            answer = {"result": {"protocolVersion": "2025-06-18",
                "serverInfo": {"name": "old", "version": "0"},
                "capabilities": {"tools": {"listChanged": True}}}}
        case "tools/list":
            answer = {"result": {"tools": tools}}
        case "tools/call":
            tools.append({"name": "two", "inputSchema": {"type": "object"}, "description": "d\\u202e" * 9000})
            tools.append({"name": "vast", "inputSchema": {"type": "object", "x": "y" * 20000}})
            tools.append({"name": "two.", "inputSchema": {"type": "object"}})
            tools.append({"name": "two!", "inputSchema": {"type": "object"}})
            print(json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}))
            answer = {"result": {"content": [{"type": "text", "text": "done"},
                {"type": "image", "data": "", "mimeType": "image/png"}]}}
    if "id" in asked:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"]} | answer), flush=True)
"""


async def test_a_server_of_an_older_protocol_is_spoken_to_and_what_cannot_be_offered_left_out() -> None:
    async with running(program(OLD)) as servers:
        assert servers.states[0].software == "old 0"
        assert said(await ask(servers, "one")) == "done\n(image, which a caller cannot hear)"
        await until(servers, lambda: len(servers.tools("shop")) > 1)
        assert [each.name for each in servers.tools("shop")] == ["shop_one", "shop_two", "shop_two_"]
        (two,) = servers.tools("shop", "two")
        assert len(two.description) <= 2000 and "\u202e" not in two.description


async def test_a_tool_that_is_given_up_is_cancelled_at_the_server() -> None:
    async with running(shop(timeout_s=1)) as servers:
        outcome = await ask(servers, "wait")
        assert outcome.text == "error: shop_wait gave no answer within 1 seconds"
        assert said(await ask(servers, "was_cancelled")) == "true"


async def test_a_server_that_dies_in_the_middle_of_a_call_is_an_outcome_and_comes_back() -> None:
    async with running(shop(timeout_s=30)) as servers:
        outcome = await ask(servers, "die")
        assert outcome.text == (
            "error: shop_die: its server went away in the middle of the call: "
            "whether it was done is not known"
        )
        await until(servers, lambda: servers.states[0].standing is McpStanding.AWAY)
        assert servers.states[0].why.startswith("it ended with exit code 3")
        assert servers.tools("shop", "add")  # a call that begins now will find it back, perhaps
        await until(servers, lambda: servers.states[0].standing is McpStanding.CONNECTED)
        assert said(await ask(servers, "add", {"a": 1, "b": 1})) == "2"


async def test_a_result_of_megabytes_ends_the_server_and_not_us() -> None:
    async with running(shop()) as servers:
        outcome = await ask(servers, "huge", {"megabytes": 10})
        assert not outcome.ok
        assert "went away in the middle of the call" in outcome.text
        await until(servers, lambda: servers.states[0].standing is McpStanding.AWAY)
        assert servers.states[0].why == "it sent a message of more than 1024 KiB"


async def test_a_description_of_megabytes_keeps_a_server_out() -> None:
    async with running(shop("--hostile")) as servers:
        assert servers.states[0].why == "it sent a message of more than 1024 KiB"
        assert servers.tools("shop") == ()


@pytest.mark.parametrize(
    ("server", "why"),
    [
        (McpServer("shop", command="no-such-program-here"), "no-such-program-here cannot be started"),
        (
            program("import sys; sys.exit('no licence\\x1b[2J')"),
            "it ended with exit code 1: no licence\\x1b[2J",
        ),
        (program("print('{' * 100_000); print('hello'); import time; time.sleep(0.1)"), "it ended with exit"),
        (program(OLD.replace('"type": "object"', '"type": "array"')), "it sent what cannot be read"),
        (program("import sys; sys.stdout.write('x' * 9_000_000)"), "more than 1024 KiB"),
        (McpServer("shop", url="http://127.0.0.1:9/mcp"), "ConnectError"),
    ],
    ids=["missing", "ends", "garbage", "unreadable list", "endless line", "nobody there"],
)
async def test_what_is_no_server_is_away_in_words(server: McpServer, why: str) -> None:
    async with running(server) as servers:
        (state,) = servers.states
        assert state.standing is McpStanding.AWAY
        assert why in state.why
        assert servers.tools("shop") == ()


async def test_a_server_that_ignores_its_end_and_its_children_are_ended(tmp_path: Path) -> None:
    told = tmp_path / "pids"
    stubborn = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\n"
        f"open({str(told)!r} + '.new', 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        f"os.rename({str(told)!r} + '.new', {str(told)!r})\n"
        "time.sleep(1000)\n"
    )
    servers = McpServers([program(stubborn)])
    servers.start()
    async with asyncio.timeout(SOON_S):
        while not told.exists():  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.01)
    await servers.close()
    for pid in told.read_text().split():
        assert not alive(int(pid))


def alive(pid: int) -> bool:
    """A zombie that nobody has reaped in this container is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("json", [False, True], ids=["events", "json"])
async def test_the_tools_of_a_server_over_http_are_offered_and_called(
    json: bool, http_shop: Callable[..., McpServer]
) -> None:
    server = http_shop(*(["--json"] if json else []), tools=("add", "huge", "grow", "grown", "wait"))
    async with running(server) as servers:
        await until(servers, lambda: servers.states[0].standing is McpStanding.CONNECTED)
        assert sorted(each.name for each in servers.tools("shop")) == [
            "shop_add", "shop_grow", "shop_huge", "shop_wait",
        ]  # fmt: skip
        assert said(await ask(servers, "add", {"a": 2, "b": 3})) == "5"
        outcome = await ask(servers, "huge", {"megabytes": 10})
        assert not outcome.ok
        assert len(outcome.text) < 300
        await until(servers, lambda: servers.states[0].standing is McpStanding.CONNECTED)
        assert said(await ask(servers, "add", {"a": 2, "b": 4})) == "6"
        with pytest.raises(ConfigError, match="'die' is not among those allowed in mcp.shop.tools"):
            servers.tools("shop", "die")


async def test_no_server_begins_nothing_and_an_unknown_one_is_named() -> None:
    servers = McpServers([])
    servers.start()
    await servers.settle(1)
    with pytest.raises(ConfigError, match="there is no MCP server 'shop': known are none"):
        servers.tools("shop")
    await servers.close()
    with pytest.raises(ConfigError, match="did you mean 'shop'"):
        McpServers([McpServer("shop", command="x")]).tools("shopp")


async def test_an_end_before_the_beginning_is_an_end() -> None:
    servers = McpServers([program("input()")])
    servers.start()
    await servers.close()
    assert not [each for each in threading.enumerate() if each.name == "mcp"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "needs a command or a url"),
        ({"command": "x", "url": "http://a"}, "and not both"),
        ({"url": "file:///etc/passwd"}, "begins with http"),
        ({"name": "a b", "command": "x"}, "no MCP server can be called 'a b'"),
    ],
)
def test_settings_of_a_server_that_make_no_sense_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        McpServer(**({"name": "shop"} | given))


def test_secrets_are_not_shown() -> None:
    server = McpServer("a", url="https://x", headers={"Authorization": "hunter2"}, env={"KEY": "hunter2"})
    assert "hunter2" not in repr(server)
    assert os.environ  # the server's own are not touched
