"""Whether a short sound that the caller made over the agent's words was nothing but "okay" or "right": asks
the recogniser which of some 80 short words it was, beside the utterance that it is hearing.

The words were chosen with seven voices of flite and festival in noise: the embedded recogniser knows some 40
of 57 signs of listening, and takes none to four of 250 other words and phrases for one, "yes" not counted.

It must never decide what follows from it (`interruption` does), nor wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.own_words import OwnWords
from pipelines.engines.protocols import Grammar, Stt, SttResult, SttSession

KEPT_FRAMES = 50
"""1 s: longer sounds are not asked about."""
LEAD_FRAMES = 12
"""240 ms from before the sound: recognisers want silence before a word."""

UNASKED = -1
"""Epoch of what nobody wants to know."""


def listening_grammar(words: OwnWords) -> Grammar:
    """Of a language's signs of listening and of what is none."""
    body = " | ".join((*words.spotted, *words.others))
    document = f"#JSGF V1.0; grammar listening; public <listening> = {body};"
    return Grammar("listening", document, choice=True)


class Spotter:
    """Of one call. `on_result` gets the finals, with the epoch of the question."""

    def __init__(
        self, stt: Stt, words: OwnWords, on_result: Callable[[SttResult], None], language: str
    ) -> None:
        self._grammar = listening_grammar(words)
        self._on_result = on_result
        self._session: SttSession | None = stt.session(self._heard, language=language)
        self._lately: deque[Frame] = deque(maxlen=KEPT_FRAMES)
        # A recogniser that has to read the grammar first answers the first question too late: let it do so
        # while the agent greets.
        self._session.begin(UNASKED, self._grammar)
        for _ in range(LEAD_FRAMES):
            self._session.feed(np.zeros(FRAME_SAMPLES, np.int16))
        self._session.flush(UNASKED)

    def hear(self, frame: Frame) -> None:
        self._lately.append(frame)

    def ask(self, epoch: int, frames: int, noise_db: float | None, raised: Callable[[Frame], Frame]) -> None:
        """About what was heard in so many frames, up to now; `raised`: to where the recogniser hears well."""
        session = self._session
        if session is None:
            return
        session.begin(epoch, self._grammar, noise_db=noise_db)
        for frame in islice(self._lately, max(0, len(self._lately) - frames - LEAD_FRAMES), None):
            session.feed(raised(frame))
        session.flush(epoch)

    def end(self) -> None:
        """The call is over. Whom it told and who told it are let go of: they point back at each other, and
        nothing of a call is to wait for the garbage collector."""
        session, self._session = self._session, None
        self._on_result = _unheard
        self._lately.clear()
        if session is not None:
            session.close()

    def _heard(self, result: SttResult) -> None:
        if result.final and self._session is not None:
            self._session.abandon()
            if result.epoch != UNASKED:
                self._on_result(result)


def _unheard(result: SttResult) -> None:
    """The call is over."""
