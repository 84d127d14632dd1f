"""The API over a real switchboard, with lines made of lists; for all tests that ask something of calls."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from api.app import ApiContext, build_app
from cli.makers import makers
from cli.serving.own_code import OwnCode
from mediaserver.calls.recorder import Recorder
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.records import Sink
from tests.api.board import Board
from tests.api.keys import bearer, made_up_key
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.lines import Asked, Line
from tests.speech import only

Client = TestClient[web.Request, web.Application]

CALLS = "/api/telephony/calls"


class Desk:
    def __init__(
        self, kept: Sink | None = None, recorder: Recorder | None = None, /, **overrides: Any
    ) -> None:
        metrics = Metrics()
        self.stt = FakeStt()
        self.engines, speech = only(self.stt, FakeTts(), "en")
        self.board = Board(metrics, makers(speech, OwnCode()), kept, recorder)
        self.context = ApiContext(load(None, overrides), Health("sip"), metrics, switchboard=self.board)
        self.key, self.secret = made_up_key(self.context)
        """With which `client` asks: all rights."""
        self.client: Client = TestClient(
            TestServer(build_app(self.context)), headers=bearer(self.secret), cookie_jar=DummyCookieJar()
        )
        self._now_ns = 0

    async def start(self) -> None:
        await self.engines.settle()
        await self.client.start_server()

    async def stop(self) -> None:
        await self.board.close()
        await self.client.close()

    async def dialled(self, line: Line, to: str = "echo") -> UUID:
        """A call that somebody made to us."""
        known = {call.id for call in self.board}
        self.board.invited(Asked(line, to))
        for _ in range(20):
            await asyncio.sleep(0)
        (made,) = {call.id for call in self.board} - known
        return made

    async def post(self, path: str, content: Any = None, **headers: str) -> tuple[int, Any]:
        response = await self.client.post(f"{CALLS}{path}", json=content, headers=headers)
        return response.status, await response.json() if response.status != 204 else None

    async def run(self, ms: int) -> None:
        """So much time of the media clock passes."""
        for _ in range(ms // 20):
            self.stt.tick()
            self.board.clock.tick(self._now_ns)
            self._now_ns += 20_000_000
            for _ in range(8):
                await asyncio.sleep(0)

    async def ticks(self, count: int) -> None:
        """So many frames go each way."""
        await self.run(20 * count)
