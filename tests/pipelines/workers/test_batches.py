"""Several requests in one batch of one worker: together when they wait together, each with its own end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, pack
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.urgency import as_batch_work
from tests.pipelines.workers.asker import Asker


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    workers = WorkerPool(WorkerSpec("adder", "tests.pipelines.workers.batch_worker", {"most": 3}), 1)
    await workers.start()
    yield workers
    workers.stop()


class Sum(Asker):
    """One request for a sum."""

    def __init__(self, pool: WorkerPool, *numbers: object, **fields: bool) -> None:
        super().__init__()
        ticket = pool.open(self, numbers=numbers, **fields)
        assert ticket is not None
        self.ticket: Ticket = ticket

    async def answer(self) -> dict[str, object]:
        """Its last answer."""
        while not self.messages or self.messages[-1].kind is Msg.RESULT:
            await self.change()
        return self.messages[-1].json()


async def held(pool: WorkerPool) -> Sum:
    """A request that keeps the worker busy until one with `go` comes."""
    first = Sum(pool, 0, wait=True)
    await first.change()
    return first


async def test_what_waits_together_is_computed_together(pool: WorkerPool) -> None:
    first = await held(pool)
    others = [Sum(pool, n, n) for n in (1, 2, 3)]
    last = Sum(pool, 5, go=True)
    assert await first.answer() == {"total": 0, "together": 1}
    assert [await other.answer() for other in others] == [{"total": 2 * n, "together": 3} for n in (1, 2, 3)]
    assert await last.answer() == {"total": 5, "together": 1}


async def test_a_cancelled_request_leaves_its_neighbours_alone(pool: WorkerPool) -> None:
    first = await held(pool)
    one, two, three = (Sum(pool, n) for n in (1, 2, 3))
    two.ticket.send(pack(Msg.CANCEL, two.ticket.id))
    two.ticket.close()
    last = Sum(pool, 4, go=True)
    await first.answer()
    assert await one.answer() == {"total": 1, "together": 3}
    assert await three.answer() == {"total": 3, "together": 3}
    assert await last.answer() == {"total": 4, "together": 3}
    assert two.messages == [] and not two.lost


async def test_a_cancelled_request_ends_work_that_is_only_for_it(pool: WorkerPool) -> None:
    first = await held(pool)
    first.ticket.send(pack(Msg.CANCEL, first.ticket.id))
    assert await Sum(pool, 7).answer() == {"total": 7, "together": 1}


async def test_a_request_that_cannot_be_computed_fails_alone(pool: WorkerPool) -> None:
    first = await held(pool)
    good, bad = Sum(pool, 1), Sum(pool, "one")
    last = Sum(pool, 2, go=True)
    await first.answer()
    assert await good.answer() == {"total": 1, "together": 1}
    assert await last.answer() == {"total": 2, "together": 1}
    assert "TypeError" in str((await bad.answer())["error"])
    assert bad.messages[-1].kind is Msg.FAILED
    assert await Sum(pool, 3).answer() == {"total": 3, "together": 1}


async def test_a_dead_worker_loses_all_that_share_it(pool: WorkerPool) -> None:
    sums = [await held(pool), Sum(pool, 1), Sum(pool, 2)]
    pool.workers[0]._process.kill()  # type: ignore[attr-defined]
    for each in sums:
        while not each.lost:
            await each.change()
    assert {each.lost for each in sums} == {"died"}
    assert await pool.wait_room(10)
    assert await Sum(pool, 3).answer() == {"total": 3, "together": 1}


async def test_calls_come_before_batch_work_that_waits(pool: WorkerPool) -> None:
    first = await held(pool)
    with as_batch_work():
        jobs = [Sum(pool, n) for n in (1, 2)]
    calls = [Sum(pool, n) for n in (3, 4)]
    last = Sum(pool, 5, go=True)
    await first.answer()
    together = [await each.answer() for each in (*calls, last, *jobs)]
    assert [each["together"] for each in together] == [3, 3, 3, 2, 2]


async def windowed(window_ms: float) -> WorkerPool:
    """A step waits for all requests that are open, as far as the window lets it."""
    spec = WorkerSpec("adder", "tests.pipelines.workers.batch_worker", max_batch=2, window_ms=window_ms)
    workers = WorkerPool(spec, 1)
    await workers.start()
    return workers


async def test_a_step_waits_for_other_calls_within_its_window() -> None:
    workers = await windowed(60_000)
    late = Sum(workers, 1, more=True)
    soon = Sum(workers, 2)
    late.ticket.send(pack(Msg.FINISH, late.ticket.id))
    assert [await each.answer() for each in (soon, late)] == [
        {"total": 2, "together": 2},
        {"total": 1, "together": 2},
    ]
    alone = Sum(workers, 3)
    assert await alone.answer() == {"total": 3, "together": 1}, "a lone caller waits for nobody"
    workers.stop()


async def test_a_window_ends_though_others_still_speak() -> None:
    workers = await windowed(1)
    late = Sum(workers, 1, more=True)
    assert await Sum(workers, 2).answer() == {"total": 2, "together": 1}
    late.ticket.drop()
    workers.stop()


async def test_who_leaves_within_the_window_is_not_waited_for() -> None:
    workers = await windowed(60_000)
    late = Sum(workers, 1, more=True)
    soon = Sum(workers, 2)
    late.ticket.drop()
    assert await soon.answer() == {"total": 2, "together": 1}
    workers.stop()


async def test_the_sizes_of_batches_are_told_with_the_answer_to_a_ping(pool: WorkerPool) -> None:
    first = await held(pool)
    others = [Sum(pool, n) for n in (1, 2)]
    last = Sum(pool, 5, go=True)
    for each in (first, *others, last):
        await each.answer()
    (worker,) = pool.workers
    worker.send(pack(Msg.PING))
    await Sum(pool, 1).answer()
    assert pool.figures.batch_sizes.buckets()[:3] == [("1.0", 1.0), ("2.0", 1.0), ("4.0", 2.0)]


async def test_those_that_are_first_make_a_batch_of_their_own() -> None:
    spec = WorkerSpec("adder", "tests.pipelines.workers.batch_worker", {"first": True}, window_ms=60_000)
    workers = WorkerPool(spec, 1)
    await workers.start()
    first = Sum(workers, 0, wait=True, first=True)
    await first.change()
    partial, final = Sum(workers, 1), Sum(workers, 2, first=True)
    go = Sum(workers, 3, go=True)
    await first.answer()
    assert await final.answer() == {"total": 2, "together": 1}
    assert [(await each.answer())["together"] for each in (partial, go)] == [2, 2]
    workers.stop()
