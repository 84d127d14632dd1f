"""What an engine needs on this machine, as far as it is told by its recipe, and what of it is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.engines.naming import NamedEngine


def needs_of(engine: NamedEngine, environment: dict[str, Any] | None, home: Path) -> dict[str, Any]:
    """For programs; `environment` as `environment_need` gives it."""
    from pipelines.environments.debian import missing_packages

    recipe = engine.recipe
    return {
        "environment": environment,
        "weights": _weights(engine, home),
        "gpu_mb": recipe.gpu_mb,
        "needs_gpu": recipe.needs_gpu,
        "keys": list(recipe.keys),
        "key_set": any(os.environ.get(name, "").strip() for name in recipe.keys),
        "packages": list(recipe.packages),
        "missing_packages": missing_packages(recipe.packages),
        "cost": recipe.cost,
    }


def environment_need(name: str, lock: str, home: Path) -> dict[str, Any]:
    """How the environment of a lock stands; every file of its packages is looked for."""
    from pipelines.environments.places import environment
    from pipelines.environments.stamp import look
    from pipelines.environments.wholeness import missing_file

    found = look(home, lock)
    stamp = found.stamp
    return {
        "lock": environment(home, lock).name,
        "there": stamp is not None,
        "fault": found.fault or (missing_file(home, lock) if stamp is not None else ""),
        "device": stamp.device.value if stamp is not None else "",
        "size_mb": stamp.size_mb if stamp is not None else 0,
        "shares": stamp.layer if stamp is not None else "",
        "folder": str(environment(home, lock)),
    }


def _weights(engine: NamedEngine, home: Path) -> list[dict[str, Any]]:
    from pipelines.environments.places import weights
    from pipelines.environments.readiness import chosen_weights
    from pipelines.environments.weights import lacks_of

    told = []
    for each in chosen_weights(engine.recipe, engine.options):
        if isinstance(each, Path):
            fault = "" if each.is_dir() else "there is no such folder"
            told.append(_model(str(each), each, 0, "", False, fault))
            continue
        folder = weights(home, each.repo)
        told.append(_model(each.repo, folder, each.size_mb, each.licence, each.gated, lacks_of(folder)))
    return told


def _model(origin: str, folder: Path, size_mb: int, licence: str, gated: bool, fault: str) -> dict[str, Any]:
    return {
        "from": origin,
        "folder": str(folder),
        "size_mb": size_mb,
        "licence": licence,
        "gated": gated,
        "there": not fault,
        "fault": fault,
    }
