"""What a host of workers answers to those who do not keep to the protocol, and to probes."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from pipelines.workers.hosting.bridge import MAX_OPEN
from pipelines.workers.hosting.key_check import KeyCheck
from pipelines.workers.protocol import Msg, WorkerMessage, pack, pack_json
from pipelines.workers.whole_messages import MAX_FRAME, frames_of, messages_in
from tests.pipelines.workers.remote.host import KEY, TestHost, echoing, until

HOLD = pack_json(Msg.OPEN, 1, say="hold")


async def opened(http: ClientSession, host: TestHost, key: str = KEY) -> ClientWebSocketResponse:
    socket = await http.ws_connect(host.url, headers={"Authorization": f"Bearer {key}"}, max_msg_size=0)
    first = messages_in(await socket.receive_bytes())
    assert [message.kind for message in first] == [Msg.READY]
    return socket


async def closed(socket: ClientWebSocketResponse) -> tuple[int | None, str]:
    """How it was closed, and why."""
    async with asyncio.timeout(10):
        frame = await socket.receive()
        while frame.type is WSMsgType.BINARY:
            frame = await socket.receive()
    return socket.close_code, str(frame.extra or "")


@pytest.mark.parametrize(
    ("frame", "code", "why"),
    [
        (b"\xff" * 64, 1008, "these are no worker messages"),
        (pack(Msg.PING) + b"\0", 1008, "these are no worker messages (a frame ends in the middle"),
        (pack(Msg.PING)[:-1], 1008, "these are no worker messages"),
        (pack(Msg.OPEN, 1, b"[1]"), 1008, "what opens a request is no JSON object"),
        (pack(Msg.OPEN, 1, b"[" * 100_000), 1008, "what opens a request is no JSON object"),
        (pack(Msg.OPEN, 1, b'{"say": "\\ud800"}'), 1008, "what opens a request is no JSON object"),
        (pack_json(Msg.OPEN, 1, say="x" * MAX_OPEN), 1009, "a request is opened with at most"),
        (pack_json(Msg.OPEN, 1, requester=1), 1008, "what opens a request has none of the fields"),
        (HOLD + pack_json(Msg.OPEN, 2), 1008, "a line carries one request at a time"),
        (HOLD + pack(Msg.CREDIT, 1, b"\1"), 1008, "a credit has four bytes"),
        (pack(Msg.READY), 1008, "READY is for the other direction"),
        (pack(Msg.DONE, 1, b"{}"), 1008, "DONE is for the other direction"),
    ],
    ids=range(12),
)
async def test_what_is_not_of_the_protocol_ends_the_line(frame: bytes, code: int, why: str) -> None:
    async with echoing() as host, ClientSession() as http:
        socket = await opened(http, host)
        await socket.send_bytes(frame)
        got, said = await closed(socket)
        assert got == code and said.startswith(why)
        await until(lambda: not host.hosted.bridges)
        assert host.hosted.pool.load == 0 and host.hosted.pool.restarts == 0


async def test_a_frame_longer_than_any_message_is_not_read() -> None:
    async with echoing() as host, ClientSession() as http:
        socket = await opened(http, host)
        with contextlib.suppress(ConnectionError):  # it may be cut while we still send
            await socket.send_bytes(bytes(MAX_FRAME + 1))
        await until(lambda: not host.hosted.bridges)
        await socket.close()


async def test_text_ends_the_line() -> None:
    async with echoing() as host, ClientSession() as http:
        socket = await opened(http, host)
        await socket.send_str("hello")
        assert await closed(socket) == (1008, "only binary frames carry worker messages")


async def test_messages_of_a_request_that_is_over_are_passed_over() -> None:
    async with echoing() as host, ClientSession() as http:
        socket = await opened(http, host)
        await socket.send_bytes(pack_json(Msg.OPEN, 7, say="hello"))
        assert messages_in(await socket.receive_bytes())[0] == WorkerMessage(Msg.DONE, 7, b'{"said":"hello"}')
        await socket.send_bytes(pack(Msg.AUDIO, 7, b"\0\0") + pack(Msg.CANCEL, 7) + pack(Msg.PING, 9))
        assert messages_in(await socket.receive_bytes()) == [WorkerMessage(Msg.PONG, 9)]


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x"])
async def test_without_the_key_nothing_is_opened(given: str | None) -> None:
    async with echoing() as host, ClientSession() as http:
        headers = {} if given is None else {"Authorization": given}
        with pytest.raises(WSServerHandshakeError) as refused:
            await http.ws_connect(host.url, headers=headers)
        assert refused.value.status == 401 and host.hosted.counts["line"] == 0


async def test_lines_have_a_limit() -> None:
    async with echoing(max_lines=1) as host, ClientSession() as http:
        socket = await opened(http, host)
        with pytest.raises(WSServerHandshakeError) as refused:
            await opened(http, host)
        assert refused.value.status == 503
        await socket.close()


async def test_health_says_little_without_the_key() -> None:
    async with echoing() as host, ClientSession() as http:
        health = f"http://127.0.0.1:{host.port}/health"
        async with http.get(health) as answer:
            assert await answer.json() == {"status": "ok"}
        async with http.get(health, headers={"Authorization": f"Bearer {KEY}"}) as answer:
            assert (await answer.json())["engines"][0]["name"] == "echo"
        host.hosted.pool.stop()
        async with http.get(health) as answer:
            assert answer.status == 503 and await answer.json() == {"status": "unavailable"}


async def test_figures_are_for_who_has_the_key() -> None:
    async with echoing() as host, ClientSession() as http:
        metrics = f"http://127.0.0.1:{host.port}/metrics"
        async with http.get(metrics) as answer:
            assert answer.status == 401
        socket = await opened(http, host)
        await socket.send_bytes(pack_json(Msg.OPEN, 7, say="hello"))
        await socket.receive_bytes()
        async with http.get(metrics, headers={"Authorization": f"Bearer {KEY}"}) as answer:
            text = await answer.text()
        assert 'voiceforge_host_requests_total{kind="stt",engine="echo"} 1\n' in text
        assert 'voiceforge_host_lines{kind="stt",engine="echo"} 1\n' in text
        await socket.close()


def test_a_key_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        KeyCheck("short")


def test_small_messages_share_a_frame_and_large_ones_do_not() -> None:
    small, large = pack(Msg.PING), pack(Msg.AUDIO, 1, bytes(100_000))
    assert frames_of([small, small, large, small]) == [small + small, large, small]
    assert frames_of([]) == []
