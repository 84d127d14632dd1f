"""All MCP servers of ours, on one thread with a loop of its own.

There the SDK is imported (half a second and more), certificates are read, messages are parsed and processes
are waited for, while the loop of the calls goes on. A call of a tool crosses over by a future.
"""

from __future__ import annotations

import asyncio
import difflib
import logging
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mediaserver.errors import ConfigError
from pipelines.tools.mcp.server import McpServer, McpStanding, McpState
from pipelines.tools.protocols import Tool

if TYPE_CHECKING:  # imports the SDK
    from pipelines.tools.mcp.connection import McpConnection

log = logging.getLogger(__name__)

END_S = 5.0
"""Of the end of all; a server that does not end in 1.5 s is killed. The rest is for a machine that is busy:
who is left goes on running."""


class McpServers:
    """Made and used on the loop of the calls."""

    def __init__(self, servers: Iterable[McpServer]) -> None:
        self._servers = {each.name: each for each in servers}
        self._connections: dict[str, McpConnection] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._calls: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._closing = False
        self._fault = ""

    def start(self) -> None:
        """Begin to connect, and return at once. With no server nothing is begun, nor imported."""
        if self._servers:
            self._calls = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._work, daemon=True, name="mcp")
            self._thread.start()

    async def settle(self, limit_s: float) -> None:
        """Wait until each has been tried once, so long at most; before `start` there is nothing to wait
        for."""
        if self._thread is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not all(each.tried for each in self.states) and not self._ended.is_set():
                    self._changed.clear()
                    if not all(each.tried for each in self.states):
                        await self._changed.wait()

    async def close(self) -> None:
        """End all connections and the servers that we started. Idempotent."""
        if self._thread is None:
            return
        self._closing = True
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        try:
            async with asyncio.timeout(END_S):
                await self._ended.wait()
        except TimeoutError:
            log.warning("the MCP servers have not ended in %.1f s; they are left", END_S)
        else:
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    @property
    def states(self) -> list[McpState]:
        return [
            self._connections[name].state
            if name in self._connections
            else McpState(
                server,
                McpStanding.AWAY if self._fault else McpStanding.CONNECTING,
                self._fault,
                "",
                bool(self._fault),
            )
            for name, server in self._servers.items()
        ]

    def tools(self, server: str, only: str = "") -> tuple[Tool, ...]:
        """Those that a server offered when it was last there: all, or the one of that name. None of a server
        that has not been there yet. Raises ConfigError for one that is not configured, or not allowed."""
        if server not in self._servers:
            near = difflib.get_close_matches(server, self._servers, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(self._servers) or 'none'}"
            raise ConfigError(f"there is no MCP server '{server}': {hint}")
        allowed = self._servers[server].tools
        if only and allowed and only not in allowed:
            raise ConfigError(f"the tool '{only}' is not among those allowed in mcp.{server}.tools")
        connection = self._connections.get(server)
        offered = connection.tools if connection is not None else {}
        return tuple(tool for name, tool in offered.items() if not only or name == only)

    async def _call(self, connection: McpConnection, name: str, arguments: Mapping[str, Any]) -> Any:
        """From the loop of the calls; cancelled here it is cancelled there."""
        assert self._loop is not None
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(connection.call(name, arguments), self._loop)
        )

    def _work(self) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                runner.run(self._run())
        except Exception as error:
            self._fault = f"{type(error).__name__}: {error}"
            log.exception("the MCP servers cannot be used")
        finally:
            self._tell(self._ended)
            self._tell(self._changed)

    async def _run(self) -> None:
        from pipelines.tools.mcp.connection import McpConnection

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if self._closing:  # meanwhile; whoever closed us saw no event to set
            return
        self._connections = {
            name: McpConnection(server, self._call, lambda: self._tell(self._changed))
            for name, server in self._servers.items()
        }
        running = [
            asyncio.create_task(each.run(), name=f"mcp {name}") for name, each in self._connections.items()
        ]
        await self._stop.wait()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _tell(self, event: asyncio.Event) -> None:
        if self._calls is not None:
            with suppress(RuntimeError):  # the loop of the calls is closed
                self._calls.call_soon_threadsafe(event.set)
