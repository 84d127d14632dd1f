"""The recognisers and voices of providers: worker engines whose process waits for somebody else's server."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial

from pipelines.engines.checked_options import checked_options
from pipelines.engines.cloud.options import ProviderOptions, key_readiness, key_variable
from pipelines.engines.cloud.provider_pool import ProviderPool
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.environments.places import interpreter
from pipelines.environments.readiness import recipe_readiness
from pipelines.environments.recipe import Recipe
from pipelines.workers.limits import POOL_LIMITS
from pipelines.workers.spec import WorkerSpec

START_LIMIT_S = 60.0
"""Clients of some thousand files are imported, on a busy machine."""
NICENESS = 0
"""Such a worker computes next to nothing, and what it passes on is waited for."""


class ProviderEngine(WorkerEngine):
    pool: ProviderPool

    def __init__(self, manifest: Manifest, spec: WorkerSpec, workers: int = 1) -> None:
        super().__init__(manifest, spec, workers, ProviderPool(spec, workers))

    @property
    def trouble(self) -> str:
        """Why its provider is left alone; empty when it may be asked."""
        return self.pool.rest.trouble

    @property
    def warming_s(self) -> float | None:
        """Likewise where its provider loads the model."""
        return self.pool.rest.warming_s if self.trouble else super().warming_s


class ProviderStt(ProviderEngine, WorkerStt):
    """See `pipelines.engines.protocols.Stt`."""


class ProviderTts(ProviderEngine, WorkerTts):
    """See `pipelines.engines.protocols.Tts`."""


@dataclass(frozen=True, slots=True)
class CloudEngine:
    """One such engine, before it is made."""

    manifest: Manifest
    recipe: Recipe
    module: str
    """Of the worker."""
    form: type[ProviderOptions]

    def check(self, options: EngineOptions) -> Readiness:
        """Options, key and environment; it asks nobody."""
        key = key_readiness(self.manifest.name, options, self.recipe, self.form)
        rest = recipe_readiness(self.manifest.name, replace(self.recipe, keys=()), options)
        lacks = [each.lacks for each in (key, rest) if not each.ready]
        return Readiness(not lacks, "; ".join(lacks), key.refused)

    def make(self, options: EngineOptions) -> ProviderStt | ProviderTts:
        """One of several bears its own name. Raises EngineMissingError."""
        made = ProviderStt if self.manifest.kind is Kind.STT else ProviderTts
        given = checked_options(self.manifest.name, options, self.form)
        manifest = replace(
            self.manifest,
            name=options.name or self.manifest.name,
            final_within_s=given.final_within_s or self.manifest.final_within_s,
        )
        return made(manifest, self.spec(options), options.workers)

    def spec(self, options: EngineOptions) -> WorkerSpec:
        """Raises EngineMissingError."""
        given = checked_options(self.manifest.name, options, self.form)
        variable = key_variable(given, self.recipe)
        name = options.name or self.manifest.name
        facts = {
            "engine": name,
            "url": given.url,
            "key_env": "" if given.api_key_file else variable,
            "key_file": given.api_key_file,
            "connect_s": given.connect_s,
            **given.told,
        }
        return WorkerSpec(
            name,
            self.module,
            facts,
            interpreter=self._interpreter(options),
            inherits=(variable, "SSL_CERT_*") if variable else ("SSL_CERT_*",),
            niceness=NICENESS,
            start_limit_s=START_LIMIT_S,
        )

    def entry(self) -> EngineEntry:
        return EngineEntry(
            self.manifest,
            partial(self.check, EngineOptions()),
            self.make,
            check_with=self.check,
            several=True,
            recipe=self.recipe,
            limits=POOL_LIMITS,
        )

    def _interpreter(self, options: EngineOptions) -> str:
        """Of its environment; the server's own where it needs none."""
        if not self.recipe.lock or options.home is None:
            return sys.executable
        return str(interpreter(options.home, self.recipe.lock))
