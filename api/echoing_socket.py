"""A WebSocket that is closed as :rfc:`6455` has it."""

from __future__ import annotations

from typing import Any

from aiohttp import WSMessage, WSMsgType, web


class EchoingSocket(web.WebSocketResponse):
    """Answers a client's close with its own code (:rfc:`6455` 5.5.1); aiohttp answers each with 1000."""

    def __init__(self, **options: Any) -> None:
        """`options`: of `web.WebSocketResponse`."""
        super().__init__(autoclose=False, **options)

    async def receive(self, timeout: float | None = None) -> WSMessage:  # noqa: ASYNC109 - aiohttp's
        """The next message. When it is a close, it is answered by then."""
        message = await super().receive(timeout)
        if message.type is WSMsgType.CLOSE and not self.closed:
            # Nothing is drained: the client is about to hang up. Without a code of its own, 1000.
            await self.close(code=message.data or 1000, drain=False)
        return message
