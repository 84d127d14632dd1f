"""What is done about a bad line: has it judged, keeps what was found, and says what is to be told of it.

`BadLine` judges; who talks carries out its verdicts.
"""

from __future__ import annotations

from mediaserver.media.leg import EndedBy, Termination, Why
from pipelines.conversation.agent import LineTrouble
from pipelines.conversation.bad_line import BadLine, LineSeen, LineStep, LineVerdict
from pipelines.conversation.hearing_notes import HearingNotes
from pipelines.conversation.line_words import GIVEN_UP, line_words
from pipelines.conversation.transcript import Transcript


class LineCare:
    """Of one call. What returns a verdict has kept and published it."""

    def __init__(
        self, notes: HearingNotes, transcript: Transcript, language: str, *, agent_minds: bool
    ) -> None:
        """`agent_minds`: the agent has words of its own for a bad line."""
        self._notes = notes
        self._transcript = transcript
        self._agent_minds = agent_minds
        self._words = line_words(language)
        self._bad_line = BadLine()
        self._untold: LineTrouble | None = None

    @property
    def waiting(self) -> bool:
        """There is music, and nobody is spoken to."""
        return self._bad_line.waiting

    @property
    def untold(self) -> bool:
        """There is something to tell of the line, once nobody speaks."""
        return self._untold is not None

    def take(self) -> LineTrouble | None:
        """What is to be told; None where nobody has words for it."""
        trouble, self._untold = self._untold, None
        tells = trouble is not None and (self._agent_minds or trouble.kind in self._words)
        return trouble if tells else None

    def last_words(self, verdict: LineVerdict) -> str:
        """Said before the call is ended over the line; empty: it is just hung up."""
        return self._words.get(GIVEN_UP, "") if verdict.step is LineStep.GIVE_UP else ""

    # ---- what is found

    def judge(self) -> LineVerdict | None:
        """There are new figures of the line, about once a second."""
        figures, misheard = self._notes.figures(), self._notes.misheard
        stats = self._notes.stats() if figures.dead_s or misheard else None
        packets, loss_pct = (None, 0.0) if stats is None else (stats.packets, stats.loss_pct)
        seen = LineSeen(figures, misheard, packets, loss_pct, minds_noise=self._agent_minds)
        return self._kept(self._bad_line.judge(seen))

    def voice(self, probability: float) -> LineVerdict | None:
        """The voice detector's word while music plays."""
        return self._kept(self._bad_line.voice(self._notes.seconds, probability))

    def key(self) -> LineVerdict | None:
        """A key was pressed."""
        return self._kept(self._bad_line.key(self._notes.seconds))

    def _kept(self, verdict: LineVerdict | None) -> LineVerdict | None:
        if verdict is None:
            return None
        if verdict.step is not LineStep.GO_ON:
            self._notes.trouble(verdict.kind)
            self._notes.publish("line_trouble", trouble=verdict.kind, text=verdict.advice)
        self._transcript.event(
            "line_trouble", trouble=verdict.kind, step=verdict.step.value, detail=verdict.advice
        )
        if verdict.step in (LineStep.TELL, LineStep.BREAK_IN):
            self._untold = LineTrouble(verdict.kind, verdict.advice)
        return verdict


def termination_of(verdict: LineVerdict) -> Termination:
    """Of a call that is ended over its line."""
    why = Why.FAX if verdict.kind == "fax" else Why.BAD_LINE
    return Termination(EndedBy.SERVER, why, detail=verdict.advice)
