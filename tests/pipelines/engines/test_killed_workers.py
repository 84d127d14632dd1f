"""kill -9 of each worker in turn while a dozen calls speak and are heard: nothing is lost or comes twice.

The engines are those of the example package: what its voice says can be read off its sound, word by word.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from mediaserver.errors import EngineError
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.engines.circuits import EngineCircuits
from pipelines.engines.protocols import SttResult
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.failover import PreferredTts
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.supervisor import Worker
from tests.plugins.acme_speech.buzz import Pcm, read, say
from tests.plugins.acme_speech.engines import make_ear, make_voice

CALLS = 6
"""That speak, and as many that are heard."""
WORDS = "one two three four"
UTTERANCE = "room for two"


class House:
    """Two engines of each kind."""

    def __init__(self) -> None:
        self.voices = [make_voice(EngineOptions()) for _ in range(2)]
        self.ears = [make_ear(EngineOptions()) for _ in range(2)]
        self.tts = PreferredTts(lambda: self.voices, circuits=EngineCircuits())
        self.stt = PreferredStt(lambda: self.ears, circuits=EngineCircuits())

    @property
    def engines(self) -> list[WorkerTts | WorkerStt]:
        return [*self.voices, *self.ears]

    async def kill_each(self) -> int:
        """One after the other, whatever it does; the next when the one before is there again. How many."""
        killed = 0
        for engine in self.engines:
            for worker in engine.pool.workers:
                pid = worker.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                killed += 1
                async with asyncio.timeout(20):
                    while worker.pid in (pid, None) or not worker.ready:  # noqa: ASYNC110 - its loop is ours
                        await asyncio.sleep(0.005)
        return killed


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    await asyncio.gather(*(engine.start() for engine in house.engines))
    yield house
    await asyncio.gather(*(engine.stop() for engine in house.engines))


async def spoken(tts: PreferredTts, text: str) -> str:
    """As a call has it spoken: where a voice breaks off, what was not heard whole is said anew."""
    heard: list[str] = []
    for _ in range(8):
        left = text.split()[len(heard) :]
        if not left:
            break
        pieces = [np.zeros(0, np.int16)]
        try:
            async with aclosing(tts.speak(" ".join(left))) as chunks:
                async for chunk in chunks:
                    pieces.append(chunk.samples)
            heard += words(np.concatenate(pieces))
        except EngineError:
            heard += words(np.concatenate(pieces))[:-1]  # the last may have been cut
    return " ".join(heard)


def words(audio: Pcm) -> list[str]:
    return [word.text for word in read(audio)]


async def heard(stt: PreferredStt, audio: Pcm) -> SttResult:
    """As a call has it heard, frame by frame."""
    final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()

    def told(result: SttResult) -> None:
        if result.final and result.epoch == 2 and not final.done():
            final.set_result(result)

    session = stt.session(told)
    session.begin(1)
    for start in range(0, len(audio) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        session.feed(audio[start : start + FRAME_SAMPLES])
        await asyncio.sleep(0.01)
    session.flush(2)
    try:
        async with asyncio.timeout(20):
            return await final
    finally:
        session.close()


async def test_no_call_loses_a_word_and_none_is_said_twice(house: House) -> None:
    over, said, finals = asyncio.Event(), list[str](), list[SttResult]()
    audio = say(UTTERANCE)

    async def speaks() -> None:
        while not over.is_set():
            said.append(await spoken(house.tts, WORDS))

    async def hears() -> None:
        while not over.is_set():
            finals.append(await heard(house.stt, audio))

    async with asyncio.TaskGroup() as calls:
        for _ in range(CALLS):
            calls.create_task(speaks())
            calls.create_task(hears())
        killed = await house.kill_each()
        over.set()
    assert killed == 4 and sum(engine.restarts for engine in house.engines) == 4
    assert len(said) >= CALLS and set(said) == {WORDS}
    assert len(finals) >= CALLS and {final.text for final in finals} == {UTTERANCE}
    assert not any(final.failed for final in finals)
    assert all(engine.load == engine.pool.waiting == 0 for engine in house.engines)


async def test_a_voice_whose_only_worker_dies_and_loads_slowly_costs_no_wait() -> None:
    """The next engine says it, and not the worker that is being started again."""
    one, two = (make_voice(EngineOptions()) for _ in range(2))
    await asyncio.gather(one.start(), two.start())
    (only,) = one.pool.workers
    assert isinstance(only, Worker) and only.pid is not None
    only._start_s = 60.0  # as a large model's
    tts = PreferredTts(lambda: [one, two], circuits=EngineCircuits())
    begun = asyncio.create_task(spoken(tts, "one two"))
    async with asyncio.timeout(10):
        while not one.load:  # noqa: ASYNC110 - the task has only to begin
            await asyncio.sleep(0)
    os.kill(only.pid, signal.SIGKILL)
    assert await begun == "one two"
    assert two.pool.figures.service.total > 0, "the second voice spoke"
    assert list(tts._circuits.failovers) == [("acme-voice", "busy")]
    await asyncio.gather(one.stop(), two.stop())
