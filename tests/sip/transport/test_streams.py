"""Who may keep a TCP connection when there are many, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sip.calls.registrar import Registrar
from sip.messages.message import Request
from sip.transport.connection import ConnectionLimits
from tests.sip.agents import Attention, agent
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
