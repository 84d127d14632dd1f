"""AssemblyAI's streaming recogniser: what it is, what it needs, and what it is told. Its worker holds the
sessions.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.stt.streamed.options import StreamedSttOptions
from pipelines.environments.recipe import Recipe

MANIFEST = Manifest(
    name="assemblyai",
    kind=Kind.STT,
    summary="AssemblyAI (Universal-Streaming), streamed: words while they are spoken",
    languages=("en", "es", "fr", "de", "it", "pt"),
    licence="service",
    needs=("key",),
    final_within_s=2.0,
    partials_tell=True,
    detects=True,
)
RECIPE = Recipe(
    lock="assemblyai",
    keys=("ASSEMBLYAI_API_KEY",),
    cost="0.15 US dollars an hour that a session is open (its published price list, 2025; look it up)",
)


UNENDED_MS = 5_000
"""Silence after which it ends a turn by itself where that is not wanted: we say when one ends, and one that
is open then is answered at once."""


class AssemblyaiOptions(StreamedSttOptions):
    usual_url: ClassVar[str] = "https://streaming.assemblyai.com"

    model: str = Field(default="", max_length=100)
    """`speech_model`; empty: `universal-streaming-english` for English, and for other languages
    `universal-streaming-multilingual`."""
    format_turns: bool = False
    """Finals with punctuation and figures, which come a little later."""
    min_turn_silence_ms: int | None = Field(default=None, ge=0, le=10_000)
    max_turn_silence_ms: int | None = Field(default=None, ge=0, le=10_000)
    """Of its own ends; empty: the usual ones with `ends`, else some seconds."""
    keep_s: float = Field(default=10.0, ge=0, le=600)
    """So long a session waits for the next utterance. It costs money while it waits."""

    @property
    def told(self) -> dict[str, Any]:
        usual = None if self.ends else UNENDED_MS
        silences = {
            "min_turn_silence": usual if self.min_turn_silence_ms is None else self.min_turn_silence_ms,
            "max_turn_silence": usual if self.max_turn_silence_ms is None else self.max_turn_silence_ms,
        }
        return {
            **super().told,
            "model": self.model,
            "format_turns": self.format_turns,
            "parameters": {name: value for name, value in silences.items() if value is not None},
        }


ENGINE = CloudEngine(MANIFEST, RECIPE, "pipelines.engines.stt.assemblyai.worker", AssemblyaiOptions)
