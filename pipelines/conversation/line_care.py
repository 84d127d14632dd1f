"""What is done about a bad line: has it judged, keeps what was found, and says what is to be told of it.

`BadLine` judges; who talks carries out its verdicts.
"""

from __future__ import annotations

from mediaserver.media.leg import EndedBy, Termination, Why
from pipelines.conversation.agent import LineTrouble
from pipelines.conversation.bad_line import (
    NOBODY_HEARD,
    ON_HOLD_S,
    VOICE,
    BadLine,
    LineSeen,
    LineStep,
    LineVerdict,
)
from pipelines.conversation.dead_air import UNHEARD_WAIT
from pipelines.conversation.hearing_notes import HearingNotes
from pipelines.conversation.line_words import line_words
from pipelines.conversation.transcript import Transcript

TOLD = frozenset(LineStep) - {LineStep.GO_ON, LineStep.NOTE}
"""Steps of which somebody is told."""

STATS_EVERY = 5
"""Of the looks at the line, about a second each: RTCP comes some 5 s apart, and the leg's figures cost."""


class LineCare:
    """Of one call. What returns a verdict has kept and published it."""

    def __init__(
        self,
        notes: HearingNotes,
        transcript: Transcript,
        language: str,
        *,
        agent_minds: bool,
        on_hold_s: float = ON_HOLD_S,
    ) -> None:
        """`agent_minds`: the agent has words of its own for a bad line; `on_hold_s`: music is waited through
        for so long."""
        self._notes = notes
        self._transcript = transcript
        self._agent_minds = agent_minds
        self._words = line_words(language)
        self._bad_line = BadLine(on_hold_s)
        self._untold: LineTrouble | None = None
        self._voices = False
        self._looks = 0

    @property
    def waiting(self) -> bool:
        """There is music or a tone, and nobody is listened to."""
        return self._bad_line.waiting

    @property
    def loses_words(self) -> bool:
        """Silence may be an answer that was not heard."""
        return self._bad_line.loses_words

    def due(self, silent: int) -> bool:
        """There is something to tell of the line, and nobody has spoken for so many samples. That nobody is
        heard is not told before there was time to answer."""
        trouble = self._untold
        return trouble is not None and (trouble.kind not in NOBODY_HEARD or silent >= UNHEARD_WAIT)

    def take(self) -> LineTrouble | None:
        """What is to be told; None where nobody has words for it."""
        trouble, self._untold = self._untold, None
        tells = trouble is not None and (self._agent_minds or trouble.kind in self._words)
        return trouble if tells else None

    # ---- what is found

    def judge(self) -> LineVerdict | None:
        """There are new figures of the line, about once a second."""
        notes, figures = self._notes, self._notes.figures()
        self._looks += 1
        asks = figures.dead_s or notes.misheard or not self._looks % STATS_EVERY
        stats = notes.stats() if asks else None
        seen = LineSeen(
            figures,
            notes.misheard,
            notes.understood,
            notes.silences,
            packets=None if stats is None else stats.packets,
            unheard=0 if stats is None else int(stats.detail.get("unheard_reports", 0)),
            loss_pct=0.0 if stats is None else stats.loss_pct,
            agent_minds=self._agent_minds,
        )
        return self._kept(self._bad_line.judge(seen))

    def voice(self, probability: float) -> LineVerdict | None:
        """The voice detector's word."""
        before, self._voices = self._voices, probability >= VOICE
        if not (before or self._voices):
            return None  # most of a call
        return self._kept(self._bad_line.voice(self._notes.seconds, probability))

    def key(self) -> LineVerdict | None:
        """A key was pressed."""
        return self._kept(self._bad_line.key(self._notes.seconds))

    def _kept(self, verdict: LineVerdict | None) -> LineVerdict | None:
        if verdict is None:
            return None
        if verdict.step in TOLD:
            last, over = verdict.step is LineStep.OFFER, verdict.step is LineStep.GIVE_UP
            self._untold = LineTrouble(verdict.kind, verdict.advice, last, over)
        elif verdict.step is LineStep.GO_ON:
            self._untold = None
        if verdict.step not in (LineStep.GO_ON, LineStep.REMIND):
            self._notes.trouble(verdict.kind)
            self._notes.publish("line_trouble", trouble=verdict.kind, text=verdict.advice)
        self._transcript.event(
            "line_trouble", trouble=verdict.kind, step=verdict.step.value, detail=verdict.advice
        )
        return verdict


def termination_of(verdict: LineVerdict) -> Termination:
    """Of a call that is ended over its line."""
    why = Why.FAX if verdict.kind == "fax" else Why.BAD_LINE
    return Termination(EndedBy.SERVER, why, detail=verdict.advice)
