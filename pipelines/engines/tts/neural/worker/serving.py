"""Runs a neural voice for many calls: loads and warms it, speaks clause by clause in turns or in batches, and
tells each fault as one line. Every worker of such a voice is `serve(load)`.

A worker must never send much more than has been taken, nor go on with what nobody wants any more.
"""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.engines.tts.neural.worker.faults import ModelFault, fault_of, said_of
from pipelines.engines.tts.neural.worker.guards import UnsoundAudioError, as_wave
from pipelines.engines.tts.neural.worker.model import ClauseWish, NeuralModel
from pipelines.engines.tts.neural.worker.speech import NeuralSpeech, WordPlace
from pipelines.workers.batches import BatchedRequest, Batches
from pipelines.workers.entry import become_worker
from pipelines.workers.faults import ABOUT_REQUEST
from pipelines.workers.protocol import Msg
from pipelines.workers.start_faults import said_at_start

log = logging.getLogger(__name__)

AHEAD_SAMPLES = 3 * SAMPLE_RATE
"""A text that is so far ahead of its listener waits: a clause may take a second to make."""
SLICE_SAMPLES = 100 * SAMPLES_PER_MS
"""Of an AUDIO message: what is taken back in one piece when a caller interrupts."""

WARM_TRIES = 3

Loaded = Callable[[Mapping[str, Any]], NeuralModel]


class NeuralSpeaker:
    def __init__(self, batches: Batches, model: NeuralModel) -> None:
        self._batches = batches
        self._model = model
        self._speeches: dict[int, NeuralSpeech] = {}
        self._turns = itertools.count(1)

    def step(self, batch: Sequence[BatchedRequest]) -> None:
        """One piece of audio for the text whose listener will be without soonest, or a clause for as many as
        the model speaks together."""
        self._forget_the_gone()
        there = [request for request in batch if not request.over and self._begun(request)]
        if not there:
            return
        there.sort(key=lambda request: (request.ahead, self._speeches[request.id].served))
        if self._model.together > 1:
            self._together(there[: self._model.together])
        else:
            self._next(there[0])

    def _begun(self, request: BatchedRequest) -> bool:
        if request.id in self._speeches:
            return True
        try:
            speech = self._speeches[request.id] = NeuralSpeech(self._model, request.fields)
        except (
            KeyError,
            TypeError,
            ValueError,
        ) as error:  # another machine may have written it
            request.failed(said_of(error), kind=ABOUT_REQUEST)
            return False
        except Exception as error:
            self._failed(request, error)
            return False
        self._over(request, speech)
        return not speech.over

    def _next(self, request: BatchedRequest) -> None:
        speech = self._speeches[request.id]
        speech.served = next(self._turns)
        self._batches.computed(1)
        try:
            samples, words = speech.step()
        except Exception as error:  # whatever a model raises
            self._failed(request, error)
        else:
            self._send(request, samples, words)
            self._over(request, speech)

    def _together(self, requests: Sequence[BatchedRequest]) -> None:
        speeches = [self._speeches[request.id] for request in requests]
        wishes = [speech.wish for speech in speeches]
        self._batches.computed(len(wishes))
        try:
            made = list(self._model.speak_together(wishes))
            if len(made) != len(wishes):
                raise ValueError(f"{len(made)} answers to {len(wishes)} clauses")
        except Exception as error:
            if len(requests) == 1 or fault_of(error) is ModelFault.POISONED:
                for request in requests:
                    self._failed(request, error, stay=True)
                self._end_if_poisoned(error)
                return
            if fault_of(error) is ModelFault.MEMORY:
                self._model.after_memory_fault()
            for request in requests:  # one of them spoils it for all, or they are too many
                self._together([request])
            return
        self._batches.look()
        for request, speech, audio in zip(requests, speeches, made, strict=True):
            speech.served = next(self._turns)
            try:
                samples, words = speech.whole(audio)
            except Exception as error:
                self._failed(request, error)
            else:
                self._send(request, samples, words)
                self._over(request, speech)

    def _send(self, request: BatchedRequest, samples: npt.NDArray[np.int16], words: list[WordPlace]) -> None:
        if words:
            request.result(words=words)
        for at in range(0, len(samples), SLICE_SAMPLES):
            request.speech(samples[at : at + SLICE_SAMPLES].tobytes())

    def _over(self, request: BatchedRequest, speech: NeuralSpeech) -> None:
        if speech.over:
            self._speeches.pop(request.id, None)
            request.done()

    def _failed(self, request: BatchedRequest, error: Exception, *, stay: bool = False) -> None:
        speech = self._speeches.pop(request.id, None)
        if speech is not None:
            with suppress(Exception):
                speech.close()
        kind = fault_of(error)
        if kind is ModelFault.MEMORY:
            with suppress(Exception):
                self._model.after_memory_fault()
        log.warning("a text of %d characters: %s", len(str(request.fields.get("text", ""))), said_of(error))
        request.failed(said_of(error), **_more(kind))
        if not stay:
            self._end_if_poisoned(error)

    def _end_if_poisoned(self, error: Exception) -> None:
        if fault_of(error) is ModelFault.POISONED:
            sys.exit(said_of(error))

    def _forget_the_gone(self) -> None:
        for id in [id for id in self._speeches if id not in self._batches.requests]:
            with suppress(Exception):
                self._speeches.pop(id).close()


def may_go_on(request: BatchedRequest) -> bool:
    return request.ahead < AHEAD_SAMPLES


def warm_up(model: NeuralModel) -> None:
    """Speak to nobody. Raises what the model raises, and UnsoundAudioError where it is so again and again:
    one that draws lots makes something odd of a word now and then."""
    for text in model.warm_up:
        for left in reversed(range(WARM_TRIES)):
            try:
                _spoken_to_nobody(model, text)
                break
            except UnsoundAudioError:
                if not left:
                    raise


def _spoken_to_nobody(model: NeuralModel, text: str) -> None:
    if model.together > 1:
        for audio in model.speak_together([ClauseWish(text, language=model.language)]):
            as_wave(audio)  # nobody is to be the first to find that its weights are damaged
        return
    speech = NeuralSpeech(model, {"text": text, "voice": "", "language": model.language, "rate": 1.0})
    try:
        while not speech.over:
            speech.step()
    finally:
        speech.close()


def serve(load: Loaded) -> NoReturn:
    """The `main` of a worker. `load` gets the worker's options; what it raises ends the process with one line
    on standard error."""
    sock = become_worker()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        model = load(sock.options)
        warm_up(model)
    except Exception as error:
        engine, mend = (str(sock.options.get(name) or "") for name in ("engine", "mend"))
        sys.exit(said_at_start(error, engine, mend))
    sock.send_json(Msg.READY, rate=model.rate, **model.facts())
    speaker = NeuralSpeaker(
        batches := Batches(sock, most=int(sock.options.get("at_once") or 64), ripe=may_go_on), model
    )
    batches.run(speaker.step)


def _more(kind: ModelFault) -> dict[str, Any]:
    """What FAILED says beside the line itself."""
    match kind:
        case ModelFault.MISSING:
            return {"missing": True}
        case ModelFault.OTHER:
            return {}
        case _:
            return {"kind": kind.value}
