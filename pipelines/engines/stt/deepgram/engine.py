"""Deepgram's streaming recogniser: what it is, what it needs, and what it is told. Its worker holds the
connections.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.stt.streamed.options import StreamedSttOptions
from pipelines.environments.recipe import Recipe

MANIFEST = Manifest(
    name="deepgram",
    kind=Kind.STT,
    summary="Deepgram (Nova-3), streamed: words while they are spoken",
    languages=tuple(
        "bg ca cs da nl en et fi fr de el hi hu id it ja ko lv lt ms no pl pt ro ru sk es sv tr uk vi".split()
    ),
    licence="service",
    needs=("key",),
    final_within_s=2.0,
    partials_tell=True,
    detects=True,
)
RECIPE = Recipe(
    lock="deepgram",
    keys=("DEEPGRAM_API_KEY",),
    cost="0.0077 US dollars a minute of one language, 0.0092 of several, without a plan (its published price "
    "list, 2025; look it up)",
)


class DeepgramOptions(StreamedSttOptions):
    usual_url: ClassVar[str] = "https://api.deepgram.com"

    model: str = Field(default="nova-3", min_length=1, max_length=100)
    smart_format: bool = True
    """Numbers, dates and the like as they are written."""
    profanity_filter: bool = False
    redact: tuple[str, ...] = ()
    """What is left out of transcripts: `pci`, `pii`, `numbers`."""
    endpointing_ms: int = Field(default=0, ge=0, le=5000)
    """After so much silence it finds an end by itself; 0: only where it is asked."""
    mip_opt_out: bool = False
    """Nothing of the calls is used for its training; costs more."""
    keep_s: float = Field(default=30.0, ge=0, le=3600)
    """So long a connection waits for the next utterance; the provider counts audio, not time."""

    @property
    def told(self) -> dict[str, Any]:
        return {**super().told, "query": self._query}

    @property
    def _query(self) -> dict[str, Any]:
        """Of each connection, but for what a call wants."""
        query: dict[str, Any] = {
            "model": self.model,
            "encoding": "linear16",
            "sample_rate": "16000",
            "channels": "1",
            "interim_results": "true",
            "punctuate": "true",
            "smart_format": str(self.smart_format).lower(),
            "endpointing": str(self.endpointing_ms) if self.endpointing_ms else "false",
        }
        if self.profanity_filter:
            query["profanity_filter"] = "true"
        if self.mip_opt_out:
            query["mip_opt_out"] = "true"
        if self.redact:
            query["redact"] = list(self.redact)
        return query


ENGINE = CloudEngine(MANIFEST, RECIPE, "pipelines.engines.stt.deepgram.worker", DeepgramOptions)
