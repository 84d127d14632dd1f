"""The WebSocket to a model, against a server that is as strict as the published types."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import web

from pipelines.engines.protocols import LlmTool
from pipelines.speech_to_speech import meter
from pipelines.speech_to_speech.audio_format import AudioFormat
from pipelines.speech_to_speech.commands import CallerWords, Command, Ready, SendEvent, ToolWanted
from pipelines.speech_to_speech.connection import RealtimeConnection, SpeechEndpoint
from pipelines.speech_to_speech.machine import RealtimeMachine, RealtimeOptions
from pipelines.speech_to_speech.meter import MessageMeter
from tests.pipelines.speech_to_speech.realtime_server import Answer, RealtimeStandIn, serving, tone_octets

OPTIONS = RealtimeOptions(
    "You answer the phone.", AudioFormat("pcmu"), voice="marin", transcription="whisper-1", language="en",
    tools=(LlmTool("order", "looks an order up", {"type": "object", "properties": {}}),),
)  # fmt: skip


class Client:
    """A machine and its connection."""

    def __init__(self, endpoint: SpeechEndpoint) -> None:
        self.machine = RealtimeMachine(OPTIONS)
        self.got: list[Command] = []
        self.reasons: list[str] = []
        self.over = asyncio.Event()
        self.changed = asyncio.Event()
        self.connection = RealtimeConnection(endpoint, self, 8)
        self.connection.start()

    def connected(self) -> None:
        self.do(self.machine.connected())

    def received(self, message: str) -> None:
        self.do(self.machine.received(message))

    def lost(self, reason: str, over: bool) -> None:
        self.reasons.append(reason)
        if over:
            self.over.set()
        self.changed.set()

    def do(self, commands: list[Command]) -> None:
        for command in commands:
            self.got.append(command)
            if isinstance(command, SendEvent):
                self.connection.send(command.event)
            elif isinstance(command, Ready):
                self.connection.take_audio()
        self.changed.set()

    async def until(self, kind: type[Command], count: int = 1) -> None:
        async with asyncio.timeout(10):
            while sum(isinstance(command, kind) for command in self.got) < count:
                self.changed.clear()
                await self.changed.wait()


async def test_a_whole_turn_is_as_the_published_protocol_wants_it() -> None:
    async with serving(
        Answer("Hello there.", 300), Answer("", 0, (("order", {"number": 7}),)), Answer()
    ) as server:
        client = Client(server.endpoint)
        client.do(client.machine.greet("Greet the caller."))
        await server.until(lambda: bool(server.stands) and not server.answers[2:])
        client.connection.hear(tone_octets(400) + b"\xff" * 8 * 400)
        await client.until(ToolWanted)
        wanted = next(each for each in client.got if isinstance(each, ToolWanted))
        assert wanted.call.arguments == {"number": 7}
        assert any(isinstance(each, CallerWords) and each.text == "something" for each in client.got)
        client.do(client.machine.result(wanted.call.id, "shipped"))
        client.do(client.machine.cut("item_1", 0, 120))
        client.do(client.machine.told("(The caller pressed 1.)"))
        await server.until(lambda: len(server.sent("response.create")) >= 2 and not server.answers)
        client.connection.close()
        await server.until(lambda: server.gone == 1)


async def test_a_key_that_is_refused_is_told_at_once() -> None:
    async with serving() as server:
        client = Client(SpeechEndpoint(server.url, {"Authorization": "Bearer wrong"}))
        await asyncio.wait_for(client.over.wait(), 10)
        assert client.reasons == ["the server refuses the key: set another one"]


async def test_a_connection_that_breaks_is_opened_again() -> None:
    async with serving() as server:
        client = Client(server.endpoint)
        await client.until(Ready)
        await server.stands[0].socket.close()
        await client.until(Ready, 2)
        assert len(client.reasons) == 1 and not client.over.is_set()
        client.connection.close()


async def test_a_session_is_followed_by_another_though_the_server_keeps_it_open() -> None:
    async with serving() as server:
        client = Client(server.endpoint)
        await client.until(Ready)
        client.connection.renew()
        await client.until(Ready, 2)
        assert not client.over.is_set()
        client.connection.close()


async def test_a_server_that_always_breaks_is_given_up() -> None:
    async with serving() as server:
        client = Client(server.endpoint)
        for count in range(1, 6):
            await client.until(Ready, count)
            await server.stands[count - 1].socket.close()
        await asyncio.wait_for(client.over.wait(), 20)


async def test_a_server_that_is_not_there_is_given_up_with_the_reason() -> None:
    client = Client(SpeechEndpoint("ws://127.0.0.1:9/v1/realtime"))
    await asyncio.wait_for(client.over.wait(), 10)
    assert "there is no connection" in client.reasons[-1]


async def test_a_server_that_takes_connections_and_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.speech_to_speech.connection.ANSWER_S", 0.05)
    server = RealtimeStandIn()
    server.mute = True
    async with server:
        client = Client(server.endpoint)
        await asyncio.wait_for(client.over.wait(), 10)
        assert client.reasons[-1] == "the server does not answer"


async def test_audio_that_nobody_reads_does_not_grow_for_ever() -> None:
    async with serving() as server:
        client = Client(server.endpoint)
        for _ in range(100):
            client.connection.hear(bytes(8 * 1_000))
        assert client.connection.lost_octets == 90 * 8 * 1_000
        client.connection.close()


async def test_a_server_that_sends_us_elsewhere_is_not_followed() -> None:
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound("/latest/meta-data" if request.path == "/v1/realtime" else "/v1/realtime")

    app = web.Application()
    app.router.add_get("/{any:.*}", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = Client(SpeechEndpoint(f"ws://127.0.0.1:{runner.addresses[0][1]}/v1/realtime"))
    await asyncio.wait_for(client.over.wait(), 10)
    assert set(asked) == {"/v1/realtime"} and "elsewhere" in client.reasons[-1]
    await runner.cleanup()


async def test_a_server_that_floods_is_given_up_and_others_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meter, "MOST_MESSAGES", 300.0)
    monkeypatch.setattr(meter, "MESSAGES_PER_S", 0.0)
    monkeypatch.setattr(MessageMeter.__init__, "__defaults__", (300.0, 1e9, 0.0))
    async with RealtimeStandIn() as server:
        client = Client(server.endpoint)
        await client.until(Ready)
        turns = 0

        async def others() -> None:
            nonlocal turns
            while not client.over.is_set():
                turns += 1
                await asyncio.sleep(0)

        beside = asyncio.create_task(others())
        with contextlib.suppress(ConnectionError):
            for _ in range(500):
                await server.stands[0].socket.send_str('{"type": "rate_limits.updated", "event_id": "e"}')
        await asyncio.wait_for(client.over.wait(), 10)
        await beside
        assert client.reasons == ["it sends more than anybody can listen to"] and turns > 3


def test_a_call_as_long_and_as_fast_as_any_is_in_measure() -> None:
    """PCM, five times as fast as it is heard, in pieces of 20 ms."""
    measure, now = MessageMeter(), 0.0
    for _ in range(60):
        for _ in range(300):
            assert measure.take(1_500, now)
            now += 0.004
        now += 5.0
