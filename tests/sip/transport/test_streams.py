"""Who may keep a TCP connection when there are many, and for how long."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import pytest

from sip.calls.registrar import Registrar
from sip.messages.message import Request
from sip.transactions.timing import RFC_TIMING
from sip.transport.connection import ConnectionLimits
from sip.transport.reading_turns import TURN_S
from sip.transport.shedding import IntakeLimits
from sip.transport.token_buckets import Rate
from tests.sip.agents import Attention, Callee, agent
from tests.sip.calls.test_way_back import HANGUP, connected_phone, streamed
from tests.sip.transport.test_transport import TCP_VIA, options, status

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def streams(port: int, count: int) -> AsyncIterator[list[Stream]]:
    made = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield made
    finally:
        for _, writer in made:
            writer.close()


async def closed(stream: Stream) -> bool:
    try:
        return await asyncio.wait_for(stream[0].read(1), 10) == b""
    except ConnectionResetError:
        return True


async def ended(stream: Stream) -> None:
    """Wait until it is closed, whatever comes before that."""
    with contextlib.suppress(ConnectionResetError):
        await asyncio.wait_for(stream[0].read(), 20)


async def served(stream: Stream) -> int:
    stream[1].write(options(TCP_VIA))
    return await status(stream[0])


async def test_a_stranger_that_is_silent_gives_way_to_the_next() -> None:
    async with agent(limits=ConnectionLimits(connections=2)) as b, streams(b.port, 2) as (silent, busy):
        assert await served(busy) == 200
        async with streams(b.port, 1) as (late,):
            assert await served(late) == 200
            assert await closed(silent)
            assert await served(busy) == 200


async def test_one_address_cannot_take_the_places_of_others() -> None:
    limits = ConnectionLimits(unproven_per_source=3)
    async with agent(limits=limits) as b, streams(b.port, 3) as mine:
        async with streams(b.port, 2) as more:
            assert await served(more[1]) == 200
            assert await closed(mine[0]) and await closed(mine[1])
            assert await served(mine[2]) == 200
        assert b.transport.turned_away == 2


async def test_who_registered_stays_and_the_next_is_refused() -> None:
    registrar = Registrar("voiceforge", {"100": "secret"}.get)
    limits = ConnectionLimits(connections=1)
    async with agent(registrar=registrar, limits=limits) as b, agent() as phone:
        uri = f"sip:100@127.0.0.1:{b.port}"
        assert await phone.register(uri, "100", "secret", transport="tcp") == 3600
        async with streams(b.port, 1) as (stranger,):
            assert await closed(stranger)
        assert await phone.register(uri, "100", "secret", transport="tcp") == 3600
        assert b.transport.connections == 1


@pytest.mark.parametrize("said", [b"", b"\r\n\r\n", b"OPTIONS sip:x SIP/2.0\r\n"])
async def test_who_says_nothing_at_first_is_cut_off_soon(said: bytes) -> None:
    limits = ConnectionLimits(first_message_s=0.05, sweep_s=0.02)
    async with agent(limits=limits) as b, streams(b.port, 1) as (stream,):
        stream[1].write(said)
        while (await asyncio.wait_for(stream[0].read(100), 10)) != b"":
            pass


async def test_a_thousand_requests_at_once_are_all_answered_with_turns_for_others() -> None:
    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        asyncio.get_running_loop().call_soon(turn)

    attention = Attention()
    async with agent(attention=attention) as b, streams(b.port, 1) as (stream,):
        seen: list[int] = []
        on_request = b.on_request

        def counted(request: Request, source: object) -> None:
            seen.append(turns)
            on_request(request, source)  # type: ignore[arg-type]

        b.on_request = counted  # type: ignore[method-assign]
        turn()
        stream[1].write(options(TCP_VIA) * 300)
        for _ in range(300):
            assert await status(stream[0]) == 200
    assert len(seen) == 300
    assert max(seen.count(each) for each in set(seen)) < 150


async def test_one_address_may_not_open_connections_all_the_time() -> None:
    limits = ConnectionLimits(opened_per_source=Rate(0.001, 3))
    async with agent(limits=limits) as b, streams(b.port, 5) as made:
        for stream in made[3:]:
            assert await closed(stream)
        for stream in made[:3]:
            assert await served(stream) == 200


async def test_without_descriptors_nobody_is_accepted_and_the_loop_does_not_spin() -> None:
    tries = 0

    class Exhausted(socket.socket):
        def accept(self) -> NoReturn:
            nonlocal tries
            tries += 1
            raise OSError(errno.EMFILE, "too many open files")

    with Exhausted(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        async with agent() as b:
            b.transport._streams.listen([listening])
            with socket.create_connection(listening.getsockname()):
                for _ in range(100):
                    await asyncio.sleep(0)
                assert tries == 1
            b.transport._streams._watch(listening)  # a while later


async def test_broken_messages_over_tcp_come_no_faster_than_their_source_may() -> None:
    few = Rate(0.001, 10)
    async with agent(intake=IntakeLimits(source=few)) as b, streams(b.port, 1) as (stream,):
        stream[1].write(options(TCP_VIA).replace(b"From: <sip:a@x>;tag=1", b"From: <<") * 100)
        assert [await status(stream[0]) for _ in range(2)] == [400, 400]  # each costs five tokens
        async with streams(b.port, 1) as (other,):
            assert await served_nothing(other)
        assert b.transport.counts.malformed == 2


STRAY = b"SIP/2.0 200 OK" + options(TCP_VIA).partition(b"SIP/2.0")[2]


async def test_strange_responses_over_tcp_come_no_faster_than_their_source_may() -> None:
    few = Rate(0.001, 10)
    async with agent(intake=IntakeLimits(source=few)) as b, streams(b.port, 2) as (stream, other):
        stream[1].write(STRAY * 100)
        while b.transport.counts.received < 10:  # noqa: ASYNC110 - the other end tells nobody
            await asyncio.sleep(0)
        assert await served_nothing(other)
        assert b.transport.counts.received == 10


async def test_many_connections_are_read_for_no_longer_than_one() -> None:
    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        asyncio.get_running_loop().call_soon(turn)

    async with agent() as b, streams(b.port, 10) as many:
        seen: list[int] = []
        on_request = b.on_request

        def slow(request: Request, source: object) -> None:
            end = time.perf_counter() + 2 * TURN_S
            while time.perf_counter() < end:
                pass
            seen.append(turns)
            on_request(request, source)  # type: ignore[arg-type]

        b.on_request = slow  # type: ignore[method-assign]
        turn()
        for stream in many:
            stream[1].write(options(TCP_VIA) * 3)
        for stream in many:
            assert [await status(stream[0]) for _ in range(3)] == [200] * 3
    assert len(seen) == len(set(seen)) == 30


async def served_nothing(stream: Stream) -> bool:
    """Nothing but the answer to a keep-alive that comes before it."""
    stream[1].write(b"\r\n\r\n" + options(TCP_VIA))
    return await asyncio.wait_for(stream[0].read(100), 10) == b"\r\n"


async def test_a_stranger_may_send_no_message_that_nobody_would_read_by_udp() -> None:
    long = options(TCP_VIA).replace(b"To:", f"X: {'y' * 20_000}\r\nTo:".encode())
    async with agent() as b, streams(b.port, 1) as (stranger,):
        stranger[1].write(long)
        assert await closed(stranger)
        assert b.transport.counts.malformed == 1


async def test_long_messages_over_tcp_cost_their_source_more() -> None:
    long = options(TCP_VIA).replace(b"To:", f"X: {'y' * 8_192}\r\nTo:".encode())
    async with agent(intake=IntakeLimits(source=Rate(0.001, 5))) as b, streams(b.port, 2) as (stream, other):
        stream[1].write(long)
        assert await status(stream[0]) == 200
        assert await served_nothing(other)


async def test_a_connection_whose_call_is_over_is_a_strangers_again() -> None:
    """Whoever may call could take all places otherwise, by a short call on each."""
    limits, callee = ConnectionLimits(unproven_per_source=1, sweep_s=0.05), Callee.answering()
    async with (
        agent(callee, limits=limits, timing=RFC_TIMING) as b,  # no ACK comes late, however busy the machine
        connected_phone(b) as first,
        connected_phone(b) as second,
    ):
        async with asyncio.timeout(10):
            while b.transport._streams._strangers:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        assert b.transport.connections == 2, "as long as they are in a call"
        for reader, writer in (first, second):
            hanging_up = asyncio.create_task((await callee.calls.get()).leg.hangup(HANGUP))
            bye = await streamed(reader, b"BYE")
            assert isinstance(bye, Request)
            writer.write(bytes(bye.response(200)))
            await hanging_up
        ends = [asyncio.create_task(ended(each)) for each in (first, second)]
        over, staying = await asyncio.wait(ends, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert len(over) == len(staying) == 1 and b.transport.turned_away == 1
        staying.pop().cancel()


async def test_calls_keep_so_many_connections_of_one_address_and_no_more() -> None:
    limits = ConnectionLimits(kept_per_source=1, unproven_per_source=1)
    async with agent(Callee.answering(), limits=limits, timing=RFC_TIMING) as b:
        async with connected_phone(b), connected_phone(b) as beyond, streams(b.port, 1) as (stranger,):
            assert await served(stranger) == 200
            await ended(beyond)
            assert b.transport.connections == 2
