"""The recognisers and voices that providers run, by their official clients. Loads none of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.stt.assemblyai import engine as assemblyai
from pipelines.engines.stt.deepgram import engine as deepgram
from pipelines.engines.stt.hugging_face import endpoint as endpoint_stt
from pipelines.engines.stt.hugging_face import space as space_stt
from pipelines.engines.stt.openai_transcribe import engine as openai_transcribe
from pipelines.engines.tts.deepgram_aura import engine as deepgram_aura
from pipelines.engines.tts.elevenlabs import engine as elevenlabs
from pipelines.engines.tts.hugging_face import endpoint as endpoint_tts
from pipelines.engines.tts.hugging_face import space as space_tts
from pipelines.engines.tts.openai_speech import engine as openai_speech
from pipelines.engines.tts.playht import engine as playht
from pipelines.workers.limits import POOL_LIMITS


def _entry(engine: Any) -> EngineEntry:
    """Of a module with MANIFEST, RECIPE, check and make."""
    return EngineEntry(
        engine.MANIFEST,
        partial(engine.check, EngineOptions()),
        engine.make,
        check_with=engine.check,
        several=True,
        recipe=engine.RECIPE,
        limits=POOL_LIMITS,
    )


ENTRIES: tuple[EngineEntry, ...] = (
    _entry(deepgram),
    _entry(assemblyai),
    _entry(openai_transcribe),
    _entry(endpoint_stt),
    _entry(space_stt),
    _entry(elevenlabs),
    _entry(openai_speech),
    _entry(deepgram_aura),
    _entry(playht),
    _entry(endpoint_tts),
    _entry(space_tts),
)
