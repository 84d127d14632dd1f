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
    SPEAKING --onset--> YIELDING --taken--> LISTENING
                        YIELDING --utterance, digit--> THINKING
                        YIELDING --noise--> SPEAKING

The agent's reply comes in pieces: the first makes it SPEAKING, `last` says what follows the last word
(CLOSING: that is not interrupted). What was interrupted is remembered by the state itself: a thought is
contested in DOUBTING, speech in YIELDING, last words that came while the caller spoke in PARTING.

The *ear* follows one utterance of the caller. After a short silence the recogniser is asked for its final at
once, on suspicion; the final then says how much silence is needed (`Waits`). Speech that goes on takes the
suspicion back: the utterance is recognised again from its start under a new epoch.

    QUIET --onset--> HEARING --pause--> WAITING --final--> HELD --due--> QUIET
                     HEARING <--again-- WAITING, HELD

What the operator wants said waits until nobody speaks or thinks, and is then a line like the agent's own;
what the agent expects to hear stays as it was.

Results of recognition and of thinking carry the epoch of their command and are dropped on mismatch. An event
that has no row in a table is counted in `ignored` and changes nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from pipelines.conversation.agent import (
    AgentInput,
    Answered,
    End,
    Finality,
    Last,
    Listen,
    Play,
    Pressed,
    Say,
    Silence,
    Utterance,
)
from pipelines.conversation.commands import (
    Announce,
    CancelPlayout,
    CancelThinking,
    CloseStt,
    Command,
    CompleteLine,
    FinishPlayout,
    FinishStt,
    Leave,
    PausePlayout,
    ResumePlayout,
    ResumeStt,
    Speak,
    StartStt,
    Think,
)
from pipelines.conversation.ear import EAR, Ear, Sound
from pipelines.conversation.endpointing import MS, Edge, SpeechDetector, Waits, finality_of
from pipelines.conversation.floor import CONTESTED, FLOOR, Cue, State
from pipelines.conversation.machine import Machine
from pipelines.engines.protocols import FINAL_WITHIN_S, SttResult


@dataclass(frozen=True, slots=True)
class Limits:
    """In ms."""

    take_floor: int = 600
    """Speech this long takes the floor, understood or not."""
    cough: int = 260
    """Speech shorter than this with nothing understood is not an answer even when the agent is silent."""
    final: int = round(1_000 * FINAL_WITHIN_S)
    """A recogniser that has not answered by then is taken to have understood nothing."""
    utterance: int = 15_000
    thinking: int = 10_000
    noises: int = 3
    """After so many dismissed interruptions in a row an onset alone no longer pauses the agent."""
    stalled: int = 6_000
    """Playout without a single sample for this long is given up."""
    heard: int = 500
    """Last words that were sent are waited for at most this long, and then taken for heard: no phone keeps
    audio for so long, and what is still on the line comes before the hangup."""
    announcements: int = 20
    """Not in ms: so many may wait to be said."""


