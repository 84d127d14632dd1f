"""Every known engine by kind and name: those that come with us, and those that installed packages bring.

Knows how to make an engine, never loads one. A package that brings a broken engine is a fault in a list here;
it must never keep the others from working.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, overload

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.embedding.protocol import Embedder
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.packages import offered, said
from pipelines.engines.protocols import Kind, Llm, Manifest, Readiness, Stt, Tts, TurnModel
from pipelines.engines.vad.protocol import Vad
from pipelines.environments.recipe import Recipe
from pipelines.workers.limits import ALL_LIMITS, PoolLimits
from pipelines.workers.work_pool import WorkPool

ENTRY_POINTS = "voiceforge.engines"
"""Group of the entry points by which a package adds its engines: each names an EngineEntry, an iterable of
them, or a function without arguments that returns either."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What the server tells an engine that it makes."""

    workers: int = 1
    """Processes, where the engine has some."""
    cache: Path | None = None
    """Folder for what it may keep between starts; it may vanish at any time."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The engine's own, unchecked."""
    name: str = ""
    """Of one of several (`openai:fast`); empty: the engine's own."""
    background: bool = False
    """Nobody waits for it on a line: it gives way to all that somebody waits for."""
    home: Path | None = None
    """Folder of the engines' environments and weights (`pipelines.environments.places`)."""
    limits: PoolLimits = PoolLimits()
    """Of its workers: `EngineRegistry.make` sets them, whatever the engine. One that works with them itself
    reads them here; they never stand among its settings."""
    gpu: int | None = None
    """The device that it was given a place on, as CUDA counts them; None: none was."""
    gpu_mb: int = 0
    """What is reserved for it there."""
    gpu_total_mb: int = 0
    """What that device has."""

    def without_settings(self, name: str) -> EngineOptions:
        """These, for an engine that has none of its own. Raises EngineMissingError when some are given."""
        if self.settings:
            unknown_keys = ", ".join(sorted(self.settings))
            raise EngineMissingError(
                f"{name} has no option {unknown_keys}: take it out of engines.options.{name}"
            )
        return self


_POOLS = {Kind.STT: WorkPool.STT, Kind.TTS: WorkPool.TTS, Kind.LLM: WorkPool.LLM}

AnyEngine: TypeAlias = Stt | Tts | Llm | Vad | TurnModel | Embedder


@dataclass(frozen=True, slots=True)
class EngineEntry:
    manifest: Manifest
    check: Callable[[], Readiness]
    """Looks for files, keys and devices without loading the engine."""
    make: Callable[[EngineOptions], AnyEngine]
    """An engine of the manifest's kind, not yet started. Called on a thread without a loop: it may take its
    time, and must create nothing that belongs to one."""

    check_with: Callable[[EngineOptions], Readiness] | None = None
    """In the place of `check`, for an engine whose settings may name what it needs."""
    several: bool = False
    """There may be several of it, named `NAME:ANYTHING`, each with settings of its own."""
    recipe: Recipe = Recipe()
    """What it needs beyond the base installation. Its check asks for it by
    `pipelines.environments.readiness.recipe_readiness`."""
    pool: WorkPool | None = None
    """Which pool of work its requests belong to; None: that of its kind."""
    recipe_with: Callable[[EngineOptions], Recipe] | None = None
    """In the place of `recipe`, for an engine whose settings name its model. Raises EngineMissingError for
    settings that it does not have."""
    manifest_with: Callable[[EngineOptions], Manifest] | None = None
    """In the place of `manifest`, for an engine whose settings say what it speaks. Raises EngineMissingError
    for settings that it does not have."""
    limits: frozenset[str] = ALL_LIMITS
    """What may be told of its workers (`workers`, and `pipelines.workers.limits.LIMITS`) to some effect. The
    rest is refused, and all of it by an engine that has no workers."""

    def recipe_for(self, options: EngineOptions) -> Recipe:
        """What it needs with these settings; with those that it refuses, what it needs without any."""
        if self.recipe_with is None:
            return self.recipe
        try:
            return self.recipe_with(options)
        except (Exception, SystemExit):  # whatever a foreign package does; its check says it
            return self.recipe

    def manifest_for(self, options: EngineOptions | None) -> Manifest:
        """What it is with these settings, as far as they tell it."""
        if self.manifest_with is None or options is None:
            return self.manifest
        try:
            return self.manifest_with(options)
        except (Exception, SystemExit):  # likewise
            return self.manifest

    def work_pool(self, options: EngineOptions) -> WorkPool | None:
        """Which pool of work its requests belong to. Voices with weights are a model hub's."""
        if self.pool is not None:
            return self.pool
        if self.manifest.kind is Kind.TTS and self.recipe_for(options).weights:
            return WorkPool.HF_TTS
        return _POOLS.get(self.manifest.kind)

    def readiness(self, options: EngineOptions | None = None) -> Readiness:
        """What its check finds. An option without effect is refused, and so are settings for which the check
        raises EngineMissingError; whatever else it raises is a lack."""
        if options is not None and (idle := self._without_effect(options)):
            why = self._no_use(idle, options)
            return Readiness(False, why, why)
        try:
            if self.check_with is not None:
                return self.check_with(options or EngineOptions())
            return self.check()
        except EngineMissingError as error:
            return Readiness(False, f"options that can be read ({error})", str(error))
        except (Exception, SystemExit) as error:
            return Readiness(False, f"a check that works ({said(error)}); update its package")

    def made(self, options: EngineOptions) -> AnyEngine:
        """An engine, not yet started, within its limits. Raises EngineError."""
        name = options.name or self.manifest.name
        try:
            engine = self.make(options)
        except SystemExit as error:  # of a package; it is not to end the server
            raise EngineError(f"the engine {name} cannot be made: {said(error)}") from None
        if isinstance(engine, WorkerEngine):
            engine.pool.limit(options.limits)
        elif self.limits == ALL_LIMITS and options.limits.given:  # its package does not say so
            raise EngineMissingError(f"the engine {name} lacks {self._no_use(options.limits.given, options)}")
        return engine

    def _without_effect(self, options: EngineOptions) -> list[str]:
        told = [*(["workers"] if options.workers > 1 else []), *options.limits.given]
        return [each for each in told if each not in self.limits]

    def _no_use(self, idle: Iterable[str], options: EngineOptions) -> str:
        name = options.name or self.manifest.name
        return f"any use for {', '.join(idle)}: take it out of engines.options.{name}"


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """An entry point that gave no engine."""

    name: str
    package: str
    why: str

    @property
    def mend(self) -> str:
        return f"update or remove the package {self.package}"

    def as_finding(self) -> Finding:
        """Nobody needs it who names none of its engines."""
        return Finding(f"plug-in {self.name}", False, self.why, self.mend, required=False)


