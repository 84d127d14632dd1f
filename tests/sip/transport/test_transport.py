"""UDP and TCP on loopback: the way back of responses, framing, limits, keep-alives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from mediaserver.addresses import may_send_to
from mediaserver.errors import CallError
from sip.messages.message import Request
from sip.messages.parsing import parse
from sip.messages.uri import Uri
from sip.transport.addresses import ADDRESS_KEPT_S, LocalAddresses
from sip.transport.connection import ConnectionLimits, Source, StreamConnection
from sip.transport.queue_delay import REMEMBERED_S, QueueDelay
from sip.transport.shedding import Shed
from tests.sip.agents import Callee, agent, raw_peer


def options(via: str, **lines: str) -> bytes:
    headers = {
        "Via": via,
        "From": "<sip:a@x>;tag=1",
        "To": "<sip:b@x>",
        "Call-ID": "c",
        "CSeq": "1 OPTIONS",
        "Content-Length": "0",
    }
    made = Request("OPTIONS", Uri.parse("sip:b@127.0.0.1"), [*headers.items(), *lines.items()])
    return bytes(made)


@pytest.fixture
async def stream() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    limits = ConnectionLimits(message_bytes=8_000, idle_s=0.3, unfinished_s=0.1, sweep_s=0.02)
    async with agent(limits=limits) as b:
        reader, writer = await asyncio.open_connection("127.0.0.1", b.port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def status(reader: asyncio.StreamReader) -> int:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    return int(head.split()[1])


TCP_VIA = "SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKt"


async def test_rport_sends_the_answer_to_the_source_and_says_so() -> None:
    async with agent() as b, raw_peer() as peer:
        peer.send(options("SIP/2.0/UDP 192.0.2.7:9;rport;branch=z9hG4bKr"), b.port)
        answer = await peer.response(200)
        assert (answer.via.received, answer.via.rport) == ("127.0.0.1", peer.port)


async def test_without_rport_the_answer_goes_to_the_port_of_the_via() -> None:
    async with agent() as b, raw_peer() as peer, raw_peer() as other:
        peer.send(options(f"SIP/2.0/UDP some.host:{other.port};branch=z9hG4bKr"), b.port)
        assert (await other.response(200)).via.received == "127.0.0.1"
        assert peer.messages.empty()


async def test_nothing_goes_to_broadcast_and_the_listener_lives_on() -> None:
    assert not may_send_to("255.255.255.255") and not may_send_to("224.0.0.1") and not may_send_to("0.0.0.0")
    async with agent() as b, raw_peer() as peer:
        with pytest.raises(CallError, match="255"):
            await b.options("sip:x@255.255.255.255")
        peer.send(options(f"SIP/2.0/UDP 127.0.0.1:{peer.port};branch=z9hG4bKs"), b.port)
        assert (await peer.response(200)).via.branch == "z9hG4bKs"


@pytest.mark.parametrize("name", ["maddr", "received"])
async def test_no_answer_goes_where_a_stranger_says(name: str) -> None:
    async with agent() as b, raw_peer() as peer:
        via = f"SIP/2.0/UDP 127.0.0.1:{peer.port};{name}=127.0.0.99;branch=z9hG4bKr"
        peer.send(options(via), b.port)
        assert (await peer.response(200)).via.branch == "z9hG4bKr"


async def test_a_response_for_someone_else_is_dropped() -> None:
    async with agent() as b, raw_peer() as peer:
        peer.send(parse(options("SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bKx")).response(200), b.port)  # type: ignore[union-attr]
        peer.send(b"\r\n\r\n", b.port)
        peer.send(b"\0" * 4, b.port)
        peer.send(options(f"SIP/2.0/UDP 127.0.0.1:{peer.port};branch=z9hG4bKs"), b.port)
        await peer.response(200)
        assert b.transport.shed[Shed.STRAY] == 1


async def test_messages_cut_and_glued_arrive_whole(
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    reader, writer = stream
    message = options(TCP_VIA)
    writer.write(message[:40])
    await writer.drain()
    writer.write(message[40:] + message + message[:10])
    assert [await status(reader), await status(reader)] == [200, 200]
    writer.write(message[10:])
    assert await status(reader) == 200


async def test_a_double_line_end_is_answered_as_a_keep_alive(
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    reader, writer = stream
    writer.write(b"\r\n\r\n")
    assert await asyncio.wait_for(reader.readexactly(2), 10) == b"\r\n"


async def test_broken_framing_is_answered_and_ends_the_connection(
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    reader, writer = stream
    writer.write(options(TCP_VIA))
    writer.write(options(TCP_VIA).replace(b"Content-Length: 0", b"Content-Length: -1"))
    assert await status(reader) == 200
    assert await status(reader) == 400
    assert await asyncio.wait_for(reader.read(), 10) == b""


@pytest.mark.parametrize(
    "data", [b"", b"OPTIONS sip:x SIP/2.0\r\nVia:", b"A" * 9_000], ids=["idle", "half", "huge"]
)
async def test_silent_slow_and_endless_peers_are_cut_off(
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter], data: bytes
) -> None:
    reader, writer = stream
    writer.write(data)
    assert await asyncio.wait_for(reader.read(), 10) == b""


class Stranger:
    """Implements Owner, and the wire of a connection."""

    def __init__(self) -> None:
        self.messages = 0
        self.closed = False

    def connected(self, connection: StreamConnection) -> bool:
        return True

    def admits(self, item: object, source: Source, *, again: bool) -> bool:
        return True

    def answers_pings(self, connection: StreamConnection) -> bool:
        return True

    def deliver(self, message: object, source: Source) -> None:
        self.messages += 1

    def wants_turn(self, connection: StreamConnection) -> None:
        while connection.read_one():
            pass

    def get_extra_info(self, name: str) -> tuple[str, int]:
        return ("203.0.113.9", 5060)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


def connection_of(stranger: Stranger) -> StreamConnection:
    connection = StreamConnection(cast(Any, stranger), ConnectionLimits())
    connection.connection_made(cast(Any, stranger))
    return connection


@pytest.mark.parametrize("proven", [False, True])
async def test_half_a_message_after_a_whole_one_costs_a_stranger_its_connection(proven: bool) -> None:
    stranger = Stranger()
    connection = connection_of(stranger)
    connection.data_received(options(TCP_VIA))
    connection.data_received(options(TCP_VIA)[:40])
    assert stranger.messages == 1
    connection.proven = proven
    now = asyncio.get_running_loop().time()
    connection.close_if_idle(now + 1)
    assert not stranger.closed
    connection.close_if_idle(now + 6)
    assert stranger.closed is not proven


async def test_messages_that_come_glued_have_their_time_each(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Stranger()
    connection = connection_of(stranger)
    connection.data_received(options(TCP_VIA)[:40])
    monkeypatch.setattr(connection, "_unfinished_since", asyncio.get_running_loop().time() - 4)
    connection.data_received(options(TCP_VIA)[40:] + options(TCP_VIA)[:40])
    connection.close_if_idle(asyncio.get_running_loop().time() + 3)
    assert stranger.messages == 1 and not stranger.closed


def test_a_changed_route_is_seen_and_a_missing_one_is_asked_for_again_at_once() -> None:
    answers: list[str | None] = ["192.0.2.1", None, "192.0.2.2"]
    local = LocalAddresses(lambda _: answers.pop(0))
    assert local.towards("198.51.100.1", 0.0) == "192.0.2.1"
    assert local.towards("198.51.100.1", ADDRESS_KEPT_S - 0.1) == "192.0.2.1"
    assert local.towards("198.51.100.1", ADDRESS_KEPT_S) == "127.0.0.1"
    assert local.towards("198.51.100.1", ADDRESS_KEPT_S) == "192.0.2.2"


def test_a_delay_of_long_ago_says_nothing_of_now() -> None:
    delay = QueueDelay()
    assert delay.at(100.0) == 0.0
    delay.measured(2.0, 100.0)
    assert delay.at(100.0 + REMEMBERED_S / 2) == 2.0
    # Nothing but TCP since then: no datagram would ever say that the queue is short again.
    assert delay.at(100.0 + REMEMBERED_S) == 0.0


async def test_our_connections_come_from_where_we_listen() -> None:
    callee = Callee.answering()
    async with agent(callee) as far, agent(host="127.0.0.2") as near:
        await near.call(f"sip:x@127.0.0.1:{far.port};transport=tcp")
        assert (await callee.calls.get()).source_host == "127.0.0.2"
