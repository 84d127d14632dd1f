"""PlayHT's voices: what they are, what they need, and what their worker is told."""

from __future__ import annotations

import os
from typing import ClassVar

from pydantic import Field

from pipelines.engines.checked_options import checked_options
from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import ProviderTts, named, provider_readiness, provider_spec
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.playht.languages import LANGUAGES
from pipelines.environments.recipe import Recipe

MANIFEST = Manifest(
    name="playht",
    kind=Kind.TTS,
    summary="PlayHT's voices, streamed, while the service answers",
    languages=tuple(LANGUAGES),
    licence="service",
    needs=("key",),
)
RECIPE = Recipe(
    lock="pyht",
    keys=("PLAYHT_API_KEY",),
    cost="by its plans; it has announced no price since it was bought, and may have ended",
)
USER = "PLAYHT_USER_ID"


class PlayhtOptions(ProviderOptions):
    usual_url: ClassVar[str] = "https://api.play.ht/api"

    user_id: str = Field(default="", max_length=200)
    """Of the account; empty: what stands in PLAYHT_USER_ID."""
    model: str = Field(default="Play3.0-mini", pattern=r"^(Play3\.0-mini|PlayDialog(Multilingual|Arabic)?)$")
    voice: str = Field(
        default="s3://voice-cloning-zero-shot/baf1ef41-36b6-428c-9bdf-50ba54682bd8/original/manifest.json",
        min_length=1,
        max_length=500,
    )


def check(options: EngineOptions) -> Readiness:
    found = provider_readiness(MANIFEST, options, RECIPE, PlayhtOptions)
    if options.settings.get("user_id") or os.environ.get(USER, "").strip():
        return found
    lacks = "; ".join(filter(None, (f"an account: set {USER}", found.lacks)))
    return Readiness(False, lacks, found.refused)


def make(options: EngineOptions) -> ProviderTts:
    given = checked_options(MANIFEST.name, options, PlayhtOptions)
    told = {
        "user_id": given.user_id or os.environ.get(USER, "").strip() or "none",
        "voice": given.voice,
        "model": given.model,
    }
    spec = provider_spec(MANIFEST, RECIPE, "pipelines.engines.tts.playht.worker", options, given, told)
    return ProviderTts(named(MANIFEST, options), spec, options.workers)
