"""The engines of the server by the settings: those of the agents, which start when a row names them, and the
one voice detector."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from cli.serving.engine_options import engine_modes, engine_options
from cli.serving.finishing import open_finishing
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError
from pipelines.engines.batch_work import BatchLlm
from pipelines.engines.builtin import LLMS, VAD
from pipelines.engines.modes import EngineModes
from pipelines.engines.overview import EngineOverview
from pipelines.engines.protocols import Kind, Llm
from pipelines.engines.registry import EngineRegistry
from pipelines.engines.resources import EngineResources
from pipelines.engines.running import Engines
from pipelines.engines.vad.protocol import Vad
from pipelines.knowledge.meaning import MeaningSearch
from pipelines.previews.desk import VoiceDesk
from pipelines.workers.gpu_memory import GpuBudget
from pipelines.workers.work_pool import WorkGate, WorkPool

log = logging.getLogger(__name__)

START_S = 20.0
"""So long a model that was never asked for may take to start."""


def open_engines(settings: Settings, known: EngineRegistry, undo: AsyncExitStack) -> Engines:
    """None of them is started yet."""
    resources = engine_resources(settings)
    resources.finishing = open_finishing(settings, undo)
    engines = Engines(known, partial(engine_options, settings), resources)
    undo.push_async_callback(engines.stop)
    return engines


def engine_resources(settings: Settings) -> EngineResources:
    """What all engines of this server share."""
    given = settings.engines
    budget = GpuBudget(partial(list, given.gpu_memory_mb)) if given.gpu_memory_mb else GpuBudget()
    gates = {pool: WorkGate(given.pools.get(pool.value)) for pool in WorkPool}
    return EngineResources(budget, gates, given.idle_s or None)


def open_overview(
    settings: Settings, known: EngineRegistry, engines: Engines, modes: EngineModes
) -> EngineOverview:
    """All engines at one look."""
    return EngineOverview(known, engines, partial(engine_options, settings), settings.engines.options, modes)


def open_voices(
    settings: Settings, known: EngineRegistry, engines: Engines, undo: AsyncExitStack
) -> VoiceDesk:
    """The catalogue of voices on this server."""
    folder = settings.data / "cache" / "previews"
    kept = engines.finishing.kept if engines.finishing is not None else None
    desk = VoiceDesk(
        known,
        engines,
        partial(engine_options, settings),
        settings.engines.tts,
        folder,
        fingerprint=kept.fingerprint if kept is not None else str,
    )
    undo.push_async_callback(desk.close)
    return desk


def default_llms(settings: Settings, known: EngineRegistry) -> tuple[str, ...]:
    """The language models of agents that name none: the settings', else those of ours that have a key or an
    endpoint. Looks at the environment and at files; imports and asks nobody."""
    given = settings.engines
    usual = (given.mode,) if given.mode and "llm" not in given.model_fields_set else given.llm
    if usual:
        return engine_modes(settings, known).meant(Kind.LLM, usual)
    return tuple(
        name
        for name in LLMS
        if (entry := known.entries.get((Kind.LLM, name))) is not None
        and entry.readiness(engine_options(settings, Kind.LLM, name)).ready
    )


def open_thinking(
    settings: Settings, known: EngineRegistry, engines: Engines, usual: Sequence[str]
) -> Callable[[str], Awaitable[Llm]]:
    """Gives a language model by its name, and the usual ones for an empty name, as soon as it can answer."""
    tables = [name for name in settings.engines.options if known.knows(Kind.LLM, [name], "en")]
    offered = list(dict.fromkeys((*usual, *tables)))

    async def think(name: str) -> Llm:
        """Raises ConfigError for one that the operator has not set up, EngineError for one that is not
        there."""
        names = (name,) if name else tuple(usual)
        if not names:
            raise ConfigError("no language model is configured: see docs/models.md")
        if name and name not in offered:
            raise ConfigError(f"there is no language model {name!r} here; there is {', '.join(offered)}")
        return await started_llm(engines, names)

    return think


async def started_llm(engines: Engines, names: tuple[str, ...]) -> Llm:
    """A language model that can answer, for what no call waits for. Raises EngineError."""
    llm = engines.llm(names)
    await engines.started(Kind.LLM, names, START_S)
    return BatchLlm(llm)


def open_meaning(settings: Settings, engines: Engines) -> MeaningSearch | None:
    """The search by meaning, whose engine begins to start; None where the settings name none."""
    name = settings.engines.embedding
    if not name:
        return None
    embedder = partial(engines.embedder, name)
    embedder()
    return MeaningSearch(
        embedder,
        lambda: engines.fault(Kind.EMBEDDING, name) or f"the engine {name} is being started",
        settings.engines.embedding_within_ms / 1000,
    )


async def load_detector(settings: Settings, known: EngineRegistry) -> tuple[Vad | None, Finding]:
    """The voice detector; without one calls go on, and what is loud is taken for speech."""
    options = engine_options(settings, Kind.VAD, VAD)
    try:
        detector = await asyncio.to_thread(known.make, Kind.VAD, VAD, options)
    except Exception as error:  # whatever its libraries raise
        fault = " ".join(str(error).split()) or type(error).__name__
        log.error("the voice detector cannot be used: %s", fault)
        mend = "do as it says and start again; until then noise interrupts agents"
        return None, Finding("voice detection", False, fault, mend, required=False)
    return detector, Finding("voice detection", True, VAD)
