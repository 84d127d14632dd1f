"""An asyncio worker for tests: its requests wait for a server that the test runs, or for what they are
sent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from pipelines.workers.async_entry import AsyncRequest, AsyncService, RequestError, run


class Waiting:
    def __init__(self, options: Mapping[str, Any]) -> None:
        self._port = int(options.get("port", 0))

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        match request.fields.get("do"):
            case "count":
                return await _counted(request)
            case "speak":
                for _ in range(int(request.fields["pieces"])):
                    await request.speech(bytes(2 * 16_000))
                return {"made": request.fields["pieces"]}
            case "ask":
                return await self._asked(request)
            case "fail":
                raise RequestError("the provider\nis closed", kind="down", after_s=7)
            case "break":
                raise KeyError("what was it")
            case "die":
                os._exit(3)
            case _:
                return {"said": request.fields.get("do")}

    async def _asked(self, request: AsyncRequest) -> dict[str, Any]:
        """Holds a connection to the test's server for as long as the request lives."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await request.result(open=True)
            line = await reader.readline()
        finally:
            writer.close()
        return {"answer": line.decode().strip()}

    async def close(self) -> None: ...


async def _counted(request: AsyncRequest) -> dict[str, Any]:
    heard = 0
    while piece := await request.audio():
        heard += len(piece) // 2
        await request.result(heard=heard)
    return {"heard": heard}


async def start(options: Mapping[str, Any]) -> AsyncService:
    return Waiting(options)


def main() -> None:
    run(start)
