"""A gateway over a real switchboard and real sockets; time, the voices and the recogniser are the test's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer

from api import conversations
from api.access.access import AccessControl
from api.access.scopes import Scope
from api.context import CONTEXT, ApiContext
from api.gateway.gateway import Gateway
from api.routing.serving import serve_routes
from cli.makers import makers
from cli.serving.own_code import OwnCode
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.settings.access import AccessSettings
from mediaserver.settings.gateway import GatewaySettings
from mediaserver.storage import keys
from mediaserver.storage.keys import ApiKey
from tests.api.board import Board
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.rows import as_at_the_first_start
from tests.speech import only

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
FRAME_NS = 20_000_000


class GatewayDesk:
    def __init__(self, **settings: Any) -> None:
        metrics = Metrics()
        self.stt, self.tts = FakeStt(), FakeTts()
        self.engines, speech = only(self.stt, self.tts, "en")
        self.board = Board(metrics, makers(speech, OwnCode()))
        self.access = AccessControl(AccessSettings())
        self.access.ring.known = True
        self.now = 1_000.0
        self.agents: dict[str, AgentSpec] = {}
        self.flow_owners: dict[str, UUID | None] = {}
        self.gateway = Gateway(
            GatewaySettings(**settings), self.access, self.board, self.find, self.flow_owner, lambda: self.now
        )
        context = ApiContext(load(None, {}), Health("sip"), metrics, switchboard=self.board)
        context.gateway = self.gateway
        app = web.Application()
        app[CONTEXT] = context
        serve_routes(app, [conversations.routes])
        self.client: TestClient[web.Request, web.Application] = TestClient(TestServer(app))
        self.key, self.secret = self.new_key()
        self._now_ns = 0

    def find(self, name: str) -> AgentSpec | None:
        return self.agents.get(name) or as_at_the_first_start().agent(name)

    async def flow_owner(self, name: str) -> UUID | None:
        return self.flow_owners.get(name)

    def new_key(self, *scopes: Scope, **more: Any) -> tuple[ApiKey, str]:
        """A key that this server's memory knows, and its text."""
        secret = keys.new_secret()
        names = tuple(str(scope) for scope in scopes or (Scope.SESSIONS,))
        key = ApiKey(uuid4(), "test", secret[: keys.SHOWN], keys.hash_of(secret), names, True, BEGAN)
        key = replace(key, **more)
        self.access.ring.take(key)
        return key, secret

    def switch_off(self, key: ApiKey) -> None:
        self.access.ring.take(replace(key, active=False))

    async def start(self) -> None:
        await self.engines.settle()
        await self.client.start_server()

    async def stop(self) -> None:
        await self.board.close()
        await self.client.close()

    async def connect(self) -> WebClient:
        return WebClient(await self.client.ws_connect("/ws", autoping=True))

    async def begin(self, **init: Any) -> WebClient:
        """A client whose conversation has begun."""
        client = await self.connect()
        wanted = {"agent": "echo", **init} if not init.keys() & {"agent", "flow", "prompt"} else init
        await client.say(type="init", apiKey=self.secret, **wanted)
        client.ready = await client.told("ready")
        return client

    async def run(self, ms: int) -> None:
        """So much time of the media clock passes."""
        for _ in range(ms // 20):
            self.stt.tick()
            self.board.clock.tick(self._now_ns)
            self._now_ns += FRAME_NS
            for _ in range(8):
                await asyncio.sleep(0)

    async def until(self, true: Callable[[], object]) -> None:
        """The media clock runs until it is so; fails after ten seconds of its time."""
        for _ in range(500):
            if true():
                return
            await self.run(20)
            await asyncio.sleep(0.001)  # what is on its way by the socket
        raise AssertionError("it never was so")


class WebClient:
    """A browser, as far as the protocol goes."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws
        self.ready: dict[str, Any] = {}
        self.messages: list[dict[str, Any]] = []
        self.audio: list[bytes] = []

    async def say(self, **message: Any) -> None:
        await self.ws.send_str(json.dumps(message))

    async def sound(self, octets: bytes) -> None:
        await self.ws.send_bytes(octets)

    async def take(self) -> dict[str, Any] | None:
        """The next message; None for audio."""
        message = await self.ws.receive(5)
        if message.type is WSMsgType.BINARY:
            self.audio.append(message.data)
            return None
        if message.type is not WSMsgType.TEXT:
            raise ConnectionError(f"closed with {self.ws.close_code}")
        told: dict[str, Any] = json.loads(message.data)
        self.messages.append(told)
        return told

    async def told(self, kind: str) -> dict[str, Any]:
        """The next message of this kind; those before are kept."""
        while True:
            told = await self.take()
            if told is not None and told["type"] == kind:
                return told

    async def drain(self) -> None:
        """What is there by now."""
        while True:
            try:
                async with asyncio.timeout(0.02):
                    await self.take()
            except TimeoutError:
                return

    async def closed(self) -> int:
        """With which code the server closes."""
        while True:
            message = await self.ws.receive(5)
            if message.type is WSMsgType.TEXT:
                self.messages.append(json.loads(message.data))
            elif message.type is WSMsgType.CLOSE:
                return int(message.data)
            elif message.type is not WSMsgType.BINARY:
                return self.ws.close_code or 0

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.messages if each["type"] == kind]

    def lose(self) -> None:
        """The network is gone, without a word."""
        transport = self.ws._response.connection.transport  # type: ignore[union-attr]
        assert transport is not None
        transport.abort()


__all__ = ["GatewayDesk", "WebClient", "aiohttp"]
