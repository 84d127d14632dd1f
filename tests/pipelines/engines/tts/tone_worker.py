"""A neural voice as the worker's common code sees one, whose sound is known: each letter is 20 ms of a tone.

Its options make it misbehave. It runs in a process of its own, as every voice does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipelines.engines.tts.neural.worker.faults import MissingVoiceError
from pipelines.engines.tts.neural.worker.model import ClauseWish, NeuralModel
from pipelines.engines.tts.neural.worker.serving import serve

RATE = 24_000
LETTER_S = 0.020


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


LOAD_FAULTS = {
    "fails": ValueError("the weights are torn"),
    "memory": OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
}


class Tones(NeuralModel):
    rate = RATE

    def __init__(self, options: Mapping[str, Any]) -> None:
        if options.get("load"):
            raise LOAD_FAULTS[options["load"]]
        self.together = int(options.get("together", 1))
        self._odd = int(options.get("odd", 0))
        """So many clauses have no end, the first of all."""

    def facts(self) -> Mapping[str, Any]:
        return {"voices": ["tone"]}

    def check(self, voice: str, language: str) -> None:
        if voice not in ("", "tone"):
            raise MissingVoiceError(f"there is no voice {voice!r}; there is tone")

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        yield np.zeros(RATE // 5, np.float32)
        self._odd -= 1
        while self._odd >= 0:
            yield tone(10)
        for word in wish.text.split():
            match word.strip(".,"):
                case "nan":
                    yield np.full(100, np.nan, np.float32)
                case "memory":
                    raise OutOfMemoryError("CUDA out of memory")
                case "poison":
                    raise RuntimeError("CUDA error: an illegal memory access was encountered")
                case "endless":
                    while True:
                        yield tone(10)
                case "mute":
                    yield np.zeros(RATE, np.float32)
                case _:
                    yield tone(len(word))
        yield np.zeros(RATE // 5, np.float32)

    def speak_together(self, wishes: Sequence[ClauseWish]) -> Sequence[Any]:
        if len(wishes) > 1 and any("alone" in wish.text for wish in wishes):
            raise OutOfMemoryError("CUDA out of memory")
        return [np.concatenate(list(self.speak(wish))) for wish in wishes]


def tone(letters: int) -> Any:
    at = np.arange(round(letters * LETTER_S * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * 500 * at)).astype(np.float32)


def main() -> None:
    serve(Tones)
