"""A worker's utterances on a model that hears on and on, frame by frame, and keeps what it heard in caches.

Runs in the child only. Each call has a stream of its own; calls take turns frame by frame, those whose final
is awaited first. At the end of an utterance a stream hears as much silence as its words are late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np
import numpy.typing as npt

from pipelines.engines.stt.rolling.by_grammar import GrammarView
from pipelines.engines.stt.rolling.guards import without_loop
from pipelines.engines.stt.rolling.hypothesis import WindowWord, written
from pipelines.workers.batches import BatchedRequest, Batches
from pipelines.workers.entry import WorkerSocket

DOUBTFUL_CONFIDENCE = 0.35


class FrameStream(Protocol):
    """One call's state in the model."""

    def hear(self, frame: npt.NDArray[np.int16]) -> None:
        """The next frame, int16 [frame_samples], 16 kHz. Raises anything."""

    def words(self) -> list[WindowWord]:
        """All so far. Raises UnsoundModelError."""


class FrameModel(Protocol):
    """The model."""

    @property
    def frame_samples(self) -> int:
        """Of one step, at 16 kHz."""

    @property
    def late_frames(self) -> int:
        """So many frames after a word it is written."""

    def open(self) -> FrameStream: ...


@dataclass
class _FramedUtterance:
    stream: FrameStream
    grammar: GrammarView
    heard_ms: int = 0
    late: int = 0
    """Frames of silence that were heard after its end."""
    said: str = ""


class FramedWorker:
    """The calls of one batch take turns before the socket is looked at again."""

    def __init__(self, sock: WorkerSocket, model: FrameModel) -> None:
        self._model = model
        self._batches = Batches(sock, ripe=self._ripe, first=lambda request: request.finished)
        self._utterances: dict[int, _FramedUtterance] = {}

    def run(self) -> NoReturn:
        """Hear turn after turn."""
        self._batches.run(self._work)

    def _ripe(self, request: BatchedRequest) -> bool:
        return request.finished or len(request.audio) >= 2 * self._model.frame_samples

    def _work(self, batch: Sequence[BatchedRequest]) -> None:
        """One frame for each."""
        known = self._batches.requests
        self._utterances = {id: each for id, each in self._utterances.items() if id in known}
        for request in batch:
            try:
                self._step(request)
            except Exception as error:  # whatever a model does to this call's stream
                self._utterances.pop(request.id, None)
                request.failed(" ".join(str(error).split()) or type(error).__name__)
            self._batches.look()

    def _step(self, request: BatchedRequest) -> None:
        if request.over:
            return
        if request.id not in self._utterances:
            grammar = GrammarView(request.fields.get("grammar"))
            self._utterances[request.id] = _FramedUtterance(self._model.open(), grammar)
        utterance = self._utterances[request.id]
        size = 2 * self._model.frame_samples
        if not request.audio and utterance.late >= self._model.late_frames:
            self._finish(request, utterance)
            return
        piece = bytes(request.audio[:size])
        del request.audio[:size]
        utterance.heard_ms += len(piece) // 32
        if not piece:
            utterance.late += 1
        samples = np.zeros(self._model.frame_samples, np.int16)
        heard = np.frombuffer(piece[: len(piece) & ~1], np.int16)
        samples[: len(heard)] = heard
        self._batches.computed(1)
        utterance.stream.hear(samples)
        text = written(utterance.stream.words())
        if text != utterance.said and not request.finished:
            utterance.said = text
            request.result(text=text, confidence=0.5, **utterance.grammar.verdict(text))

    def _finish(self, request: BatchedRequest, utterance: _FramedUtterance) -> None:
        heard = utterance.stream.words()
        words = without_loop(heard)
        text = written(words)
        told = [word.probability for word in words if word.probability is not None]
        confidence = sum(told) / len(told) if told else 0.0
        doubtful = bool(text) and (len(words) < len(heard) or confidence < DOUBTFUL_CONFIDENCE)
        last = utterance.heard_ms
        times: list[list[Any]] = [
            [w.text.strip(), min(w.start_ms, last), min(w.end_ms, last), w.probability] for w in words
        ]
        request.done(
            text=text,
            confidence=round(confidence, 3),
            understood=bool(text),
            doubtful=doubtful,
            words=times,
            **utterance.grammar.verdict(text),
        )
