"""Voices behind OpenAI's `audio/speech`: OpenAI's own, or those of any server that speaks like it."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest
from pipelines.environments.recipe import Recipe

MANIFEST = Manifest(
    name="openai-speech",
    kind=Kind.TTS,
    summary="OpenAI's voices, streamed, or those of a server that speaks like it",
    languages=("*",),
    licence="service",
    needs=("key",),
    sample_rate=24_000,
)
RECIPE = Recipe(
    keys=("OPENAI_API_KEY",),
    cost="about 0.015 US dollars for a minute of speech with gpt-4o-mini-tts, which ends on 2027-01-06 "
    "without a successor here (its published price list, 2025; look it up)",
)


class OpenaiSpeechOptions(ProviderOptions):
    usual_url: ClassVar[str] = "https://api.openai.com/v1"

    model: str = Field(default="gpt-4o-mini-tts", min_length=1, max_length=200)
    voice: str = Field(default="marin", min_length=1, max_length=200)
    instructions: str = Field(default="", max_length=2000)
    """How it is to speak; not for `tts-1`."""
    sample_rate: int = Field(default=24_000, ge=8_000, le=48_000)
    """Of the audio that the server gives for `pcm`, in Hz."""
    answer_s: float = Field(default=20.0, gt=0, le=120)
    """Without anything from the server it is given up."""

    @property
    def takes_usual_key(self) -> bool:
        return not self.base_url

    @property
    def told(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "voice": self.voice,
            "instructions": self.instructions,
            "sample_rate": self.sample_rate,
            "answer_s": self.answer_s,
        }


ENGINE = CloudEngine(MANIFEST, RECIPE, "pipelines.engines.tts.openai_speech.worker", OpenaiSpeechOptions)
