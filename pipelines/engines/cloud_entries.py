"""The recognisers and voices that providers run, by their official clients. Loads none of them."""

from __future__ import annotations

from pipelines.engines.registry import EngineEntry
from pipelines.engines.stt.assemblyai import engine as assemblyai
from pipelines.engines.stt.deepgram import engine as deepgram
from pipelines.engines.stt.hugging_face import engine as hugging_face_stt
from pipelines.engines.stt.openai_transcribe import engine as openai_transcribe
from pipelines.engines.tts.deepgram_aura import engine as deepgram_aura
from pipelines.engines.tts.elevenlabs import engine as elevenlabs
from pipelines.engines.tts.hugging_face import engine as hugging_face_tts
from pipelines.engines.tts.openai_speech import engine as openai_speech
from pipelines.engines.tts.playht import engine as playht

ENTRIES: tuple[EngineEntry, ...] = tuple(
    each.entry()
    for each in (
        deepgram.ENGINE,
        assemblyai.ENGINE,
        openai_transcribe.ENGINE,
        hugging_face_stt.ENDPOINT,
        hugging_face_stt.SPACE,
        elevenlabs.ENGINE,
        openai_speech.ENGINE,
        deepgram_aura.ENGINE,
        playht.ENGINE,
        hugging_face_tts.ENDPOINT,
        hugging_face_tts.SPACE,
    )
)
