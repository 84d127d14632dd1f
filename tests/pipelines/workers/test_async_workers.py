"""Workers that wait for somebody else's server: many requests in one process, and what happens when the
server, the provider or the listener goes away."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from pipelines.workers.async_entry import AHEAD_SAMPLES
from pipelines.workers.faults import ABOUT_REQUEST
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import STRIKES
from tests.pipelines.workers.asker import Asker

MODULE = "tests.pipelines.workers.waiting_worker"
SECOND = 16_000


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    workers = WorkerPool(WorkerSpec("waiting", MODULE), 1)
    await workers.start()
    yield workers
    workers.stop()


async def until(asker: Asker, enough: Callable[[list[WorkerMessage]], object]) -> list[WorkerMessage]:
    while not enough(asker.messages):
        await asker.change()
    return asker.messages


async def last(asker: Asker) -> WorkerMessage:
    messages = await until(asker, lambda m: m and m[-1].kind in (Msg.DONE, Msg.FAILED))
    return messages[-1]


async def test_hundreds_of_requests_are_answered_by_one_process(pool: WorkerPool) -> None:
    askers = [Asker() for _ in range(300)]
    tickets = [pool.open(asker, do="count") for asker in askers]
    for number, ticket in enumerate(tickets):
        assert ticket is not None
        ticket.send(pack(Msg.AUDIO, ticket.id, bytes(2 * (number + 1))))
        ticket.send(pack(Msg.FINISH, ticket.id))
    assert [(await last(asker)).json() for asker in askers] == [{"heard": n + 1} for n in range(300)]
    assert pool.load == 0


async def test_speech_waits_until_it_is_taken(pool: WorkerPool) -> None:
    asker, other = Asker(), Asker()
    ticket = pool.open(asker, do="speak", pieces=20)
    assert ticket is not None

    def audio() -> int:
        return sum(len(m.payload) // 2 for m in asker.messages if m.kind is Msg.AUDIO)

    await until(asker, lambda _: audio() == AHEAD_SAMPLES)
    pool.open(other, do="hello")  # answered behind all that could come
    assert (await last(other)).json() == {"said": "hello"}
    assert audio() == AHEAD_SAMPLES
    ticket.send(pack(Msg.CREDIT, ticket.id, struct.pack("<I", 16 * SECOND)))
    assert (await last(asker)).json() == {"made": 20}
    assert audio() == 20 * SECOND


async def test_what_is_cancelled_closes_its_connection() -> None:
    opened, closed = asyncio.Event(), asyncio.Event()

    async def provider(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.set()
        assert await reader.read() == b""
        closed.set()
        writer.close()

    async with await asyncio.start_server(provider, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        pool = WorkerPool(WorkerSpec("waiting", MODULE, {"port": port}), 1)
        await pool.start()
        try:
            asker = Asker()
            ticket = pool.open(asker, do="ask")
            assert ticket is not None
            await opened.wait()
            ticket.send(pack(Msg.CANCEL, ticket.id))
            ticket.close()
            async with asyncio.timeout(10):
                await closed.wait()

            opened.clear()
            closed.clear()
            pool.open(Asker(), do="ask")
            await opened.wait()
        finally:
            pool.stop()  # its end of the socket is closed
        async with asyncio.timeout(10):
            await closed.wait()


async def test_a_failure_is_one_line_with_what_belongs_to_it(pool: WorkerPool) -> None:
    asker, broken = Asker(), Asker()
    pool.open(asker, do="fail")
    assert (await last(asker)).json() == {"error": "the provider is closed", "kind": "down", "after_s": 7}
    pool.open(broken, do="break")
    assert (await last(broken)).json() == {"error": "KeyError: 'what was it'"}


async def test_strange_requests_are_their_own_fault_alone(pool: WorkerPool) -> None:
    """Five in a row, and the worker was started again, with the requests of all calls."""
    for _ in range(STRIKES + 1):
        strange = Asker()
        pool.open(strange, do="speak")
        told = (await last(strange)).json()
        assert told == {"error": "a request lacks 'pieces'", "kind": ABOUT_REQUEST}
    (worker,) = pool.workers
    worker.take(1000, nothing := Asker())
    worker.send(pack(Msg.OPEN, 1000, b"[1]"))
    assert "not an object" in (await last(nothing)).json()["error"]
    assert pool.ready and pool.restarts == 0


async def test_one_that_dies_is_replaced_and_its_requests_are_told(pool: WorkerPool) -> None:
    waiting, asker = Asker(), Asker()
    pool.open(waiting, do="count")
    pool.open(Asker(), do="die")
    await waiting.change()
    assert waiting.lost == "died"
    assert await pool.open_within(10, asker, do="again") is not None
    assert (await last(asker)).json() == {"said": "again"}
