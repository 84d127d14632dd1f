"""What a pool must bear, on a clock of the test's own: deaths, bad requests, stops, and nobody is left
waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from mediaserver.errors import EngineError, EngineMemoryError, EngineRequestError
from pipelines.engines.protocols import SttResult, TtsChunk
from pipelines.engines.stt.utterance_request import UtteranceRequest
from pipelines.engines.tts.in_worker import MOST_AHEAD, SpeechRequest
from pipelines.workers import supervisor
from pipelines.workers.faults import LASTING, OUT_OF_MEMORY
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import MAX_PAYLOAD, Msg, WorkerMessage, pack, pack_json
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import BACKOFF_S, HEALTHY_AFTER_S
from pipelines.workers.urgency import as_batch_work
from pipelines.workers.work_pool import WorkGate
from tests.pipelines.workers.asker import Asker
from tests.pipelines.workers.scripted import Scripted, ScriptedProcess, hold
from tests.pipelines.workers.virtual_time import run

SPEC = WorkerSpec("echo", "nobody.starts.it", at_once=1)


@asynccontextmanager
async def started(
    scripted: Scripted, spec: WorkerSpec = SPEC, count: int = 1, gate: WorkGate | None = None
) -> AsyncIterator[WorkerPool]:
    with scripted.installed():
        pool = WorkerPool(spec, count)
        pool.configure(gate=gate)
        await pool.start()
        try:
            yield pool
        finally:
            await pool.close()
    assert not scripted.alive


def held(pool: WorkerPool) -> Ticket:
    ticket = pool.open(Asker())
    assert ticket is not None
    return ticket


async def in_line(pool: WorkerPool, asker: Asker | None = None, **fields: object) -> asyncio.Task[Ticket]:
    task = asyncio.create_task(pool.opened(asker or Asker(), within_s=60, **fields))
    while not pool.waiting:  # noqa: ASYNC110 - the task has only to begin
        await asyncio.sleep(0)
    return task


def test_files_that_are_at_fault_are_loaded_once() -> None:
    async def main() -> None:
        scripted = Scripted(load_s=None)
        scripted.told = lambda: pack_json(Msg.FAILED, 0, error="the weights are cut short", kind=LASTING)
        with pytest.raises(EngineError, match="did not start: the weights are cut short$"):
            async with started(scripted):
                pass
        assert len(scripted.processes) == 1 and not scripted.alive

    run(main())


def test_a_fault_that_may_pass_is_tried_again() -> None:
    async def main() -> None:
        told = [pack_json(Msg.FAILED, 0, error="out of memory", kind=OUT_OF_MEMORY), b""]
        scripted = Scripted()
        scripted.told = lambda: told.pop(0)
        async with started(scripted) as pool:
            assert pool.restarts == 1 and pool.ready
        scripted.told = lambda: pack_json(Msg.FAILED, 0, error="out of memory", kind=OUT_OF_MEMORY)
        with pytest.raises(EngineMemoryError, match="did not start: out of memory"):
            async with started(scripted):
                pass

    run(main())


def test_a_pool_that_could_not_start_can_be_started_once_more() -> None:
    """The audio readers are: their first start may have met a machine without memory."""

    async def main() -> None:
        scripted = Scripted()
        scripted.told = lambda: pack_json(Msg.FAILED, 0, error="a bad moment")
        with scripted.installed():
            pool = WorkerPool(SPEC, 1)
            with pytest.raises(EngineError, match="a bad moment"):
                await pool.start()
            scripted.told = bytes
            await pool.start()
            (process,) = scripted.alive
            process.kill()
            await pool.opened(Asker(), within_s=60)
            await pool.close()
        assert not scripted.alive

    run(main())


def test_who_asks_a_stopped_pool_is_told_at_once() -> None:
    async def main() -> None:
        async with started(Scripted()) as pool:
            loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(EngineError, match="were stopped"):
            await pool.opened(Asker(), within_s=60)
        assert loop.time() == began

    run(main())


def test_a_request_that_cannot_be_written_harms_nobody() -> None:
    """One in line did: whoever was answered next was not told, and nobody behind it got room."""

    async def main() -> None:
        async with started(Scripted(hold)) as pool:
            with pytest.raises(EngineRequestError):
                pool.open(Asker(), text="half a character: \ud83d")
            with pytest.raises(EngineRequestError, match="bytes"):
                pool.open(Asker(), text="x" * MAX_PAYLOAD)
            assert pool.load == 0
            first = held(pool)
            with pytest.raises(EngineRequestError):
                await pool.opened(Asker(), within_s=60, text="half a character: \ud83d")
            behind = await in_line(pool)
            first.drop()
            (await behind).drop()
            assert pool.load == pool.waiting == 0

    run(main())


class _Faulty(Asker):
    def on_message(self, message: WorkerMessage) -> None:
        raise RuntimeError("a fault of its own")

    def on_lost(self, why: str) -> None:
        raise RuntimeError("a fault of its own")


def test_who_cannot_take_an_answer_costs_nobody_else_theirs() -> None:
    async def main() -> None:
        scripted = Scripted(hold)
        async with started(scripted, replace(SPEC, at_once=None)) as pool:
            (process,) = scripted.processes
            tickets = [pool.open(_Faulty()), pool.open(asker := Asker())]
            ids = [ticket.id for ticket in tickets if ticket is not None]
            process.send(b"".join(pack_json(Msg.DONE, id) for id in ids))
            await asker.change()
            assert asker.messages[0].kind is Msg.DONE
            assert pool.open(_Faulty()) is not None and pool.open(asker) is not None
            process.kill()
            await asker.change()
            assert asker.lost == "died"

    run(main())


def test_a_death_makes_room_at_the_gate() -> None:
    """Its requests are over: whoever waits may begin on another worker, and on another engine."""

    async def main() -> None:
        gate, scripted = WorkGate(1), Scripted(hold)
        spec = replace(SPEC, name="other")
        async with started(scripted, count=2, gate=gate) as one, started(Scripted(), spec, gate=gate) as two:
            held(one)
            own, others = await in_line(one), await in_line(two)
            busy = next(each for each in scripted.processes if each.running)
            scripted.load_s = None
            busy.kill()
            (await own).drop()
            (await others).drop()
            assert gate.inside == 0

    run(main())


def test_a_pool_that_is_stopped_makes_room_at_the_gate() -> None:
    async def main() -> None:
        gate = WorkGate(1)
        async with started(Scripted(), replace(SPEC, name="other"), gate=gate) as other:
            async with started(Scripted(hold), gate=gate) as going:
                held(going)
                waiting = await in_line(other)
            (await waiting).drop()

    run(main())


def test_a_job_that_waits_at_a_gate_does_not_keep_a_call_from_the_free_place() -> None:
    async def main() -> None:
        gate = WorkGate(2)
        async with gate.place(1):  # a call: from now on a place is kept for the next one
            with as_batch_work():
                job = asyncio.create_task(_placed(gate))
            await asyncio.sleep(0)
            assert gate.inside == 1
            async with gate.place(0):
                assert gate.inside == 2
        await job

    run(main())


async def _placed(gate: WorkGate) -> None:
    async with gate.place(60):
        pass


def test_jobs_in_line_do_not_turn_calls_away() -> None:
    async def main() -> None:
        async with started(Scripted(hold), replace(SPEC, queue_limit=1)) as pool:
            first = held(pool)
            with as_batch_work():
                job = await in_line(pool)
            call = asyncio.create_task(pool.opened(Asker(), within_s=60))
            await asyncio.sleep(0)
            first.drop()
            (await call).drop()
            (await job).drop()
            assert not pool.figures.refused

    run(main())


def test_one_that_loads_for_long_and_dies_has_its_pause_all_the_same() -> None:
    """Loading was taken for health: each start after the first came at once."""

    async def main() -> None:
        scripted = Scripted(load_s=2 * HEALTHY_AFTER_S)
        async with started(scripted, replace(SPEC, start_limit_s=100)) as pool:
            loop, pauses = asyncio.get_running_loop(), []
            for _ in range(4):
                while not pool.ready:  # noqa: ASYNC110 - the clock is the test's
                    await asyncio.sleep(0.01)
                await asyncio.sleep(supervisor.PING_EVERY_S + 0.1)
                scripted.processes[-1].kill()
                died, count = loop.time(), len(scripted.processes)
                while len(scripted.processes) == count:  # noqa: ASYNC110 - likewise
                    await asyncio.sleep(0.01)
                pauses.append(loop.time() - died)
        assert pauses == pytest.approx(BACKOFF_S[:4], abs=0.03)

    run(main())


def test_one_that_takes_nothing_is_ended_before_it_fills_the_memory() -> None:
    async def main() -> None:
        scripted = Scripted(hold)
        async with started(scripted, replace(SPEC, at_once=None)) as pool:
            (process,) = scripted.processes
            asyncio.get_running_loop().remove_reader(process._sock)
            ticket = pool.open(asker := Asker())
            assert ticket is not None
            for _ in range(12):
                ticket.send(pack(Msg.AUDIO, ticket.id, bytes(1 << 20)))
            await asker.change()
            assert asker.lost == "takes no more data"

    run(main())


def test_a_final_that_never_comes_is_noticed_behind_a_late_partial() -> None:
    async def main() -> None:
        def partial_alone(process: ScriptedProcess, message: WorkerMessage) -> None:
            if message.kind is Msg.FINISH:
                process.send(pack_json(Msg.RESULT, message.id, text="yes"))

        async with started(Scripted(partial_alone), replace(SPEC, answer_limit_s=4)) as pool:
            results: list[SttResult] = []
            request = UtteranceRequest(pool, results.append, None, bytearray(64_000))
            request.finish()
            await asyncio.sleep(60)
            assert pool.figures.hung == 1 and results[-1].failed and not pool.load

    run(main())


def test_a_voice_that_sends_what_nobody_takes_does_not_fill_the_memory() -> None:
    async def main() -> None:
        def endless(process: ScriptedProcess, message: WorkerMessage) -> None:
            if message.kind is Msg.OPEN:
                for at in range(40):
                    loop.call_later(at / 10, process.send, pack(Msg.AUDIO, message.id, bytes(320_000)))

        loop = asyncio.get_running_loop()
        async with started(Scripted(endless)) as pool:
            request = SpeechRequest("echo")
            ticket = await pool.opened(request, within_s=1)
            await asyncio.sleep(10)
            taken = 0
            while isinstance(item := await request.next(ticket), TtsChunk):
                taken += len(item.samples)
            assert taken == MOST_AHEAD and "that nobody takes" in str(item)
            ticket.drop()

    run(main())


def test_waiting_for_room_leaves_nothing_behind() -> None:
    async def main() -> None:
        async with started(Scripted(hold)) as pool:
            held(pool)
            for _ in range(50):
                assert not await pool.wait_room(1.0)
            assert not pool._changed

    run(main())


def test_a_start_that_is_given_up_ends_its_processes() -> None:
    async def main() -> None:
        scripted = Scripted(load_s=None)
        with scripted.installed():
            pool = WorkerPool(SPEC, 2)
            start = asyncio.create_task(pool.start())
            await asyncio.sleep(1.0)
            assert len(scripted.alive) == 2
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)
            assert start.cancelled() and not scripted.alive
            scripted.refused = True
            with pytest.raises(EngineError, match="did not start.*temporarily unavailable"):
                await pool.start()

    run(main())
