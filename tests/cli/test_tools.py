"""The tools of agents by the names in their rows, and `voiceforge tools`."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from cli.doctor import mcp_servers_there
from cli.main import FAILED, OK, main
from cli.serving.mcp import mcp_servers
from cli.serving.tools import AgentTools
from mediaserver.config import load
from mediaserver.errors import CallError, ConfigError
from pipelines.assistant.own_tools import OWN_NAMES, own_tools
from pipelines.tools.mcp.server import McpServer
from pipelines.tools.mcp.servers import McpServers
from pipelines.tools.protocols import Tool

ROOT = Path(__file__).parents[2]
SHOP = """
from pipelines.tools.tool import tool

@tool(confirm="Shall I cancel {number}?")
def cancel(number: int, why: str = "") -> str:
    "Cancel an order.\\x1b[2J"
    return "done"
"""
SLOW = """
import sys
sys.modules["gate_of_the_tools"].opened.wait(30)
from tools_of_the_test import cancel
"""


class Gate(ModuleType):
    """What the slow module waits for."""

    def __init__(self) -> None:
        super().__init__("gate_of_the_tools")
        self.opened = threading.Event()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tools_of_the_test.py").write_text(SHOP)
    (tmp_path / "slow_tools_of_the_test.py").write_text(SLOW)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in ("tools_of_the_test", "slow_tools_of_the_test"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setitem(sys.modules, gate.__name__, gate)
    return gate


@pytest.fixture
async def tools() -> AsyncIterator[AgentTools]:
    mcp = McpServers([McpServer("shop", command="no-such-program-here")])
    yield AgentTools(mcp)
    await mcp.close()


def names(tools: AgentTools, *wanted: str) -> list[str]:
    return [each.name for each in tools.box(wanted).offered]


async def test_tools_are_imported_beside_the_loop_and_calls_wait_for_them_in_words(
    tools: AgentTools, gate: Gate
) -> None:
    tools.follow({"desk": ["slow_tools_of_the_test"]})
    with pytest.raises(CallError, match="still being loaded") as refused:
        tools.box(["slow_tools_of_the_test"])
    assert refused.value.code == 503
    assert "still being loaded" in tools.findings()[0].detail
    gate.opened.set()
    await tools.settle(30)
    assert names(tools, "slow_tools_of_the_test") == ["cancel"]


async def test_what_is_wrong_with_the_tools_of_an_agent_is_said_before_anybody_calls(
    tools: AgentTools,
) -> None:
    tools.follow({"desk": ["tools_of_the_test:cancle", "mcp/shopp"], "twice": ["tools_of_the_test"]})
    await tools.settle(30)
    details = [each.detail for each in tools.findings()]
    assert details == [
        "there is no 'cancle' in tools_of_the_test: did you mean 'cancel'?",
        "there is no MCP server 'shopp': did you mean 'shop'?",
        "not connected yet",
    ]
    with pytest.raises(CallError, match="did you mean 'cancel'") as refused:
        tools.box(["tools_of_the_test:cancle"])
    assert refused.value.code == 480
    assert names(tools, "tools_of_the_test", "mcp/shop") == ["cancel"]  # the server is away: none of it


async def test_two_tools_of_one_name_are_said(tools: AgentTools, folder: Path) -> None:
    (folder / "other_tools_of_the_test.py").write_text(SHOP)
    both = ["tools_of_the_test", "other_tools_of_the_test"]
    tools.follow({"desk": both})
    await tools.settle(30)
    assert tools.findings()[0].detail.endswith("two tools are called cancel: give one of them another name")
    with pytest.raises(CallError, match="two tools are called cancel"):
        tools.box(both)


async def test_a_tool_of_an_mcp_server_takes_neither_anothers_name_nor_the_calls_of_its_agent(
    tools: AgentTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ran the server had every call refused by naming a tool like another."""

    async def run(arguments: object, context: object) -> str:
        return ""

    def offered(self: McpServers, server: str, only: str = "") -> tuple[Tool, ...]:
        theirs = {"shop": ("cancel", "end_call", "transfer", "look"), "other": ("look", "find")}[server]
        return tuple(Tool(name, f"of {server}", {"type": "object"}, run) for name in theirs)

    monkeypatch.setattr(McpServers, "tools", offered)
    row = ["mcp/shop", "mcp/other", "tools_of_the_test"]
    tools.follow({"desk": row})
    await tools.settle(30)
    box = tools.box(row)
    assert [(each.name, each.description[:7]) for each in box.offered] == [
        ("look", "of shop"), ("find", "of othe"), ("cancel", "Cancel "),
    ]  # fmt: skip
    found = [each.detail for each in tools.findings() if "left out" in each.detail]
    assert [each.rpartition(" ")[2] for each in found] == ["cancel", "end_call", "transfer", "look"]


def test_no_own_tool_of_an_assistant_can_be_replaced_by_a_server() -> None:
    own = own_tools({"boss": "101"}, remembers=True, languages=("en", "de"))
    assert {each.name for each in own} == OWN_NAMES


def shop_settings(folder: Path, text: str) -> None:
    (folder / "voiceforge.toml").write_text(text)


def test_a_variable_of_the_server_is_filled_in_and_one_that_is_not_set_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_settings(
        folder, '[mcp.shop]\nurl = "https://x/mcp"\nheaders = {Authorization = "Bearer ${SHOP_KEY}"}\n'
    )
    with pytest.raises(ConfigError, match="mcp.shop.headers names the variable SHOP_KEY, which is not set"):
        mcp_servers(load())
    monkeypatch.setenv("SHOP_KEY", "hunter2")
    (server,) = mcp_servers(load())
    assert server.headers == {"Authorization": "Bearer hunter2"}


REAL = f"""
[mcp.shop]
command = {json.dumps(sys.executable)}
args = ["-m", "tests.pipelines.tools.mcp.shop_server", "stdio"]
cwd = {json.dumps(str(ROOT))}
tools = ["add", "order"]
[mcp.gone]
command = "no-such-program-here"
"""


def test_the_command_shows_tools_and_what_cannot_be_reached(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop_settings(folder, REAL)
    assert (
        main(["tools", "list", "--json", "tools_of_the_test", "mcp/shop", "mcp/gone", "knowledge/a"])
        == FAILED
    )
    told = json.loads(capsys.readouterr().out)
    assert [(each["from"], each["name"]) for each in told["tools"]] == [
        ("tools_of_the_test", "cancel"), ("mcp/shop", "shop_add"), ("mcp/shop", "shop_order"),
        ("knowledge/a", "search_a"),
    ]  # fmt: skip
    assert "no-such-program-here cannot be started" in told["faults"]["mcp/gone"]
    assert main(["tools", "list", "tools_of_the_test"]) == OK
    out = capsys.readouterr().out
    assert "number, [why]" in out and "asks: Shall I cancel" in out and "\x1b[2J" not in out


def test_the_command_says_so_when_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "list"]) == OK
    assert "there are none" in capsys.readouterr().out


def test_doctor_says_which_servers_cannot_be_reached(folder: Path) -> None:
    shop_settings(folder, '[mcp.gone]\ncommand = "no-such-program-here"\n')
    (finding,) = asyncio.run(mcp_servers_there(load()))
    assert not finding.ok and not finding.fatal
    assert "cannot be started" in finding.detail
