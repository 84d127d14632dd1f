"""The door of media streams over real sockets: who is let in, what closes a stream, and what goes by it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import numpy as np
import pytest

from api import provider_media, stream_reading
from api.stream_line import SocketStreamLine, frame
from mediaserver.media.leg import EndedBy, Termination, Why
from providers.streams.stream_close import StreamClose
from tests.api.desk import Desk
from tests.providers.matrix import Feature
from tests.providers.streams.bench import each_provider, frames_of, loud, tone
from tests.providers.streams.sessions import Session, Sessions
from tests.standins.media_stream_client import MediaStreamClient, ProviderEnd
from tests.standins.media_stream_sides import SIDES, TwilioSide
from tests.webrtc.bench import until


class StreamDesk:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sessions = Sessions()
        desk.context.media_streams = self.sessions

    def path(self, session: Session) -> str:
        return f"/{session.kind}/media/{session.id}"

    async def open(
        self, session: Session, side: TwilioSide, token: str | None = None
    ) -> aiohttp.ClientWebSocketResponse:
        """Opened and begun."""
        given = session.token if token is None else token
        query = {"token": given} if side.by_query else {}
        ws = await self.desk.client.ws_connect(self.path(session), params=query)
        for message in side.opening("" if side.by_query else given):
            await (ws.send_str(message) if isinstance(message, str) else ws.send_bytes(message))
        return ws


@pytest.fixture
async def door() -> AsyncIterator[StreamDesk]:
    desk = Desk()
    await desk.start()
    yield StreamDesk(desk)
    await desk.stop()


async def closed_with(ws: aiohttp.ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(10):
        while not ws.closed:
            await ws.receive()
    return ws.close_code


@pytest.mark.parametrize("side", SIDES, ids=lambda each: each.kind)
async def test_a_stream_with_its_token_is_let_in_and_audio_goes_both_ways(
    door: StreamDesk, side: type[TwilioSide]
) -> None:
    theirs = side()
    session = door.sessions.add(theirs)
    ws = await door.open(session, theirs)
    await until(lambda: session.leg.attached)
    for octets in frames_of(theirs.format, 10):
        message = theirs.media(octets)
        await (ws.send_str(message) if isinstance(message, str) else ws.send_bytes(message))
    await until(lambda: session.leg.stats().packets == 10)
    heard = [session.leg.read() for _ in range(10)]
    assert sum(each is not None and loud(each) for each in heard) >= 9
    end = ProviderEnd(theirs)
    for said in tone(10):
        session.leg.write(said)
    while end.sent_ms < 200:
        end.take((await ws.receive(10)).data, 0.0)
    assert not end.refused
    await ws.close()


@pytest.mark.parametrize("wrong", ["", "x", "\u00e9", "a" * 5_000])
async def test_a_wrong_token_is_refused_before_any_audio_is_taken(door: StreamDesk, wrong: str) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side, wrong)
    await ws.send_str(str(side.media(bytes(160))))
    assert await closed_with(ws) == StreamClose.REFUSED
    assert not session.leg.attached and session.leg.stats().packets == 0


async def test_an_unknown_session_is_not_even_a_socket(door: StreamDesk) -> None:
    session = door.sessions.add()
    for path in (f"/twilio/media/{uuid4()}", f"/telnyx/media/{session.id}"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await door.desk.client.ws_connect(path)
        assert refused.value.status == 404


async def test_while_the_server_starts_there_is_no_door(door: StreamDesk) -> None:
    door.desk.context.media_streams = None
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await door.desk.client.ws_connect(f"/twilio/media/{uuid4()}")
    assert refused.value.status == 503


async def test_a_second_stream_is_refused_and_the_first_goes_on(door: StreamDesk) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    first = await door.open(session, side)
    await until(lambda: session.leg.attached)
    second = await door.open(session, TwilioSide())
    assert await closed_with(second) == StreamClose.REFUSED
    await first.send_str(str(side.media(bytes(160))))
    await until(lambda: session.leg.stats().packets == 1)
    assert session.told == []
    await first.close()


@pytest.mark.parametrize("other", [{"call": "CA2"}, {"account": "AC2"}])
async def test_another_calls_stream_is_refused(door: StreamDesk, other: dict[str, str]) -> None:
    session = door.sessions.add(TwilioSide())
    ws = await door.open(session, TwilioSide(**other))
    assert await closed_with(ws) == StreamClose.REFUSED


async def test_a_stream_that_does_not_start_is_closed(
    door: StreamDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_media, "FIRST_S", 0.05)
    session = door.sessions.add()
    ws = await door.desk.client.ws_connect(door.path(session))
    await ws.send_str('{"event":"connected"}')
    assert await closed_with(ws) == StreamClose.PROTOCOL


@pytest.mark.parametrize("first", ["{", '{"event":"media"}', '{"event":"start","start":{}}'])
async def test_a_stream_that_begins_with_nonsense_is_closed(door: StreamDesk, first: str) -> None:
    session = door.sessions.add()
    ws = await door.desk.client.ws_connect(door.path(session))
    await ws.send_str(first)
    assert await closed_with(ws) == StreamClose.PROTOCOL


@pytest.mark.parametrize(
    ("encoding", "rate"), [("audio/x-l16", 16_000), ("audio/opus", 48_000), ("audio/x-l16", 7)]
)
async def test_a_stream_of_other_audio_than_was_asked_for_ends_its_call(
    door: StreamDesk, encoding: str, rate: int
) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.desk.client.ws_connect(door.path(session))
    connected, start = (json.loads(each) for each in side.opening(session.token))
    start["start"]["mediaFormat"] = {"encoding": encoding, "sampleRate": rate}
    await ws.send_json(connected)
    await ws.send_json(start)
    assert await closed_with(ws) == StreamClose.PROTOCOL
    ended = session.leg.termination
    assert ended is not None and (ended.by, ended.why) == (EndedBy.SERVER, Why.UNACCEPTABLE)
    assert "where mulaw/8000 was asked for" in ended.detail


async def test_a_stranger_with_other_audio_ends_nothing(door: StreamDesk) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.desk.client.ws_connect(door.path(session))
    start = json.loads(side.opening("x")[1])
    start["start"]["mediaFormat"] = {"encoding": "audio/opus", "sampleRate": 48_000}
    await ws.send_json(start)
    assert await closed_with(ws) == StreamClose.REFUSED
    assert session.leg.termination is None


async def test_endless_talk_before_the_start_is_closed(door: StreamDesk) -> None:
    session = door.sessions.add()
    ws = await door.desk.client.ws_connect(door.path(session))
    for _ in range(provider_media.MOST_BEFORE):
        await ws.send_str('{"event":"connected"}')
    assert await closed_with(ws) == StreamClose.PROTOCOL


@each_provider(Feature.BAD_MESSAGES)
async def test_a_bad_payload_does_not_end_the_call(door: StreamDesk, side: type[TwilioSide]) -> None:
    theirs = side()
    session = door.sessions.add(theirs)
    ws = await door.open(session, theirs)
    await until(lambda: session.leg.attached)
    bad = '{"event":"media","media":{"track":"inbound","payload":"no+JhoaJjpz..."}}'
    for _ in range(stream_reading.MOST_FAULTS - 1):
        await (ws.send_bytes(bytes(641)) if theirs.kind == "vonage" else ws.send_str(bad))
    good = theirs.media(bytes(640))
    await (ws.send_str(good) if isinstance(good, str) else ws.send_bytes(good))
    await until(lambda: session.leg.stats().packets == 1)
    assert session.leg.stats().detail["faults"] == stream_reading.MOST_FAULTS - 1
    await ws.close()


@pytest.mark.parametrize("nonsense", ['{"event":', b"\x00" * 320])
async def test_nothing_but_nonsense_closes_the_stream(door: StreamDesk, nonsense: str | bytes) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side)
    for _ in range(stream_reading.MOST_FAULTS):
        await (ws.send_str(nonsense) if isinstance(nonsense, str) else ws.send_bytes(nonsense))
    assert await closed_with(ws) == StreamClose.PROTOCOL
    await until(lambda: session.told == ["lost"])


async def test_a_message_that_is_too_long_closes_the_stream(door: StreamDesk) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side)
    await ws.send_str(json.dumps({"event": "media", "media": {"payload": "A" * (70 << 10)}}))
    assert await closed_with(ws) == 1009
    await until(lambda: session.told == ["lost"])


async def test_a_flood_closes_the_stream(door: StreamDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_reading, "AT_ONCE", 50.0)
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side)
    for _ in range(60):
        await ws.send_str(str(side.media(bytes(160))))
    assert await closed_with(ws) == StreamClose.RATE_LIMIT


async def test_the_providers_stop_is_told(door: StreamDesk) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side)
    await ws.send_str(str(side.stopped()))
    assert await closed_with(ws) == StreamClose.DONE
    assert session.told == ["stopped"]
    assert session.leg.termination is not None and session.leg.termination.why is Why.HANGUP


async def test_a_socket_that_is_closed_as_one_closes_is_a_stop(door: StreamDesk) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side)
    await until(lambda: session.leg.attached)
    await ws.close()
    await until(lambda: session.told == ["stopped"])


@pytest.mark.parametrize("code", [1001, 1011, 1012])
async def test_a_proxy_that_gives_up_does_not_end_the_call(door: StreamDesk, code: int) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side)
    await until(lambda: session.leg.attached)
    await ws.close(code=code)
    await until(lambda: session.told == ["lost"])
    assert session.leg.termination is None


@each_provider(Feature.LOST_STREAM)
async def test_a_lost_socket_is_no_stop(door: StreamDesk, side: type[TwilioSide]) -> None:
    """The call waits for another: tests/providers/calls."""
    theirs = side()
    session = door.sessions.add(theirs)
    end = ProviderEnd(theirs)
    base = str(door.desk.client.make_url(door.path(session)))
    async with (
        aiohttp.ClientSession() as http,
        MediaStreamClient.connected(http, base, end, session.token) as client,
    ):
        await until(lambda: session.leg.attached)
        client.cut()
        await until(lambda: session.told == ["lost"])
    assert session.leg.termination is None and not session.leg.attached


@pytest.mark.parametrize(("why", "code"), [(Why.COMPLETED, 1000), (Why.SHUTDOWN, 1001)])
async def test_our_end_closes_the_socket(door: StreamDesk, why: Why, code: int) -> None:
    side = TwilioSide()
    session = door.sessions.add(side)
    ws = await door.open(session, side)
    await until(lambda: session.leg.attached)
    for said in tone(10):
        session.leg.write(said)
    session.leg.ended(Termination(EndedBy.SERVER, why))
    end = ProviderEnd(side)
    while (message := await ws.receive(10)).type is aiohttp.WSMsgType.TEXT:
        end.take(message.data, 0.0)
    assert ws.close_code == code and session.told == []
    assert end.sent_ms == 200, "what was said is out before"


async def test_a_provider_that_does_not_read_holds_up_nobody(door: StreamDesk) -> None:
    def small(address: aiohttp.AddrInfoType) -> socket.socket:
        made = socket.socket(address[0])
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        return made

    side = TwilioSide()
    session = door.sessions.add(side)
    end = ProviderEnd(side)
    base = str(door.desk.client.make_url(door.path(session)))
    connector = aiohttp.TCPConnector(socket_factory=small)
    async with (
        aiohttp.ClientSession(connector=connector, read_bufsize=1_024) as http,
        MediaStreamClient.connected(http, base, end, session.token) as client,
    ):
        await until(lambda: session.leg.attached)
        client.stop_reading()
        rng = np.random.default_rng(1)
        for _ in range(1_500):  # 30 s
            session.leg.write(rng.normal(0, 5_000, 320).astype(np.int16))
        await asyncio.sleep(0)
        figures = session.leg.stats().detail
        assert figures["undrained_ms"] >= 20_000, "it is not kept"
        client.read_on()
        await until(lambda: end.sent_ms + session.leg.stats().detail["undrained_ms"] >= 30_000)
        for said in tone(10):
            session.leg.write(said)
        await until(lambda: end.sent_ms + session.leg.stats().detail["undrained_ms"] >= 30_200)


def test_a_frame_is_as_the_protocol_has_it() -> None:
    assert frame("ab") == b"\x81\x02ab"
    assert frame(b"a" * 125)[:2] == b"\x82\x7d"
    assert frame("a" * 126)[:4] == b"\x81\x7e\x00\x7e"
    assert frame("\u00e9") == b"\x81\x02\xc3\xa9"


def test_a_line_without_a_transport_takes_nothing() -> None:
    class Request:
        transport = None

    line = SocketStreamLine(None, Request(), 160)  # type: ignore[arg-type]  # all that is looked at
    assert not line.send("x")
