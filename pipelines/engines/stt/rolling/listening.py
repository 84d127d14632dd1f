"""A worker's utterances on a model that hears stretches of audio, many calls in one batch.

Runs in the child only. Finals come before partials; a batch is looked at while the socket is (the model's
side calls `idle` while it waits), so that pings are answered and what nobody wants any more is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from pipelines.engines.stt.rolling.by_grammar import GrammarView
from pipelines.engines.stt.rolling.guards import UnsoundModelError
from pipelines.engines.stt.rolling.hypothesis import Hypothesis
from pipelines.engines.stt.rolling.window import RollingWindow, WindowLook, WindowResult, WindowSettings
from pipelines.workers.batches import BatchedRequest, Batches
from pipelines.workers.entry import WorkerSocket

SHARE = 1.5
"""So much more speech than a look takes lies between two partial looks: a final waits for few of them."""
PACE_KEPT = 0.7
"""Of the last measure of what a look takes, in the next."""


@dataclass(frozen=True)
class WantedLook:
    """One for one call."""

    look: WindowLook
    languages: tuple[str, ...]
    """In which the call may be, the expected one first; BCP 47."""
    hints: str
    """Words that may be expected."""
    spells: bool
    """Numbers are to be written as words."""


class Hearer(Protocol):
    """The model."""

    def hear(
        self, wanted: Sequence[WantedLook], idle: Callable[[], None], computed: Callable[[int], None]
    ) -> list[Hypothesis]:
        """One hypothesis for each. `idle` is called now and then while it computes; `computed` with the looks
        that each step of the model takes together. Raises anything."""


@dataclass
class _Utterance:
    window: RollingWindow
    grammar: GrammarView
    languages: tuple[str, ...]
    finished: float = 0.0
    """When its end was seen (perf_counter); 0 before."""
    due: bool = False
    """A look is. Asked anew only when something has come: all calls are asked whenever one has sent audio."""


class RollingWorker:
    def __init__(self, sock: WorkerSocket, hearer: Hearer, settings: WindowSettings) -> None:
        self._hearer, self._settings = hearer, settings
        self._batches = Batches(sock, ripe=self._ripe, first=lambda request: request.finished)
        self._utterances: dict[int, _Utterance] = {}
        self._pace_ms = 0.0

    def run(self) -> NoReturn:
        """Hear batch after batch."""
        self._batches.run(self._work)

    def _ripe(self, request: BatchedRequest) -> bool:
        """What has come of it is in its window, and a look is due."""
        utterance = self._of(request)
        ended = request.finished and not utterance.finished
        if not request.audio and not ended:
            return utterance.due
        whole = len(request.audio) & ~1
        utterance.window.hear(request.audio[:whole])
        del request.audio[:whole]
        if ended:
            utterance.finished = time.perf_counter()
            utterance.window.finish()
        utterance.due = utterance.window.ripe(round(self._pace_ms))
        return utterance.due

    def _work(self, batch: Sequence[BatchedRequest]) -> None:
        known = self._batches.requests
        self._utterances = {id: each for id, each in self._utterances.items() if id in known}
        chosen = [each for each in batch if not self._answered(each)]
        if not chosen:
            return
        wanted = [self._wanted(self._of(request)) for request in chosen]
        began = time.perf_counter()
        hypotheses = self._hearer.hear(wanted, self._batches.look, self._batches.computed)
        taken_ms = (time.perf_counter() - began) * 1000
        self._pace_ms = PACE_KEPT * self._pace_ms + (1 - PACE_KEPT) * SHARE * taken_ms
        for request, each, hypothesis in zip(chosen, wanted, hypotheses, strict=True):
            utterance = self._of(request)
            try:
                told = utterance.window.heard(each.look, hypothesis)
            except UnsoundModelError as fault:
                request.failed(str(fault))
                continue
            utterance.due = utterance.window.ripe(round(self._pace_ms))
            if told is not None:
                self._tell(request, told)

    def _of(self, request: BatchedRequest) -> _Utterance:
        if request.id not in self._utterances:
            fields = request.fields
            others = tuple(str(each) for each in fields.get("among") or ())
            noise_db = fields.get("noise_db")
            self._utterances[request.id] = _Utterance(
                RollingWindow(self._settings, None if noise_db is None else float(noise_db)),
                GrammarView(fields.get("grammar")),
                (str(fields.get("language") or "en"), *others),
            )
        return self._utterances[request.id]

    def _wanted(self, utterance: _Utterance) -> WantedLook:
        grammar = utterance.grammar
        return WantedLook(utterance.window.look(), utterance.languages, grammar.hints, grammar.spells)

    def _answered(self, request: BatchedRequest) -> bool:
        """Whether its final needed no look."""
        told = self._of(request).window.answer()
        if told is not None:
            self._tell(request, told)
        return told is not None

    def _tell(self, request: BatchedRequest, told: WindowResult) -> None:
        utterance = self._of(request)
        fields: dict[str, Any] = {**told.fields(), **utterance.grammar.verdict(told.text)}
        if told.final:
            request.done(**fields, stt_ms=(time.perf_counter() - utterance.finished) * 1000)
        else:
            request.result(**fields)
