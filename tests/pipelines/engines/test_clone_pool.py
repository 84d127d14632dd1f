"""The pool for voices that imitate: an engine of a package that declares it has its limit and its figures."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cli.serving.engines import engine_resources
from cli.serving.watch import ServerEngines
from mediaserver.config import Settings
from mediaserver.metrics import Metrics
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.protocols import Kind, TtsChunk
from pipelines.engines.registry import EngineEntry, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.workers.work_pool import WorkPool
from tests.plugins.acme_speech.engines import VOICE, check, make_voice


async def test_an_engine_that_declares_the_pool_has_its_limit_and_its_figures(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, engines=EnginesSettings(pools={"clone": 1}))
    entry = EngineEntry(VOICE, check, make_voice, pool=WorkPool.CLONE)
    engines = Engines(EngineRegistry([entry]), None, engine_resources(settings))
    tts = engines.tts([VOICE.name])
    await engines.settle()
    engine = engines._places[Kind.TTS, VOICE.name].engine
    assert isinstance(engine, WorkerEngine) and engine.pool.spec.at_once == 8, "its own limit is another"
    try:
        first = tts.speak("one two three four five six seven")
        await anext(first)
        second = tts.speak("hello")
        waiting: asyncio.Task[TtsChunk] = asyncio.create_task(anext(second))
        while not engine.pool.waiting:  # noqa: ASYNC110 - the task has only to begin
            await asyncio.sleep(0)
        assert [pool for pool, gate in engines.resources.gates.items() if gate.inside] == [WorkPool.CLONE]
        metrics = Metrics()
        metrics.watch_engines(ServerEngines(engines))
        shown = metrics.render().decode()
        for line in (
            'voiceforge_pool_requests{pool="clone"} 1.0',
            'voiceforge_pool_requests_limit{pool="clone"} 1.0',
            'voiceforge_engine_waiting{engine="acme-voice",pool="clone"} 1.0',
        ):
            assert line in shown, line
        await first.aclose()
        assert (await waiting).samples.any(), "it had the place as soon as that was free"
        await second.aclose()
    finally:
        await engines.stop()
