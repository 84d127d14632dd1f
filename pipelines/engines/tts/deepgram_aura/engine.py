"""Deepgram's voices (Aura): what they are, what they need, and what their worker is told."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from pipelines.engines.checked_options import checked_options
from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import ProviderTts, named, provider_readiness, provider_spec
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
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


def check(options: EngineOptions) -> Readiness:
    return provider_readiness(MANIFEST, options, RECIPE, DeepgramAuraOptions)


def make(options: EngineOptions) -> ProviderTts:
    given = checked_options(MANIFEST.name, options, DeepgramAuraOptions)
    told = {"voice": given.voice, "keep_s": given.keep_s}
    spec = provider_spec(MANIFEST, RECIPE, "pipelines.engines.tts.deepgram_aura.worker", options, given, told)
    return ProviderTts(named(MANIFEST, options), spec, options.workers)
