"""What a provider's recogniser says about an utterance, stretch by stretch, put together. Pure.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class HeardWord:
    text: str
    start_ms: int
    """Since the first audio that the connection was sent of this utterance; so all times here."""
    end_ms: int
    confidence: float


@dataclass(frozen=True)
class HeardStretch:
    """One message about a stretch of audio."""

    text: str
    final: bool
    """It will not change any more."""
    end_ms: int
    """Up to where it covers the audio."""
    words: tuple[HeardWord, ...] = ()
    confidence: float = 0.0
    ended: bool = False
    """The provider takes the speaker to have finished."""
    turn: int | None = None
    """Its provider's number of the stretch: another final of the same takes its place."""
    language: str = ""
    language_probability: float = 0.0


@dataclass(frozen=True)
class Flushed:
    """All that was sent has been heard: nothing more comes of it."""


class StreamedTranscript:
    """An utterance so far. Later messages replace what was not final."""

    def __init__(self) -> None:
        self._finals: list[HeardStretch] = []
        self._interim: HeardStretch | None = None
        self._base_ms = 0

    def copy(self) -> StreamedTranscript:
        """One that goes on by itself."""
        other = StreamedTranscript()
        other._finals, other._interim, other._base_ms = list(self._finals), self._interim, self._base_ms
        return other

    @property
    def answered_ms(self) -> int:
        """Up to here the utterance has final words."""
        return max((each.end_ms for each in self._finals), default=0)

    @property
    def settled(self) -> bool:
        """Nothing of it may still change."""
        return self._interim is None

    def reconnected(self) -> int:
        """Another connection hears what has no final words yet; its times count from there. Returns where
        that is, in ms."""
        self._base_ms = self.answered_ms
        self._interim = None
        self._finals = [replace(each, turn=None) for each in self._finals]
        return self._base_ms

    def take(self, heard: HeardStretch) -> None:
        heard = _later(heard, self._base_ms)
        if not heard.final:
            self._interim = heard
            return
        self._interim = None
        if heard.turn is not None and self._finals and self._finals[-1].turn == heard.turn:
            self._finals.pop()
        self._finals.append(heard)

    def fields(self) -> dict[str, Any]:
        """Of RESULT and DONE (pipelines.engines.stt.in_worker)."""
        said = [each for each in (*self._finals, self._interim) if each is not None and each.text.strip()]
        words = [word for each in said for word in each.words]
        fields: dict[str, Any] = {
            "text": " ".join(each.text.strip() for each in said),
            "understood": bool(said),
            "confidence": min((each.confidence for each in said), default=0.0),
            "words": [[word.text, word.start_ms, word.end_ms, word.confidence] for word in words],
        }
        longest = max(said, key=lambda each: len(each.text), default=None)
        if longest is not None and longest.language:
            fields["language"] = longest.language
            fields["language_probability"] = longest.language_probability
        return fields


def _later(heard: HeardStretch, by_ms: int) -> HeardStretch:
    if not by_ms:
        return heard
    words = tuple(replace(w, start_ms=w.start_ms + by_ms, end_ms=w.end_ms + by_ms) for w in heard.words)
    return replace(heard, end_ms=heard.end_ms + by_ms, words=words)
