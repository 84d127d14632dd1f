"""The engines' figures as Prometheus reads them."""

from __future__ import annotations

from cli.serving.watch import ServerEngines
from mediaserver.metrics import Metrics
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineRegistry
from pipelines.engines.resources import EngineResources
from pipelines.engines.running import Engines
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.environments.recipe import Recipe
from pipelines.workers.gpu_memory import GpuBudget
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.work_pool import WorkGate, WorkPool
from tests.fakes import FakeTts

VOICE = Manifest("acme", Kind.TTS, "speaks", ("en",), "MIT")
SPEC = WorkerSpec("acme", "tests.pipelines.workers.echo_worker")


async def test_each_engine_shows_what_it_does_and_holds() -> None:
    known = EngineRegistry()
    ready = Readiness(True)
    recipe = Recipe(gpu_mb=2_000)
    known.add(EngineEntry(VOICE, lambda: ready, lambda options: WorkerTts(VOICE, SPEC, 1), recipe=recipe))
    plain = Manifest("plain", Kind.TTS, "speaks", ("en",), "MIT")
    known.add(EngineEntry(plain, lambda: ready, lambda options: FakeTts()))
    gates = {pool: WorkGate(7 if pool is WorkPool.TTS else None) for pool in WorkPool}
    engines = Engines(known, None, EngineResources(GpuBudget(lambda: [8_000]), gates))
    tts = engines.tts(["acme", "plain"])
    await engines.settle()
    engine = engines._places[Kind.TTS, "acme"].engine
    assert isinstance(engine, WorkerTts)
    engine.pool.figures.served(0.02)
    engine.pool.figures.batched({"3": 2})
    engine.pool.figures.refused["full"] += 1
    tts.failed(engine, "it fell over")
    metrics = Metrics()
    metrics.watch_engines(ServerEngines(engines))
    shown = metrics.render().decode()
    await engines.stop()
    for line in (
        'voiceforge_engine_workers_ready{engine="acme",pool="tts"} 1.0',
        'voiceforge_engine_passed_over{engine="acme",pool="tts"} 1.0',
        'voiceforge_engine_passed_over{engine="plain",pool="tts"} 0.0',
        'voiceforge_engine_service_seconds_bucket{engine="acme",le="0.03",pool="tts"} 1.0',
        'voiceforge_engine_batch_size_count{engine="acme",pool="tts"} 2.0',
        'voiceforge_engine_refused_total{engine="acme",pool="tts",reason="full"} 1.0',
        'voiceforge_engine_failovers_total{engine="acme",reason="failed"} 1.0',
        'voiceforge_engine_gpu_memory_mb{engine="acme",gpu="0"} 2000.0',
        'voiceforge_gpu_memory_mb{gpu="0",what="total"} 8000.0',
        'voiceforge_pool_requests{pool="llm"} 0.0',
        'voiceforge_pool_requests_limit{pool="tts"} 7.0',
    ):
        assert line in shown, line
