"""Deepgram's voices (Aura): what they are, what they need, and what their worker is told."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest
from pipelines.environments.recipe import Recipe

MANIFEST = Manifest(
    name="deepgram-aura",
    kind=Kind.TTS,
    summary="Deepgram's voices (Aura-2), streamed",
    languages=("en", "es", "de", "fr", "it", "nl", "ja"),
    licence="service",
    needs=("key",),
)
RECIPE = Recipe(
    lock="deepgram",
    keys=("DEEPGRAM_API_KEY",),
    cost="0.03 US dollars for 1,000 characters without a plan (its published price list, 2025; look it up)",
)


class DeepgramAuraOptions(ProviderOptions):
    usual_url: ClassVar[str] = "https://api.deepgram.com"

    voice: str = Field(default="aura-2-thalia-en", min_length=1, max_length=100)
    """A voice speaks one language, the one at its end."""
    keep_s: float = Field(default=60.0, ge=0, le=3000)
    """So long a connection waits for the next text; it costs nothing."""

    @property
    def told(self) -> dict[str, Any]:
        return {"voice": self.voice, "keep_s": self.keep_s}


ENGINE = CloudEngine(MANIFEST, RECIPE, "pipelines.engines.tts.deepgram_aura.worker", DeepgramAuraOptions)
