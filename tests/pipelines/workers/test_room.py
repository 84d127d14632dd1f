"""Who gets room on workers, who waits, who is refused at once; workers that answer pings but no requests."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import replace

import pytest

from mediaserver.errors import EngineBusyError, EngineError
from mediaserver.settings.engines import WORKER_LIMITS
from pipelines.engines.circuits import says_nothing_of_it
from pipelines.engines.in_worker import failure
from pipelines.workers import supervisor
from pipelines.workers.faults import ABOUT_REQUEST
from pipelines.workers.limits import LIMITS, taken_limits
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import STRIKES
from pipelines.workers.urgency import Priority, as_batch_work, urgency, with_patience
from pipelines.workers.work_pool import WorkGate
from tests.pipelines.workers.asker import Asker

ECHO = WorkerSpec("echo", "tests.pipelines.workers.echo_worker", at_once=1)


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    """One worker with one place."""
    workers = WorkerPool(ECHO, 1)
    await workers.start()
    yield workers
    workers.stop()


def held(pool: WorkerPool) -> Ticket:
    ticket = pool.open(Asker(), say="hold")
    assert ticket is not None
    return ticket


async def waiting(pool: WorkerPool, count: int) -> None:
    """So many stand in line."""
    async with asyncio.timeout(10):
        while pool.waiting < count:  # noqa: ASYNC110 - the tasks have only to begin
            await asyncio.sleep(0)


def asked(pool: WorkerPool, order: list[str], name: str, *, batch: bool = False) -> asyncio.Task[None]:
    """A request that waits for room, is put into `order` when it gets it, and is over."""

    async def ask() -> None:
        if batch:
            with as_batch_work():
                ticket = await pool.opened(Asker(), within_s=10, say="hold")
        else:
            ticket = await pool.opened(Asker(), within_s=10, say="hold")
        order.append(name)
        ticket.drop()

    return asyncio.create_task(ask())


async def test_calls_get_room_before_batch_work_that_came_first(pool: WorkerPool) -> None:
    first, order = held(pool), list[str]()
    tasks = [asked(pool, order, "job", batch=True)]
    await waiting(pool, 1)
    tasks += [asked(pool, order, "call 1"), asked(pool, order, "call 2")]
    await waiting(pool, 3)
    assert pool.open(Asker(), say="now") is None
    first.close()
    await asyncio.gather(*tasks)
    assert order == ["call 1", "call 2", "job"]
    assert pool.load == pool.waiting == 0


async def test_batch_work_leaves_a_place_for_calls_where_there_are_calls() -> None:
    workers = WorkerPool(replace(ECHO, at_once=2), 1)
    await workers.start()
    with as_batch_work():
        jobs = [workers.open(Asker(), say="hold") for _ in range(2)]
    assert all(jobs), "nobody has called"
    for job in jobs:
        assert job is not None
        job.drop()
    held(workers).drop()
    with as_batch_work():
        assert workers.open(Asker(), say="hold") is not None
        assert workers.open(Asker(), say="hold") is None
    assert workers.open(Asker(), say="hold") is not None
    workers.stop()


async def test_who_leaves_the_line_leaves_nothing_behind(pool: WorkerPool) -> None:
    first, order = held(pool), list[str]()
    task = asked(pool, order, "gone")
    await waiting(pool, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert pool.waiting == 0
    task = asked(pool, order, "given room as it left")
    await waiting(pool, 1)
    first.close()  # it has the place, and does not know it yet
    assert pool.load == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (pool.load, order) == (0, [])


async def test_a_wait_that_is_predicted_to_be_too_long_is_refused_at_once(pool: WorkerPool) -> None:
    pool.figures.served(2.0)
    first = held(pool)
    assert pool.predicted_wait_s() == pytest.approx(2.0)
    with with_patience(0.5), pytest.raises(EngineBusyError, match=r"busy: a wait of 2\.0 s; .*workers"):
        await pool.opened(Asker(), within_s=10, say="hold")
    assert pool.figures.refused == {"too long": 1}
    order: list[str] = []
    task = asked(pool, order, "patient")
    await waiting(pool, 1)
    assert pool.predicted_wait_s() == pytest.approx(4.0)
    assert pool.predicted_wait_s(Priority.CALL) == pool.predicted_wait_s(Priority.BATCH)
    first.close()
    await task
    assert order == ["patient"]


async def test_a_line_has_an_end() -> None:
    workers = WorkerPool(replace(ECHO, queue_limit=1), 1)
    await workers.start()
    first, order = held(workers), list[str]()
    task = asked(workers, order, "in line")
    await waiting(workers, 1)
    with pytest.raises(EngineBusyError, match="1 requests wait for it already"):
        await workers.opened(Asker(), within_s=10, say="hold")
    assert await workers.open_within(10, Asker(), say="hold") is None
    first.close()
    await task
    workers.stop()


async def test_who_waits_for_a_pool_that_is_stopped_is_told(pool: WorkerPool) -> None:
    held(pool)
    task = asked(pool, [], "late")
    await waiting(pool, 1)
    await pool.close()
    with pytest.raises(EngineError, match="stopped"):
        await task


async def test_while_a_worker_is_started_again_others_are_told_at_once_how_long(pool: WorkerPool) -> None:
    (worker,) = pool.workers
    asker = Asker()
    assert pool.open(asker, say="hold") is not None and worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    await asker.change()
    assert worker.ready_in_s > 0
    with with_patience(0.0), pytest.raises(EngineBusyError, match="is being started again, in about"):
        await pool.opened(Asker(), within_s=10, say="hold")
    again = Asker()
    await pool.opened(again, within_s=10, say="there")
    await again.change()
    assert again.messages[0].json() == {"said": "there"}


async def test_a_gate_counts_the_requests_of_all_its_engines() -> None:
    gate = WorkGate(1)
    pools = [WorkerPool(replace(ECHO, name=name), 1) for name in ("one", "two")]
    for each in pools:
        each.configure(gate=gate)
    await asyncio.gather(*(each.start() for each in pools))
    first, order = held(pools[0]), list[str]()
    task = asked(pools[1], order, "other engine")
    await waiting(pools[1], 1)
    assert gate.inside == 1 and not gate.open
    first.close()
    await task
    assert order == ["other engine"] and gate.inside == 0
    for each in pools:
        await each.close()


async def test_batch_work_of_one_engine_does_not_keep_out_the_calls_of_another() -> None:
    """It had the place that became free whenever its engine was the first that was told of it."""
    gate, order = WorkGate(1), list[str]()
    pools = [WorkerPool(replace(ECHO, name=name), 1) for name in ("jobs", "calls")]
    for each in pools:
        each.configure(gate=gate)
    await asyncio.gather(*(each.start() for each in pools))
    first = held(pools[0])
    jobs = [asked(pools[0], order, "job", batch=True) for _ in range(3)]
    await waiting(pools[0], 3)
    call = asked(pools[1], order, "call")
    await waiting(pools[1], 1)
    first.close()
    await asyncio.gather(*jobs, call)
    assert order == ["call", "job", "job", "job"] and gate.inside == 0
    gate.most = 2
    with as_batch_work():
        assert (job := pools[0].open(Asker(), say="hold")) is not None
        assert pools[1].open(Asker(), say="hold") is None  # the place is a call's
    assert (ticket := pools[1].open(Asker(), say="hold")) is not None
    for open_one in (job, ticket):
        open_one.drop()
    for each in pools:
        await each.close()


async def test_a_place_at_a_gate_goes_to_calls_first_and_is_refused_in_time() -> None:
    gate, order = WorkGate(1), list[str]()

    async def placed(name: str, *, batch: bool = False) -> None:
        with as_batch_work() if batch else nullcontext():
            async with gate.place(10):
                order.append(name)

    async with gate.place(10):
        with pytest.raises(EngineBusyError, match="1 requests of this kind"):
            async with gate.place(0.0):
                pass
        tasks = [asyncio.create_task(placed("job", batch=True)), asyncio.create_task(placed("call"))]
        gone = asyncio.create_task(placed("gone"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        assert gate.inside == 1 and not order
    await asyncio.gather(*tasks)
    assert order == ["call", "job"] and gate.inside == 0


def test_the_settings_check_each_limit_by_its_name() -> None:
    assert set(LIMITS) == WORKER_LIMITS


def test_the_settings_limits_come_before_the_engines_own() -> None:
    options = {"model": "small", "max_batch": 4, "window_ms": 8.5, "wait_limit_s": 1}
    limits = taken_limits(options)
    assert options == {"model": "small"}
    spec = limits.applied(ECHO)
    assert (spec.max_batch, spec.window_ms, spec.wait_limit_s, spec.at_once) == (4, 8.5, 1, 1)
    for wrong in ({"max_batch": 0}, {"window_ms": "soon"}, {"queue_limit": True}, {"at_once": 1.5}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            taken_limits(dict(wrong))


async def test_the_urgency_of_a_task_is_its_own() -> None:
    with as_batch_work():
        other = asyncio.create_task(asyncio.sleep(0, urgency()))
        with with_patience(0.1):
            assert urgency().patience_s == 0.1 and urgency().priority is Priority.BATCH
    assert urgency().priority is Priority.CALL
    assert (await other).priority is Priority.BATCH


async def test_a_request_that_never_ends_costs_its_worker_when_nobody_else_is_answered() -> None:
    workers = WorkerPool(replace(ECHO, answer_limit_s=0.05, silence_limit_s=0.4), 1)
    await workers.start()
    asker = Asker()
    ticket = workers.open(asker, say="hold")
    assert ticket is not None
    ticket.awaits()
    await asker.change()
    assert asker.lost == "gave no answer for 0.05 s"
    assert workers.restarts == 1 and workers.figures.hung == 1
    workers.stop()


async def test_a_request_that_never_ends_costs_itself_alone_while_others_are_answered() -> None:
    workers = WorkerPool(replace(ECHO, at_once=3, answer_limit_s=0.05, silence_limit_s=2), 1)
    await workers.start()
    hung, neighbour = Asker(), Asker()
    ticket = workers.open(hung, say="hold")
    assert ticket is not None and workers.open(neighbour, say="hold") is not None
    ticket.awaits()
    while not hung.lost:
        other = Asker()
        assert workers.open(other, say="hello") is not None
        await other.change()
    assert workers.restarts == 0 and not neighbour.lost
    workers.stop()


async def test_a_worker_that_fails_request_after_request_is_started_again(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(STRIKES):
        asker = Asker()
        assert pool.open(asker, say="fail", kind="about_request") is not None
        await asker.change()
    assert pool.restarts == 0, "the requests were at fault"
    for _ in range(STRIKES):
        asker = Asker()
        assert pool.open(asker, say="fail") is not None
        await asker.change()
        assert asker.messages[0].json()["error"] == "no such word"
    await asyncio.sleep(0)
    assert pool.restarts == 1 and not pool.ready
    monkeypatch.setattr(supervisor, "HEALTHY_AFTER_S", 0.0)
    again = Asker()
    await pool.opened(again, within_s=10, say="well?")
    (worker,) = pool.workers
    assert isinstance(worker, supervisor.Worker)
    assert not worker._proven
    await again.change()
    assert worker._proven


def test_a_request_that_is_at_fault_itself_costs_the_engine_nothing() -> None:
    """The engine was passed over by all calls after it."""
    error = failure({"error": "nobody speaks at 11 times the usual speed", "kind": ABOUT_REQUEST})
    assert error.about_request and says_nothing_of_it(error)


@pytest.mark.parametrize(("fault", "said"), [("memory", "MemoryError: no memory"), ("weights", "no weights")])
async def test_what_keeps_a_worker_from_starting_is_told_in_one_line(fault: str, said: str) -> None:
    workers = WorkerPool(replace(ECHO, options={"fault": fault}, start_limit_s=10), 1)
    with pytest.raises(EngineError, match=said) as caught:
        await workers.start()
    assert "\n" not in str(caught.value)


async def test_an_environment_that_is_not_there_is_told_with_its_remedy() -> None:
    workers = WorkerPool(replace(ECHO, name="acme", interpreter="/nowhere/bin/python"), 1)
    with pytest.raises(EngineError, match="environment is not there .*`voiceforge engines install acme`"):
        await workers.start()


async def test_why_a_worker_crashed_is_told_to_its_requests(pool: WorkerPool) -> None:
    asker = Asker()
    assert pool.open(asker, say="crash") is not None
    await asker.change()
    assert asker.lost == "died (RuntimeError: a wire is loose)"
