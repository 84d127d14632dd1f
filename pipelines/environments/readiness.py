"""Whether all is there that an engine's recipe names, said as the commands that mend it.

Looks at files and variables only: it is asked at every start, and for every engine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipelines.environments.debian import missing_packages
from pipelines.environments.device import has_cuda
from pipelines.environments.places import weights
from pipelines.environments.recipe import ModelFiles, Recipe
from pipelines.environments.stamp import FoundEnvironment, look
from pipelines.environments.weights import lacks_of


@dataclass(frozen=True, slots=True)
class Readiness:
    ready: bool
    lacks: str = ""
    """What is missing and the command that mends it; empty when ready."""
    refused: str = ""
    """Why its settings cannot be taken, which is one of the lacks; empty: they can be."""


class EngineTold(Protocol):
    """What of `pipelines.engines.registry.EngineOptions` is asked for."""

    @property
    def home(self) -> Path | None: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...


def recipe_readiness(name: str, recipe: Recipe, options: EngineTold) -> Readiness:
    """For an engine's `check_with`. `name`: the engine's, as `voiceforge engines` takes it."""
    lacks = [
        *_key(recipe, options.settings),
        *_packages(recipe),
        *(["an NVIDIA GPU with its driver"] if recipe.needs_gpu and not has_cuda() else []),
        *_environment(name, recipe, options.home),
        *_weights(name, recipe, options),
    ]
    return Readiness(not lacks, "; ".join(lacks))


def weights_folder(recipe: Recipe, options: EngineTold, which: int = 0) -> Path | None:
    """Where the files of one of a recipe's models lie: for the first, the setting `weights` comes before
    the recipe. None where there is no home for them."""
    chosen = chosen_weights(recipe, options)[which]
    return chosen if isinstance(chosen, Path) else _place(options.home, chosen.repo)


def chosen_weights(recipe: Recipe, options: EngineTold) -> list[ModelFiles | Path]:
    """The models that these settings ask for: of a hub, or a folder of the operator's."""
    models: list[ModelFiles | Path] = list(recipe.weights)
    setting = str(options.settings.get("weights") or "")
    if not setting:
        return models
    usual = recipe.weights[0] if recipe.weights else ModelFiles("")
    return [_named(setting, usual), *models[1:]]


def _named(setting: str, usual: ModelFiles) -> ModelFiles | Path:
    """A folder has a slash at its beginning, a dot or a `~`, or is there; all else is OWNER/NAME."""
    path = Path(setting).expanduser()
    if setting == usual.repo:
        return usual
    if path.is_absolute() or setting.startswith(".") or setting.count("/") != 1 or path.is_dir():
        return path
    return ModelFiles(setting, usual.files, or_only=usual.or_only)


def _place(home: Path | None, repo: str) -> Path | None:
    return None if home is None else weights(home, repo)


def _key(recipe: Recipe, settings: Mapping[str, Any]) -> list[str]:
    if not recipe.keys:
        return []
    if file := str(settings.get("api_key_file") or ""):
        return [] if Path(file).expanduser().is_file() else [f"a key: there is no file {file}"]
    wanted = (str(settings["api_key_env"]),) if settings.get("api_key_env") else recipe.keys
    if any(os.environ.get(variable, "").strip() for variable in wanted):
        return []
    return [f"a key: set {' or '.join(wanted)}"]


def _packages(recipe: Recipe) -> list[str]:
    missing = missing_packages(recipe.packages)
    return [f"packages of the system: run `apt-get install {' '.join(missing)}`"] if missing else []


def _environment(name: str, recipe: Recipe, home: Path | None) -> list[str]:
    if not recipe.lock:
        return []
    if home is None:
        return ["a folder for its environment: set engines.home"]
    found = look(home, recipe.lock)
    if found.stamp is None:
        return [f"its packages: run `voiceforge engines install {name}`"]
    if not found.fault:
        return []
    return [f"an environment that works ({found.fault}): {environment_mend(name, found)}"]


def environment_mend(name: str, found: FoundEnvironment) -> str:
    """What to do about one that is there and cannot be used; for one that only lost a file: install it."""
    if not found.mend:
        return f"update the driver, or run `voiceforge engines install {name} --device cpu`"
    action, _, option = found.mend.partition(" ")
    return f"run `{' '.join(filter(None, ('voiceforge engines', action, name, option)))}`"


def _weights(name: str, recipe: Recipe, options: EngineTold) -> list[str]:
    lacks = []
    for each in chosen_weights(recipe, options):
        if isinstance(each, Path):
            if not each.is_dir():
                lacks.append(f"its weights: there is no folder {each}")
        elif options.home is None:
            lacks.append("a folder for its weights: set engines.home")
        elif why := lacks_of(weights(options.home, each.repo)):
            about = ", ".join(
                part for part in (f"{each.size_mb:,} MB" if each.size_mb else "", each.licence) if part
            )
            what = f"{each.repo} ({about})" if about else each.repo
            lacks.append(f"its weights {what}, {why}: run `voiceforge engines pull {name}`")
    return lacks
