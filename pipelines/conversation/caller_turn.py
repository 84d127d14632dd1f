"""The caller's side of a turn: sounds, voice, words and keys, and what they come to. See `turn`."""

from __future__ import annotations

from dataclasses import replace

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import (
    Answered,
    Keyed,
    Pressed,
    Utterance,
)
from pipelines.conversation.commands import (
    Command,
    Decided,
    DuckPlayout,
    MissedWords,
    PausePlayout,
    ResumePlayout,
    SpotWords,
)
from pipelines.conversation.contest import ContestOutcome, ContestPhase, ContestStep
from pipelines.conversation.ear import EarState
from pipelines.conversation.ended_utterance import EndedUtterance
from pipelines.conversation.floor import INTERRUPTING, SOUNDING, Cue, FloorState
from pipelines.conversation.floor_keeping import FloorKeeper
from pipelines.conversation.interruption import HEARD_OUT
from pipelines.conversation.pieces import as_one
from pipelines.conversation.sound_shape import Shape
from pipelines.conversation.speech_detector import Edge
from pipelines.conversation.word_check import TakenFor
from pipelines.engines.protocols import SttResult

SURE_WORD = 0.6
"""Of confidence: a word that is found in what sounded like "uh huh" is to be surer than any that is taken."""
WORD_MS = 100
"""What is shorter is no word."""
HINTED = 0.4
"""Confidence from which words of a partial result are some, also where the final takes them back."""


