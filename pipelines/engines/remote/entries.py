"""The engines whose work is done on other machines."""

from __future__ import annotations

from functools import partial

from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.remote import engine

ENTRIES = tuple(
    EngineEntry(manifest, partial(check, EngineOptions()), make, check_with=check, several=True)
    for manifest, check, make in (
        (engine.STT, engine.check_stt, engine.make_stt),
        (engine.TTS, engine.check_tts, engine.make_tts),
    )
)
