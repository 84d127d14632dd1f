"""Keeps the floor of one call: what both sides of a turn share, and how the floor passes between them.

See `turn` for the theory of operation. It must never read a clock, wait, or touch audio, an engine or the
agent.
"""

from __future__ import annotations

from collections import Counter, deque

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import (
    AgentInput,
    Apart,
    End,
    Last,
    Listen,
    Play,
    Say,
    Silence,
    Utterance,
)
from pipelines.conversation.collecting import KeyCollector
from pipelines.conversation.commands import (
    CancelPlayout,
    CancelThinking,
    Command,
    Decided,
    Leave,
    ResumePlayout,
    Think,
    UnduckPlayout,
)
from pipelines.conversation.contest import ContestOutcome, ContestPhase
from pipelines.conversation.dead_air import LONGEST, UNCLEAR_WAIT, UNHEARD_WAIT
from pipelines.conversation.ear import EarState
from pipelines.conversation.ended_utterance import EndedUtterance
from pipelines.conversation.endpointing import Endpointer
from pipelines.conversation.floor import CONTESTED, FLOOR, SOUNDING, Cue, FloorState
from pipelines.conversation.interruption import Contest, Sensitivity
from pipelines.conversation.machine import Machine
from pipelines.conversation.own_words import own_words
from pipelines.conversation.supposing import Supposing
from pipelines.conversation.timing import Limits, Waits
from pipelines.conversation.wake_word import Wakefulness

USUAL_SILENCE = Listen().silence_ms * SAMPLES_PER_MS
"""An agent that waits longer than usual has told the caller to take time."""


