"""Which engines a name on the command line means."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediaserver.errors import EngineMissingError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
    from pipelines.environments.recipe import Recipe


@dataclass(frozen=True, slots=True)
class NamedEngine:
    """One engine as the settings have it."""

    name: str
    """With what follows a colon, for one of several."""
    entry: EngineEntry
    options: EngineOptions
    recipe: Recipe


def add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        metavar="NAME",
        help="as `voiceforge engines list` shows it; stt/NAME, llm/NAME or tts/NAME where kinds share one",
    )


def named(settings: Settings, known: EngineRegistry, name: str) -> list[NamedEngine]:
    """All engines of a name (`openai`, `vllm:OWNER/MODEL`), or the one of a kind (`tts/openai`). Raises
    EngineMissingError, which names the nearest."""
    from cli.serving.engine_options import engine_options
    from pipelines.engines.protocols import Kind
    from pipelines.engines.registry import unknown

    first, _, rest = name.partition("/")
    kinds, own = ([Kind(first)], rest) if rest and first in list(Kind) else (list(Kind), name)
    found = []
    for entry in known.entries.values():
        base, _, which = own.partition(":")
        if entry.manifest.kind in kinds and entry.manifest.name in (
            own,
            base if which and entry.several else own,
        ):
            options = engine_options(settings, entry.manifest.kind, own)
            found.append(NamedEngine(own, entry, options, entry.recipe_for(options)))
    if not found:
        raise EngineMissingError(unknown(name, {entry.manifest.name for entry in known.entries.values()}))
    return found


def well_told(engines: list[NamedEngine]) -> list[NamedEngine]:
    """The same, once their settings are found to be such as a server takes: asked before anything is fetched.
    One that has no settings yet may get them later. Raises EngineMissingError."""
    for each in engines:
        refused = each.entry.readiness(each.options).refused if each.options.settings else ""
        if refused:
            raise EngineMissingError(refused)
    return engines


def all_engines(settings: Settings, known: EngineRegistry) -> list[NamedEngine]:
    """All of this installation, and the endpoints that the settings name beside them (`openai:fast`)."""
    from cli.serving.engine_options import engine_options

    found = []
    for (kind, name), entry in known.entries.items():
        beside = (each for each in settings.engines.options if entry.several and each.startswith(f"{name}:"))
        for each in (name, *beside):
            options = engine_options(settings, kind, each)
            found.append(NamedEngine(each, entry, options, entry.recipe_for(options)))
    return found


def locks_of(engines: list[NamedEngine]) -> list[str]:
    """The lock files of their environments, each once."""
    return list(dict.fromkeys(each.recipe.lock for each in engines if each.recipe.lock))
