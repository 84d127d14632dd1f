"""Realtime sessions over a real switchboard and real sockets; the voice, the recogniser and the model are the
test's, and so is time."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer

from api.access.scopes import Scope
from api.app import build_app
from api.context import ApiContext
from api.gateway.gateway import Gateway
from api.realtime.hub import RealtimeHub
from cli.makers import led, makers
from cli.serving.own_code import OwnCode
from cli.serving.speech import Speech
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.errors import EngineError
from mediaserver.metrics import Metrics
from mediaserver.settings.engines import EnginesSettings
from mediaserver.settings.gateway import GatewaySettings
from mediaserver.storage import keys
from mediaserver.storage.keys import ApiKey
from mediaserver.storage.records import EventHappened, Record
from pipelines.engines.protocols import LlmEvent, LlmText, LlmUsage
from pipelines.engines.running import Engines
from tests.api.board import Board
from tests.api.realtime.script import OFFICIAL
from tests.fakes import FakeLlm, FakeStt, FakeTts
from tests.mediaserver.calls.rows import as_at_the_first_start
from tests.speech import shelf

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
FRAME_NS = 20_000_000
MODEL = "thinks"


class Kept:
    """A Sink that remembers."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True

    def happened(self, kind: str) -> list[dict[str, Any]]:
        return [dict(r.data) for r in self.records if isinstance(r, EventHappened) and r.kind == kind]


def said(*words: str, usage: LlmUsage | None = LlmUsage(20, 5, model="m")) -> list[LlmEvent]:  # noqa: B008
    """An answer of a model, word by word."""
    return [*(LlmText(f"{word} ") for word in " ".join(words).split()), *([usage] if usage else [])]


def written(text: str, **more: Any) -> dict[str, Any]:
    """An item of the user's."""
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content} | more


class RealtimeDesk:
    def __init__(self, *answers: Sequence[LlmEvent | EngineError], **settings: Any) -> None:
        metrics = Metrics()
        self.stt, self.tts, self.llm = FakeStt(), FakeTts(), FakeLlm(*answers)
        self.engines = Engines(shelf({"hears": self.stt}, {"speaks": self.tts}, {MODEL: self.llm}))
        wanted = EnginesSettings(stt=("hears",), tts=("speaks",), language="en")
        for start, names in (
            (self.engines.stt, wanted.stt),
            (self.engines.tts, wanted.tts),
            (self.engines.llm, (MODEL,)),
        ):
            start(names)
        kinds = makers(Speech(self.engines, wanted, lambda: None), OwnCode())
        self.sink = Kept()
        self.board = Board(metrics, kinds, self.sink)
        context = ApiContext(load(None, {}), Health("sip"), metrics, switchboard=self.board)
        self.access = context.access
        self.access.ring.known = True
        self.agents: dict[str, AgentSpec] = {}
        self.now = 1_000.0
        self.gateway = Gateway(
            GatewaySettings(**settings), self.access, self.board, self.find, self.nobody, lambda: self.now
        )
        self.board.clock.add_wire(self.gateway.wire)
        self.hub = context.realtime = RealtimeHub(
            self.gateway, self.access, self.board, self.find, lambda: (MODEL,), led(kinds), lambda: self.now
        )
        self.client: TestClient[web.Request, web.Application] = TestClient(TestServer(build_app(context)))
        self.key, self.secret = self.new_key()
        self._now_ns = 0
        self._running: asyncio.Task[None] | None = None

    def find(self, name: str) -> AgentSpec | None:
        return self.agents.get(name) or as_at_the_first_start().agent(name)

    async def nobody(self, flow: str) -> None:
        return None

    def new_key(self, *scopes: Scope, **more: Any) -> tuple[ApiKey, str]:
        """A key that this server's memory knows, and its text."""
        secret = keys.new_secret()
        names = tuple(str(scope) for scope in scopes or (Scope.SESSIONS,))
        key = ApiKey(uuid4(), "test", secret[: keys.SHOWN], keys.hash_of(secret), names, True, BEGAN)
        key = replace(key, **more)
        self.access.ring.take(key)
        return key, secret

    async def start(self) -> None:
        await self.engines.settle()
        await self.client.start_server()
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self.board.close()
        await self.client.close()

    async def _run(self) -> None:
        """The media clock, as fast as its work is done."""
        while True:
            self.stt.tick()
            self.board.clock.tick(self._now_ns)
            self._now_ns += FRAME_NS
            for _ in range(8):
                await asyncio.sleep(0)
            await asyncio.sleep(0.0005)  # what is on its way by the socket

    async def connect(self, model: str = MODEL, secret: str = "", **more: Any) -> RealtimeClient:
        """A client whose session has begun."""
        headers = {"Authorization": f"Bearer {secret or self.secret}"}
        ws = await self.client.ws_connect(f"/v1/realtime?model={model}", headers=headers, **more)
        client = RealtimeClient(ws)
        client.session = (await client.told("session.created"))["session"]
        return client

    async def refused(self, model: str = MODEL, secret: str | None = None) -> tuple[int, str]:
        """The status and the code with which no session is had."""
        headers = {
            "Authorization": f"Bearer {self.secret if secret is None else secret}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
        }
        async with self.client.get(f"/v1/realtime?model={model}", headers=headers) as answer:
            return answer.status, (await answer.json())["error"]["code"]

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not true():  # noqa: ASYNC110 - whatever a test waits for has no event
                await asyncio.sleep(0.001)


class RealtimeClient:
    """A client that reads events as the official one does."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws
        self.session: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []

    async def send(self, type: str, **fields: Any) -> None:
        await self.ws.send_str(json.dumps({"type": type, **fields}))

    async def take(self) -> dict[str, Any]:
        message = await self.ws.receive(10)
        if message.type is not WSMsgType.TEXT:
            raise ConnectionError(f"closed with {self.ws.close_code}")
        event: dict[str, Any] = json.loads(message.data)
        assert OFFICIAL.validate_json(message.data).type == event["type"]
        self.events.append(event)
        return event

    async def told(self, type: str) -> dict[str, Any]:
        """The next event of this type; those before are kept."""
        while True:
            event = await self.take()
            if event["type"] == type:
                return event
            assert event["type"] != "error", event

    async def setup(self, **session: Any) -> dict[str, Any]:
        await self.send("session.update", session={"type": "realtime"} | session)
        answer: dict[str, Any] = (await self.told("session.updated"))["session"]
        return answer

    async def write(self, text: str) -> None:
        await self.send("conversation.item.create", item=written(text))

    async def ask(self, **response: Any) -> dict[str, Any]:
        """The whole of the next response."""
        await self.send("response.create", response=response)
        return await self.answered()

    async def answered(self) -> dict[str, Any]:
        done: dict[str, Any] = (await self.told("response.done"))["response"]
        return done

    def audio(self) -> bytes:
        """All that was heard."""
        return b"".join(base64.b64decode(each["delta"]) for each in self.of("response.output_audio.delta"))

    def of(self, type: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["type"] == type]

    @property
    def types(self) -> list[str]:
        return [each["type"] for each in self.events]

    async def closed(self) -> int:
        """With which code the server closes."""
        while True:
            message = await self.ws.receive(10)
            if message.type is WSMsgType.TEXT:
                self.events.append(json.loads(message.data))
            elif message.type is WSMsgType.CLOSE:
                return int(message.data)
            else:
                return self.ws.close_code or 0


__all__ = ["BEGAN", "MODEL", "RealtimeClient", "RealtimeDesk", "aiohttp", "said", "written"]
