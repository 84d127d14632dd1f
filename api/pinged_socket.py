"""A WebSocket whose client may ping it, within reason.

aiohttp answers pings within `receive`, as many as come, before anybody else gets a turn: the 40,000 that one
read of the system's may bring hold up the loop for half a second. And each begins the wait for a message
anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from api.echoing_socket import EchoingSocket
from api.message_rate import MessageRate

PINGS_PER_SECOND, PINGS_AT_ONCE = 5.0, 50.0
"""Pings and pongs (:rfc:`6455` 5.5.2) that a client may send in the long run, and at once."""
TOO_MANY = 4003
CLOSING_S = 0.5
"""Who sends too many gets so long to take the close frame."""


class PingedSocket(EchoingSocket):
    """Closed with 4003 for more pings than anybody needs."""

    def __init__(self, request: web.Request, **settings: Any) -> None:
        """`settings`: those of web.WebSocketResponse."""
        super().__init__(autoping=False, **settings)
        self._request = request
        self._pings = MessageRate(time.monotonic(), PINGS_PER_SECOND, PINGS_AT_ONCE)

    async def receive(self, timeout: float | None = None) -> WSMessage:  # noqa: ASYNC109 - aiohttp's
        """The next message that is none of the protocol's own. Raises TimeoutError."""
        if timeout is None:
            return await self._next()
        async with asyncio.timeout(timeout):
            return await self._next()

    async def _next(self) -> WSMessage:
        while True:
            message: WSMessage = await super().receive()
            if message.type not in (WSMsgType.PING, WSMsgType.PONG):
                return message
            if not self._pings.admits(time.monotonic()):
                return await self._refuse()
            if message.type is WSMsgType.PING:
                await self.pong(message.data)

    async def _refuse(self) -> WSMessage:
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self.close(code=TOO_MANY, message=b"Too many pings.")
        if self._request.transport is not None:
            self._request.transport.abort()
        return WSMessage(WSMsgType.CLOSED, None, None)
