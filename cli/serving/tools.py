"""The tools of the server's agents, by the names in their rows.

| name | tools |
| --- | --- |
| `module:name`, `module`, an entry point of `voiceforge.tools` | in Python |
| `mcp/SERVER`, `mcp/SERVER/TOOL` | of an MCP server of the settings |
| `knowledge/COLLECTION` | a search in documents |

Code is imported off the loop as soon as a row names it, as that of agents is; what cannot be had is said
before anybody calls.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import partial

from cli.serving.importing import imported
from cli.serving.mcp import open_mcp
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import CallError, ConfigError, ToolError
from mediaserver.storage.sql import Database
from pipelines.assistant.own_tools import OWN_NAMES
from pipelines.knowledge.meaning import MeaningSearch
from pipelines.knowledge.tool import PREFIX, knowledge_tool
from pipelines.tools.mcp.server import McpStanding, McpState
from pipelines.tools.mcp.servers import McpServers
from pipelines.tools.naming import load_tools
from pipelines.tools.protocols import Tool
from pipelines.tools.toolbox import ToolBox

log = logging.getLogger(__name__)

MCP = "mcp/"


def open_tools(settings: Settings, undo: AsyncExitStack) -> AgentTools:
    """Begin to connect to the MCP servers. Raises ConfigError."""
    return AgentTools(open_mcp(settings, undo))


class AgentTools:
    """Follows the rows of agents, and gives each call its tools."""

    def __init__(self, mcp: McpServers) -> None:
        self._mcp = mcp
        self.database: Database | None = None
        """Of the documents; known once it is open."""
        self.meaning: MeaningSearch | None = None
        """None: documents are found by words."""
        self._named: dict[str, tuple[str, ...]] = {}
        """By agent."""
        self._loaded: dict[str, tuple[Tool, ...]] = {}
        self._faults: dict[str, str] = {}
        """Of names that cannot be had."""
        self._loading: dict[str, asyncio.Task[None]] = {}

    def follow(self, named: Mapping[str, Iterable[str]]) -> None:
        """The agents name these tools now. What could not be loaded is tried again when rows change."""
        self._named = {agent: tuple(names) for agent, names in named.items()}
        for name in dict.fromkeys(name for names in self._named.values() for name in names):
            if name.startswith((MCP, PREFIX)):
                self._faults[name] = _fault(partial(self._box, [name]))
            elif name not in self._loaded and name not in self._loading:
                self._loading[name] = asyncio.get_running_loop().create_task(self._load(name))

    def box(self, names: Iterable[str]) -> ToolBox:
        """For a call that begins. Of an MCP server that is away there are those of the last time that it was
        there. Raises CallError: 503 while code is being imported, 480 when a name gives nothing."""
        names = tuple(names)
        if self.meaning is not None and any(name.startswith(PREFIX) for name in names):
            self.meaning.expect()
        try:
            return self._box(names)
        except ConfigError as error:
            raise CallError(f"its tools cannot be had: {error}", 480) from None

    def expect(self, names: Iterable[str]) -> None:
        """They will be asked for: begin to load those that no row names."""
        for name in names:
            known = name in self._loaded or name in self._loading
            if not known and not name.startswith((MCP, PREFIX)):
                self._loading[name] = asyncio.get_running_loop().create_task(self._load(name))

    def there(self, name: str) -> bool:
        """Whether a name gives tools, as far as that is known now."""
        try:
            self._box([name])
        except ConfigError:
            return False
        except CallError:
            return True  # it is being loaded
        return True

    async def tool(self, name: str) -> Tool:
        """The one that a name gives. Raises ConfigError, CallError."""
        self.expect([name])
        if loading := self._loading.get(name):
            await asyncio.wait({loading})
        tools = tuple(self._tools(name))
        if len(tools) != 1:
            known = ", ".join(each.name for each in tools[:20]) or "none"
            raise ConfigError(f"'{name}' gives {len(tools)} tools ({known}), and one is wanted: name it")
        return tools[0]

    async def settle(self, limit_s: float) -> None:
        """Wait for code that is being imported and for the first word of MCP servers, so long at most."""
        waiting = [*self._loading.values(), asyncio.ensure_future(self._mcp.settle(limit_s))]
        await asyncio.wait(waiting, timeout=limit_s)

    def findings(self) -> list[Finding]:
        """Tools that cannot be had, and MCP servers that are away."""
        mend = "mend it and start again, or take it out of the agent's row"
        named = [(agent, name) for agent, names in self._named.items() for name in names]
        broken = [
            Finding(f"tools of agent {agent}", False, fault, mend, required=False)
            for agent, name in named
            if (
                fault := "their code is still being loaded"
                if name in self._loading
                else self._faults.get(name)
            )
        ]
        twice = [
            Finding(f"tools of agent {agent}", False, fault, "name one of them no more", required=False)
            for agent, names in self._named.items()
            if not any(name in self._loading or self._faults.get(name) for name in names)
            and (fault := _fault(partial(self._box, names)))
        ]
        left_out = [
            Finding(
                f"tools of agent {agent}", False, f"of an MCP server, and left out: another is called {name}",
                "name the server otherwise, or name its tools", required=False,
            )
            for agent, names in self._named.items()
            for name in self._left_out(names)
        ]  # fmt: skip
        return [*broken, *twice, *left_out, *(mcp_finding(state) for state in self._mcp.states)]

    def _box(self, names: Iterable[str]) -> ToolBox:
        tools, _ = self._chosen(names)
        return ToolBox(tools)

    def _chosen(self, names: Iterable[str]) -> tuple[list[Tool], list[str]]:
        """The tools of these names, and those of MCP servers that are left out because another has their
        name: whoever runs a server names its tools, and may not end an agent's calls by it."""
        names = list(names)
        given = {name: tuple(self._tools(name)) for name in names}
        taken = {tool.name for name in names if not name.startswith(MCP) for tool in given[name]} | OWN_NAMES
        chosen, left_out = list[Tool](), list[str]()
        for name in names:
            for tool in given[name]:
                if not name.startswith(MCP):
                    chosen.append(tool)
                elif tool.name not in taken:
                    taken.add(tool.name)
                    chosen.append(tool)
                elif not any(tool is each for each in chosen):
                    left_out.append(tool.name)
        return chosen, left_out

    def _tools(self, name: str) -> Iterator[Tool]:
        if name.startswith(MCP):
            yield from self._of_mcp(name)
        elif name.startswith(PREFIX):
            yield knowledge_tool(name.removeprefix(PREFIX), self._opened, self.meaning)
        elif name in self._loaded:
            yield from self._loaded[name]
        elif fault := self._faults.get(name):
            raise ConfigError(fault)
        else:
            raise CallError(f"the tools '{name}' are still being loaded", 503)

    def _left_out(self, names: Iterable[str]) -> list[str]:
        try:
            return self._chosen(names)[1]
        except (ConfigError, CallError):  # a finding of its own
            return []

    def _of_mcp(self, name: str) -> tuple[Tool, ...]:
        server, _, tool = name.removeprefix(MCP).partition("/")
        return self._mcp.tools(server, tool)

    def _opened(self) -> Database:
        if self.database is None:
            raise ToolError("the documents cannot be searched yet")
        return self.database

    async def _load(self, name: str) -> None:
        try:
            self._loaded[name] = await imported(f"the tools '{name}'", partial(load_tools, name))
        except ConfigError as error:
            self._faults[name] = str(error)
            log.error("tools cannot be had: %s", error)
        else:
            self._faults[name] = ""
        finally:
            del self._loading[name]


def mcp_finding(state: McpState) -> Finding:
    name = f"MCP server {state.server.name}"
    if state.standing is McpStanding.CONNECTED:
        return Finding(name, True, state.software or "connected", required=False)
    detail = state.why or "not connected yet"
    return Finding(
        name, False, detail, f"see [mcp.{state.server.name}] and the log; it is tried again", False
    )


def _fault(look: Callable[[], object]) -> str:
    try:
        look()
    except (ConfigError, CallError) as error:
        return str(error)
    return ""
