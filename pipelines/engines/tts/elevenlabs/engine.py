"""ElevenLabs' voices: what they are, what they need, and what their worker is told."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from pipelines.engines.checked_options import checked_options
from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import ProviderTts, named, provider_readiness, provider_spec
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
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


def check(options: EngineOptions) -> Readiness:
    return provider_readiness(MANIFEST, options, RECIPE, ElevenlabsOptions)


def make(options: EngineOptions) -> ProviderTts:
    given = checked_options(MANIFEST.name, options, ElevenlabsOptions)
    settings = {
        "stability": given.stability,
        "similarity_boost": given.similarity_boost,
        "style": given.style,
        "use_speaker_boost": given.use_speaker_boost,
    }
    told = {
        "voice": given.voice,
        "voice_settings": {name: value for name, value in settings.items() if value is not None},
        "keep_s": given.keep_s,
        "coded_models": CODED,
        "languages": MANIFEST.languages,
        "query": {
            "model_id": given.model,
            "output_format": "pcm_16000",
            "inactivity_timeout": "180",
            "sync_alignment": "true",
            "auto_mode": "true",
            "apply_text_normalization": given.text_normalization,
            "enable_logging": str(given.enable_logging).lower(),
        },
    }
    spec = provider_spec(MANIFEST, RECIPE, "pipelines.engines.tts.elevenlabs.worker", options, given, told)
    return ProviderTts(named(MANIFEST, options), spec, options.workers)
