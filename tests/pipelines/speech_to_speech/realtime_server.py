"""A stand-in for a server of OpenAI's Realtime protocol, on real WebSockets.

What a client sends is validated against the types of the official package, and what it sends itself is, too.
It hears by energy: loud audio is speech, and after silence it answers as the test says.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np
from aiohttp import WSMsgType, web
from openai.types.realtime import RealtimeServerEvent
from openai.types.realtime.realtime_client_event_param import RealtimeClientEventParam
from pydantic import TypeAdapter, ValidationError

from mediaserver.media.g711 import PCMU
from pipelines.speech_to_speech.connection import SpeechEndpoint

KEY = "sk-test"
LOUD = 1_000
OCTETS_PER_MS = 8
SILENCE_MS = 200
"""That ends what the caller says."""
_client: TypeAdapter[Any] = TypeAdapter(RealtimeClientEventParam)
_server: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)


def tone_octets(ms: int, hertz: float = 440.0) -> bytes:
    """A tone in mu-law."""
    wave = 8_000 * np.sin(np.arange(ms * 8) * 2 * np.pi * hertz / 8_000)
    return PCMU.encode(wave.astype(np.int16)).tobytes()


@dataclass
class Answer:
    """What the model says next: this text over so many ms of a tone, or calls of tools."""

    text: str = "Yes."
    ms: int = 600
    calls: tuple[tuple[str, dict[str, Any] | str], ...] = ()
    piece_ms: int = 100
    done: bool = True
    """False: it never ends."""
    status: str = "completed"


@dataclass
class Stand:
    """One connection's server side."""

    socket: web.WebSocketResponse
    server: RealtimeStandIn
    ids: Any = field(default_factory=itertools.count)
    heard_ms: int = 0
    loud_at: int | None = None
    silent_ms: int = 0
    item: str = ""
    responding: asyncio.Task[None] | None = None
    session: dict[str, Any] = field(default_factory=dict)

    async def send(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, "event_id": f"ev_{next(self.ids)}", **fields}
        _server.validate_python(event)
        with contextlib.suppress(ConnectionError):
            await self.socket.send_str(json.dumps(event))

    async def take(self, event: dict[str, Any]) -> None:
        try:
            _client.validate_python(event)
        except ValidationError as error:
            self.server.faults.append(f"{event.get('type')}: {error}")
            await self.send("error", error={"type": "invalid_request_error", "message": str(error)[:200]})
            return
        self.server.events.append(event)
        match event["type"]:
            case "session.update":
                self.session = event["session"]
                await self.send("session.updated", session=self.session)
            case "input_audio_buffer.append":
                octets = base64.b64decode(event["audio"], validate=True)
                for at in range(0, len(octets), 20 * OCTETS_PER_MS):
                    await self._hear(octets[at : at + 20 * OCTETS_PER_MS])
            case "response.create":
                self._respond()
            case "response.cancel":
                self._cancel()
            case _:
                pass
        self.server.changed.set()

    async def _hear(self, octets: bytes) -> None:
        loud = bool(np.abs(PCMU.decode(np.frombuffer(octets, np.uint8)).astype(int)).max() > LOUD)
        length = len(octets) // OCTETS_PER_MS
        if loud and self.loud_at is None:
            self.loud_at, self.item = self.heard_ms, f"caller_{next(self.ids)}"
            self._cancel()
            await self.send(
                "input_audio_buffer.speech_started", audio_start_ms=self.loud_at, item_id=self.item
            )
        self.heard_ms += length
        self.silent_ms = 0 if loud else self.silent_ms + length
        if self.loud_at is not None and self.silent_ms >= SILENCE_MS:
            end, self.loud_at = self.heard_ms - self.silent_ms, None
            await self.send("input_audio_buffer.speech_stopped", audio_end_ms=end, item_id=self.item)
            text = self.server.transcripts.pop(0) if self.server.transcripts else "something"
            await self.send(
                "conversation.item.input_audio_transcription.completed",
                item_id=self.item, content_index=0, transcript=text,
                usage={"type": "duration", "seconds": 1.0},
            )  # fmt: skip
            self._respond()

    def _respond(self) -> None:
        if self.server.answers:
            self.responding = asyncio.create_task(self._say(self.server.answers.pop(0)))

    def _cancel(self) -> None:
        if self.responding is not None:
            self.responding.cancel()
            self.responding = None

    async def _say(self, answer: Answer) -> None:
        item, response = f"item_{next(self.ids)}", f"resp_{next(self.ids)}"
        where: dict[str, Any] = {
            "response_id": response, "item_id": item, "output_index": 0, "content_index": 0,
        }  # fmt: skip
        made = {"id": response, "object": "realtime.response", "status": "in_progress", "output": []}
        output: list[dict[str, Any]] = []
        status = "cancelled"
        try:
            await self.send("response.created", response=made)
            octets = tone_octets(answer.ms)
            words = answer.text.split(" ") if answer.ms else []
            for at in range(0, len(octets), answer.piece_ms * OCTETS_PER_MS):
                piece = octets[at : at + answer.piece_ms * OCTETS_PER_MS]
                if words:
                    text = words.pop(0) + (" " if words else "")
                    await self.send("response.output_audio_transcript.delta", delta=text, **where)
                await self.send(
                    "response.output_audio.delta", delta=base64.b64encode(piece).decode(), **where
                )
            if words:
                await self.send("response.output_audio_transcript.delta", delta=" ".join(words), **where)
            if not answer.done:
                await asyncio.Event().wait()
            await self.send("response.output_audio.done", **where)
            output = [
                {
                    "type": "function_call", "name": name, "call_id": f"call_{next(self.ids)}",
                    "arguments": given if isinstance(given, str) else json.dumps(given),
                }
                for name, given in answer.calls
            ]  # fmt: skip
            status = answer.status
        finally:
            usage = {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10}
            done = made | {"status": status, "output": output, "usage": usage}
            await self.send("response.done", response=done)
            self.server.changed.set()


