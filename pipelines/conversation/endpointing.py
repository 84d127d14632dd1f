"""Follows one utterance of the caller after the other, and knows when each is over. Sans-I/O.

After a short silence the recogniser is asked for its final at once, on suspicion; the final then says how
much silence is needed (`Waits`). Speech that goes on takes the suspicion back: the utterance is recognised
again from its start under a new epoch.

    QUIET --onset--> HEARING --pause--> WAITING --final--> HELD --over--> QUIET
                     HEARING <--again-- WAITING, HELD

It must never decide whose turn it is, nor what an utterance means for it.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Finality, Listen
from pipelines.conversation.commands import CloseStt, Command, FinishStt, ResumeStt, StartStt
from pipelines.conversation.ear import EAR, EarState, Sound
from pipelines.conversation.machine import Machine
from pipelines.conversation.pauses import Pauses
from pipelines.conversation.semantic_end import finality_of_text
from pipelines.conversation.speech_detector import Edge, SpeechDetector
from pipelines.conversation.timing import Limits, Waits
from pipelines.engines.protocols import SttResult

log = logging.getLogger(__name__)

PATIENCE = (Finality.WHOLE, Finality.OPEN, Finality.NOTHING, Finality.HANGING)
"""What waits longer comes later."""
SURE = 0.6
"""Confidence from which a short answer without a grammar is taken at once."""


def finality_of(result: SttResult, listen: Listen, language: str) -> Finality:
    """What a result says about whether more words will come. The agent's own judge can only ask for more
    patience than the grammar: a judge asks whether words would change the answer ("two"), a grammar whether
    they would follow it ("two" + "people")."""
    if result.hanging and result.text:
        return Finality.HANGING
    if not result.understood or not result.text:
        return Finality.NOTHING
    judged = listen.finality(result.text) if listen.finality is not None else None
    if result.complete:
        known = Finality.OPEN if result.extensible or result.doubtful else Finality.WHOLE
        return known if judged is None else max(judged, known, key=PATIENCE.index)
    sure = not result.doubtful and result.confidence >= SURE
    of_words = finality_of_text(result.text, language, sure=sure)
    # A judge knows the question, and so whether there is an answer in the words; not whether they break off.
    return of_words if judged is None or of_words is Finality.HANGING else judged


@dataclass(frozen=True, slots=True)
class EndedUtterance:
    """An utterance that is over; times in samples."""

    result: SttResult
    voiced: int
    silence: int
    """Since its last voice."""
    finished_after: int
    """Of the silence, what passed until the recogniser was asked for its final."""


class Endpointer:
    """Positions (`t`) are the session's, in 16 kHz samples. What has no row in the table is counted in
    `ignored`."""

    def __init__(self, waits: Waits, limits: Limits, ignored: Counter[str], language: str) -> None:
        self._language = language
        self._waits = waits
        self._limits = limits
        self._ignored = ignored
        self._machine = Machine(EAR, EarState.QUIET, ignored)
        self._detector = SpeechDetector(waits.suspect)
        self._epoch = 0
        self._asked_at = 0
        """When the recogniser was last asked for a final."""
        self._held: SttResult | None = None
        self._wait = 0
        self._retries = 0
        self._pauses = Pauses()
        self.listen = Listen()
        """How the agent wants the caller to be heard."""
        self.onset = 0
        """Where the caller's present or last speech began."""

    @property
    def state(self) -> EarState:
        return self._machine.state

    @property
    def speaking(self) -> int:
        """Samples of voice in the utterance while the caller speaks on; 0 when not."""
        return self._detector.voiced if self.state is EarState.HEARING else 0

    # ---- what is heard

    def frame(self, t: int, level: float) -> Edge | None:
        return self._detector.frame(t, level)

    def voice(self, t: int, probability: float) -> Edge | None:
        return self._detector.voice(t, probability)

    def follow(self, t: int, edge: Edge) -> list[Command]:
        """What the detector saw; nothing when it means nothing here."""
        if not self._machine.takes(Sound(edge.value)):
            return self._late(edge.value)
        match edge:
            case Edge.ONSET:
                self._machine.move(Sound.ONSET)
                self.onset = self._detector.began
                self._retries = 0
                return [StartStt(self._next_epoch())]
            case Edge.PAUSE:
                return self._ask(t)
            case Edge.AGAIN if self._overlong(t):
                return self._late("again")
            case Edge.AGAIN:
                self._pauses.paused(self._detector.paused // SAMPLES_PER_MS)
                self._machine.move(Sound.AGAIN)
                self._held = None
                return [ResumeStt(self._next_epoch())]

    # ---- what is recognised

    def knows(self, result: SttResult) -> bool:
        """The result is about the present utterance."""
        return result.epoch == self._epoch and self.state is not EarState.QUIET

    def final(self, t: int, result: SttResult, *, interrupting: bool) -> list[Command]:
        """A final; one that understood nothing is soon believed of a caller who is `interrupting`."""
        if result.epoch != self._epoch or not self._machine.takes(Sound.FINAL):
            return self._late("final")
        if self.state is EarState.HEARING:
            # One that finds ends by itself gives finals unasked; what it said comes again with the flush.
            return self._died(t, result) if result.failed else []
        self._machine.move(Sound.FINAL)
        self._held = result
        self._wait = self._wait_for(result, interrupting) * SAMPLES_PER_MS
        return []

    # ---- the end of an utterance

    def tick(self, t: int) -> list[Command]:
        """Time passes."""
        if self.state is EarState.WAITING and t - self._asked_at >= self._limits.final * SAMPLES_PER_MS:
            self._ignored["recogniser silent"] += 1
            self._machine.move(Sound.FINAL)
            self._held, self._wait = None, 0
        elif self.state is EarState.HEARING and self._overlong(t):
            return self._ask(t)
        return []

    def ended(self, t: int) -> EndedUtterance | None:
        """The utterance, once it is over: `close` is to follow."""
        silence = self._detector.silence(t)
        if self.state is not EarState.HELD or (silence < self._wait and not self._overlong(t)):
            return None
        result = self._held or SttResult("", final=True, understood=False)
        return EndedUtterance(result, self._detector.voiced, silence, max(0, silence - (t - self._asked_at)))

    def close(self) -> list[Command]:
        """The utterance is decided upon, or of no interest."""
        self._detector.reset()
        if self.state is EarState.QUIET:
            return []
        self._machine.move(Sound.OVER)
        self._epoch += 1
        self._held = None
        return [CloseStt()]

    # ---- inside

    def _next_epoch(self) -> int:
        self._epoch += 1
        return self._epoch

    def _ask(self, t: int) -> list[Command]:
        self._machine.move(Sound.PAUSE)
        self._asked_at = t
        # Under an epoch of its own: what comes with an older one is an end that the recogniser found.
        return [FinishStt(self._next_epoch())]

    def _wait_for(self, result: SttResult, interrupting: bool) -> int:
        """How much silence ends the utterance, in ms."""
        if interrupting and not result.understood:
            return self._waits.dismiss  # do not keep the agent waiting for a cough
        try:
            finality = finality_of(result, self.listen, self._language)
        except Exception:  # the judge is the agent's
            log.exception("the agent's judge of what was heard failed")
            self._ignored["judge failed"] += 1
            finality = Finality.NOTHING
        return self._waits.of(finality, self._pauses.stretch)

    def _died(self, t: int, result: SttResult) -> list[Command]:
        """The recogniser is gone in mid-utterance. Try again once with all that was heard."""
        self._retries += 1
        if self._retries == 1:
            return [ResumeStt(self._next_epoch())]
        self._machine.move(Sound.LOST)
        self._held, self._asked_at = result, t
        self._wait = self._waits.nothing * SAMPLES_PER_MS
        return []

    def _overlong(self, t: int) -> bool:
        return t - self.onset >= self._limits.utterance * SAMPLES_PER_MS

    def _late(self, name: str) -> list[Command]:
        self._ignored[f"late {name}"] += 1
        return []
