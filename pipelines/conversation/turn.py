"""Who has the floor: the sans-I/O turn-taking machine of one call.

Levels, voice probabilities, recognition results, digits and time go in; commands come out. It must never read
a clock, wait, or touch audio, an engine or the agent.

Theory of operation
-------------------
Three small machines run side by side, each with its table.

The *floor* says whose turn it is. While the agent speaks, or thinks, what the caller says only contests the
floor until it is known what it is.

    LISTENING --utterance, digit, silence--> THINKING --say--> SPEAKING --played--> LISTENING
    LISTENING --called--> EXPECTING --utterance, silence--> THINKING   (whom we called speaks first)
    ENDED, or any other --returned--> THINKING (the caller is back from a transfer that came to nothing)
    SPEAKING --onset--> YIELDING --taken--> ATTENDING --utterance, digit--> THINKING
                        YIELDING --utterance, digit--> THINKING
                        YIELDING --noise--> SPEAKING

The agent's reply comes in pieces: the first makes it SPEAKING, `last` says what follows the last word
(CLOSING). What was interrupted is remembered by the state itself: a thought is contested in DOUBTING, speech
in YIELDING, last words in PARTING. Speech takes no thought away, only an understood utterance does, and is
then told together with the one that was thought about. Last words that were interrupted are said again when
the agent has no others.

The *contest* (`interruption`) says what a sound is that comes while the agent speaks: it ducks or pauses
playout, and takes the floor or gives it back within a quarter of a second. Nothing silences the agent for
good: where noise keeps contesting (a bad line, a radio), only what is understood stops it.

The *ear* follows one utterance of the caller after the other and says when it is over (`endpointing`).

What the operator wants said waits until nobody speaks or thinks, and is then a line like the agent's own;
what the agent expects to hear stays as it was.

Results of recognition and of thinking carry the epoch of their command and are dropped on mismatch. An event
that has no row in a table is counted in `ignored` and changes nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import (
    AgentInput,
    Answered,
    End,
    Keyed,
    Last,
    LineTrouble,
    Listen,
    Play,
    Pressed,
    Returned,
    Say,
    Silence,
    Utterance,
)
from pipelines.conversation.collecting import KeyCollector
from pipelines.conversation.commands import (
    Announce,
    CancelPlayout,
    CancelThinking,
    Command,
    CompleteLine,
    Decided,
    DuckPlayout,
    FinishPlayout,
    GiveUpThinking,
    Leave,
    PausePlayout,
    ResumePlayout,
    Speak,
    Think,
    UnduckPlayout,
)
from pipelines.conversation.ear import EarState
from pipelines.conversation.endpointing import EndedUtterance, Endpointer
from pipelines.conversation.floor import CONTESTED, FLOOR, INTERRUPTING, SOUNDING, Cue, FloorState
from pipelines.conversation.interruption import (
    ENDLESS_SAMPLES,
    Contest,
    ContestOutcome,
    ContestPhase,
    ContestStep,
    Sensitivity,
)
from pipelines.conversation.machine import Machine
from pipelines.conversation.own_words import own_words
from pipelines.conversation.sound_shape import Shape
from pipelines.conversation.speech_detector import Edge
from pipelines.conversation.timing import Limits, Waits
from pipelines.engines.protocols import SttResult


class Turn:
    """Turn-taking of one call. Every input takes `t`, the session's position in 16 kHz samples, and returns
    the commands to carry out, in order."""

    def __init__(
        self,
        waits: Waits | None = None,
        limits: Limits | None = None,
        *,
        language: str = "en",
        sensitivity: Sensitivity = Sensitivity.MEDIUM,
        partials_tell: bool = False,
    ) -> None:
        """`partials_tell`: of the call's recogniser (`Manifest`)."""
        self._limits = limits or Limits()
        self._words = own_words(language)
        self._last: Last = End()
        self._said: list[Say | Play] = []
        """The pieces of the present reply."""
        self._unheard: tuple[list[Say | Play], Last] | None = None
        """Last words that were interrupted."""
        self._thought: Utterance | None = None
        """What the caller said last, while nothing of the reply to it was heard."""
        self._kept: list[EndedUtterance] = []
        """What was said while the agent was not to be interrupted."""
        self._announcements: deque[str] = deque()
        """What the operator wants said and was not begun."""
        self._think_epoch = 0
        self._quiet_since = 0
        self._thinking_since = 0
        self._owed: int | None = None
        """The epoch of the reply that the agent has not completed."""
        self._drained_at: int | None = None
        self._sounded_at: int | None = None
        """Where the present line was first heard."""
        self._progress = 0
        self._unbroken_since = 0
        """Since when the caller has spoken without a pause."""
        self.ignored: Counter[str] = Counter()
        """Events that had no row, and late results, by name."""
        self._floor = Machine(FLOOR, FloorState.LISTENING, self.ignored)
        self._ear = Endpointer(waits or Waits(), self._limits, self.ignored, language)
        self._collector = KeyCollector()
        self._contest = Contest(
            self._limits, self.ignored, self._words, sensitivity, partials_tell=partials_tell
        )

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
    def filler_ms(self) -> int:
        """An agent that says nothing for so long has the time passed for it; 0: never."""
        return self._limits.filler

    @property
    def idle(self) -> bool:
        """Nobody speaks, thinks or keys."""
        listening = self.state is FloorState.LISTENING and self.ear is EarState.QUIET
        return listening and not self._collector.open

    @property
    def weighing(self) -> bool:
        """A sound contests the floor: what its frames sound like is wanted."""
        return self._contest.weighing and self.state in SOUNDING

    # ---- inputs

    def answered(self, t: int, *, called: bool = False) -> list[Command]:
        """The call is up: the agent speaks first; or, where we `called`, whoever answers."""
        if called and self._limits.listen_first:
            self._floor.move(Cue.CALLED)
            self._quiet_since = t
            return []
        self._floor.move(Cue.ANSWERED)
        return self._think(t, Answered())

    def frame(self, t: int, level: float, shape: Shape | None = None, echo: float = 0.0) -> list[Command]:
        """A frame with this level (dBFS) was heard; silence stands in for a frame that did not come. `shape`
        is wanted while `weighing`; `echo`: how likely it is our own voice (`LineCondition`)."""
        self._contest.frame(level, self._ear.floor_db, shape, echo)
        return self._edge(t, self._ear.frame(t, level)) + self._weigh(t)

    def voice(self, t: int, probability: float) -> list[Command]:
        self._contest.voice(probability)
        return self._edge(t, self._ear.voice(t, probability))

    def partial(self, t: int, result: SttResult) -> list[Command]:
        """What is being said. It decides on an interruption where the recogniser's partial results tell; a
        small grammar finds words in any noise."""
        if not self._ear.knows(result):
            return self._late("partial")
        self._contest.says(result.text)
        return self._weigh(t)

    def final(self, t: int, result: SttResult) -> list[Command]:
        interrupting = self.state in INTERRUPTING or self.state is FloorState.EXPECTING
        return self._ear.final(t, result, interrupting=interrupting) + self._due(t)

    def disown(self, t: int, result: SttResult) -> list[Command]:
        """This final holds nothing but what the agent has just said itself: nobody said anything. One who
        goes on, or went on for long, is heard out, and who was given the floor is asked again."""
        nothing = replace(result, text="", confidence=0.0, understood=False, alternatives=())
        if self._ear.state is not EarState.WAITING or self._ear.in_pieces:
            return self.final(t, nothing)
        if not self._ear.knows(result):
            return self._late("final")
        if self.state is FloorState.ATTENDING:
            return self.final(t, nothing)
        return self._ear.close() + self._give_back(t)

    def judged(self, t: int, epoch: int, probability: float) -> list[Command]:
        """A turn model has heard how likely it is that the caller has finished."""
        self._ear.judged(epoch, probability)
        return self._due(t)

    def listen(self, listen: Listen) -> None:
        """How the agent wants the caller to be listened to; always counts."""
        self._ear.listen = listen
        self._collector.listen(listen.keys)

    def say(self, t: int, epoch: int, piece: Say | Play) -> list[Command]:
        """A piece of the agent's reply; counts only when nothing came between."""
        if epoch != self._think_epoch or not self._floor.takes(Cue.SAY):
            return self._late("reply")
        commands: list[Command] = []
        if not self._said:
            self._unheard = self._sounded_at = None
            if isinstance(piece, Say) and not piece.interruptible:
                commands = self._insist()
        self._said.append(piece)
        self._floor.move(Cue.SAY)
        self._progress = t
        self._drained_at = None
        return [*commands, Speak(epoch, piece)]

    def last(self, t: int, epoch: int, last: Last) -> list[Command]:
        """What is to follow the agent's last word, or the operator's where they wait to be said."""
        if epoch != self._think_epoch or not self._floor.takes(Cue.LAST):
            return self._late("reply")
        commands: list[Command] = []
        if self.state in (FloorState.THINKING, FloorState.DOUBTING):
            commands = self._say_unheard(t) or (self._announce(t) if self._announcements else [])
        self._owed = None
        self._floor.move(Cue.LAST)
        self._last = last
        if self.state is FloorState.ENDED:
            return [*self._ear.close(), Leave(last)]
        return commands

    def replied(self, t: int, epoch: int) -> list[Command]:
        """The agent's reply is complete."""
        if epoch != self._think_epoch or self.state is FloorState.ENDED:
            return self._late("reply")
        self._owed = None
        if self.state not in (FloorState.THINKING, FloorState.DOUBTING):
            return [CompleteLine(epoch), *self._typed_ahead(t)]
        if self._unheard is not None:
            return self.last(t, epoch, self._unheard[1])
        self._thought = None
        paused = self.state is FloorState.DOUBTING
        self._floor.move(Cue.PASS)
        self._contest.over()
        self._quiet_since = t
        return [*([ResumePlayout()] if paused else []), *self._typed_ahead(t)]

    def failed(self, t: int, epoch: int, text: str, last: Last | None = None) -> list[Command]:
        """The agent failed in a reply: say this in its name, if anything, and then do this."""
        commands = self.say(t, epoch, Say(text)) if text else []
        if last is not None:
            commands += self.last(t, epoch, last)
        return commands + self.replied(t, epoch)

    def interject(self, t: int, text: str, last: Last) -> list[Command]:
        """Say this now, whatever is going on (a goodbye at shutdown), and then do this. It is not
        interrupted."""
        if not self._floor.move(Cue.INTERJECT):
            return self._late("interject")
        self._last = last
        self._announcements.clear()
        self._collector.clear()
        epoch = self._own_line(t)
        self._contest.bar()
        stopped: list[Command] = [*self._ear.close(), CancelThinking(), CancelPlayout()]
        return [*stopped, Speak(epoch, Say(text)), CompleteLine(epoch)]

    def announce(self, text: str) -> bool:
        """Say this for the operator once nobody speaks or thinks. False when that will never be: the
        conversation is over, or too much waits already."""
        if self.state is FloorState.ENDED or len(self._announcements) >= self._limits.announcements:
            return False
        self._announcements.append(text)
        return True

    def returned(self, t: int, said: Returned) -> list[Command]:
        """The caller is back from somebody else, whatever the agent was at; also when it was done."""
        self._floor.move(Cue.RETURNED)
        self._unheard = self._thought = None
        self._contest.fruitless = 0
        self._collector.clear()
        return [*self._ear.close(), CancelThinking(), CancelPlayout(), *self._think(t, said)]

    def trouble(self, t: int, said: LineTrouble) -> list[Command]:
        """The line is bad: the agent is told, whatever goes on, but for its last words."""
        if not self._floor.move(Cue.TROUBLE):
            return self._late("trouble")
        self._collector.clear()
        return [*self._ear.close(), CancelThinking(), CancelPlayout(), *self._think(t, said)]

    def hold(self, held: bool) -> list[Command]:
        """On hold nobody listens. `t` must not go on meanwhile."""
        if held:
            return [PausePlayout()]
        return [] if self._contest.phase is ContestPhase.PAUSED else [ResumePlayout()]

    def progress(self, t: int, *, insisting: bool = False) -> None:
        """A frame of the agent's was played; `insisting`: of something that is said to its end."""
        self._progress = t
        self._thought = None
        if self._sounded_at is None:
            self._sounded_at = t
        if insisting:
            self._contest.bar()
        elif self.state is not FloorState.CLOSING:
            self._contest.free()

    def drained(self, t: int, heard: bool) -> list[Command]:
        """A complete line was sent; `heard`: and all of it has arrived. Last words are waited for, and so is
        a caller who speaks into them."""
        if self.state is FloorState.CLOSING and self._announcements:
            return [FinishPlayout(), *self._announce(t)]
        if self.state is FloorState.PARTING:
            return []
        if self._drained_at is None:
            self._drained_at = t
        waited = self.state is FloorState.CLOSING and not heard
        if waited:
            self._progress = t
            if t - self._drained_at < self._limits.heard * SAMPLES_PER_MS:
                return []
        return self._finished(t, Cue.PLAYED, FinishPlayout(waited))

    def digit(self, t: int, digit: str) -> list[Command]:
        """A key was pressed."""
        deaf = self._contest.phase is ContestPhase.BARRED and self.state is FloorState.CLOSING
        if deaf or not self._floor.takes(Cue.DIGIT):
            return self._late("digit")
        if self.state is FloorState.EXPECTING:
            return self._greet(t) + self.digit(t, digit)
        if not self._collector.collects:
            return self._keyed(t, Pressed(digit))
        if self.state in (FloorState.THINKING, FloorState.DOUBTING):
            self._collector.hold(digit)
            return []
        told = self._collector.key(t, digit)
        if told is not None:
            return self._keyed(t, told)
        if not self._collector.open:
            return []
        self._contest.fruitless, self._quiet_since = 0, t
        speaks, decided = self.state in SOUNDING, self._interrupts_by_key()
        self._floor.move(Cue.KEY)
        return [*self._ear.close(), *(self._drop_reply(decided) if speaks else [])]

    def tick(self, t: int) -> list[Command]:
        """Time passes; call it at least every few frames."""
        commands = self._ear.tick(t) + self._due(t)
        keyed = self._collector.tick(t)
        if keyed is not None:
            commands += self._keyed(t, keyed)
        if self._kept and self.state in SOUNDING and self._contest.phase is not ContestPhase.BARRED:
            commands += self._tell(t, self._kept.pop())
        thought = self._limits.thinking * SAMPLES_PER_MS
        match self.state:
            case FloorState.LISTENING if self.ear is EarState.QUIET and not self._collector.open:
                if self._kept:
                    commands += self._tell(t, self._kept.pop())
                elif self._announcements:
                    commands += self._announce(t)
                elif t - self._quiet_since >= self._ear.listen.silence_ms * SAMPLES_PER_MS:
                    self._floor.move(Cue.SILENCE)
                    commands += self._think(t, Silence())
            case FloorState.EXPECTING if self.ear is EarState.QUIET:
                if t - self._quiet_since >= self._limits.listen_first * SAMPLES_PER_MS:
                    commands += self._greet(t)
            case FloorState.ATTENDING if (
                self.ear is EarState.HEARING and t - self._unbroken_since >= ENDLESS_SAMPLES
            ):
                commands += self._give_up_listening(t)
            case FloorState.THINKING if t - self._thinking_since >= thought:
                commands += self._give_up_thinking(t)
            case FloorState.SPEAKING if self._owed is not None:
                if t - self._progress >= thought:
                    commands += self._give_up_thinking(t)
            case FloorState.SPEAKING | FloorState.CLOSING if (
                t - self._progress >= self._limits.stalled * SAMPLES_PER_MS
            ):
                self._think_epoch += 1
                commands += [CancelThinking(), *self._finished(t, Cue.STALLED, CancelPlayout())]
            case _:
                pass
        return commands

    def end(self) -> list[Command]:
        """The leg is gone."""
        if not self._floor.move(Cue.END):
            return []
        self._think_epoch += 1
        return [*self._ear.close(), CancelThinking(), CancelPlayout()]

    # ---- what the caller does

    def _late(self, name: str) -> list[Command]:
        self.ignored[f"late {name}"] += 1
        return []

    def _edge(self, t: int, edge: Edge | None) -> list[Command]:
        if edge is None:
            return []
        if self.state is FloorState.ENDED:
            return self._ear.close() + self._late(edge.value)
        self._unbroken_since = t
        commands = self._ear.follow(t, edge)
        return self._contested(t) + commands if commands and edge is not Edge.PAUSE else commands

    def _contested(self, t: int) -> list[Command]:
        """The caller begins to speak, or goes on."""
        if self.state not in INTERRUPTING and self.state is not FloorState.THINKING:
            if self._floor.takes(Cue.ONSET):
                self._floor.move(Cue.ONSET)
            return []
        silent = self._sounded_at is None or self._ear.amending
        step = self._contest.onset(t, self._ear.onset, silent=silent)
        if self._contest.undecided and self._floor.takes(Cue.ONSET):
            self._floor.move(Cue.ONSET)
        return self._do(t, step)

    def _weigh(self, t: int) -> list[Command]:
        if self.state not in SOUNDING:
            return []
        if self._sounded_at is None or self._ear.amending:
            # Nothing is lost by waiting until it is known what the caller says.
            lasts = self._ear.speaking >= self._limits.take_floor * SAMPLES_PER_MS
            return self._take_floor(t) if lasts and self._contest.phase is ContestPhase.PAUSED else []
        return self._do(t, self._contest.begin(t) or self._contest.decide(t, self._ear.voiced))

    def _do(self, t: int, step: ContestStep | ContestOutcome | None) -> list[Command]:
        match step:
            case None:
                return []
            case ContestStep.DUCK:
                return [DuckPlayout()]
            case ContestStep.PAUSE:
                return [PausePlayout()]
            case ContestOutcome.TAKEN:
                return self._take_floor(t)
            case _:
                return self._dismiss(t, step)

    def _due(self, t: int) -> list[Command]:
        """When the caller has finished, decide what it was."""
        ended = self._ear.ended(t)
        if ended is None:
            return []
        understood, voiced = ended.result.understood, ended.voiced // SAMPLES_PER_MS
        if self._contest.phase is ContestPhase.BARRED and self.state in SOUNDING:
            self._kept += [ended] if understood and not ended.repeats else []
            return self._ear.close()
        if self.state is FloorState.ATTENDING:
            if not understood:
                self._contest.fail(ended.voiced)
        elif self.state in INTERRUPTING and not self._interrupts(ended):
            return self._ear.close() + self._give_back(t)
        elif not understood and voiced < self._limits.cough:
            return self._ear.close() + self._give_back(t)
        elif ended.repeats and voiced < self._limits.take_floor:
            return self._ear.close() + self._give_back(t)
        self._contest.heard_out(understood)
        return self._tell(t, ended)

    def _interrupts(self, ended: EndedUtterance) -> bool:
        """What was said while the agent spoke or thought, and did not take the floor by its sound."""
        result = ended.result
        if not result.understood or ended.repeats or self._words.is_backchannel(result.text):
            return False
        # A small grammar finds its words in a cough, too.
        return self._contest.dismissed is not ContestOutcome.NOISE or self._contest.words_tell

    def _tell(self, t: int, ended: EndedUtterance) -> list[Command]:
        """The agent is told of an utterance."""
        said, before = ended.utterance, self._thought
        if self._collector.open:
            self._collector.spoken(said)
            return self._ear.close()
        first, contests = self.state is FloorState.EXPECTING, self.state in INTERRUPTING
        sounds = self.state in SOUNDING and self._sounded_at is not None
        decided = Decided(ContestOutcome.TAKEN, self._contest.figures(t)) if sounds else None
        if not self._floor.move(Cue.UTTERANCE):
            return self._ear.close()
        commands = self._ear.linger(t, ended) + (self._drop_reply(decided) if contests else [])
        if first:
            return commands + self._think(t, Answered(said.text), ended)
        if before is not None and before.understood and said.understood and not said.amends:
            if self._ear.listen.grammar is None:
                said = replace(said, text=f"{before.text} {said.text}", amends=True)
        return commands + self._think(t, said, ended)

    def _give_up_listening(self, t: int) -> list[Command]:
        """What took the floor goes on without a breath: it is nobody who speaks."""
        self._contest.fail(ENDLESS_SAMPLES)
        self._floor.move(Cue.UTTERANCE)
        return [*self._ear.close(), *self._think(t, Utterance("", understood=False))]

    def _greet(self, t: int) -> list[Command]:
        """Whom we called says nothing."""
        self._floor.move(Cue.SILENCE)
        return self._think(t, Answered())

    def _keyed(self, t: int, said: Pressed | Keyed | Utterance) -> list[Command]:
        """What the caller's keys come to, or what was said in their place, is for the agent."""
        interrupts = self._interrupts_by_key()
        self._floor.move(Cue.DIGIT)
        self._contest.fruitless = 0
        return [*self._ear.close(), *self._stop(interrupts), *self._think(t, said)]

    def _interrupts_by_key(self) -> Decided | None:
        """A key that comes while the agent is heard stops it."""
        sounds = self._sounded_at is not None and self.state in SOUNDING
        return Decided(ContestOutcome.TAKEN) if sounds else None

    def _typed_ahead(self, t: int) -> list[Command]:
        """The question is asked: the keys that came before it count now. What is left when they come to an
        entry is held again, for the question after it."""
        return [command for digit in self._collector.release() for command in self.digit(t, digit)]

    # ---- the floor

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

    def _say_unheard(self, t: int) -> list[Command]:
        """Last words that were interrupted, when the agent has no others: now they are not."""
        if self._unheard is None:
            return []
        (pieces, _), self._unheard = self._unheard, None
        commands = self._insist()
        for piece in pieces:
            commands += self.say(t, self._think_epoch, piece)
        return [*commands, CompleteLine(self._think_epoch)]

    def _announce(self, t: int) -> list[Command]:
        self._floor.move(Cue.ANNOUNCE)
        text = self._announcements.popleft()
        return [Announce(self._own_line(t), text)]

    def _own_line(self, t: int) -> int:
        """The epoch of a whole line that begins now and that the agent was not asked for."""
        self._think_epoch += 1
        self._said = []
        self._progress, self._owed, self._drained_at, self._sounded_at = t, None, None, None
        return self._think_epoch

    def _give_up_thinking(self, t: int) -> list[Command]:
        """The agent has failed by taking too long; what is said instead comes by `failed`."""
        self._thinking_since = self._progress = t
        return [GiveUpThinking(self._think_epoch, self._limits.thinking)]

    def _think(self, t: int, said: AgentInput, ended: EndedUtterance | None = None) -> list[Command]:
        self._think_epoch += 1
        self._said, self._sounded_at = [], None
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
        self._drained_at = None
        self._quiet_since = t
        return [stop, Leave(self._last)] if self.state is FloorState.ENDED else [stop]
