"""What the operator tells any recogniser of a provider that hears while somebody speaks."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from pipelines.engines.cloud.options import ProviderOptions

BEFORE_LAST_S = 0.8
"""So long before a call waits no more for a final, what was heard so far is told as one: half an answer is
better than none."""


class StreamedSttOptions(ProviderOptions):
    keyterms: tuple[str, ...] = Field(default=(), max_length=50)
    """Names that callers say, beside the words of a turn's grammar."""
    ends: bool = False
    """Its own ends of utterances count as such."""
    final_s: float = Field(default=2.0, ge=1.5, le=30)
    """How long a call waits for a final."""
    keep_s: float = Field(default=30.0, ge=0, le=3600)

    @property
    def final_within_s(self) -> float:
        return self.final_s

    @property
    def told(self) -> dict[str, Any]:
        return {
            "keyterms": self.keyterms,
            "ends": self.ends,
            "flush_s": self.final_s - BEFORE_LAST_S,
            "keep_s": self.keep_s,
        }
