"""Who has the floor: the sans-I/O turn-taking machine of one call.

Levels, voice probabilities, recognition results, digits and time go in; commands come out. It must never read
a clock, wait, or touch audio, an engine or the agent.

Theory of operation
-------------------
Two small machines run side by side, each with its table.

The *floor* says whose turn it is. While the agent is SPEAKING (or THINKING), caller speech only contests the
floor: in YIELDING playout is paused at once, and what the caller does next decides. Speech that lasts, words
that are understood, or a digit take the floor (playout is cancelled); a cough or "mhm" that ends early with
nothing understood gives it back, to what was interrupted. So nothing silences the agent for good; where noise
keeps contesting (a bad line, a radio), only speech that lasts or is understood stops the agent.

    LISTENING --utterance, digit, silence--> THINKING --say--> SPEAKING --played--> LISTENING
    ENDED, or any other --returned--> THINKING (the caller is back from a transfer that came to nothing)
    SPEAKING --onset--> YIELDING --taken--> LISTENING
                        YIELDING --utterance, digit--> THINKING
                        YIELDING --noise--> SPEAKING

The agent's reply comes in pieces: the first makes it SPEAKING, `last` says what follows the last word
(CLOSING: that is not interrupted). What was interrupted is remembered by the state itself: a thought is
contested in DOUBTING, speech in YIELDING, last words that came while the caller spoke in PARTING.

The *ear* follows one utterance of the caller after the other and says when it is over (`endpointing`).

What the operator wants said waits until nobody speaks or thinks, and is then a line like the agent's own;
what the agent expects to hear stays as it was.

Results of recognition and of thinking carry the epoch of their command and are dropped on mismatch. An event
that has no row in a table is counted in `ignored` and changes nothing.
"""

from __future__ import annotations

from collections import Counter, deque

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
    FinishPlayout,
    GiveUpThinking,
    Leave,
    PausePlayout,
    ResumePlayout,
    Speak,
    Think,
)
from pipelines.conversation.ear import EarState
from pipelines.conversation.endpointing import EndedUtterance, Endpointer
from pipelines.conversation.floor import CONTESTED, FLOOR, Cue, FloorState
from pipelines.conversation.machine import Machine
from pipelines.conversation.speech_detector import Edge
from pipelines.conversation.timing import Limits, Waits
from pipelines.engines.protocols import SttResult

INTERRUPTING = CONTESTED | {FloorState.SPEAKING}
"""What the caller says while it is so interrupts the agent."""


