"""What all neural voices of this machine are to the server: a recipe, options, and a worker in an environment
of its own. Never imports what the worker runs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.engines.tts.neural.options import NeuralOptions, checked_voice
from pipelines.environments.offline import OFFLINE
from pipelines.environments.places import interpreter
from pipelines.environments.readiness import chosen_weights, recipe_readiness, weights_folder
from pipelines.environments.recipe import Recipe
from pipelines.workers.spec import BACKGROUND_NICENESS, NICENESS, WorkerSpec

F = TypeVar("F", bound=NeuralOptions)


class NeuralTts(WorkerTts):
    @property
    def voices(self) -> list[str]:
        """Names of those that it tells; empty before the start."""
        for worker in self.pool.workers:
            if "voices" in worker.facts:
                return [str(name) for name in worker.facts["voices"]]
        return []


@dataclass(frozen=True, slots=True)
class NeuralEngine(Generic[F]):
    """One such engine, before it is made."""

    manifest: Manifest
    recipe: Recipe
    module: str
    """Of the worker."""
    form: type[F]
    told: Callable[[F, EngineOptions], Mapping[str, Any]] = field(default=lambda given, options: {})
    """What of its options the worker is told, beside what all are."""
    narrowed: Callable[[F, EngineOptions], Manifest] | None = None
    """What it is with these options, where that is less than what it may be."""
    chosen: Callable[[F], Recipe] | None = None
    """The recipe by the options, where they choose the model."""
    start_s: float = 120.0
    silence_s: float = 60.0
    """The longest that a worker may take for one step: a clause on a slow processor."""

    def check(self, options: EngineOptions) -> Readiness:
        """Whether its options can be read, and all is there that its recipe names."""
        name = options.name or self.manifest.name
        try:
            recipe = self.recipe_for(options)
            self.told(checked_voice(name, options, self.form), options)
        except EngineMissingError as error:
            there = recipe_readiness(name, self.recipe, options)
            wrong = f"options that can be read ({error})"
            return Readiness(False, f"{wrong}; {there.lacks}" if there.lacks else wrong, str(error))
        return recipe_readiness(name, recipe, options)

    def recipe_for(self, options: EngineOptions) -> Recipe:
        """What these options need. Raises EngineMissingError."""
        given = checked_voice(options.name or self.manifest.name, options, self.form)
        return self.recipe if self.chosen is None else self.chosen(given)

    def make(self, options: EngineOptions) -> NeuralTts:
        """Raises EngineMissingError."""
        spec = self.spec(options)
        return NeuralTts(replace(self.manifest_with(options), name=spec.name), spec, options.workers)

    def manifest_with(self, options: EngineOptions) -> Manifest:
        """What it is with these options. Raises EngineMissingError."""
        if self.narrowed is None:
            return self.manifest
        given = checked_voice(options.name or self.manifest.name, options, self.form)
        return self.narrowed(given, options)

    def spec(self, options: EngineOptions) -> WorkerSpec:
        """Raises EngineMissingError."""
        name = options.name or self.manifest.name
        given = checked_voice(name, options, self.form)
        recipe = self.recipe_for(options)
        folder = weights_folder(recipe, options)
        if folder is None or options.home is None:
            raise EngineMissingError(f"the engine {name} lacks a folder for its weights: set engines.home")
        at_once = options.limits.at_once or given.usual_at_once
        return WorkerSpec(
            name,
            self.module,
            options={
                "engine": name,
                "weights": str(folder),
                "mend": _mend(name, recipe, options),
                "device": given.device,
                "threads": given.threads,
                "at_once": at_once,
                "seed": given.seed,
                **self.told(given, options),
            },
            interpreter=str(interpreter(options.home, self.recipe.lock)),
            environment=dict(OFFLINE),
            threads=given.threads,
            at_once=at_once,
            start_limit_s=given.start_s or self.start_s,
            silence_limit_s=given.step_s or self.silence_s,
            answer_limit_s=given.step_s or self.silence_s,
            niceness=BACKGROUND_NICENESS if options.background else NICENESS,
        )

    def entry(self) -> EngineEntry:
        return EngineEntry(
            self.manifest,
            partial(self.check, EngineOptions()),
            self.make,
            check_with=self.check,
            several=True,
            recipe=self.recipe,
            recipe_with=self.recipe_for,
            manifest_with=self.manifest_with,
        )


def _mend(name: str, recipe: Recipe, options: EngineOptions) -> str:
    """What to do about weights that cannot be used."""
    chosen = chosen_weights(recipe, options)[0]
    if isinstance(chosen, Path):
        return f"look at the files in {chosen} (engines.options.{name}.weights)"
    return f"run `voiceforge engines pull {name}`, which compares them and fetches anew what is damaged"


def files(paths: Mapping[str, str]) -> dict[str, str]:
    """Names -> whole paths, with `~` for the operator's folder."""
    return {name: str(Path(path).expanduser().resolve()) for name, path in paths.items()}
