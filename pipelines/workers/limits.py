"""What the settings may say of an engine's workers, whatever the engine: each has the spec's own else. An
engine says which of it has an effect there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from pipelines.workers.spec import WorkerSpec


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """None: as the engine has it. See pipelines.workers.spec.WorkerSpec."""

    at_once: int | None = None
    queue_limit: int | None = None
    wait_limit_s: float | None = None
    answer_limit_s: float | None = None
    max_batch: int | None = None
    window_ms: float | None = None
    gpu_memory_mb: int | None = None
    """Of each of its processes, for the budget of the device."""

    @property
    def given(self) -> list[str]:
        """The names of those that the settings name."""
        return [each.name for each in fields(self) if getattr(self, each.name) is not None]

    def applied(self, spec: WorkerSpec) -> WorkerSpec:
        """The spec with these limits. Raises ValueError on senseless ones."""
        told = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "gpu_memory_mb"}
        return replace(spec, **{name: value for name, value in told.items() if value is not None})


LIMITS = {each.name: float if each.name.endswith(("_s", "_ms")) else int for each in fields(PoolLimits)}
"""The names that may stand among an engine's options, and what each is."""

NO_LIMITS: frozenset[str] = frozenset()
"""Of an engine that works in the server itself, or asks another one."""
REMOTE_LIMITS = frozenset({"queue_limit", "wait_limit_s"})
"""Of one whose workers are somebody else's."""
POOL_LIMITS = REMOTE_LIMITS | {"workers", "at_once", "answer_limit_s"}
"""Of one with workers, each of whose requests is answered by itself."""
ALL_LIMITS = POOL_LIMITS | {"max_batch", "window_ms", "gpu_memory_mb"}
"""Of one with workers whose model answers several requests in one step, perhaps on a GPU."""


def taken_limits(options: dict[str, Any]) -> PoolLimits:
    """Those of an engine's options, which are left without them. Raises ValueError in one line."""
    found: Mapping[str, Any] = {name: options.pop(name) for name in LIMITS if name in options}
    for name, value in found.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        least = 0 if name in ("queue_limit", "wait_limit_s", "window_ms", "gpu_memory_mb") else 1
        if not (whole or (LIMITS[name] is float and isinstance(value, float))) or value < least:
            raise ValueError(f"{name} must be a number of at least {least}, not {value!r}")
    return PoolLimits(**found)
