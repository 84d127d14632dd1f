"""`voiceforge tools`: which tools agents may be given, and whether the MCP servers can be reached.

It connects to the servers of the settings by itself, and leaves none running.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, console, print_json
from mediaserver.errors import ConfigError, PeerError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from mediaserver.storage.sql import Database
    from pipelines.tools.mcp.server import McpState
    from pipelines.tools.protocols import Tool

CONNECT_S = 25.0
"""Programs that are fetched by their command take long at the first time."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "tools",
        help="show the tools that agents may be given",
        description="Tools that a language model may call: in Python, and of MCP servers.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show tools, and what they take")
    listing.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="module:name, a module, an entry point, mcp/SERVER, mcp/SERVER/TOOL or knowledge/COLLECTION, "
        "as a row of an agent has them (default: all entry points and MCP servers)",
    )
    add_config_option(listing)
    add_json_option(listing)


def run(args: argparse.Namespace) -> int:
    from cli.working_folder import importable
    from mediaserver.config import load

    settings = load(args.config)
    importable()
    shown, faults = asyncio.run(looked_up(settings, args.names))
    if args.json:
        print_json({"tools": shown, "faults": faults})
    else:
        _show(shown, faults)
    if faults and args.names:
        raise ConfigError("; ".join(faults.values()))
    return 0


async def looked_up(settings: Settings, names: list[str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The tools by name, and by name why there are none."""
    from cli.serving.mcp import mcp_servers
    from cli.serving.tools import MCP
    from pipelines.engines.packages import offered
    from pipelines.knowledge.tool import PREFIX, knowledge_tool
    from pipelines.tools.mcp.servers import McpServers
    from pipelines.tools.naming import GROUP, load_tools

    wanted = names or [
        *(each.point.name for each in offered(GROUP)[0]), *(f"{MCP}{name}" for name in settings.mcp)
    ]  # fmt: skip
    asked = {name.removeprefix(MCP).partition("/")[0] for name in wanted if name.startswith(MCP)}
    mcp = McpServers(each for each in mcp_servers(settings) if each.name in asked)
    mcp.start()
    shown, faults = list[dict[str, Any]](), dict[str, str]()
    try:
        await mcp.settle(CONNECT_S)
        states = {each.server.name: each for each in mcp.states}
        for name in wanted:
            try:
                if name.startswith(MCP):
                    server, _, only = name.removeprefix(MCP).partition("/")
                    tools = _there(mcp.tools(server, only), states[server], only)
                elif name.startswith(PREFIX):
                    tools = (knowledge_tool(name.removeprefix(PREFIX), _unopened),)
                else:
                    tools = load_tools(name)
            except (ConfigError, PeerError) as error:
                faults[name] = str(error)
            else:
                shown += [_shown(name, each) for each in tools]
    finally:
        await mcp.close()
    return shown, faults


def _unopened() -> Database:
    raise ConfigError("the documents are searched by `voiceforge knowledge search`")


def _there(tools: tuple[Tool, ...], state: McpState, only: str) -> tuple[Tool, ...]:
    """Raises PeerError for a server that is away, and for a tool that it does not have."""
    from pipelines.tools.mcp.server import McpStanding

    name = state.server.name
    if state.standing is not McpStanding.CONNECTED:
        raise PeerError(f"the MCP server {name} is away: {state.why or 'it gave no answer in time'}")
    if not tools:
        raise PeerError(f"the MCP server {name} has no tool '{only}'" if only else f"{name} has no tool")
    return tools


def _shown(source: str, tool: Tool) -> dict[str, Any]:
    return {
        "from": source,
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        "timeout_s": tool.timeout_s,
        "confirm": tool.confirm,
        "interruptible": tool.interruptible,
    }


def _show(shown: list[dict[str, Any]], faults: dict[str, str]) -> None:
    """What servers wrote is shown as text and nothing else."""
    from rich.markup import escape
    from rich.table import Table

    from mediaserver.printable import printable

    table = Table("tool", "from", "takes", "what it does", box=None, header_style="bold")
    for tool in shown:
        required = tool["parameters"].get("required", ())
        takes = ", ".join(
            name if name in required else f"[{name}]" for name in tool["parameters"].get("properties", {})
        )
        asks = f" (asks: {tool['confirm']})" if tool["confirm"] else ""
        words = (tool["name"], tool["from"], takes, f"{tool['description'][:200]}{asks}")
        table.add_row(*(escape(printable(each)) for each in words))
    for name, fault in faults.items():
        table.add_row("", escape(printable(name)), "", f"[red]cannot be had[/]: {escape(printable(fault))}")
    if shown or faults:
        console().print(table)
    else:
        print("there are none: name a module, or set up an MCP server (docs/tools.md)")
