"""Events over a WebSocket: what a client may say, and what becomes of one that says or reads nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from api.watching import socket as our_socket
from tests.api.board import Board
from tests.api.watching.desk import ADMIN, WatchDesk, Withdrawn


async def connect(desk: WatchDesk, who: object = ADMIN, **more: Any) -> ClientWebSocketResponse:
    ws: ClientWebSocketResponse = await desk.client.ws_connect(
        "/ws/events", headers={"Authorization": str(who)}, **more
    )
    return ws


async def subscribe(ws: ClientWebSocketResponse, **wanted: Any) -> int:
    await ws.send_json({"type": "subscribe", **wanted})
    told = await ws.receive_json(timeout=10)
    assert told["type"] == "subscribed"
    return int(told["after"])


async def heard(ws: ClientWebSocketResponse, count: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    while len(found) < count:
        told = await ws.receive_json(timeout=10)
        assert told["type"] == "event", told
        found.append((told["seq"], told["topic"]))
    return found


async def test_a_client_is_told_what_it_asked_for_and_may_ask_for_something_else(desk: WatchDesk) -> None:
    ws = await connect(desk)
    await subscribe(ws, topics=["turn"])
    await desk.tell("dtmf", "turn")
    ((seq, topic),) = await heard(ws, 1)
    assert topic == "turn"
    assert await subscribe(ws, topics=["dtmf", "call.*"], after=0) == 0
    await desk.tell("turn", "call.ended")
    assert [topic for _, topic in await heard(ws, 2)] == ["dtmf", "call.ended"]


async def test_who_watches_partials_may_go_at_any_time(
    desk: WatchDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.context.switchboard = Board(desk.context.metrics)
    ws = await connect(desk)
    await subscribe(ws, partials=True)
    await asyncio.sleep(0)  # it waits for what comes
    await subscribe(ws, partials=True)
    await ws.close()
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []


async def test_reconnects_lose_nothing_and_double_nothing(desk: WatchDesk) -> None:
    """The connection breaks again and again, at any event, while more come."""
    at = 0
    seen: list[int] = []

    async def write() -> None:
        for _ in range(15):
            await desk.tell("turn", "dtmf")

    writing = asyncio.create_task(write())
    while len(seen) < 30:
        ws = await connect(desk)
        await subscribe(ws, after=at)
        for seq, _ in await heard(ws, min(4, 30 - len(seen))):
            seen.append(seq)
            at = seq
        await ws.close()
    await writing
    assert seen == sorted(set(seen))
    _, page = await desk.get("/api/events", limit=500)
    assert seen == [event["seq"] for event in page["items"]]


async def test_who_names_a_number_that_no_event_has_is_told_so(desk: WatchDesk) -> None:
    ws = await connect(desk)
    await subscribe(ws, after=7_000)
    assert await ws.receive_json(timeout=10) == {"type": "reset", "after": desk.feed.head}
    await desk.tell("turn")
    assert [topic for _, topic in await heard(ws, 1)] == ["turn"]


async def test_a_key_is_told_its_own_alone(desk: WatchDesk) -> None:
    mine, other = await desk.key(), await desk.key()
    ws = await connect(desk, mine)
    await subscribe(ws)
    await desk.tell("turn", owner=other)
    await desk.tell("turn")
    await desk.tell("dtmf", owner=mine)
    assert [topic for _, topic in await heard(ws, 1)] == ["dtmf"]


@pytest.mark.parametrize(
    "message",
    ["{", "[]", '{"type": "stop"}', '{"type": "subscribe", "topics": ["A"]}', '{"type": "subscribe", "x": 1}',
     '{"type": "subscribe", "after": -1}', "[" * 9000],
)  # fmt: skip
async def test_what_is_not_understood_closes_the_socket_with_why(desk: WatchDesk, message: str) -> None:
    ws = await connect(desk)
    await subscribe(ws)
    await ws.send_str(message)
    closed = await ws.receive(timeout=10)
    assert closed.type is WSMsgType.CLOSE and closed.data == our_socket.PROTOCOL_ERROR and closed.extra
    assert "Value error" not in closed.extra
    assert len(desk.context.watcher_places) <= 1


async def test_a_message_that_is_too_long_and_one_that_is_no_text_close_it(desk: WatchDesk) -> None:
    ws = await connect(desk)
    await ws.send_str(json.dumps({"type": "subscribe", "topics": ["x" * (17 << 10)]}))
    assert (await ws.receive(timeout=10)).data == 1009
    ws = await connect(desk)
    await ws.send_bytes(b"subscribe")
    assert (await ws.receive(timeout=10)).data == our_socket.PROTOCOL_ERROR


async def test_who_says_nothing_is_sent_away(desk: WatchDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_socket, "FIRST_S", 0.02)
    ws = await connect(desk)
    assert (await ws.receive(timeout=10)).data == our_socket.PROTOCOL_ERROR


async def test_a_client_that_never_reads_is_dropped_and_costs_no_memory(
    desk: WatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(our_socket, "UNREAD_S", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.client.port, limit=1)
    writer.write(
        b"GET /ws/events HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    message = b'{"type":"subscribe","after":0}'
    writer.write(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message)
    await desk.pool.execute(
        "insert into outbox (topic, data) select 'turn', jsonb_build_object('text', repeat('x', 50000)) "
        "from generate_series(1, 400)"
    )
    async with asyncio.timeout(20):
        while not len(desk.context.watcher_places):  # noqa: ASYNC110
            await asyncio.sleep(0)
        while len(desk.context.watcher_places):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert sum(len(event.data) for event in desk.feed._recent) < 5_000_000
    writer.close()


async def test_the_server_says_that_it_stops(desk: WatchDesk) -> None:
    ws = await connect(desk)
    await subscribe(ws)
    await desk.feed.close()
    assert (await ws.receive(timeout=10)).data == 1001


async def test_a_key_that_is_withdrawn_is_told_no_more(
    desk: WatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = await connect(desk)
    await subscribe(ws)
    monkeypatch.setattr(desk.context, "access", Withdrawn())
    await desk.tell("turn")
    assert (await ws.receive(timeout=10)).data == 1008


async def test_who_sends_more_than_anybody_needs_is_sent_away(desk: WatchDesk) -> None:
    ws = await connect(desk)
    for _ in range(int(our_socket.AT_ONCE) + 1):
        await ws.send_json({"type": "subscribe", "after": 0})
    async with asyncio.timeout(10):
        while (await ws.receive()).type is WSMsgType.TEXT:
            pass
    assert ws.close_code == our_socket.TOO_MANY
