"""Answers that are written while they are made, to clients that may read slowly or never.

A client that takes nothing for a while is cut off, and so is one that takes for ever: what it holds (a place,
an engine's attention) is wanted by others.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from api.access.asker import asker
from api.context import CONTEXT
from api.speech.asked import gone
from api.tidy import SAFE_HEADERS

UNREAD_S = 20.0
"""A write that is not taken within so long is the last."""
WHOLE_S = 1_800.0
"""An answer in all."""
SSE = "text/event-stream"
NDJSON = "application/x-ndjson"


class SentAnswer:
    """A 200 whose body comes piece by piece. What fails once it has begun can only cut it off: the client
    sees that its end is missing."""

    def __init__(
        self, request: web.Request, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._request = request
        shown = {**SAFE_HEADERS, **(headers or {}), "Content-Type": content_type}
        self.response = web.StreamResponse(headers={name: _header(value) for name, value in shown.items()})
        self._until = asyncio.get_running_loop().time() + WHOLE_S

    async def begin(self, length: int | None = None) -> None:
        if length is not None:
            self.response.content_length = length
        await self.response.prepare(self._request)

    async def write(self, data: bytes) -> None:
        """Raises ConnectionResetError when the client is gone, or is cut off."""
        if not data:
            return
        if not self._request.app[CONTEXT].access.still_good(asker(self._request)):
            self.cut()
            raise gone("the key was withdrawn")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(min(self._until, loop.time() + UNREAD_S)):
                await self.response.write(data)
        except TimeoutError:
            self.cut()
            raise gone("the client does not read") from None

    async def event(self, content: Any, name: str = "") -> None:
        """One server-sent event."""
        line = f"event: {name}\n" if name else ""
        data = content if isinstance(content, str) else _json(content)
        await self.write(f"{line}data: {data}\n\n".encode())

    async def line(self, content: Any) -> None:
        """One line of JSON."""
        await self.write(_json(content).encode() + b"\n")

    async def end(self) -> web.StreamResponse:
        await self.response.write_eof()
        return self.response

    def cut(self) -> None:
        """Nothing more comes, and the client shall see it."""
        if self._request.transport is not None:
            self._request.transport.abort()


def json_in_pieces(content: Mapping[str, Any]) -> bytes:
    """A JSON object whose lists may be long. For a thread: it is written entry by entry, so that calls have
    the interpreter's lock in between."""
    fields = (
        f"{_json(name)}:[{','.join(_json(each) for each in value)}]"
        if isinstance(value, list)
        else f"{_json(name)}:{_json(value)}"
        for name, value in content.items()
    )
    return f"{{{','.join(fields)}}}".encode()


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _header(value: str) -> str:
    """Headers are Latin-1 (:rfc:`9110` 5.5), and in one line."""
    return " ".join(value.split()).encode("ascii", "replace").decode()[:300]
