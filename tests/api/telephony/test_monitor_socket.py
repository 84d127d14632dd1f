"""Listening to a call by WebSocket, whispering into it, and taking it over, against a real switchboard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType, WSServerHandshakeError

from api.shared_places import SharedPlaces
from api.telephony import monitor_socket
from api.telephony.monitor_line import MOST_FRAMES, MonitorLine
from mediaserver.media.leg import EndedBy, Termination, Why
from tests.api.desk import CALLS, Desk
from tests.api.keys import made_up_key
from tests.api.telephony.keys import ANN, Client, keyed
from tests.mediaserver.calls.lines import Line


class Ear:
    """Somebody at a desk who listens to Ann's call with the echo; Ann says 1."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.ann = Line("ann", 1)
        self.call_id = uuid4()
        self.client: Client

    async def start(self) -> None:
        await self.desk.start()
        self.call_id = await self.desk.dialled(self.ann)
        call = self.desk.board.get(self.call_id)
        assert call is not None
        call.owner = ANN
        self.client = keyed(self.desk.context)
        await self.client.start_server()

    async def stop(self) -> None:
        await self.client.close()
        await self.desk.stop()

    def path(self, query: str = "", call_id: UUID | None = None) -> str:
        return f"{CALLS}/{call_id or self.call_id}/monitor/ws{query}"

    async def listen(self, query: str = "", **headers: str) -> ClientWebSocketResponse:
        socket = await self.client.ws_connect(self.path(query), headers={"X-Key": "ann"} | headers)
        assert (await told(socket))["type"] == "ready"
        return socket

    async def say(self, socket: ClientWebSocketResponse, level: int, frames: int = 12) -> None:
        """So much audio, and as much time for it to be heard."""
        await socket.send_bytes(np.full(320 * frames, level, np.int16).tobytes())
        await socket.ping()
        leg = next(party.leg for party in self.desk.board._live[self.call_id].others)
        while not leg.stats().packets:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        await self.desk.ticks(frames)

    async def refused(self, path: str, **headers: str) -> int:
        with pytest.raises(WSServerHandshakeError) as refusal:
            await self.client.ws_connect(path, headers={"X-Key": "ann"} | headers)
        return refusal.value.status


async def told(socket: ClientWebSocketResponse) -> dict[str, Any]:
    """The next text; audio before it is passed over."""
    async with asyncio.timeout(5):
        while (message := await socket.receive()).type is WSMsgType.BINARY:
            pass
    assert message.type is WSMsgType.TEXT, message
    content: dict[str, Any] = json.loads(message.data)
    return content


async def heard(socket: ClientWebSocketResponse) -> bytes:
    async with asyncio.timeout(5):
        return await socket.receive_bytes()


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    ear = Ear()
    await ear.start()
    yield ear
    await ear.stop()


async def test_who_listens_hears_all_and_is_heard_by_nobody(ear: Ear) -> None:
    socket = await ear.listen()
    await ear.say(socket, 100)
    frames = [np.frombuffer(await heard(socket), np.int16) for _ in range(4)]
    assert [len(frame) for frame in frames] == [320] * 4
    assert frames[-1][0] == 2, "the caller, and the echo of it"
    assert set(ear.ann.heard) <= {0, 1}
    await socket.close()
    while len(ear.desk.context.monitor_places):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    assert ear.desk.board.is_live(ear.call_id) and not ear.desk.board._live[ear.call_id].others


@pytest.mark.parametrize(
    ("query", "loudest"),
    [
        ("?mode=whisper", 101),  # the agent, an echo, gives it back
        ("?mode=whisper&whisper_to=caller&gain=0.5", 51),
        ("?mode=barge", 201),
        ("?mode=takeover", 100),
    ],
)
async def test_whoever_may_is_heard_in_the_way_it_asks_for(ear: Ear, query: str, loudest: int) -> None:
    socket = await ear.listen(query)
    await ear.say(socket, 100)
    assert max(ear.ann.heard) == loudest
    await socket.close()


