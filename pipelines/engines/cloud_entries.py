"""The recognisers and voices that providers run, by their official clients. Loads none of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.stt.assemblyai import engine as assemblyai
from pipelines.engines.stt.deepgram import engine as deepgram
from pipelines.engines.stt.openai_transcribe import engine as openai_transcribe
from pipelines.engines.tts.elevenlabs import engine as elevenlabs
from pipelines.engines.tts.openai_speech import engine as openai_speech


def _entry(engine: Any) -> EngineEntry:
    """Of a module with MANIFEST, RECIPE, check and make."""
    return EngineEntry(
        engine.MANIFEST,
        partial(engine.check, EngineOptions()),
        engine.make,
        check_with=engine.check,
        several=True,
        recipe=engine.RECIPE,
    )


ENTRIES: tuple[EngineEntry, ...] = tuple(
    map(_entry, (deepgram, assemblyai, openai_transcribe, elevenlabs, openai_speech))
)
