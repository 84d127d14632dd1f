"""Wire format, supervision and the pool, with a worker that does as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.errors import EngineError
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import MAX_PAYLOAD, Msg, Unpacker, WorkerMessage, pack, pack_json
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import Worker
from tests.pipelines.workers.asker import Asker

ECHO = WorkerSpec("echo", "tests.pipelines.workers.echo_worker")


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    workers = WorkerPool(ECHO, 2)
    await workers.start()
    yield workers
    workers.stop()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@given(
    st.lists(st.tuples(st.sampled_from(Msg), st.integers(0, 2**64 - 1), st.binary(max_size=50))), st.data()
)
def test_messages_survive_any_cutting(messages: list[tuple[Msg, int, bytes]], data: st.DataObject) -> None:
    stream = b"".join(pack(*message) for message in messages)
    unpacker = Unpacker()
    found: list[WorkerMessage] = []
    at = 0
    while at < len(stream):
        step = data.draw(st.integers(1, 30))
        found += unpacker.feed(stream[at : at + step])
        at += step
    assert found == [WorkerMessage(*message) for message in messages]


def test_a_foreign_stream_is_noticed() -> None:
    with pytest.raises(ValueError, match="limit"):
        Unpacker().feed((MAX_PAYLOAD + 1).to_bytes(4, "little") + bytes(9))
    with pytest.raises(ValueError, match="Msg"):
        Unpacker().feed(bytes(13))
    with pytest.raises(ValueError, match="list"):
        Unpacker().feed(pack(Msg.OPEN, 1, b"[]"))[0].json()


async def test_requests_go_to_the_least_loaded_worker(pool: WorkerPool) -> None:
    asker = Asker()
    tickets = [pool.open(asker, say="hold") for _ in range(4)]
    assert all(tickets)
    assert [len(worker.requests) for worker in pool.workers] == [2, 2]
    other = Asker()
    ticket = pool.open(other, say="hello")
    assert ticket is not None
    await other.change()
    assert other.messages[0].json() == {"said": "hello"}
    assert ticket.id not in ticket.worker.requests


async def test_a_killed_worker_loses_its_requests_only_and_is_started_again(pool: WorkerPool) -> None:
    askers = [Asker(), Asker()]
    tickets = [pool.open(asker, say="hold") for asker in askers]
    victim = tickets[0].worker if tickets[0] else None
    assert victim is not None and victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)
    await askers[0].change()
    assert askers[0].lost == "died" and not askers[1].lost
    assert pool.ready  # the other one
    while not victim.ready:
        assert await pool.wait_room(10)
        await asyncio.sleep(0)
    assert pool.restarts == victim.restarts == 1
    again = Asker()
    assert pool.open(again, say="back") is not None
    await again.change()
    assert again.messages[0].json() == {"said": "back"}


async def test_a_worker_that_talks_nonsense_is_replaced(pool: WorkerPool) -> None:
    asker = Asker()
    assert pool.open(asker, say="nonsense") is not None
    await asker.change()
    assert asker.lost


async def test_no_descriptor_and_no_process_is_left_behind() -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    workers = WorkerPool(ECHO, 1)
    await workers.start()
    pids = []
    counts = []
    for _ in range(4):
        asker = Asker()
        assert workers.open(asker, say="hold") is not None
        pid = workers.workers[0].pid
        assert pid is not None
        pids.append(pid)
        os.kill(pid, signal.SIGKILL)
        await asker.change()
        assert await workers.wait_room(10)
        counts.append(descriptors())
    assert counts[0] == counts[-1]
    last = workers.workers[0].pid
    assert last is not None
    workers.stop()
    assert not any(alive(pid) for pid in (*pids, last))
    assert descriptors() < counts[0]


async def test_workers_ignore_the_signals_of_a_process_group(pool: WorkerPool) -> None:
    for worker in pool.workers:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGINT)
        os.kill(worker.pid, signal.SIGTERM)
    asker = Asker()
    assert pool.open(asker, say="still here") is not None
    await asker.change()
    assert asker.messages[0].json() == {"said": "still here"}
    assert pool.restarts == 0


async def test_a_worker_that_cannot_start_is_a_clear_error() -> None:
    workers = WorkerPool(WorkerSpec("broken", "tests.pipelines.no_such_worker", start_limit_s=0.5), 1)
    with pytest.raises(EngineError, match="the broken worker did not start"):
        await workers.start()
    assert workers.workers[0].pid is None


async def test_a_worker_silent_for_longer_than_its_kind_may_be_is_killed() -> None:
    workers = WorkerPool(replace(ECHO, silence_limit_s=0.3), 1)
    await workers.start()
    asker = Asker()
    assert workers.open(asker, say="sleep") is not None
    await asker.change()
    assert asker.lost == "gave no sign of life for 0.3 s"
    workers.stop()


async def test_further_requests_wait_for_room() -> None:
    workers = WorkerPool(replace(ECHO, at_once=2), 1)
    await workers.start()
    held = [workers.open(Asker(), say="hold") for _ in range(2)]
    assert all(held)
    assert workers.ready and workers.open(Asker(), say="one too many") is None
    assert not await workers.wait_room(0.01)
    waiting = asyncio.create_task(workers.wait_room(10))
    await asyncio.sleep(0)
    assert held[0] is not None
    held[0].close()
    assert await waiting
    asker = Asker()
    assert workers.open(asker, say="now") is not None
    await asker.change()
    assert await workers.wait_room(0.01), "an answered request has left its place"
    workers.stop()


def test_workers_die_with_the_server() -> None:
    """kill -9 of the parent: the child sees its socket end, or its death signal, and goes."""
    script = (
        "import asyncio\n"
        "from pipelines.workers.pool import WorkerPool\n"
        "from pipelines.workers.spec import WorkerSpec\n"
        "async def main():\n"
        f"    pool = WorkerPool(WorkerSpec('echo', {ECHO.module!r}), 1)\n"
        "    await pool.start()\n"
        "    print(pool.workers[0].pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        # A descriptor of the child: it becomes readable when the child is gone, whoever reaps it.
        watch = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
        parent.kill()
        parent.wait()
        if watch is None:
            pytest.skip("no pidfd on this system")
        import select

        poll = select.poll()
        poll.register(watch, select.POLLIN)
        assert poll.poll(5000)
        with contextlib.suppress(OSError):
            os.close(watch)


async def test_sending_to_a_dead_worker_is_harmless() -> None:
    worker = Worker(ECHO, lambda: None)
    worker.send(pack_json(Msg.OPEN, 1, say="nobody"))
    worker.stop()
    assert worker.pid is None
