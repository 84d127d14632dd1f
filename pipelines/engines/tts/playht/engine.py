"""PlayHT's voices: what they are, what they need, and what their worker is told."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from pydantic import Field

from pipelines.engines.cloud.options import ProviderOptions
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest
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

    @property
    def told(self) -> dict[str, Any]:
        return {"user_id": self._user or "none", "voice": self.voice, "model": self.model}

    @property
    def lacks(self) -> str:
        return "" if self._user else f"an account: set {USER}"

    @property
    def _user(self) -> str:
        return self.user_id or os.environ.get(USER, "").strip()


ENGINE = CloudEngine(MANIFEST, RECIPE, "pipelines.engines.tts.playht.worker", PlayhtOptions)
