"""What all engines of a server share: the memory of its GPUs, the limits of the pools of work, and how long
an idle model stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.workers.gpu_memory import GpuBudget
from pipelines.workers.work_pool import WorkGate, WorkPool

IN_USE_S = 30.0
"""A model that was asked for something within this time is used by somebody."""


@dataclass(slots=True)
class EngineResources:
    budget: GpuBudget = field(default_factory=GpuBudget)
    gates: Mapping[WorkPool, WorkGate] = field(
        default_factory=lambda: {pool: WorkGate() for pool in WorkPool}
    )
    idle_s: float | None = None
    """A model that nobody used for so long is unloaded. None: it stays."""
    finishing: Finishing | None = None
    """What the sound of voices goes through; None: it is as it is made."""


def gpu_mb(entry: EngineEntry, options: EngineOptions) -> int:
    """Memory that all processes of an engine together hold on a GPU, in MB: as its settings say, else its
    recipe."""
    own = options.limits.gpu_memory_mb
    if own is not None:
        return own * options.workers
    if str(options.settings.get("device", "")).startswith("cpu"):
        return 0
    return entry.recipe_for(options).gpu_mb * options.workers


def named_gpu(options: EngineOptions) -> int | None:
    """The GPU that its settings name (`device = "cuda:1"`); None: any."""
    kind, _, number = str(options.settings.get("device", "")).partition(":")
    return int(number) if kind == "cuda" and number.isdecimal() else None


def is_model(entry: EngineEntry, options: EngineOptions) -> bool:
    """It holds weights, so that it is worth to unload it when nobody uses it."""
    recipe = entry.recipe_for(options)
    return bool(recipe.weights or recipe.gpu_mb)