class RealtimeStandIn:
    """`async with RealtimeStandIn() as server:`"""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.transcripts: list[str] = []
        self.events: list[dict[str, Any]] = []
        """What clients sent and was right."""
        self.faults: list[str] = []
        """What was not."""
        self.stands: list[Stand] = []
        self.changed = asyncio.Event()
        self.refuses = 0
        """HTTP status of connections, while it is not 0."""
        self.mute = False
        """It takes connections and says nothing at all."""
        self.gone = 0
        """Connections that ended."""

    async def __aenter__(self) -> RealtimeStandIn:
        app = web.Application()
        app.router.add_get("/v1/realtime", self._connection)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"ws://127.0.0.1:{port}/v1/realtime?model=test"
        self.endpoint = SpeechEndpoint(self.url, {"Authorization": f"Bearer {KEY}"})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stand in self.stands:
            stand._cancel()
            await stand.socket.close()
        await self._runner.cleanup()

    async def _connection(self, request: web.Request) -> web.StreamResponse:
        if self.refuses or request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.Response(status=self.refuses or 401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        stand = Stand(socket, self)
        self.stands.append(stand)
        if not self.mute:
            await stand.send("session.created", session={"type": "realtime"})
        async for message in socket:
            if message.type is WSMsgType.TEXT and not self.mute:
                await stand.take(json.loads(message.data))
        stand._cancel()
        self.gone += 1
        self.changed.set()
        return socket

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """Events of this kind that came so far."""
        return [event for event in self.events if event["type"] == kind]

    async def until(self, holds: Callable[[], bool], within_s: float = 10.0) -> None:
        async with asyncio.timeout(within_s):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@contextlib.asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[RealtimeStandIn]:
    async with RealtimeStandIn(*answers) as server:
        yield server
        assert server.faults == []
