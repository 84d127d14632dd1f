"""The worker: sends words as tones, a word of each text in turn.

Runs in the environment of the engine, in a process of its own. Of VoiceForge it may import what needs nothing
but the standard library and numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mediaserver.media.time import SAMPLE_RATE
from pipelines.workers.batches import BatchedRequest, Batches
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg

from .alphabet import BETWEEN_WORDS, UNITS_A_WORD, units_of

AHEAD_SAMPLES = 2 * SAMPLE_RATE
"""No more is made ahead of what was taken."""
EDGE_S = 0.005
"""Tones begin and end softly: hard edges are heard as clicks."""
LEVEL = 0.3 * 32_767


class Sending:
    """One text: the words that are still to be sent."""

    def __init__(self, fields: dict[str, Any], words_per_minute: float, pitch_hz: float) -> None:
        text = str(fields["text"])
        self._unit = round(SAMPLE_RATE * 60 / (UNITS_A_WORD * words_per_minute * float(fields["rate"])))
        self._pitch = pitch_hz
        self._words: list[tuple[int, int]] = []
        self._text = text
        self._sent = 0
        start = 0
        for word in text.split():
            start = text.index(word, start)
            if units_of(word):
                self._words.append((start, start + len(word)))
            start += len(word)

    @property
    def over(self) -> bool:
        return not self._words

    def next_word(self) -> tuple[bytes, list[list[int]]]:
        """Its audio with the pause behind it, and where in text and audio it begins."""
        start, end = self._words.pop(0)
        lengths = units_of(self._text[start:end])
        pieces = [self._tone(units) if units > 0 else self._pause(-units) for units in lengths]
        if self._words:
            pieces.append(self._pause(BETWEEN_WORDS))
        samples = np.concatenate(pieces)
        mark = [start, end, self._sent]
        self._sent += len(samples)
        return samples.astype("<i2").tobytes(), [mark]

    def _tone(self, units: int) -> np.ndarray:
        at = np.arange(units * self._unit)
        edge = np.minimum(1.0, np.minimum(at + 1, len(at) - at) / (EDGE_S * SAMPLE_RATE))
        return np.asarray(LEVEL * edge * np.sin(2 * np.pi * self._pitch * at / SAMPLE_RATE))

    def _pause(self, units: int) -> np.ndarray:
        return np.zeros(units * self._unit)


class Key:
    """Takes a word of each text that may go on."""

    def __init__(self, options: dict[str, float]) -> None:
        self._options = options
        self._sendings: dict[int, Sending] = {}

    def step(self, batch: Sequence[BatchedRequest]) -> None:
        for request in batch:
            sending = self._sendings.get(request.id)
            if sending is None:
                sending = self._sendings[request.id] = Sending(dict(request.fields), **self._options)
            if not sending.over:
                audio, words = sending.next_word()
                request.result(words=words)
                request.speech(audio)
            if sending.over:
                del self._sendings[request.id]
                request.done()


def main() -> None:
    sock = become_worker()
    key = Key(dict(sock.options))
    batches = Batches(sock, most=16, ripe=lambda request: request.ahead < AHEAD_SAMPLES)
    sock.send_json(Msg.READY)
    batches.run(key.step)