class Turn:
    """Turn-taking of one call. Every input takes `t`, the session's position in 16 kHz samples, and returns
    the commands to carry out, in order."""

    def __init__(
        self, waits: Waits | None = None, limits: Limits | None = None, *, language: str = "en"
    ) -> None:
        self._limits = limits or Limits()
        self._last: Last = End()
        self._announcements: deque[str] = deque()
        """What the operator wants said and was not begun."""
        self._think_epoch = 0
        self._noises = 0
        self._quiet_since = 0
        self._thinking_since = 0
        self._owed: int | None = None
        """The epoch of the reply that the agent has not completed."""
        self._drained_at: int | None = None
        self._progress = 0
        self.ignored: Counter[str] = Counter()
        """Events that had no row, and late results, by name."""
        self._floor = Machine(FLOOR, FloorState.LISTENING, self.ignored)
        self._ear = Endpointer(waits or Waits(), self._limits, self.ignored, language)
        self._collector = KeyCollector()

    @property
    def state(self) -> FloorState:
        return self._floor.state

    @property
    def ear(self) -> EarState:
        return self._ear.state

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

    # ---- inputs

    def answered(self, t: int) -> list[Command]:
        """The call is up: the agent speaks first."""
        self._floor.move(Cue.ANSWERED)
        return self._think(t, Answered())

    def frame(self, t: int, level: float) -> list[Command]:
        """A frame with this level (dBFS) was heard; silence stands in for a frame that did not come."""
        return self._edge(t, self._ear.frame(t, level)) + self._lasting(t)

    def voice(self, t: int, probability: float) -> list[Command]:
        return self._edge(t, self._ear.voice(t, probability))

    def partial(self, t: int, result: SttResult) -> list[Command]:
        """Decides nothing yet: a small grammar finds words in any noise, and while the caller speaks playout
        is paused anyway. Only whether it is current is told, by `ignored`."""
        return [] if self._ear.knows(result) else self._late("partial")

    def final(self, t: int, result: SttResult) -> list[Command]:
        return self._ear.final(t, result, interrupting=self.state in INTERRUPTING) + self._due(t)

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
        if epoch != self._think_epoch or not self._floor.move(Cue.SAY):
            return self._late("reply")
        self._progress = t
        self._drained_at = None
        return [Speak(epoch, piece)]

    def last(self, t: int, epoch: int, last: Last) -> list[Command]:
        """What is to follow the agent's last word, or the operator's where they wait to be said."""
        if epoch != self._think_epoch or not self._floor.takes(Cue.LAST):
            return self._late("reply")
        commands: list[Command] = []
        if self._announcements and self.state in (FloorState.THINKING, FloorState.DOUBTING):
            commands = self._announce(t)
        self._owed = None
        self._floor.move(Cue.LAST)
        self._last = last
        if self.state is FloorState.ENDED:
            return [*self._ear.close(), Leave(last)]
        return commands + self._ear.close() if self.state is FloorState.CLOSING else commands

    def replied(self, t: int, epoch: int) -> list[Command]:
        """The agent's reply is complete."""
        if epoch != self._think_epoch or self.state is FloorState.ENDED:
            return self._late("reply")
        self._owed = None
        if self.state not in (FloorState.THINKING, FloorState.DOUBTING):
            return [CompleteLine(epoch), *self._typed_ahead(t)]
        paused = self.state is FloorState.DOUBTING
        self._floor.move(Cue.PASS)
        self._quiet_since = t
        return [*([ResumePlayout()] if paused else []), *self._typed_ahead(t)]

    def failed(self, t: int, epoch: int, text: str, last: Last | None = None) -> list[Command]:
        """The agent failed in a reply: say this in its name, if anything, and then do this."""
        commands = self.say(t, epoch, Say(text)) if text else []
        if last is not None:
            commands += self.last(t, epoch, last)
        return commands + self.replied(t, epoch)

    def interject(self, t: int, text: str, last: Last) -> list[Command]:
        """Say this now, whatever is going on (a goodbye at shutdown), and then do this."""
        if not self._floor.move(Cue.INTERJECT):
            return self._late("interject")
        self._last = last
        self._announcements.clear()
        self._collector.clear()
        epoch = self._own_line(t)
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
        self._noises = 0
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
        return [] if self.state in CONTESTED else [ResumePlayout()]

    def progress(self, t: int) -> None:
        """A frame of the agent's was played."""
        self._progress = t

    def drained(self, t: int, heard: bool) -> list[Command]:
        """A complete line was sent; `heard`: and all of it has arrived. Last words are waited for."""
        if self.state is FloorState.CLOSING and self._announcements:
            return [FinishPlayout(), *self._announce(t)]
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
        if not self._floor.takes(Cue.DIGIT):
            return self._late("digit")
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
        self._noises, self._quiet_since = 0, t
        return [*self._ear.close(), *self._take_floor(t)]

    def tick(self, t: int) -> list[Command]:
        """Time passes; call it at least every few frames."""
        commands = self._ear.tick(t) + self._due(t)
        keyed = self._collector.tick(t)
        if keyed is not None:
            commands += self._keyed(t, keyed)
        thought = self._limits.thinking * SAMPLES_PER_MS
        match self.state:
            case FloorState.LISTENING if self.ear is EarState.QUIET and not self._collector.open:
                if self._announcements:
                    commands += self._announce(t)
                elif t - self._quiet_since >= self._ear.listen.silence_ms * SAMPLES_PER_MS:
                    self._floor.move(Cue.SILENCE)
                    commands += self._think(t, Silence())
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

    # ---- the ear

    def _edge(self, t: int, edge: Edge | None) -> list[Command]:
        if edge is None:
            return []
        if self.state in (FloorState.CLOSING, FloorState.ENDED):
            return self._ear.close() + self._late(edge.value)
        commands = self._ear.follow(t, edge)
        if edge is Edge.ONSET and commands:
            return self._contest() + commands
        return commands

    def _due(self, t: int) -> list[Command]:
        """When the caller has finished, decide what it was."""
        ended = self._ear.ended(t)
        if ended is None:
            return []
        interrupts = self.state in INTERRUPTING
        result = ended.result
        shortest = self._limits.take_floor if interrupts else self._limits.cough
        noise = not result.understood and ended.voiced < shortest * SAMPLES_PER_MS
        if noise or (ended.repeats and ended.voiced < self._limits.take_floor * SAMPLES_PER_MS):
            return self._ear.close() + self._give_back(t)
        said = ended.utterance
        if self._collector.open:
            self._collector.spoken(said)
            return self._ear.close()
        if not self._floor.move(Cue.UTTERANCE):
            return self._ear.close()
        self._noises = 0
        commands = self._ear.linger(t, ended)
        if interrupts:
            commands += self._drop_reply()
        return commands + self._think(t, said, ended)

    # ---- the keys

    def _keyed(self, t: int, said: Pressed | Keyed | Utterance) -> list[Command]:
        """What the caller's keys come to, or what was said in their place, is for the agent."""
        self._floor.move(Cue.DIGIT)
        self._noises = 0
        commands = [*self._ear.close(), CancelThinking(), CancelPlayout(by_caller=True)]
        return commands + self._think(t, said)

    def _typed_ahead(self, t: int) -> list[Command]:
        """The question is asked: the keys that came before it count now. What is left when they come to an
        entry is held again, for the question after it."""
        return [command for digit in self._collector.release() for command in self.digit(t, digit)]

    # ---- the floor

    def _late(self, name: str) -> list[Command]:
        self.ignored[f"late {name}"] += 1
        return []

    def _contest(self) -> list[Command]:
        if self.state is FloorState.SPEAKING and self._noises >= self._limits.noises:
            return []
        self._floor.move(Cue.ONSET)
        return [PausePlayout(self._ear.onset)] if self.state in CONTESTED else []

    def _lasting(self, t: int) -> list[Command]:
        if self._ear.speaking >= self._limits.take_floor * SAMPLES_PER_MS:
            return self._take_floor(t)
        return []

    def _take_floor(self, t: int) -> list[Command]:
        if self.state not in INTERRUPTING:
            return []
        self._floor.move(Cue.TAKEN)
        self._quiet_since = t
        return self._drop_reply()

    def _drop_reply(self) -> list[Command]:
        self._think_epoch += 1
        return [CancelThinking(), CancelPlayout(by_caller=True)]

    def _give_back(self, t: int) -> list[Command]:
        """Noise: the floor returns to where it was."""
        self._noises += 1
        paused = self.state in CONTESTED
        self._floor.move(Cue.NOISE)
        if not paused:
            return []
        self._progress = t
        return [ResumePlayout(dismissed=True)]

    def _announce(self, t: int) -> list[Command]:
        self._floor.move(Cue.ANNOUNCE)
        return [Announce(self._own_line(t), self._announcements.popleft())]

    def _own_line(self, t: int) -> int:
        """The epoch of a whole line that begins now and that the agent was not asked for."""
        self._think_epoch += 1
        self._progress, self._owed, self._drained_at = t, None, None
        return self._think_epoch

    def _give_up_thinking(self, t: int) -> list[Command]:
        """The agent has failed by taking too long; what is said instead comes by `failed`."""
        self._thinking_since = self._progress = t
        return [GiveUpThinking(self._think_epoch, self._limits.thinking)]

    def _think(self, t: int, said: AgentInput, ended: EndedUtterance | None = None) -> list[Command]:
        self._think_epoch += 1
        self._owed, self._thinking_since = self._think_epoch, t
        if ended is None:
            return [Think(self._think_epoch, said)]
        return [Think(self._think_epoch, said, ended.silence, ended.finished_after, ended.result)]

    def _finished(self, t: int, cue: Cue, stop: Command) -> list[Command]:
        if not self._floor.move(cue):
            return self._late(cue)
        self._drained_at = None
        self._quiet_since = t
        return [stop, Leave(self._last)] if self.state is FloorState.ENDED else [stop]
