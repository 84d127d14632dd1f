"""Cuts a recording at its pauses into pieces that a recogniser hears one at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.audio.speech_finder import SpeechRule, SpeechSegment

MOST_MS = 20_000
"""Of a piece: recognisers for calls keep a minute, and those who wait see how far it is."""
JOINED_MS = 700
"""A pause up to this long does not end a piece."""
PAD_MS = 200
"""Before and after the speech."""
RULE = SpeechRule(least_silence_ms=300, pad_ms=PAD_MS, most_ms=MOST_MS)
"""How the speech is found."""


@dataclass(frozen=True, slots=True)
class RecordingPiece:
    start_ms: int
    end_ms: int
    speech_probability: float


def pieces(segments: Sequence[SpeechSegment]) -> Iterator[RecordingPiece]:
    """Segments (in order, found by RULE) joined over short pauses, none longer than MOST_MS."""
    held: RecordingPiece | None = None
    for each in segments:
        if held is not None:
            close = each.start_ms - held.end_ms <= JOINED_MS
            if close and each.end_ms - held.start_ms <= MOST_MS:
                held = RecordingPiece(held.start_ms, each.end_ms, _mean(held, each))
                continue
            yield held
        held = RecordingPiece(each.start_ms, each.end_ms, each.probability)
    if held is not None:
        yield held


def _mean(held: RecordingPiece, more: SpeechSegment) -> float:
    """By how long each is."""
    first, second = held.end_ms - held.start_ms, more.end_ms - more.start_ms
    whole = max(1, first + second)
    return round((held.speech_probability * first + more.probability * second) / whole, 3)
