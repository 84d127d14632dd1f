"""All engines of a server at one look: what each is, needs and costs, and how it fares. For whoever shows
them.

What an engine lacks is looked for on a thread, and held to be true for a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mediaserver.errors import CapacityError, EngineMissingError
from pipelines.engines.modes import MODES, EngineModes
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.engines.state import EngineState
from pipelines.engines.trying import attempt
from pipelines.environments.recipe import Recipe
from pipelines.workers.work_pool import WorkPool

LOOK_AGAIN_S = 5.0
START_S = 20.0
"""So long an engine that was never asked for may take to start before it is tried."""
TRIED = (Kind.STT, Kind.TTS, Kind.LLM)
"""Kinds of which something small can be asked."""
FREE, BILLED = "nothing but the machine", "what its provider bills"


@dataclass(frozen=True, slots=True)
class EngineView:
    """One engine."""

    name: str
    manifest: Manifest
    readiness: Readiness
    recipe: Recipe
    pool: WorkPool | None
    """Which pool of work its requests belong to."""
    state: EngineState | None
    """None: nobody has asked for it since the start."""

    @property
    def cost(self) -> str:
        """In words."""
        return self.recipe.cost or (BILLED if "key" in self.manifest.needs else FREE)


@dataclass(frozen=True, slots=True)
class TrialRun:
    """Something small was asked of an engine."""

    took_s: float
    fault: str = ""
    """Why it gave nothing."""


class EngineOverview:
    def __init__(
        self,
        known: EngineRegistry,
        engines: Engines,
        options: Callable[[Kind, str], EngineOptions],
        tables: Iterable[str],
        modes: EngineModes,
    ) -> None:
        """`tables`: names of `engines.options`."""
        self._known = known
        self._engines = engines
        self._options = options
        self._tables = tuple(tables)
        self._modes = modes
        self._needs: dict[tuple[Kind, str], tuple[Manifest, Readiness, Recipe, WorkPool | None]] = {}
        self._names: frozenset[tuple[Kind, str]] = frozenset()
        self._looked_at = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._trying = False

    async def all(self) -> list[EngineView]:
        """By kind and name."""
        states = {(state.kind, state.name): state for state in self._engines.states}
        loop = asyncio.get_running_loop()
        if loop.time() - self._looked_at > LOOK_AGAIN_S or not states.keys() <= self._names:
            if self._looking is None or self._looking.done():
                self._looking = loop.create_task(self._look(frozenset(states)))
            await asyncio.shield(self._looking)
        return [
            EngineView(name, manifest, readiness, recipe, pool, states.get((kind, name)))
            for (kind, name), (manifest, readiness, recipe, pool) in sorted(
                self._needs.items(), key=lambda each: each[0]
            )
        ]

    async def one(self, kind: Kind, name: str) -> EngineView:
        """Raises EngineMissingError when there is none of that name."""
        self._known.find(kind, name)
        for view in await self.all():
            if (view.manifest.kind, view.name) == (kind, name):
                return view
        raise EngineMissingError(f"the engine {name} is in no list of the settings and of no agent")

    def modes(self) -> Mapping[str, Mapping[Kind, list[str]]]:
        """What each mode stands for here: its engines that were ready at the start."""
        return {
            name: {kind: self._modes.engines(mode, kind) for kind in TRIED} for name, mode in MODES.items()
        }

    async def trial(self, kind: Kind, name: str) -> TrialRun:
        """Ask something small of it: a word, a moment of silence, a few tokens. One that is not there is
        started. Raises EngineMissingError for one that cannot be asked anything, and CapacityError while
        another is tried: it may cost something."""
        if kind not in TRIED:
            raise EngineMissingError(f"nothing can be asked of the {kind} engine {name} by itself")
        await self.one(kind, name)
        if self._trying:
            raise CapacityError("another engine is being tried")
        self._trying = True
        try:
            return await self._tried(kind, name)
        finally:
            self._trying = False

    async def _tried(self, kind: Kind, name: str) -> TrialRun:
        asked = {Kind.STT: self._engines.stt, Kind.TTS: self._engines.tts, Kind.LLM: self._engines.llm}
        loop, engine = asyncio.get_running_loop(), asked[kind]((name,))
        began = loop.time()
        try:
            await self._engines.started(kind, (name,), START_S)
            began = loop.time()
            await attempt(engine)
        except TimeoutError:
            return TrialRun(loop.time() - began, "it gave nothing in time")
        except Exception as error:  # a foreign engine may raise anything
            return TrialRun(loop.time() - began, " ".join(str(error).split()) or type(error).__name__)
        return TrialRun(loop.time() - began)

    async def _look(self, asked: frozenset[tuple[Kind, str]]) -> None:
        self._needs = await asyncio.to_thread(self._found, asked)
        self._names = frozenset(self._needs) | asked
        self._looked_at = asyncio.get_running_loop().time()

    def _found(
        self, asked: frozenset[tuple[Kind, str]]
    ) -> dict[tuple[Kind, str], tuple[Manifest, Readiness, Recipe, WorkPool | None]]:
        found = {}
        for kind, name in [*self._known.entries, *self._beside(), *asked]:
            try:
                entry = self._known.find(kind, name)
                options = self._options(kind, name)
                readiness = entry.readiness(options)
            except EngineMissingError as error:  # a row names what is not there, or its options make no sense
                if (base := self._known.entries.get((kind, name))) is None:
                    continue
                entry, options, readiness = base, EngineOptions(), Readiness(False, str(error))
            recipe, pool = entry.recipe_for(options), entry.work_pool(options)
            found[kind, name] = entry.manifest_for(options), readiness, recipe, pool
        return found

    def _beside(self) -> list[tuple[Kind, str]]:
        """Those with tables of their own (`openai:fast`)."""
        return [
            (kind, table)
            for table in self._tables
            for (kind, name), entry in self._known.entries.items()
            if entry.several and table.startswith(f"{name}:")
        ]
