"""What a neural voice is to the worker that runs it: the one seam between our code and a package's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.engines.tts.neural.worker.clauses import MOST_WEIGHT


@dataclass(frozen=True, slots=True)
class ClauseWish:
    """One clause that is to be spoken, and how."""

    text: str
    voice: str = ""
    """As the engine names it; empty: its usual one, or the language's."""
    language: str = "en"
    """BCP 47."""
    rate: float = 1.0
    """A factor of the usual speed."""
    phonemes: str = ""
    """What its words sound like, in the IPA; empty: as they are read. Only where the manifest says so."""


class NeuralModel:
    """A loaded model. Audio is anything that numpy takes for one channel of floats with full scale at 1, or
    int16; whoever calls looks at it. Not every method is for every model."""

    rate: int = 0
    """Hz of the audio that it usually gives."""
    together: int = 1
    """Clauses, of any texts, that it speaks in one go (`speak_together`); 1: each by itself (`speak`)."""
    most_weight: int = MOST_WEIGHT
    """Of a clause; see `clauses`."""

    language: str = "en"
    """One that it speaks, BCP 47."""
    warm_up: tuple[str, ...] = ("Ready.", "One moment please, I am looking it up.")
    """Texts in it that are spoken to nobody: kernels are chosen and memory is taken before anyone waits."""

    def facts(self) -> Mapping[str, Any]:
        """What is told about it when it is ready, as JSON."""
        return {}

    def check(self, voice: str, language: str) -> None:
        """Raises MissingVoiceError for a voice or a language that it does not have."""

    def rate_of(self, wish: ClauseWish) -> int:
        """Hz of the audio of one clause, where its voices differ."""
        return self.rate

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        """Its audio, piece by piece as it is made. Closed before its end when nobody wants the rest."""
        raise NotImplementedError

    def speak_together(self, wishes: Sequence[ClauseWish]) -> Sequence[Any]:
        """The whole audio of each."""
        raise NotImplementedError

    def after_memory_fault(self) -> None:
        """Give back what can be given back."""
