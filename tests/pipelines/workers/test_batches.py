"""Several requests in one batch of one worker: together when they wait together, each with its own end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, pack
from pipelines.workers.spec import WorkerSpec
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
