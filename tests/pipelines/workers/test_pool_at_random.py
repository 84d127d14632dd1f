"""Two pools behind one gate on a clock of the test's own: whatever happens, in whatever order, every request
ends, places come back, calls come before jobs, and no worker has more than it takes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from contextlib import nullcontext, suppress
from typing import Any

import pytest

from mediaserver.errors import EngineError
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack, pack_json
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import Requester
from pipelines.workers.urgency import Priority, as_batch_work, with_patience
from pipelines.workers.work_pool import WorkGate
from tests.pipelines.workers.asker import Asker
from tests.pipelines.workers.scripted import Scripted, ScriptedProcess
from tests.pipelines.workers.virtual_time import run

AT_ONCE = 2
WITHIN_S = 30.0
SPECS = [
    WorkerSpec(name, "nobody.starts.it", at_once=AT_ONCE, answer_limit_s=5, queue_limit=6, wait_limit_s=20)
    for name in ("one", "two")
]
LONGEST_S = 2 * WITHIN_S + 200
"""What a request may take at most here, whatever happens to it; also the longest back-off and start."""


class WatchedPool(WorkerPool):
    """One that looks at whom a place is given."""

    def admitted(self, requester: Requester) -> Requester:
        if isinstance(requester, Job):
            calls = [each for each in self._line if each.order[0] == Priority.CALL]
            assert not calls, "a job has a place for which a call waits"
        return requester


class Job(Asker):
    """Nobody on a line waits for it."""


class House:
    """Two pools, their workers, and those who ask."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.gate = WorkGate(self.random.choice((None, 1, 3)))
        self.scripted = Scripted(self.answered, load_s=0.5)
        self.pools = [WatchedPool(spec, self.random.choice((1, 2))) for spec in SPECS]
        for pool in self.pools:
            pool.configure(gate=self.gate)
        self.asking: list[asyncio.Task[None]] = []
        self.open_places = 0

    def answered(self, process: ScriptedProcess, message: WorkerMessage) -> None:
        """A worker is asked: it answers, late, badly, in part, or never."""
        assert len(process.running) <= AT_ONCE
        if message.kind is not Msg.OPEN:
            return
        loop, id = asyncio.get_running_loop(), message.id
        match self.random.randrange(9):
            case 0:
                process.kill()
            case 1:
                process.mute = True
            case 2:
                pass  # it never ends
            case 3:
                process.send_bytes(b"\xff" * 40)
            case 4:
                process.send(pack_json(Msg.FAILED, id, error="no", kind=self.random.choice(("", "memory"))))
            case 5:
                process.send(pack(Msg.AUDIO, id, bytes(640)))
                loop.call_later(self.random.random(), process.send, pack_json(Msg.DONE, id))
            case _:
                loop.call_later(3 * self.random.random(), process.send, pack_json(Msg.DONE, id))

    async def ask(self, job: bool, patience_s: float | None) -> None:
        pool = self.random.choice(self.pools)
        asker = Job() if job else Asker()
        with as_batch_work() if job else nullcontext(), with_patience(patience_s), suppress(EngineError):
            ticket = await pool.opened(asker, within_s=WITHIN_S)
            try:
                ticket.awaits()
                while not asker.lost and not any(m.kind in (Msg.DONE, Msg.FAILED) for m in asker.messages):
                    await asker.news()
                    ticket.awaits()
            finally:
                ticket.drop()

    async def placed(self) -> None:
        with suppress(EngineError):
            async with self.gate.place(WITHIN_S):
                self.open_places += 1
                assert self.gate.most is None or self.gate.inside <= self.gate.most
                try:
                    await asyncio.sleep(self.random.random())
                finally:
                    self.open_places -= 1

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self.asking.append(task)
        task.add_done_callback(self.asking.remove)

    async def something(self) -> None:
        """Happens next."""
        match self.random.randrange(12):
            case 0:
                if self.asking:
                    self.random.choice(self.asking).cancel()
            case 1:
                if self.scripted.alive:
                    self.random.choice(self.scripted.alive).kill()
            case 2:
                self.begin(self.placed())
            case 3:
                await asyncio.sleep(3 * self.random.random())
            case 4:
                await asyncio.sleep(0)
            case 5:
                self.scripted.refused = self.random.random() < 0.3
            case 6:
                if self.random.random() < 0.2:
                    pool = self.random.choice(self.pools)
                    await pool.close()
                    self.scripted.refused = False
                    await self.start(pool)
            case _:
                patience_s = self.random.choice((None, 0.0, 0.4, 5.0))
                self.begin(self.ask(self.random.random() < 0.4, patience_s))
        assert self.gate.most is None or self.gate.inside <= self.gate.most

    async def start(self, pool: WorkerPool) -> None:
        """A worker that is killed while it loads may keep it from starting."""
        for _ in range(20):
            with suppress(EngineError):
                return await pool.start()
        raise AssertionError("a pool cannot be started any more")

    async def live(self, steps: int) -> None:
        faults: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, fault: faults.append(fault))
        with self.scripted.installed():
            for pool in self.pools:
                await self.start(pool)
            for _ in range(steps):
                await self.something()
            self.scripted.refused = False
            if self.asking:
                done, waiting = await asyncio.wait(list(self.asking), timeout=LONGEST_S)
                assert not waiting, "a request waits for ever"
                for task in done:
                    assert task.cancelled() or task.exception() is None
            assert [pool.load for pool in self.pools] == [pool.waiting for pool in self.pools] == [0, 0]
            assert self.gate.inside == self.open_places == 0
            for pool in self.pools:
                await asyncio.wait_for(pool.opened(Asker(), within_s=WITHIN_S), 3 * WITHIN_S)
                await pool.close()
                assert pool.load == pool.waiting == len(pool._changed) == 0
            assert not self.scripted.alive and not faults
            assert max(process.most for process in self.scripted.processes) <= AT_ONCE


@pytest.mark.parametrize("seed", range(20))
def test_every_request_ends_and_every_place_comes_back(seed: int) -> None:
    async def main() -> None:
        await House(seed).live(150)

    run(main())
