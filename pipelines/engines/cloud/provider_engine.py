"""The recognisers and voices of providers: worker engines whose process waits for somebody else's server."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mediaserver.errors import EngineMissingError
from pipelines.engines.cloud.options import ProviderOptions, checked, key_readiness, key_variable
from pipelines.engines.cloud.provider_pool import ProviderPool
from pipelines.engines.protocols import Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.environments.places import interpreter
from pipelines.environments.recipe import Recipe
from pipelines.workers.spec import WorkerSpec

NICENESS = 0
"""Such a worker computes next to nothing, and what it passes on is waited for."""


class ProviderStt(WorkerStt):
    pool: ProviderPool

    def __init__(self, manifest: Manifest, spec: WorkerSpec, workers: int = 1) -> None:
        super().__init__(manifest, spec, workers)
        self.pool = ProviderPool(spec, workers)

    @property
    def trouble(self) -> str:
        """Why its provider is left alone; empty when it may be asked."""
        return self.pool.rest.trouble


class ProviderTts(WorkerTts):
    pool: ProviderPool

    def __init__(self, manifest: Manifest, spec: WorkerSpec, workers: int = 1) -> None:
        super().__init__(manifest, spec, workers)
        self.pool = ProviderPool(spec, workers)

    @property
    def trouble(self) -> str:
        """Likewise."""
        return self.pool.rest.trouble


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
        interpreter=_interpreter(name, recipe, options),
        inherits=(variable, "SSL_CERT_*") if variable else ("SSL_CERT_*",),
        niceness=NICENESS,
    )


def named(manifest: Manifest, options: EngineOptions) -> Manifest:
    """One of several bears its own name."""
    return replace(manifest, name=options.name or manifest.name)


def provider_readiness(
    manifest: Manifest,
    options: EngineOptions,
    recipe: Recipe,
    form: type[ProviderOptions],
    *,
    free: bool = False,
) -> Readiness:
    """Options, key and environment. `free`: see `key_readiness`."""
    key = key_readiness(manifest.name, options, recipe, form, free=free)
    try:
        checked(manifest.name, options, form)
        _interpreter(options.name or manifest.name, recipe, options)
    except EngineMissingError as error:
        why = str(error)
        return Readiness(False, "; ".join(dict.fromkeys(each for each in (key.lacks, why) if each)))
    return key


def _interpreter(name: str, recipe: Recipe, options: EngineOptions) -> str:
    """Of its environment. Raises EngineMissingError."""
    if not recipe.lock:
        return sys.executable
    if options.home is None:
        raise EngineMissingError("a folder for its environment: set engines.home")
    python = interpreter(options.home, recipe.lock)
    if not python.exists():
        raise EngineMissingError(f"its packages: run `voiceforge engines install {name.partition(':')[0]}`")
    return str(python)