class FloorKeeper:
    """What is said and thought, the floor, the ear and the contest of one call. Every change takes `t`, the
    session's position in 16 kHz samples, and returns the commands to carry out, in order."""

    def __init__(
        self,
        waits: Waits | None = None,
        limits: Limits | None = None,
        *,
        language: str = "en",
        sensitivity: Sensitivity = Sensitivity.MEDIUM,
        partials_tell: bool = False,
        spots: bool = False,
    ) -> None:
        """`partials_tell`, `spots`: of the call's recogniser (`Manifest`)."""
        self.waits = waits or Waits()
        self._limits = limits or Limits()
        self.sensitivity = sensitivity
        self._words = own_words(language)
        self._last: Last = End()
        self._said: list[Say | Play] = []
        """The pieces of the present reply."""
        self._unheard: tuple[list[Say | Play], Last] | None = None
        """Last words that were interrupted."""
        self._thought: Utterance | None = None
        """What the caller said last, while nothing of the reply to it was heard."""
        self._assent: tuple[int, EndedUtterance] | None = None
        """What was said over our words, took no floor and is allowed as an answer, and where it ended."""
        self._hinted = False
        """There were words in the present utterance at times."""
        self._kept: list[EndedUtterance] = []
        """What was said while the agent was not to be interrupted."""
        self._announcements: deque[str] = deque()
        """What the operator wants said and was not begun."""
        self._wanted: Apart | None = None
        """What the agent does once its reply was said."""
        self._think_epoch = 0
        self._quiet_since = 0
        self._unclear_since: int | None = None
        """Since when nobody speaks, where what was said last was too little to be told to the agent."""
        self._unclear_text = ""
        """What it was perhaps."""
        self._thinking_since = 0
        self._owed: int | None = None
        """The epoch of the reply that the agent has not completed."""
        self._drained_at: int | None = None
        self._sounded_at: int | None = None
        """Where the present line was first heard."""
        self._progress = 0
        self._unbroken_since = 0
        """Since when the caller has spoken without a pause."""
        self.words_lost = False
        """Silence may be an answer that was not heard. Of the line; set from outside."""
        self.ignored: Counter[str] = Counter()
        """Events that had no row, and late results, by name."""
        self._floor = Machine(FLOOR, FloorState.LISTENING, self.ignored)
        self._ear = Endpointer(self.waits, self._limits, self.ignored, language)
        self._collector = KeyCollector()
        self.supposing = Supposing(by_partials=partials_tell)
        """Of what the caller has probably said the agent may think ahead."""
        self.wakefulness: Wakefulness | None = None
        """Of an agent that listens only after its word."""
        self.spots = spots and not partials_tell and bool(self._words.spotted)
        """The recogniser is asked whether a short sound was a word that only shows listening."""
        self._contest = Contest(
            self._limits,
            self.ignored,
            self._words,
            sensitivity,
            partials_tell=partials_tell,
            spots=self.spots,
        )

    @property
    def limits(self) -> Limits:
        return self._limits

    def use(self, waits: Waits, limits: Limits, sensitivity: Sensitivity) -> None:
        """Turns are taken so from now on; the pause that is waited through just now as it was begun."""
        self.waits, self._limits, self.sensitivity = waits, limits, sensitivity
        self._ear.use(waits, limits)
        self._contest.use(limits, sensitivity)

    def go_on_in(self, language: str) -> None:
        """The call goes on in another language (BCP 47)."""
        self._words = own_words(language)
        self._ear.language = language
        self._contest.go_on_in(self._words)
        self.spots = False

    def line_noise(self, db: float) -> None:
        """The noise floor of the caller's line as it comes, in dBFS, before any of it is suppressed."""
        self._ear.line_noise(db)

    @property
    def state(self) -> FloorState:
        return self._floor.state

    @property
    def ear(self) -> EarState:
        return self._ear.state

    @property
    def onset(self) -> int:
        """Where the caller's present or last speech began."""
        return self._ear.onset

    @property
    def owed(self) -> bool:
        """The agent has not completed its reply."""
        return self._owed is not None

    @property
    def on_hold_ms(self) -> int:
        """Music on hold is waited through for so long."""
        return self._limits.on_hold

    @property
    def filler_ms(self) -> int:
        """An agent that says nothing for so long has the time passed for it; 0: never."""
        return self._limits.filler

    @property
    def idle(self) -> bool:
        """Nobody speaks, thinks or keys."""
        listening = self.state is FloorState.LISTENING and self.ear is EarState.QUIET
        return listening and not self._collector.open

    def silent(self, t: int) -> int:
        """Samples since the agent's last word, or since the caller was last dealt with."""
        return max(0, t - self._quiet_since)

    @property
    def weighing(self) -> bool:
        """A sound contests the floor: what its frames sound like is wanted."""
        return self._contest.weighing and self.state in SOUNDING

    # ---- the floor passes on

    def _think(self, t: int, said: AgentInput, ended: EndedUtterance | None = None) -> list[Command]:
        self._think_epoch += 1
        self.supposing.told()
        self._said, self._sounded_at, self._unclear_since = [], None, None
        self._wanted = None
        self._kept.clear()
        self._assent = None
        self._contest.over()
        self._thought = said if isinstance(said, Utterance) else None
        self._owed, self._thinking_since = self._think_epoch, t
        if ended is None:
            return [Think(self._think_epoch, said)]
        return [Think(self._think_epoch, said, ended.silence, ended.finished_after, ended.result)]

    def _finished(self, t: int, cue: Cue, stop: Command) -> list[Command]:
        if not self._floor.move(cue):
            return self._late(cue)
        self._contest.free()
        self._contest.over()
        self._drained_at = self._unclear_since = None
        self._quiet_since = t
        return [stop, Leave(self._last)] if self.state is FloorState.ENDED else [stop]

    def _unanswered(self, t: int) -> AgentInput | None:
        """What the agent is told while nobody speaks: somebody has said something, and waits; or nothing came
        for as long as it wanted."""
        if self.wakefulness is not None and self.wakefulness.asleep(t):
            return None
        if self._unclear_since is not None:
            over = t - self._unclear_since >= (UNCLEAR_WAIT if self.words_lost else LONGEST)
            return Utterance(self._unclear_text, understood=False) if over else None
        wanted = self._ear.listen.silence_ms * SAMPLES_PER_MS
        if self.words_lost and wanted <= USUAL_SILENCE:
            wanted = min(wanted, UNHEARD_WAIT)
        return Silence() if self.silent(t) >= wanted else None

    def _own_line(self, t: int) -> int:
        """The epoch of a whole line that begins now and that the agent was not asked for."""
        self._think_epoch += 1
        self._said, self._wanted = [], None
        self._progress, self._owed, self._drained_at, self._sounded_at = t, None, None, None
        return self._think_epoch

    def _take_floor(self, t: int) -> list[Command]:
        decided = (
            Decided(ContestOutcome.TAKEN, self._contest.figures(t)) if self._sounded_at is not None else None
        )
        if self.state in (FloorState.CLOSING, FloorState.PARTING) and self._said:
            self._unheard = (self._said, self._last)
        self._floor.move(Cue.TAKEN)
        return self._drop_reply(decided)

    def _drop_reply(self, decided: Decided | None) -> list[Command]:
        """The caller has the floor; nothing is counted where nothing was heard."""
        self._think_epoch += 1
        return self._stop(decided)

    def _stop(self, decided: Decided | None) -> list[Command]:
        self._wanted = None
        self._contest.free()
        self._contest.over()
        counted: list[Command] = [] if decided is None else [decided]
        return [*counted, CancelThinking(), CancelPlayout(by_caller=True)]

    def _give_back(self, t: int) -> list[Command]:
        """It was nothing: the floor returns to where it was."""
        if self._contest.undecided and self.state in SOUNDING:
            return self._dismiss(t, ContestOutcome.NOISE)
        doubting = self.state is FloorState.DOUBTING
        self._floor.move(Cue.NOISE)
        if doubting:
            self._contest.over()
        return [ResumePlayout()] if doubting else []

    def _dismiss(self, t: int, outcome: ContestOutcome) -> list[Command]:
        """A contest came to nothing."""
        figures = self._contest.figures(t)
        paused = self._contest.phase is ContestPhase.PAUSED
        voiced = paused or self._ear.voiced > 0
        outcome = self._contest.dismiss(outcome, self._ear.voiced)
        self._progress = t
        # Of a sound that was no voice there is nothing to tell: nobody but the ear of the caller knows.
        tells = voiced and self._sounded_at is not None
        commands: list[Command] = [Decided(outcome, figures)] if tells else []
        commands.append(ResumePlayout() if paused else UnduckPlayout())
        if self.state in CONTESTED:
            self._floor.move(Cue.NOISE)
            if self.state is FloorState.CLOSING and not self._said:
                return commands + self._finished(t, Cue.PLAYED, CancelPlayout())  # an end without words
        return commands

    def _insist(self) -> list[Command]:
        """The next words are said to their end, whoever speaks meanwhile."""
        self._contest.bar()
        if self.state is not FloorState.DOUBTING:
            return []
        self._floor.move(Cue.NOISE)
        return [ResumePlayout()]

    def _late(self, name: str) -> list[Command]:
        self.ignored[f"late {name}"] += 1
        return []