class Turn:
    """Turn-taking of one call. Every input takes `t`, the session's position in 16 kHz samples, and returns
    the commands to carry out, in order."""

    def __init__(self, waits: Waits | None = None, limits: Limits | None = None) -> None:
        self._waits = waits or Waits()
        self._limits = limits or Limits()
        self._detector = SpeechDetector(self._waits.suspect)
        self._listen = Listen()
        self._last: Last = End()
        self._announcements: deque[str] = deque()
        """What the operator wants said and was not begun."""
        self._stt_epoch = 0
        self._think_epoch = 0
        self._onset = 0
        """Where the caller's present or last speech began."""
        self._finished_at = 0
        self._held: SttResult | None = None
        self._wait = 0
        self._retries = 0
        self._noises = 0
        self._quiet_since = 0
        self._thinking_since = 0
        self._patience = 0
        """ms without playout that are borne: while the agent thinks on, as long as a thought."""
        self._drained_at: int | None = None
        self._progress = 0
        self.ignored: Counter[str] = Counter()
        """Events that had no row, and late results, by name."""
        self._floor = Machine(FLOOR, State.LISTENING, self.ignored)
        self._hearing = Machine(EAR, Ear.QUIET, self.ignored)

    @property
    def state(self) -> State:
        return self._floor.state

    @property
    def ear(self) -> Ear:
        return self._hearing.state

    @property
    def speech(self) -> SpeechDetector:
        return self._detector

    # ---- inputs

    def answered(self, t: int) -> list[Command]:
        """The call is up: the agent speaks first."""
        self._floor.move(Cue.ANSWERED)
        return self._think(t, Answered())

    def frame(self, t: int, level: float) -> list[Command]:
        """A frame with this level (dBFS) was heard; silence stands in for a frame that did not come."""
        return self._edge(t, self._detector.frame(t, level)) + self._lasting(t)

    def voice(self, t: int, probability: float) -> list[Command]:
        return self._edge(t, self._detector.voice(t, probability))

    def partial(self, t: int, result: SttResult) -> list[Command]:
        """Decides nothing yet: a small grammar finds words in any noise, and while the caller speaks playout
        is paused anyway. Only whether it is current is told, by `ignored`."""
        if result.epoch != self._stt_epoch or self.ear is Ear.QUIET:
            return self._late("partial")
        return []

    def final(self, t: int, result: SttResult) -> list[Command]:
        if result.epoch != self._stt_epoch or not self._hearing.takes(Sound.FINAL):
            return self._late("final")
        if self.ear is Ear.HEARING:
            # One that finds ends by itself gives finals unasked; what it said comes again with the flush.
            return self._recogniser_died(t, result) if result.failed else []
        self._hearing.move(Sound.FINAL)
        self._held = result
        finality = finality_of(result, self._listen.finality)
        if self.state in CONTESTED | {State.SPEAKING} and not result.understood:
            finality = Finality.OPEN  # do not keep the agent waiting for a cough
        self._wait = self._waits.of(finality) * MS
        return self._due(t)

    def listen(self, listen: Listen) -> None:
        """How the agent wants the caller to be listened to; always counts."""
        self._listen = listen

    def say(self, t: int, epoch: int, piece: Say | Play) -> list[Command]:
        """A piece of the agent's reply; counts only when nothing came between."""
        if epoch != self._think_epoch or not self._floor.move(Cue.SAY):
            return self._late("reply")
        self._progress = t
        self._drained_at = None
        self._patience = self._limits.thinking
        return [Speak(epoch, piece)]

    def last(self, t: int, epoch: int, last: Last) -> list[Command]:
        """What is to follow the agent's last word."""
        if epoch != self._think_epoch or not self._floor.move(Cue.LAST):
            return self._late("reply")
        self._last = last
        if self.state is State.ENDED:
            return [*self._deafen(), Leave(last)]
        return self._deafen() if self.state is State.CLOSING else []

    def replied(self, t: int, epoch: int) -> list[Command]:
        """The agent's reply is complete."""
        if epoch != self._think_epoch or self.state is State.ENDED:
            return self._late("reply")
        if self.state not in (State.THINKING, State.DOUBTING):
            self._patience = self._limits.stalled
            return [CompleteLine(epoch)]
        paused = self.state is State.DOUBTING
        self._floor.move(Cue.PASS)
        self._quiet_since = t
        return [ResumePlayout()] if paused else []

    def interject(self, t: int, text: str, last: Last) -> list[Command]:
        """Say this now, whatever is going on (a goodbye at shutdown), and then do this."""
        if not self._floor.move(Cue.INTERJECT):
            return self._late("interject")
        self._last = last
        self._announcements.clear()
        epoch = self._own_line(t)
        stopped: list[Command] = [*self._deafen(), CancelThinking(), CancelPlayout()]
        return [*stopped, Speak(epoch, Say(text)), CompleteLine(epoch)]

    def announce(self, text: str) -> bool:
        """Say this for the operator once nobody speaks or thinks. False when that will never be: the
        conversation is over, or too much waits already."""
        if self.state is State.ENDED or len(self._announcements) >= self._limits.announcements:
            return False
        self._announcements.append(text)
        return True

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
        if self.state is State.CLOSING and self._announcements:
            return [FinishPlayout(), *self._announce(t)]
        if self._drained_at is None:
            self._drained_at = t
        waited = self.state is State.CLOSING and not heard
        if waited:
            self._progress = t
            if t - self._drained_at < self._limits.heard * MS:
                return []
        return self._finished(t, Cue.PLAYED, FinishPlayout(waited))

    def digit(self, t: int, digit: str) -> list[Command]:
        if not self._floor.move(Cue.DIGIT):
            return self._late("digit")
        self._noises = 0
        commands = [*self._deafen(), CancelThinking(), CancelPlayout(by_caller=True)]
        return commands + self._think(t, Pressed(digit))

    def tick(self, t: int) -> list[Command]:
        """Time passes; call it at least every few frames."""
        commands = self._due(t)
        if self.ear is Ear.WAITING and t - self._finished_at >= self._limits.final * MS:
            self.ignored["recogniser silent"] += 1
            self._held = SttResult("", final=True, understood=False)
            commands += self._commit(t)
        if self.ear is Ear.HEARING and self._overlong(t):
            commands += self._finish_stt(t)
        match self.state:
            case State.LISTENING if self.ear is Ear.QUIET:
                if self._announcements:
                    commands += self._announce(t)
                elif t - self._quiet_since >= self._listen.silence_ms * MS:
                    self._floor.move(Cue.SILENCE)
                    commands += self._think(t, Silence())
            case State.THINKING if t - self._thinking_since >= self._limits.thinking * MS:
                self._floor.move(Cue.STALLED)
                self._think_epoch += 1
                self._quiet_since = t
                commands.append(CancelThinking())
            case State.SPEAKING | State.CLOSING if t - self._progress >= self._patience * MS:
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
        return [*self._deafen(), CancelThinking(), CancelPlayout()]

    # ---- the ear

    def _edge(self, t: int, edge: Edge | None) -> list[Command]:
        if edge is None:
            return []
        if self.state in (State.CLOSING, State.ENDED):
            self._detector.reset()
            return self._late(edge.value)
        if not self._hearing.takes(Sound(edge.value)):
            return self._late(edge.value)
        match edge:
            case Edge.ONSET:
                self._hearing.move(Sound.ONSET)
                self._onset = self._detector.began
                self._retries = 0
                return [*self._contest(), StartStt(self._next_epoch())]
            case Edge.PAUSE:
                return self._finish_stt(t)
            case Edge.AGAIN if self._overlong(t):
                return self._late("again")
            case Edge.AGAIN:
                self._hearing.move(Sound.AGAIN)
                self._held = None
                return [ResumeStt(self._next_epoch())]

    def _next_epoch(self) -> int:
        self._stt_epoch += 1
        return self._stt_epoch

    def _finish_stt(self, t: int) -> list[Command]:
        self._hearing.move(Sound.PAUSE)
        self._finished_at = t
        return [FinishStt(self._stt_epoch)]

    def _recogniser_died(self, t: int, result: SttResult) -> list[Command]:
        """The recogniser is gone in mid-utterance. Try again once with all that was heard."""
        self._retries += 1
        if self._retries == 1:
            return [ResumeStt(self._next_epoch())]
        self._hearing.move(Sound.LOST)
        self._held, self._finished_at = result, t
        self._wait = self._waits.nothing * MS
        return []

    def _due(self, t: int) -> list[Command]:
        if self.ear is Ear.HELD and (self._detector.silence(t) >= self._wait or self._overlong(t)):
            return self._commit(t)
        return []

    def _overlong(self, t: int) -> bool:
        return t - self._onset >= self._limits.utterance * MS

    def _commit(self, t: int) -> list[Command]:
        """The caller has finished: decide what it was."""
        result = self._held or SttResult("", final=True, understood=False)
        silence, voiced = self._detector.silence(t), self._detector.voiced
        finished_after = max(0, silence - (t - self._finished_at))
        commands = self._deafen()
        contested = self.state in CONTESTED | {State.SPEAKING}
        shortest = self._limits.take_floor if contested else self._limits.cough
        if not result.understood and voiced < shortest * MS:
            return commands + self._give_back(t)
        if not self._floor.move(Cue.UTTERANCE):
            return commands
        self._noises = 0
        if contested:
            commands += self._drop_reply()
        said = Utterance(result.text, result.confidence, result.understood)
        return commands + self._think(t, said, silence, finished_after, result)

    def _deafen(self) -> list[Command]:
        self._detector.reset()
        if self.ear is Ear.QUIET:
            return []
        self._hearing.move(Sound.OVER)
        self._stt_epoch += 1
        self._held = None
        return [CloseStt()]

    # ---- the floor

    def _late(self, name: str) -> list[Command]:
        self.ignored[f"late {name}"] += 1
        return []

    def _contest(self) -> list[Command]:
        if self.state is State.SPEAKING and self._noises >= self._limits.noises:
            return []
        self._floor.move(Cue.ONSET)
        return [PausePlayout(self._onset)] if self.state in CONTESTED else []

    def _lasting(self, t: int) -> list[Command]:
        if self.ear is Ear.HEARING and self._detector.voiced >= self._limits.take_floor * MS:
            return self._take_floor(t)
        return []

    def _take_floor(self, t: int) -> list[Command]:
        if self.state not in CONTESTED | {State.SPEAKING}:
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
        self._progress, self._patience, self._drained_at = t, self._limits.stalled, None
        return self._think_epoch

    def _think(
        self,
        t: int,
        said: AgentInput,
        silence: int = 0,
        finished_after: int = 0,
        result: SttResult | None = None,
    ) -> list[Command]:
        self._think_epoch += 1
        self._thinking_since = t
        return [Think(self._think_epoch, said, silence, finished_after, result)]

    def _finished(self, t: int, cue: Cue, stop: Command) -> list[Command]:
        if not self._floor.move(cue):
            return self._late(cue)
        self._drained_at = None
        self._quiet_since = t
        return [stop, Leave(self._last)] if self.state is State.ENDED else [stop]
