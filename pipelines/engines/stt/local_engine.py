"""What all recognisers with a model on this machine are to the server: a recipe, options, and a worker in an
environment of its own. Never imports what the worker runs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

from mediaserver.errors import EngineMissingError
from pipelines.engines.checked_options import checked_options
from pipelines.engines.protocols import Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.stt.local_options import LocalSttOptions
from pipelines.environments.device import has_cuda
from pipelines.environments.offline import OFFLINE
from pipelines.environments.places import interpreter
from pipelines.environments.readiness import recipe_readiness, weights_folder
from pipelines.environments.recipe import Recipe
from pipelines.workers.spec import BACKGROUND_NICENESS, NICENESS, WorkerSpec

FINAL_ON_CPU_S = 4.0
"""From flush to final without a GPU: a model of some size takes seconds for a look."""
BEYOND_LIMIT_S = 15.0
"""A step that ran into its limit is waited for so much longer before its process is ended."""

F = TypeVar("F", bound=LocalSttOptions)


@dataclass(frozen=True, slots=True)
class LocalSttEngine(Generic[F]):
    """One such engine, before it is made."""

    manifest: Manifest
    recipe: Recipe
    module: str
    """Of the worker."""
    form: type[F]
    told: Callable[[F], Mapping[str, Any]] = field(default=lambda given: {})
    """What of its options the worker is told, beside what all are."""
    chosen: Callable[[EngineOptions, F], Recipe] | None = None
    """The recipe by the options, where they choose the model."""
    as_chosen: Callable[[Manifest, F], Manifest] = field(default=lambda manifest, given: manifest)
    """The manifest, likewise."""

    def recipe_for(self, options: EngineOptions) -> Recipe:
        """What these options need. Raises EngineMissingError."""
        given = checked_options(self.manifest.name, options, self.form)
        return self.recipe if self.chosen is None else self.chosen(options, given)

    def check(self, options: EngineOptions) -> Readiness:
        """Whether its options can be read, and all is there that its recipe names."""
        try:
            recipe = self.recipe_for(options)
        except EngineMissingError as error:
            return Readiness(False, f"options that can be read ({error})", str(error))
        return recipe_readiness(options.name or self.manifest.name, recipe, options)

    def make(self, options: EngineOptions) -> WorkerStt:
        """One of several bears its own name. Raises EngineMissingError."""
        given = checked_options(self.manifest.name, options, self.form)
        usual_s = self.manifest.final_within_s if _on_gpu(given) else FINAL_ON_CPU_S
        manifest = replace(
            self.as_chosen(self.manifest, given),
            name=options.name or self.manifest.name,
            final_within_s=given.final_s or usual_s,
        )
        return WorkerStt(manifest, self.spec(options), options.workers)

    def spec(self, options: EngineOptions) -> WorkerSpec:
        """Raises EngineMissingError."""
        name = options.name or self.manifest.name
        given = checked_options(self.manifest.name, options, self.form)
        recipe = self.recipe_for(options)
        folder = weights_folder(recipe, options)
        if folder is None or options.home is None:
            raise EngineMissingError(f"the engine {name} lacks a folder for its weights: set engines.home")
        return WorkerSpec(
            name,
            self.module,
            options={
                "engine": name,
                "weights": str(folder),
                "device": given.device,
                "threads": given.threads,
                "step_ms": given.step_ms,
                "limit_s": given.limit_s,
                **self.told(given),
            },
            interpreter=str(interpreter(options.home, recipe.lock)),
            environment=dict(OFFLINE),
            threads=given.threads,
            start_limit_s=given.start_s,
            silence_limit_s=given.limit_s + BEYOND_LIMIT_S,
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
        )


def _on_gpu(given: LocalSttOptions) -> bool:
    return given.device == "cuda" or (given.device == "auto" and has_cuda())
