"""Work that is cancelled at each of its awaits in turn: no place, no process and nobody in line is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

import pytest

from mediaserver.errors import EngineError
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.protocol import Msg, WorkerMessage, pack, pack_json
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.work_pool import WorkGate
from tests.pipelines.workers.asker import Asker
from tests.pipelines.workers.scripted import Scripted, ScriptedProcess
from tests.pipelines.workers.virtual_time import run

SPEC = WorkerSpec("echo", "nobody.starts.it", at_once=1)
TURNS = 4
"""Of the loop that are tried one by one at each time."""


class Bench:
    """One worker with one place, which another request holds for a while."""

    def __init__(self) -> None:
        self.gate = WorkGate(1)
        self.scripted = Scripted(self._play, load_s=0.005)
        self.tts = WorkerTts(Manifest("echo", Kind.TTS, "", ("en",), ""), SPEC)
        self.pool = self.tts.pool
        self.pool.configure(gate=self.gate)

    @staticmethod
    def _play(process: ScriptedProcess, message: WorkerMessage) -> None:
        """Speaks after 3 ms, and is done after 3 more; the first one of all dies instead."""
        if message.kind is not Msg.OPEN:
            return
        loop, id = asyncio.get_running_loop(), message.id
        if "die" in message.json().get("text", ""):
            loop.call_later(0.003, process.kill)
            return
        loop.call_later(0.003, process.send, pack(Msg.AUDIO, id, bytes(640)))
        loop.call_later(0.006, process.send, pack_json(Msg.DONE, id))

    async def opens(self) -> None:
        ticket = await self.pool.opened(Asker(), within_s=60, text="a")
        try:
            await asyncio.sleep(0.003)
        finally:
            ticket.drop()

    async def speaks(self) -> None:
        async with aclosing(self.tts.speak("a text")) as chunks:
            async for _ in chunks:
                await asyncio.sleep(0.001)

    async def speaks_to_a_dying_one(self) -> None:
        with suppress(EngineError):
            async with aclosing(self.tts.speak("die, please")) as chunks:
                async for _ in chunks:
                    pass

    async def has_a_place(self) -> None:
        async with self.gate.place(60):
            await asyncio.sleep(0.003)

    async def waits_for_room(self) -> None:
        assert await self.pool.wait_room(60)

    async def restarts(self) -> None:
        await self.pool.close()
        await self.pool.start()


@pytest.mark.parametrize(
    "work",
    [
        Bench.opens,
        Bench.speaks,
        Bench.speaks_to_a_dying_one,
        Bench.has_a_place,
        Bench.waits_for_room,
        Bench.restarts,
    ],
    ids=lambda work: work.__name__,
)
def test_nothing_is_left_of_work_that_is_cancelled(work: Callable[[Bench], Awaitable[None]]) -> None:
    async def cancelled_at(point: int) -> bool:
        """Whether it had ended by then."""
        bench = Bench()
        with bench.scripted.installed():
            await bench.pool.start()
            other = asyncio.create_task(bench.opens())
            await asyncio.sleep(0)
            task = asyncio.ensure_future(work(bench))
            if point >= TURNS:
                await asyncio.sleep(point // TURNS / 1000)
            for _ in range(point % TURNS):
                await asyncio.sleep(0)
            ended = not task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled() or task.exception() is None
            await asyncio.gather(other, return_exceptions=True)
            assert bench.pool.load == bench.pool.waiting == bench.gate.inside == 0
            if work is not Bench.restarts:
                await bench.opens()  # it serves on
                assert len(bench.scripted.alive) <= 1
            await bench.pool.close()
            assert not bench.scripted.alive and not bench.pool._changed
        return ended

    point = 0
    while not run(cancelled_at(point)):
        point += 1
    assert point > TURNS, "it was cancelled nowhere"
