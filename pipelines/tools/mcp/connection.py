"""One MCP server, connected to again and again until it is closed: what it offers, and calls of it.

Lives on the thread of the connections (servers.py); it must never be used from the loop of the calls.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import replace
from typing import Any

import mcp_types as types
from mcp import Client
from mcp.client._transport import TransportStreams
from mcp.client.session import IncomingMessage
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from mediaserver.errors import PeerError, ToolError
from mediaserver.printable import printable
from pipelines.tools.mcp.bounded_http import http_client
from pipelines.tools.mcp.content import MOST_TOOLS, tools_of
from pipelines.tools.mcp.pipes import piped
from pipelines.tools.mcp.server import McpServer, McpStanding, McpState
from pipelines.tools.protocols import Tool

log = logging.getLogger(__name__)

CONNECT_S = 20.0
"""A server that is fetched and started by its command (npx, uvx) may take long."""
REQUEST_S = 10.0
"""For a list of tools."""
LIST_EVERY_S = 0.2
"""After a change; further ones meanwhile are seen with it."""
POLL_S = 60.0
"""Beside what the server tells of changes; by it we hear of one that is gone without a word."""
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
STEADY_S = 60.0
"""A connection that lasted this long was a good one: the next is tried at once again."""
LATER_S = 5.0
"""So much later than the tool's own limit the SDK gives a request up: whoever runs the tool cancels it first,
which the server is told of."""
PATIENCE_S = 2.0
"""A call waits so long for a server that is away; the caller hears that we are looking."""
MOST_PAGES = 20
INFO = types.Implementation(name="voiceforge", version="1")


class McpConnection:
    """`told`: called after each change of `state` or `tools`, which are replaced whole."""

    def __init__(
        self,
        server: McpServer,
        call: Callable[[McpConnection, str, Mapping[str, Any]], Any],
        told: Callable[[], None],
    ) -> None:
        """`call`: how a tool of it is called from the loop of the calls."""
        self.state = McpState(server)
        self.tools: dict[str, Tool] = {}
        """By the server's own names; those of the last time that it was there."""
        self._server = server
        self._from_calls = call
        self._told = told
        self._client: Client | None = None
        self._why = ""
        self._complaints: set[str] = set()
        self._over = asyncio.Event()
        self._changed = asyncio.Event()
        self._there = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        loop, delay = asyncio.get_running_loop(), FIRST_DELAY_S
        while True:
            began, self._why = loop.time(), ""
            self._over, self._changed = asyncio.Event(), asyncio.Event()
            try:
                await self._one_connection()
                why = self._why or "it closed the connection"
            except Exception as error:  # what the SDK, its transports and the server's words raise
                why = _said(error) or self._why or "it closed the connection"
            finally:
                self._gone()
            if loop.time() - began > STEADY_S:
                delay = FIRST_DELAY_S
            self._away(why, delay)
            await asyncio.sleep(delay * random.uniform(0.8, 1.2))
            delay = min(delay * 2, LONGEST_DELAY_S)

    async def call(self, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
        """Raises ToolError: it is away, or it fell away in the middle of the call."""
        with suppress(TimeoutError):  # it may be back in a moment
            await asyncio.wait_for(self._there.wait(), min(PATIENCE_S, self._server.timeout_s / 2))
        client = self._client
        if client is None:
            raise ToolError("its server cannot be reached now")
        request = types.CallToolRequest(
            params=types.CallToolRequestParams(name=name, arguments=dict(arguments))
        )
        try:
            # Not `Client.call_tool`, which checks the result by a schema of the server's.
            return await client.session.send_request(
                request, types.CallToolResult, request_read_timeout_seconds=self._server.timeout_s + LATER_S
            )
        except MCPError as error:
            code, text = error.error.code, error.error.message
            log.info(
                "the MCP server %s refused %s: %d %s", self._server.name, name, code, printable(text[:300])
            )
            if code == types.CONNECTION_CLOSED:
                raise ToolError(
                    "its server went away in the middle of the call: whether it was done is not known"
                ) from None
            raise ToolError(f"its server refused the call (code {code})") from None
        except ValidationError:
            raise ToolError("its server gave an answer that cannot be read") from None
        except RuntimeError:  # the session was left between two lines
            raise ToolError("its server cannot be reached now") from None

    async def _one_connection(self) -> None:
        """Until it ends. Raises whatever went wrong."""
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(CONNECT_S):
                client = await stack.enter_async_context(
                    Client(
                        await self._transport(stack),
                        message_handler=self._heard,
                        client_info=INFO,
                        read_timeout_seconds=REQUEST_S,
                        cache=None,
                    )
                )
                await self._list(client)
            self._arrived(client)
            listening = asyncio.create_task(self._listen(client))
            try:
                while not self._over.is_set():
                    await self._wait()
                    await asyncio.sleep(LIST_EVERY_S)  # it may tell of changes without end
                    self._changed.clear()
                    if not self._over.is_set():
                        await self._list(client)
                        self._told()
            finally:
                self._gone()
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _transport(self, stack: AsyncExitStack) -> AbstractAsyncContextManager[TransportStreams]:
        if self._server.command:
            return piped(self._server, self._ended)
        client = await stack.enter_async_context(http_client(self._server))
        return streamable_http_client(self._server.url, http_client=client)

    async def _wait(self) -> None:
        """For a change, the end, or the next look."""
        waiting = [asyncio.ensure_future(each.wait()) for each in (self._over, self._changed)]
        try:
            await asyncio.wait(waiting, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
        self._changed.clear()

    async def _list(self, client: Client) -> None:
        listed, cursor = list[types.Tool](), None
        for _ in range(MOST_PAGES):
            page = await client.session.send_request(
                types.ListToolsRequest(params=types.PaginatedRequestParams(cursor=cursor)),
                types.ListToolsResult,
            )
            listed += page.tools[: MOST_TOOLS * 4]
            cursor = page.next_cursor
            if cursor is None or len(listed) > MOST_TOOLS * 4:
                break
        self.tools = tools_of(self._server, listed, self._call, self._complaints)

    async def _call(self, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
        result: types.CallToolResult = await self._from_calls(self, name, arguments)
        return result

    async def _listen(self, client: Client) -> None:
        """Servers of 2026 tell of changes on a stream that is asked for."""
        if client.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            return
        with suppress(MCPError, SubscriptionLost, TimeoutError):  # then it is asked now and then
            async with client.listen(tools_list_changed=True) as subscription:
                async for _ in subscription:
                    self._changed.set()

    async def _heard(self, message: IncomingMessage) -> None:
        """Servers before 2026 tell of changes by themselves."""
        if isinstance(message, types.ToolListChangedNotification):
            self._changed.set()

    def _ended(self, why: str) -> None:
        self._why = self._why or why
        self._over.set()

    def _gone(self) -> None:
        self._client = None
        self._there.clear()

    def _arrived(self, client: Client) -> None:
        self._client = client
        self._there.set()
        info = client.server_info
        software = printable(f"{info.name} {info.version}"[:100]) if info is not None else ""
        self.state = replace(
            self.state, standing=McpStanding.CONNECTED, why="", software=software.strip(), tried=True
        )
        log.info("the MCP server %s is connected: %d tools", self._server.name, len(self.tools))
        self._told()

    def _away(self, why: str, delay: float) -> None:
        why = printable(" ".join(why.split())[:300])
        if self.state.standing is not McpStanding.AWAY or self.state.why != why:
            log.warning("the MCP server %s is away: %s", self._server.name, why)
        self.state = replace(self.state, standing=McpStanding.AWAY, why=why, tried=True)
        self._told()


def _said(error: BaseException) -> str:
    """The first that went wrong, in a line; empty where that is the end of the connection."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case PeerError():
            return str(error)
        case TimeoutError():
            return "it gave no answer in time"
        case MCPError() if error.error.code == types.CONNECTION_CLOSED:
            return ""  # the transport knows why
        case MCPError():
            return f"it answered: {error.error.message[:200]}"
        case ValidationError():
            return "it sent what cannot be read"
        case _:
            return f"{type(error).__name__}: {error}"