class CallerTurn(FloorKeeper):
    """What the caller does."""

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
        self._hinted |= result.understood and bool(result.text) and result.sure(HINTED)
        if self.supposing.by_partials:
            self._ear.partial(result)
        return self._weigh(t)

    def spotted(self, t: int, result: SttResult) -> list[Command]:
        """What the recogniser says to `SpotWords`."""
        heard = self._words.spot(result.text, whole=result.understood)
        if heard is TakenFor.LISTENS and not set(result.alternatives).issubset(self._words.spotted):
            heard = TakenFor.WANTS  # to talk over "stop" is worse than to stop for "okay"
        if not self._contest.spotted(result.epoch, heard):
            return self._late("spotted")
        return self._weigh(t)

    def final(self, t: int, result: SttResult) -> list[Command]:
        interrupting = self.state in INTERRUPTING or self.state is FloorState.EXPECTING
        return self._ear.final(t, result, interrupting=interrupting) + self._due(t) + self._suppose(t)

    def disown(self, t: int, result: SttResult) -> list[Command]:
        """This final holds nothing but what the agent has just said itself: nobody said anything. One who
        goes on, or went on for long, is heard out, and who was given the floor is asked again."""
        nothing = replace(result, text="", confidence=None, understood=False, alternatives=())
        if self._ear.state is not EarState.WAITING or self._ear.in_pieces:
            return self.final(t, nothing)
        if not self._ear.knows(result):
            return self._late("final")
        if self.state is FloorState.ATTENDING:
            return self.final(t, nothing)
        # A caller's "no" may stand on ours ("say no to change it"): on such a line silence is no yes.
        return [*self._ear.close(), MissedWords(), *self._give_back(t)]

    def judged(self, t: int, epoch: int, probability: float) -> list[Command]:
        """A turn model has heard how likely it is that the caller has finished."""
        self._ear.judged(epoch, probability)
        return self._due(t) + self._suppose(t)

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

    # ---- what it comes to

    def _edge(self, t: int, edge: Edge | None) -> list[Command]:
        if edge is None:
            return []
        if self.state is FloorState.ENDED:
            return self._ear.close() + self._late(edge.value)
        self._unbroken_since = t
        if edge is Edge.ONSET:
            self._hinted, self._assent = False, None
        commands = self._ear.follow(t, edge)
        if not commands or edge is Edge.PAUSE:
            return commands + self._suppose(t)
        commands = self._suppose(t) + commands
        return self._contested(t, self._ear.onset if edge is Edge.ONSET else self._ear.resumed) + commands

    def _contested(self, t: int, began: int) -> list[Command]:
        """The caller began to speak there, or goes on from there."""
        if self.state not in INTERRUPTING and self.state is not FloorState.THINKING:
            if self._floor.takes(Cue.ONSET):
                self._floor.move(Cue.ONSET)
            return []
        silent = self._sounded_at is None or self._ear.amending
        step = self._contest.onset(t, began, silent=silent)
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
            case ContestStep.GO_ON:
                return [ResumePlayout(), DuckPlayout()]
            case ContestStep.SPOT:
                return [SpotWords(self._contest.question, self._contest.asked_of(t))]
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
        if (
            self.state in SOUNDING
            and self._contest.asks(t)
            and not (understood and self._wants(ended.result))
        ):
            return []
        if self._contest.phase is ContestPhase.BARRED and self.state in SOUNDING:
            if understood and not ended.repeats:
                self._kept.append(ended)
                return self._ear.close(told=True)
            return self._ear.close() + self._missed(ended)
        if self.state is FloorState.ATTENDING:
            if not understood:
                self._contest.fail(ended.voiced)
        elif self.state in INTERRUPTING and not self._interrupts(ended):
            self._assent = self._early_answer(t, ended)
            return self._ear.close() + self._missed(ended) + self._give_back(t)
        elif not understood and voiced < self._limits.cough and not self._answers(ended):
            if self.state is FloorState.LISTENING and voiced >= WORD_MS:
                self._unclear_since, self._unclear_text = t - ended.silence, ended.result.text
            return self._ear.close() + self._missed(ended) + self._give_back(t)
        elif ended.repeats and voiced < self._limits.take_floor:
            return self._ear.close() + self._give_back(t)
        self._contest.heard_out(understood)
        return self._tell(t, ended)

    def _early_answer(self, t: int, ended: EndedUtterance) -> tuple[int, EndedUtterance] | None:
        """Whatever it sounded like: words that the question allows are its answer, should that be over soon.
        Not surely, where they were no sign of listening."""
        result = ended.result
        if self._ear.listen.grammar is None or not result.complete or not result.understood or ended.repeats:
            return self._assent
        if self._missed(ended):
            ended = replace(ended, result=replace(result, doubtful=True))
        return t - ended.silence, ended

    def _answers(self, ended: EndedUtterance) -> bool:
        """A short sound that was not understood is an answer all the same: of what the caller said while it
        was his turn there were words at times. To ask again at once is better than to wait for silence."""
        return self.state is FloorState.LISTENING and self._hinted and not ended.amends

    def _missed(self, ended: EndedUtterance) -> list[Command]:
        """The agent is told nothing of it. Nobody refuses by a sign of listening, where it surely was one; a
        "no" may have been taken for a cough."""
        result = ended.result
        listens = self._contest.listens and result.text in self._words.spotted
        sure = result.understood and not result.doubtful
        agrees = sure and (listens or self._words.is_backchannel(result.text))
        return [] if ended.repeats or agrees else [MissedWords()]

    def _interrupts(self, ended: EndedUtterance) -> bool:
        """What was said while the agent spoke or thought, and did not take the floor by its sound."""
        result = ended.result
        if not result.understood or ended.repeats or self._words.is_backchannel(result.text):
            return False
        if self.spots and self._contest.dismissed is ContestOutcome.BACKCHANNEL:
            if ended.voiced < HEARD_OUT:
                return self._wants(result)
        # A small grammar finds its words in a cough, too.
        return self._contest.dismissed is not ContestOutcome.NOISE or self._contest.words_tell

    def _wants(self, result: SttResult) -> bool:
        """Words of what sounded like a sign of listening: the general model finds one in each "mhm", and a
        grammar that has a "yes" finds it in "yeah". Only those that want something count."""
        if result.text in self._words.others:
            return result.sure(SURE_WORD)
        if self._ear.listen.grammar is None or self._contest.listens:
            return False
        return result.complete and not result.doubtful and result.text not in self._words.spotted

    def _tell(self, t: int, ended: EndedUtterance) -> list[Command]:
        """The agent is told of an utterance."""
        ended = self._with_kept(ended)
        said = self._with_thought(ended.utterance)
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
        return commands + self._think(t, said, ended)

    def _with_thought(self, said: Utterance) -> Utterance:
        """What the agent is still thinking of, and what comes to it, are one."""
        before = self._thought
        if before is None or not before.understood or not said.understood or said.amends:
            return said
        if self._ear.listen.grammar is not None:
            return said
        return replace(said, text=f"{before.text} {said.text}", amends=True)

    def _suppose(self, t: int) -> list[Command]:
        """While it is the caller's turn and not known to be over: what the agent may think ahead of."""
        if not self.supposing.wanted:
            return []
        free = self.state in (FloorState.LISTENING, FloorState.ATTENDING)
        ended = self._ear.supposed(t) if free and not self._kept and not self._collector.open else None
        if ended is None or ended.repeats:
            return self.supposing.void()
        return self.supposing.suppose(self._with_thought(ended.utterance))

    def _with_kept(self, ended: EndedUtterance) -> EndedUtterance:
        """What was said while the agent was not to be interrupted comes with it: told later, it would answer
        another question. Of several answers to one the last counts, and not surely."""
        kept, self._kept = self._kept, []
        if not kept:
            return ended
        if self._ear.listen.grammar is None:
            return replace(ended, result=as_one([piece.result for piece in kept], ended.result))
        answers = [piece.result for piece in (*kept, ended) if piece.result.understood]
        differ = not ended.result.understood or len({answer.text for answer in answers}) > 1
        return replace(ended, result=replace(answers[-1], doubtful=differ or answers[-1].doubtful))

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