async def test_the_mode_is_changed_in_mid_call_and_the_caller_handed_back(ear: Ear) -> None:
    socket = await ear.listen()
    for mode in ("takeover", "listen"):
        await socket.send_json({"type": "mode", "mode": mode})
        assert await told(socket) == {"type": "mode", "mode": mode}
    call = ear.desk.board.get(ear.call_id)
    assert call is not None
    seats = [(e.data["party"], e.data["seat"]) for e in call.history if e.kind == "seat"]
    assert seats == [("listener", "takeover"), ("listener", "listen")]
    await socket.close()


async def test_the_socket_ends_with_the_call_and_says_so(ear: Ear) -> None:
    socket = await ear.listen()
    ear.ann.leave()
    assert (await told(socket))["type"] == "ended"
    assert (await socket.receive()).type is WSMsgType.CLOSE and socket.close_code == 1000


async def test_what_makes_no_sense_is_said_so_and_not_for_ever(ear: Ear) -> None:
    socket = await ear.listen()
    for wrong in ('{"type": "mode", "mode": "shout"}', "no json", '{"mode": "listen"}', "[]"):
        await socket.send_str(wrong)
        assert (await told(socket))["code"] == "bad_request"
    await socket.send_str('{"type": "mode", "mode": "whisper", "whisper_to": "mayor"}')
    assert (await told(socket))["code"] == "conflict"
    for _ in range(monitor_socket.MOST_FAULTS):
        await socket.send_str("again")
    async with asyncio.timeout(5):
        while not (await socket.receive()).type.name.startswith("CLOS"):
            pass
    assert socket.close_code == 1008


async def test_audio_is_in_the_format_that_was_asked_for(ear: Ear) -> None:
    socket = await ear.listen("?format=mulaw")
    await ear.desk.ticks(4)
    assert len(await heard(socket)) == 160
    await socket.close()
    assert await ear.refused(ear.path("?format=mulaw&rate=16000")) == 400
    assert await ear.refused(ear.path("?format=mp3")) == 400
    assert await ear.refused(ear.path("?mode=shout")) == 400


async def test_only_those_may_listen_who_may(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await ear.refused(ear.path(), **{"X-Key": "bob"}) == 404
    assert await ear.refused(ear.path(call_id=uuid4())) == 404
    only = {"X-Scopes": "calls:listen"}
    assert await ear.refused(ear.path("?mode=barge"), **only) == 403
    socket = await ear.listen(**only)
    await socket.send_json({"type": "mode", "mode": "takeover"})
    assert (await told(socket))["code"] == "forbidden"
    monkeypatch.setattr(ear.desk.context, "monitor_places", SharedPlaces(0, 1))
    assert await ear.refused(ear.path()) == 429
    await socket.close()


async def test_a_key_that_is_revoked_hears_no_longer(ear: Ear) -> None:
    socket = await ear.listen()
    made_up_key(ear.desk.context, id=ANN, active=False)
    await ear.desk.ticks(2)
    async with asyncio.timeout(5):
        while (await socket.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED):
            pass
    assert ear.desk.board.is_live(ear.call_id)


async def test_more_messages_than_audio_has_end_the_socket(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor_socket, "AT_ONCE", 3.0)
    monkeypatch.setattr(monitor_socket, "PER_SECOND", 0.0)
    socket = await ear.listen()
    for _ in range(4):
        await socket.send_json({"type": "mode", "mode": "listen"})
    async with asyncio.timeout(5):
        while (message := await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
            pass
    assert (message.type, socket.close_code) == (WSMsgType.CLOSE, WSCloseCode.POLICY_VIOLATION)


async def test_a_socket_that_never_reads_loses_the_oldest_and_costs_no_memory() -> None:
    line = MonitorLine()
    for number in range(MOST_FRAMES + 7):
        line.audio(bytes([number]))
    line.tell("mode", mode="listen")
    assert line.dropped == 7
    assert await line.next() == '{"type": "mode", "mode": "listen"}', "ahead of the audio"
    assert await line.next() == bytes([7])
    line.cleared(0)
    line.over(Termination(EndedBy.PEER, Why.HANGUP))
    assert await line.next() is None
