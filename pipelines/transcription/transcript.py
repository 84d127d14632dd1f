"""What was said in a recording, and when. Values alone; nothing here is heard or written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TranscribedWord:
    text: str
    start_ms: int
    """Since the recording's beginning."""
    end_ms: int
    confidence: float | None = None
    """0 to 1; None where the recogniser does not tell."""


@dataclass(frozen=True, slots=True)
class TranscribedSegment:
    """What was said between two pauses."""

    start_ms: int
    end_ms: int
    text: str
    """Empty where nothing was understood."""
    confidence: float | None = None
    """0 to 1; None where the recogniser does not tell."""
    speech_probability: float = 1.0
    """0 to 1, of the voice detector: that this is speech at all."""
    words: tuple[TranscribedWord, ...] = ()
    """Empty where the recogniser does not tell where they lie."""
    language: str = ""
    """BCP 47, where it was heard rather than given."""


def whole_text(segments: list[TranscribedSegment]) -> str:
    return " ".join(each.text for each in segments if each.text)