class EngineRegistry:
    def __init__(self, entries: Iterable[EngineEntry] = ()) -> None:
        self.entries: dict[tuple[Kind, str], EngineEntry] = {}
        self.broken: list[BrokenPlugin] = []
        for entry in entries:
            self.add(entry)

    def add(self, entry: EngineEntry) -> None:
        """Raises ValueError when the name is taken."""
        key = entry.manifest.kind, entry.manifest.name
        if key in self.entries:
            raise ValueError(f"there is a {key[0]} engine named {key[1]!r} already")
        self.entries[key] = entry

    def add_plugins(self) -> None:
        """Take in what installed packages bring."""
        found, unreadable = offered(ENTRY_POINTS)
        self.broken += [BrokenPlugin("entry_points.txt", each.package, each.why) for each in unreadable]
        for each in found:
            try:
                for entry in _entries(each.point.load()):
                    self.add(entry)
            except (Exception, SystemExit) as error:  # whatever a foreign package does at import
                self.broken.append(BrokenPlugin(each.point.name, each.package, said(error)))

    def of(self, kind: Kind) -> list[EngineEntry]:
        return [e for (k, _), e in self.entries.items() if k is kind]

    def find(self, kind: Kind, name: str) -> EngineEntry:
        """Raises EngineMissingError, which names the nearest one, when there is none of that name. What is
        one of several is the entry of them all."""
        entry = self.entries.get((kind, name))
        if entry is None and ":" in name:
            common = self.entries.get((kind, name.partition(":")[0]))
            entry = common if common is not None and common.several else None
        if entry is None:
            raise EngineMissingError(unknown(name, [e.manifest.name for e in self.of(kind)]))
        return entry

    def knows(
        self,
        kind: Kind,
        names: Iterable[str],
        language: str,
        options: Callable[[Kind, str], EngineOptions] | None = None,
    ) -> bool:
        """One of a list speaks a language (BCP 47), whether it can be had or not. `options`: what the
        settings tell each, which may be what it speaks. Raises EngineMissingError as they do."""
        for name in names:
            entry = self.entries.get((kind, name)) or self.entries.get((kind, name.partition(":")[0]))
            told = options(kind, name) if options is not None and entry is not None else None
            if entry is not None and entry.manifest_for(told).speaks(language):
                return True
        return False

    def check(self, kind: Kind, name: str, options: EngineOptions | None = None) -> EngineEntry:
        """Like `find`, and it has what it needs. Raises EngineMissingError."""
        entry = self.find(kind, name)
        readiness = entry.readiness(options)
        if not readiness.ready:
            raise EngineMissingError(f"the engine {name} lacks {readiness.lacks}")
        return entry

    @overload
    def make(self, kind: Literal[Kind.STT], name: str, options: EngineOptions = ...) -> Stt: ...
    @overload
    def make(self, kind: Literal[Kind.TTS], name: str, options: EngineOptions = ...) -> Tts: ...
    @overload
    def make(self, kind: Literal[Kind.LLM], name: str, options: EngineOptions = ...) -> Llm: ...
    @overload
    def make(self, kind: Literal[Kind.VAD], name: str, options: EngineOptions = ...) -> Vad: ...
    @overload
    def make(self, kind: Literal[Kind.TURN], name: str, options: EngineOptions = ...) -> TurnModel: ...
    @overload
    def make(self, kind: Literal[Kind.EMBEDDING], name: str, options: EngineOptions = ...) -> Embedder: ...
    def make(self, kind: Kind, name: str, options: EngineOptions | None = None) -> Any:
        """One engine, not yet started. Raises EngineMissingError when it is unknown or lacks something."""
        entry = self.check(kind, name, options)
        return entry.made(options or EngineOptions())


def unknown(name: str, known: Iterable[str]) -> str:
    """One line for a name that no engine has."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"there is no engine '{name}': {hint}"


def _entries(value: Any) -> list[EngineEntry]:
    if callable(value):
        value = value()
    entries = [value] if isinstance(value, EngineEntry) else list(value)
    for entry in entries:
        if not isinstance(entry, EngineEntry):
            raise TypeError(f"it gives {type(entry).__name__}, not EngineEntry")
    return entries
