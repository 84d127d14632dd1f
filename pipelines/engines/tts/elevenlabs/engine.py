"""ElevenLabs' voices: what they are, what they need, and what their worker is told."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest
from pipelines.environments.recipe import Recipe

MANIFEST = Manifest(
    name="elevenlabs",
    kind=Kind.TTS,
    summary="ElevenLabs' voices, streamed, with the time of each word",
    languages=tuple(
        "ar bg cs da de el en es fi fil fr hi hr hu id it ja ko ms nl no pl pt ro ru sk sv ta tr uk vi "
        "zh".split()
    ),
    licence="service",
    needs=("key",),
)
RECIPE = Recipe(
    lock="elevenlabs",
    keys=("ELEVENLABS_API_KEY",),
    cost="0.05 US dollars for 1,000 characters with the Flash models, 0.10 with the Multilingual ones (its "
    "published price list, 2025; look it up)",
)
CODED = ("eleven_flash_v2_5", "eleven_turbo_v2_5")
"""Models that may be told the language; the others find it in the text."""


class ElevenlabsOptions(ProviderOptions):
    usual_url: ClassVar[str] = "https://api.elevenlabs.io"

    model: str = Field(default="eleven_flash_v2_5", min_length=1, max_length=100)
    voice: str = Field(default="JBFqnCBsd6RMkjVDRZzb", pattern=r"^[A-Za-z0-9]{1,64}$")
    """The id of a voice, where an agent names none."""
    stability: float | None = Field(default=None, ge=0, le=1)
    similarity_boost: float | None = Field(default=None, ge=0, le=1)
    style: float | None = Field(default=None, ge=0, le=1)
    use_speaker_boost: bool | None = None
    text_normalization: Literal["auto", "on", "off"] = "auto"
    """Whether it writes out figures; the text comes written out by us already."""
    enable_logging: bool = True
    """False: nothing of the texts is kept there (some accounts only)."""
    keep_s: float = Field(default=60.0, ge=0, le=180)
    """So long a connection waits for the next text; it costs nothing."""

    @property
    def told(self) -> dict[str, Any]:
        settings = {
            "stability": self.stability,
            "similarity_boost": self.similarity_boost,
            "style": self.style,
            "use_speaker_boost": self.use_speaker_boost,
        }
        return {
            "voice": self.voice,
            "voice_settings": {name: value for name, value in settings.items() if value is not None},
            "keep_s": self.keep_s,
            "coded_models": CODED,
            "languages": MANIFEST.languages,
            "query": {
                "model_id": self.model,
                "output_format": "pcm_16000",
                "inactivity_timeout": "180",
                "sync_alignment": "true",
                "auto_mode": "true",
                "apply_text_normalization": self.text_normalization,
                "enable_logging": str(self.enable_logging).lower(),
            },
        }


ENGINE = CloudEngine(MANIFEST, RECIPE, "pipelines.engines.tts.elevenlabs.worker", ElevenlabsOptions)
