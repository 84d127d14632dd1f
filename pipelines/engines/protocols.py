"""The protocols behind which every engine lives, and the registry that names them.

Audio in both directions is mono int16 at 16 kHz (mediaserver.media.leg.SAMPLE_RATE); an engine with another
rate converts inside its own file. Results arrive on the event loop's thread.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame


class Kind(enum.StrEnum):
    VAD = "vad"
    STT = "stt"
    LLM = "llm"
    TTS = "tts"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an engine is and needs."""

    name: str
    kind: Kind
    summary: str
    languages: tuple[str, ...]
    licence: str
    needs: tuple[str, ...] = ()
    """Of 'weights', 'gpu', 'key'; empty when it works out of the box."""
    sample_rate: int = 16_000


@dataclass(frozen=True, slots=True)
class Readiness:
    ready: bool
    lacks: str = ""
    """What is missing and the command that mends it; empty when ready."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a caller may say in this turn."""

    name: str
    jsgf: str
    """A whole JSGF document (JSpeech Grammar Format, W3C note 2000) with one public rule."""


@dataclass(frozen=True, slots=True)
class SttResult:
    """A partial or the final result of one utterance."""

    text: str
    final: bool
    confidence: float = 0.0
    """0..1; for a grammar it comes from the likelihood ratio against free speech."""
    understood: bool = True
    """False on a final when nothing was said that the grammar or model allows ("did not understand")."""
    complete: bool = False
    """The text is a whole sentence of the grammar: endpointing may be shortened."""
    extensible: bool = False
    """A complete text to which the grammar allows more words ('two thirty' + 'p m')."""
    stt_ms: float = 0.0
    """On a final: milliseconds from `finish()` to this result."""


class SttStream(Protocol):
    """One utterance."""

    def feed(self, frame: Frame) -> None:
        """Add audio; returns at once."""

    def finish(self) -> None:
        """No more audio: a final result follows."""

    def cancel(self) -> None:
        """Forget the utterance; no further results."""


class Stt(Protocol):
    manifest: Manifest

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def open(self, on_result: Callable[[SttResult], None], grammar: Grammar | None = None) -> SttStream:
        """Begin an utterance; with no grammar a general language model listens. `on_result` is called on
        the loop's thread. A dead worker gives a final with understood=False, never an exception."""


@dataclass(frozen=True, slots=True)
class WordMark:
    """Where a word of the text begins in the audio."""

    text_start: int
    """Index of its first character in the spoken text."""
    text_end: int
    sample: int
    """16 kHz samples from the start of the utterance's audio."""


@dataclass(frozen=True, slots=True)
class TtsChunk:
    samples: npt.NDArray[np.int16]
    """Any length, 16 kHz. Leading silence of an utterance is already removed."""
    words: tuple[WordMark, ...] = ()


class Tts(Protocol):
    manifest: Manifest

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncIterator[TtsChunk]:
        """Stream the audio of a text; closing the iterator (aclose) cancels the work. Raises EngineError."""


VoiceScores = tuple[list[int], list[float]]


class Vad(Protocol):
    """One model for all calls. Implements mediaserver.media.hearing.VoiceDetector."""

    def open(self) -> int:
        """A slot for one leg, its state fresh."""

    def close(self, slot: int) -> None: ...

    def reset(self, slot: int) -> None:
        """Forget the past of one slot (in long non-speech Silero under-reports what follows)."""

    def process(self, slots: list[int], frames: npt.NDArray[np.int16]) -> VoiceScores:
        """One 20 ms frame for each slot, shape (N, 320). Returns the rows for which a 32 ms chunk became
        complete with this frame, and their speech probabilities."""


@dataclass(slots=True)
class EngineEntry:
    manifest: Manifest
    check: Callable[[], Readiness]
    """Looks for files, keys and devices without loading the engine."""


@dataclass(slots=True)
class EngineRegistry:
    """Every known engine by kind and name."""

    entries: dict[tuple[Kind, str], EngineEntry] = field(default_factory=dict)

    def add(self, manifest: Manifest, check: Callable[[], Readiness]) -> None:
        self.entries[manifest.kind, manifest.name] = EngineEntry(manifest, check)

    def of(self, kind: Kind) -> list[EngineEntry]:
        return [e for (k, _), e in self.entries.items() if k is kind]
