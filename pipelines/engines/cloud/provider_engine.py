"""The recognisers and voices of providers: worker engines whose process waits for somebody else's server."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.engines.cloud.options import ProviderOptions, key_readiness, key_variable
from pipelines.engines.cloud.provider_pool import ProviderPool
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.protocols import Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.environments.places import interpreter
from pipelines.environments.readiness import recipe_readiness
from pipelines.environments.recipe import Recipe
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


def provider_spec(
    manifest: Manifest,
    recipe: Recipe,
    module: str,
    options: EngineOptions,
    given: ProviderOptions,
    told: Mapping[str, Any],
) -> WorkerSpec:
    """The worker of a provider's engine. `told`: of its options what the worker is to know."""
    variable = key_variable(given, recipe)
    name = options.name or manifest.name
    facts = {
        "engine": name,
        "url": given.url,
        "key_env": "" if given.api_key_file else variable,
        "key_file": given.api_key_file,
        "connect_s": given.connect_s,
        **told,
    }
    return WorkerSpec(
        name,
        module,
        facts,
        interpreter=_interpreter(recipe, options),
        inherits=(variable, "SSL_CERT_*") if variable else ("SSL_CERT_*",),
        niceness=NICENESS,
        start_limit_s=START_LIMIT_S,
    )


def named(manifest: Manifest, options: EngineOptions) -> Manifest:
    """One of several bears its own name."""
    return replace(manifest, name=options.name or manifest.name)


def provider_readiness(
    manifest: Manifest,
    options: EngineOptions,
    recipe: Recipe,
    form: type[ProviderOptions],
) -> Readiness:
    """Options, key and environment."""
    key = key_readiness(manifest.name, options, recipe, form)
    rest = recipe_readiness(manifest.name, replace(recipe, keys=()), options)
    lacks = [each.lacks for each in (key, rest) if not each.ready]
    return Readiness(not lacks, "; ".join(lacks))


def _interpreter(recipe: Recipe, options: EngineOptions) -> str:
    """Of its environment; the server's own where it needs none."""
    if not recipe.lock or options.home is None:
        return sys.executable
    return str(interpreter(options.home, recipe.lock))
