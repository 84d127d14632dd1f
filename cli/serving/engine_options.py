"""What the settings tell each engine. Imports no part of a running server: commands ask it, too."""

from __future__ import annotations

from functools import partial

from mediaserver.config import Settings
from mediaserver.errors import EngineMissingError
from pipelines.engines.builtin import STT, TTS, TTS_BETTER
from pipelines.engines.modes import EngineModes
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.workers.limits import taken_limits

OURS = (STT, TTS, *TTS_BETTER)
"""Engines in worker processes that come with us, whose processes the settings count."""


def engine_options(settings: Settings, kind: Kind, name: str) -> EngineOptions:
    """What the settings tell an engine."""
    given = settings.engines
    one_of, _, which = name.partition(":")
    if which and name not in given.options:  # no endpoint of its own: another model at the usual one
        own = {**given.options.get(one_of, {}), "model": which}
    else:
        own = dict(given.options.get(name, {}))
    try:
        limits = taken_limits(own)
    except ValueError as error:
        raise EngineMissingError(f"the engine {name}: {error} (engines.options)") from None
    usual = {Kind.STT: given.stt_workers, Kind.TTS: given.tts_workers}[kind] if name in OURS else 1
    return EngineOptions(
        own.pop("workers", usual),
        settings.data / "cache",
        own,
        name if which else "",
        home=settings.engines_home,
        limits=limits,
    )


def engine_modes(settings: Settings, known: EngineRegistry) -> EngineModes:
    """What modes stand for here."""
    return EngineModes(known, partial(engine_options, settings), settings.engines.options)
