"""What the worker pool and the lists of engines add to a request, and how soon another takes over.

    python -m tests.load.pool_load [--calls 100] [--seconds 15] [--kills 7]

The workers answer at once (tests.load.at_once_worker). Each call speaks texts of two seconds one after the
other through a list of engines, as calls do; one in ten has utterances recognised, 60 ms a message. Measured
are, per request, the time from the wish to the first sound and from the end of an utterance to its final; per
piece of 100 ms, from the worker's send to the listener. Then workers are killed (SIGKILL): from the kill to
the first sound of the next engine, and from one in the middle of an utterance to its final from a replica.

Fails over 3 ms per request or 1 ms per piece at p95, or over 1 s after a kill.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from contextlib import aclosing

import numpy as np

from callers.reception import percentile
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.engines.protocols import Kind, Manifest, SttResult
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.failover import PreferredTts
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.workers.pool import WorkerPool
from pipelines.workers.spec import WorkerSpec
from tests.load.at_once_worker import LEFT_AT

MODULE = "tests.load.at_once_worker"
REQUEST_MS, PIECE_MS, FAILOVER_MS = 3.0, 1.0, 1_000.0
PIECES = 20
"""Of one text: two seconds."""
UTTERANCE_S = 1.0
LOAD_S = 1.0
FRAME = np.ones(FRAME_SAMPLES, np.int16)


def voice(name: str, load_s: float = 0.0) -> WorkerTts:
    spec = WorkerSpec(name, MODULE, {"load_s": load_s})
    return WorkerTts(Manifest(name, Kind.TTS, "", ("en",), ""), spec)


def ear(name: str, workers: int = 1) -> WorkerStt:
    return WorkerStt(Manifest(name, Kind.STT, "", ("en",), ""), WorkerSpec(name, MODULE), workers)


class Took:
    """Milliseconds, by what took them."""

    def __init__(self) -> None:
        self.first_sound: list[float] = []
        self.final: list[float] = []
        self.piece: list[float] = []


async def speaks(tts: PreferredTts, took: Took, until: float) -> None:
    await asyncio.sleep(random.random() * 2)
    while time.monotonic() < until:
        began = time.monotonic()
        first = True
        async with aclosing(tts.speak(f"{PIECES} pieces")) as chunks:
            async for chunk in chunks:
                now = time.monotonic()
                if first:
                    took.first_sound.append(1_000 * (now - began))
                    first = False
                took.piece.append(1_000 * (now - LEFT_AT.unpack_from(chunk.samples.tobytes())[0]))


async def hears(stt: PreferredStt, took: Took, until: float) -> None:
    await asyncio.sleep(random.random() * UTTERANCE_S)
    finals: asyncio.Queue[SttResult] = asyncio.Queue()
    session = stt.session(lambda result: finals.put_nowait(result) if result.final else None)
    epoch = 0
    due = time.monotonic()
    while time.monotonic() < until:
        epoch += 2
        session.begin(epoch)
        for _ in range(round(UTTERANCE_S / 0.02)):
            session.feed(FRAME)
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        ended = time.monotonic()
        session.flush(epoch + 1)
        result = await finals.get()
        took.final.append(1_000 * (time.monotonic() - ended))
        assert result.text == "yes", result
    session.close()


async def load(calls: int, seconds: float) -> Took:
    """All calls at once. Finals are measured by few of them: the frames of a hundred in as many tasks are a
    load that a server, with its one clock, does not have."""
    one, two, heard = voice("one"), voice("two"), ear("ear")
    await asyncio.gather(one.start(), two.start(), heard.start())
    tts, stt, took = PreferredTts(lambda: [one, two]), PreferredStt(lambda: [heard]), Took()
    until = time.monotonic() + seconds
    try:
        await asyncio.gather(
            *(speaks(tts, took, until) for _ in range(calls)),
            *(hears(stt, took, until) for _ in range(calls // 10)),
        )
    finally:
        await asyncio.gather(one.stop(), two.stop(), heard.stop())
    return took


def kill(pool: WorkerPool, which: int = 0) -> float:
    """When it was killed."""
    pid = pool.workers[which].pid
    assert pid is not None
    now = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    return now


async def sounds(tts: PreferredTts, text: str) -> float:
    """When its first sound was there."""
    async with aclosing(tts.speak(text)) as chunks:
        async for _ in chunks:
            return time.monotonic()
    raise AssertionError("no sound")


async def to_the_next_engine(kills: int, load_s: float) -> list[float]:
    """`load_s`: so long the one that is killed takes to load."""
    took = []
    for _ in range(kills):
        one, two = voice("one", load_s), voice("two")
        await asyncio.gather(one.start(), two.start())
        tts = PreferredTts(lambda one=one, two=two: [one, two])  # type: ignore[misc]
        waiting = asyncio.create_task(sounds(tts, "hold"))
        while not one.load:  # noqa: ASYNC110 - the task has only to begin
            await asyncio.sleep(0)
        _answering(two)
        killed = kill(one.pool)
        took.append(1_000 * (await waiting - killed))
        await asyncio.gather(one.stop(), two.stop())
    return took


def _answering(engine: WorkerTts) -> None:
    """This one says any text."""
    plain = engine.speak
    engine.speak = lambda text, **more: plain("1", **more)  # type: ignore[method-assign]


async def to_a_replica(kills: int) -> list[float]:
    """From a kill in the middle of an utterance to its final from the other worker."""
    took = []
    for _ in range(kills):
        heard = ear("ear", 2)
        await heard.start()
        final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()
        session = heard.session(final.set_result)
        session.begin(1)
        for _ in range(150):
            session.feed(FRAME)
        await asyncio.sleep(0.05)
        busy = next(number for number, worker in enumerate(heard.pool.workers) if worker.requests)
        killed = kill(heard.pool, busy)
        session.flush(2)
        assert (await final).text == "yes"
        took.append(1_000 * (time.monotonic() - killed))
        session.close()
        await heard.stop()
    return took


def told(what: str, took: list[float], target: float) -> bool:
    p50, p95, p99, worst = (percentile(took, q) for q in (50, 95, 99, 100))
    assert p50 is not None and p95 is not None and p99 is not None and worst is not None, what
    good = p95 <= target
    sys.stdout.write(
        f"{what}: p50 {p50:.2f}, p95 {p95:.2f}, p99 {p99:.2f}, worst {worst:.2f} ms of {len(took)}; "
        f"p95 at most {target:g}: {'met' if good else 'MISSED'}\n"
    )
    return good


async def measured(calls: int, seconds: float, kills: int) -> bool:
    busy = os.getloadavg()[0]
    sys.stdout.write(f"{calls} calls for {seconds:g} s; {busy:.1f} processes wanted a processor before\n")
    took = await load(calls, seconds)
    good = [
        told("request, to the first sound", took.first_sound, REQUEST_MS),
        told("request, to the final", took.final, REQUEST_MS),
        told("piece of a stream", took.piece, PIECE_MS),
        told("kill to the next engine's first sound", await to_the_next_engine(kills, LOAD_S), FAILOVER_MS),
        told("the same, the second worker is mute", await to_the_next_engine(kills, 0.0), FAILOVER_MS),
        told("kill to a replica's final", await to_a_replica(kills), FAILOVER_MS),
    ]
    return all(good)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--kills", type=int, default=7)
    given = parser.parse_args()
    return 0 if asyncio.run(measured(given.calls, given.seconds, given.kills)) else 1


if __name__ == "__main__":
    sys.exit(main())
