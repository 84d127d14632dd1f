"""Keeps health and counters true while the server runs; it mends nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from mediaserver.calls.protocols import Switchboard
from mediaserver.diagnosis.finding import Finding
from mediaserver.metrics import Metrics
from mediaserver.storage.writer import StoreWriter
from pipelines.assistant.accounting import AheadFigures
from pipelines.engines.running import Engines
from pipelines.engines.state import EngineState

EVERY_S = 1.0
TURN_PARTS = frozenset({"endpoint", "stt", "llm_first_token", "tts_first_audio", "transport"})


def watch(engines: Engines, board: Switchboard, metrics: Metrics, undo: AsyncExitStack) -> None:
    """Until the server stops."""
    metrics.watch_engines(ServerEngines(engines))
    for work in (_restarts(engines, metrics), _timings(board, metrics)):
        undo.callback(asyncio.create_task(work).cancel)


class ServerEngines:
    """The engines of calls as `mediaserver.engine_figures` reads them."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def engines(self) -> list[EngineState]:
        return self._engines.states

    def failovers(self) -> Mapping[tuple[str, str], int]:
        return self._engines.circuits.failovers

    def evictions(self) -> Mapping[str, int]:
        return self._engines.resources.budget.evictions

    def gpus(self) -> list[tuple[int, int]]:
        budget = self._engines.resources.budget
        return [(budget.held_mb(number), total) for number, total in enumerate(budget.devices)]

    def pools(self) -> dict[str, tuple[int, int | None]]:
        gates = self._engines.resources.gates
        return {pool.value: (gate.inside, gate.most) for pool, gate in gates.items()}


def counter_of_thinking_ahead(metrics: Metrics) -> Callable[[AheadFigures], None]:
    """Told what asking a model ahead of each turn came to."""

    def count(figures: AheadFigures) -> None:
        if not figures.asked:
            return
        hits = int(figures.hit)
        metrics.preemptive.labels("hit").inc(hits)
        metrics.preemptive.labels("miss").inc(figures.asked - hits)
        metrics.preemptive_wasted.labels("in").inc(figures.wasted_in)
        metrics.preemptive_wasted.labels("out").inc(figures.wasted_out)
        if figures.hit:
            metrics.preemptive_won.observe(figures.won_ms / 1000)

    return count


def stored(writer: StoreWriter, where: str) -> list[Finding]:
    """Whether the database takes what it is given. `where`: a word on which one it is."""
    if writer.healthy:
        return [Finding("database", True, where)]
    waiting = f"{writer.waiting} records wait for it"
    return [Finding("database", False, waiting, "start PostgreSQL; nothing is lost meanwhile")]


async def _restarts(engines: Engines, metrics: Metrics) -> None:
    counted: Counter[str] = Counter()
    told: Counter[str] = Counter()
    kept = engines.finishing.kept if engines.finishing is not None else None
    while True:
        if kept is not None:
            for outcome, total in (("hit", kept.hits), ("miss", kept.misses)):
                metrics.kept_speech.labels(outcome).inc(total - told[outcome])
                told[outcome] = total
        for state in engines.states:
            metrics.engine_restarts.labels(state.name).inc(state.restarts - counted[state.name])
            counted[state.name] = state.restarts
        await asyncio.sleep(EVERY_S)


async def _timings(board: Switchboard, metrics: Metrics) -> None:
    async for event in board.watch():
        if event.kind == "latency" and "voice_to_voice" in event.data:
            metrics.voice_to_voice.observe(event.data["voice_to_voice"] / 1000)
            for part in TURN_PARTS & event.data.keys():
                metrics.turn_parts.labels(part).observe(event.data[part] / 1000)
        elif event.kind == "barge_in" and event.data["outcome"] == "taken":
            metrics.barge_in.observe(event.data["ms"] / 1000)
        elif event.kind == "line_trouble":
            metrics.line_troubles.labels(event.data["trouble"]).inc()
