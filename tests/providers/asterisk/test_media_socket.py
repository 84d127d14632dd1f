"""`/asterisk/media` and `/freeswitch/media`: dialplans connect calls by WebSocket."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from api.access.scopes import Scope
from mediaserver.media.leg import Termination, Why
from mediaserver.storage.records import EventHappened, Record
from tests.api.board import Nowhere
from tests.api.desk import Desk
from tests.api.keys import STRANGER, bearer, made_up_key
from tests.providers.asterisk.bench import until
from tests.providers.asterisk.pbx_desk import PbxDesk, basic, open_pbx
from tests.providers.matrix import Feature, Who, shows

ASTERISK = "/asterisk/media?to=echo&caller=0301234567"
FREESWITCH = "/freeswitch/media?to=echo&caller=0301234567"
START = (
    "MEDIA_START connection_id:voiceforge channel:WebSocket/voiceforge/0x7f channel_id:1795.1 format:{}"
    " optimal_frame_size:640 ptime:20"
)
SAID = np.full(320, 1_000, "<i2").tobytes()


class Kept(Nowhere):
    """What is stored of calls: their keys."""

    def __init__(self) -> None:
        self.keys = ""

    def put(self, record: Record) -> None:
        if isinstance(record, EventHappened) and record.kind == "dtmf":
            self.keys += record.data["digit"]


KEPT = Kept()


@pytest.fixture
async def pbx() -> AsyncIterator[PbxDesk]:
    desk = Desk(KEPT)
    await desk.start()
    try:
        async with open_pbx(desk, audiosocket=False) as made:
            yield made
    finally:
        await desk.stop()


async def connect(pbx: PbxDesk, path: str = ASTERISK, **more: Any) -> ClientWebSocketResponse:
    made: ClientWebSocketResponse = await pbx.desk.client.ws_connect(path, **more)
    return made


async def begun(pbx: PbxDesk, name: str = "slin16") -> ClientWebSocketResponse:
    socket = await connect(pbx, protocols=("media",))
    await socket.send_str(START.format(name))
    await until(lambda: len(pbx.desk.board))
    return socket


async def heard(socket: ClientWebSocketResponse, said: bytes, most: int = 60) -> tuple[int, list[str]]:
    """The loudest that comes while this is said again and again, and the texts before."""
    texts: list[str] = []
    for _ in range(most):
        await socket.send_bytes(said)
        message = await socket.receive()
        if message.type is WSMsgType.TEXT:
            texts.append(message.data)
        elif message.type is WSMsgType.BINARY:
            return int(np.abs(np.frombuffer(message.data, "<i2")).max()), texts
    return 0, texts


async def over(pbx: PbxDesk) -> Termination:
    call = pbx.calls[-1]
    await until(lambda: call.termination)
    assert call.termination is not None
    return call.termination


@shows(Who.CHAN_WEBSOCKET, Feature.CALLS_IN)
async def test_a_call_of_asterisk_is_answered_and_heard(pbx: PbxDesk) -> None:
    key, secret = made_up_key(pbx.desk.context, Scope.CALLS_WRITE)
    socket = await connect(pbx, headers=basic(secret), protocols=("media",))
    assert socket.protocol == "media"
    await socket.send_str(START.format("slin16"))
    loudest, texts = await heard(socket, SAID)
    assert loudest == pytest.approx(1_000, abs=100)
    assert texts[0] == "ANSWER"
    (call,) = pbx.desk.board
    assert call.owner == key.id and call.from_uri.startswith("sip:0301234567@")
    assert call.about == {"asterisk": {"dialled": "echo", "caller": "0301234567"}}
    await socket.close()
    assert (await over(pbx)).why is Why.HANGUP


@shows(Who.CHAN_WEBSOCKET, Feature.HANGS_UP)
async def test_our_hang_up_is_a_command_and_the_end_of_the_socket(pbx: PbxDesk) -> None:
    socket = await begun(pbx)
    (call,) = pbx.desk.board
    assert (await pbx.desk.client.delete(f"/api/telephony/calls/{call.id}")).status == 204
    texts = [message.data async for message in socket if message.type is WSMsgType.TEXT]
    assert texts[-1] == "HANGUP" and socket.close_code == 1000


@shows(Who.CHAN_WEBSOCKET, Feature.LOST_STREAM)
async def test_a_lost_socket_is_no_hang_up(pbx: PbxDesk) -> None:
    socket = await begun(pbx)
    assert socket._response.connection is not None and socket._response.connection.transport is not None
    socket._response.connection.transport.abort()
    assert (await over(pbx)).why is Why.LOST


@pytest.mark.parametrize("first", ["hello", START.format("opus"), '{"event":"STATUS"}', b"\0\0", "MEDIA_XON"])
async def test_what_does_not_begin_as_asterisk_does_is_closed(pbx: PbxDesk, first: str | bytes) -> None:
    socket = await connect(pbx)
    await (socket.send_bytes(first) if isinstance(first, bytes) else socket.send_str(first))
    assert (await socket.receive()).type is WSMsgType.CLOSE
    assert socket.close_code == 4004 and not len(pbx.desk.board)


async def test_garbage_in_a_call_ends_it(pbx: PbxDesk) -> None:
    socket = await begun(pbx)
    for _ in range(25):
        await socket.send_str("garbage")
    assert (await over(pbx)).why is Why.FAILED
    await socket.close()


async def test_a_message_that_is_too_long_ends_it(pbx: PbxDesk) -> None:
    socket = await begun(pbx)
    await socket.send_bytes(b"\0" * (65 << 10))
    assert (await over(pbx)).why is Why.LOST
    await socket.close()


@shows(Who.CHAN_WEBSOCKET, Feature.FORGED)
async def test_nobody_connects_without_a_key_that_may_call(pbx: PbxDesk) -> None:
    _, reader = made_up_key(pbx.desk.context, Scope.CALLS_READ)
    for headers, status in ((STRANGER, 401), (basic("vf_wrong"), 401), (bearer(reader), 403)):
        for path in (ASTERISK, FREESWITCH):
            with pytest.raises(WSServerHandshakeError) as refused:
                await connect(pbx, path, headers=headers)
            assert refused.value.status == status


@pytest.mark.parametrize(
    "path", ["/asterisk/media", "/asterisk/media?to=a&agent=b", f"{FREESWITCH}&rate=24000"]
)
async def test_a_query_that_names_nobody_is_refused(pbx: PbxDesk, path: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await connect(pbx, path)
    assert refused.value.status in (400, 422)


async def test_there_is_an_end_to_calls(pbx: PbxDesk) -> None:
    pbx.door.max_calls = 1
    socket = await begun(pbx)
    with pytest.raises(WSServerHandshakeError) as refused:
        await connect(pbx)
    assert refused.value.status == 503
    await socket.close()


@shows(Who.FREESWITCH, Feature.CALLS_IN)
async def test_a_call_of_freeswitch_is_heard(pbx: PbxDesk) -> None:
    """As its module sends: metadata, then raw audio; as it plays: JSON."""
    socket = await connect(pbx, FREESWITCH)
    await socket.send_str('{"uuid": "abc"}')
    loudest = 0
    while not loudest:
        await socket.send_bytes(SAID)
        sent = json.loads((await socket.receive()).data)
        assert sent["type"] == "streamAudio" and sent["data"]["sampleRate"] == 16_000
        loudest = np.abs(np.frombuffer(base64.b64decode(sent["data"]["audioData"]), "<i2")).max()
    assert loudest == pytest.approx(1_000, abs=100)
    (call,) = pbx.desk.board
    await socket.close()
    assert (await over(pbx)).why is Why.HANGUP


@shows(Who.CHAN_WEBSOCKET, Feature.KEYS_IN, Feature.BAD_MESSAGES)
async def test_a_key_arrives_and_a_message_that_is_none_ends_nothing(pbx: PbxDesk) -> None:
    socket = await begun(pbx)
    await socket.send_str("garbage")
    await socket.send_str("DTMF_END digit:5 channel_id:1795.1")
    await until(lambda: "5" in KEPT.keys)
    await socket.close()
    assert (await over(pbx)).why is Why.HANGUP


@shows(Who.FREESWITCH, Feature.HANGS_UP)
async def test_our_hang_up_closes_the_socket_of_freeswitch(pbx: PbxDesk) -> None:
    socket = await connect(pbx, FREESWITCH)
    await socket.send_str("{}")
    await until(lambda: len(pbx.desk.board))
    assert (await pbx.desk.client.delete(f"/api/telephony/calls/{pbx.calls[-1].id}")).status == 204
    async for _ in socket:
        """Until it is closed."""
    assert socket.close_code == 1000
