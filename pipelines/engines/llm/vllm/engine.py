"""Language models on a GPU of ours: `vllm:OWNER/NAME` starts `vllm serve` in its own environment and process.

Answers of callers come before those of jobs (priority scheduling), what conversations have in common is
computed once (prefix caching), and JSON that is asked for is JSON (guided decoding).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.engines.llm.served import (
    ServedLlm,
    named_model,
    served,
    server_readiness,
    template_file,
)
from pipelines.engines.llm.vllm.command import command, environment
from pipelines.engines.llm.vllm.log import explain, out_of_memory, progress
from pipelines.engines.llm.vllm.options import VllmOptions
from pipelines.engines.llm.vllm.presets import gpu_mb_of, preset_of
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.environments.places import interpreter
from pipelines.environments.readiness import weights_folder
from pipelines.environments.recipe import ModelFiles, Recipe
from pipelines.workers.server_process import ServerSpec
from pipelines.workers.urgency import urgency

LOCK = "vllm"
FILES = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja")
LIMITS = frozenset({"at_once", "gpu_memory_mb"})
"""That its server understands."""
GRACE_S = 10.0
"""It lets go of the GPU by itself when it is given the time."""

MANIFEST = Manifest(
    name="vllm",
    kind=Kind.LLM,
    summary="any model of the hub on a GPU of ours: `vllm:OWNER/NAME` starts vLLM's server",
    languages=("*",),
    licence="Apache-2.0; the model's own beside",
    needs=("gpu", "weights"),
)
RECIPE = Recipe(lock=LOCK, needs_gpu=True)


def recipe(given: VllmOptions) -> Recipe:
    """For one model; of several GPUs it takes as much of each."""
    weights = (ModelFiles(given.model, FILES),)
    each = gpu_mb_of(given.model) // given.gpus
    return Recipe(lock=LOCK, weights=weights, gpu_mb=each, needs_gpu=True)


def recipe_with(options: EngineOptions) -> Recipe:
    """Raises EngineMissingError."""
    return recipe(named_model(MANIFEST.name, options, VllmOptions)) if options.name else RECIPE


def check(options: EngineOptions) -> Readiness:
    return server_readiness(MANIFEST.name, options, VllmOptions, recipe)


def make(options: EngineOptions) -> ServedLlm:
    """Not yet started. Raises EngineMissingError."""
    given = named_model(MANIFEST.name, options, VllmOptions)
    template = template_file(MANIFEST.name, given)
    weights = weights_folder(
        recipe(given), EngineOptions(home=options.home, settings={"weights": given.model})
    )
    home = options.home or Path()
    spec = ServerSpec(
        name=options.name or MANIFEST.name,
        command=partial(
            command,
            interpreter(home, LOCK),
            weights or home,
            given,
            template,
            gpu_share(given, options),
            options.limits.at_once,
        ),
        # one that is split has to see all of them
        environment=partial(environment, options.cache, options.gpu if given.gpus == 1 else None),
        start_limit_s=given.start_s,
        grace_s=GRACE_S,
        progress=progress,
        explain=explain,
        out_of_memory=out_of_memory,
    )
    engine = served(MANIFEST, options, given, spec, _priority)
    if not (given.tool_call_parser or preset_of(given.model, given.preset)):
        engine.unsure(
            f"{spec.name}: how {given.model} writes calls of tools is not known, so that agents cannot use "
            "any; set tool_call_parser (docs/engines.md)"
        )
    return engine


def gpu_share(given: VllmOptions, options: EngineOptions) -> float | None:
    """What part of the GPU's memory it may take: the operator's word, else what is reserved for it."""
    if given.gpu_share is not None or not (options.gpu_mb and options.gpu_total_mb):
        return given.gpu_share
    return min(options.gpu_mb / options.gpu_total_mb, 0.95)


def _priority() -> Mapping[str, Any]:
    """The lower comes first."""
    return {"priority": int(urgency().priority)}


ENTRY = EngineEntry(
    MANIFEST,
    partial(check, EngineOptions()),
    make,
    check_with=check,
    several=True,
    recipe=RECIPE,
    recipe_with=recipe_with,
    limits=LIMITS,
)
