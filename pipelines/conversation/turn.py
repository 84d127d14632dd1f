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

    LISTENING --utterance, digit, silence--> THINKING --reply--> SPEAKING --played--> LISTENING
    SPEAKING, THINKING --onset--> YIELDING --taken--> LISTENING
                                  YIELDING --utterance, digit--> THINKING
                                  YIELDING --noise--> back to SPEAKING, THINKING or LISTENING

The *ear* follows one utterance of the caller. After a short silence the recogniser is asked for its final at
once, on suspicion; the final then says how much silence is needed (`Waits`). Speech that goes on takes the
suspicion back: the utterance is recognised again from its start under a new epoch.

    QUIET --onset--> HEARING --pause--> WAITING --final--> HELD --due--> QUIET
                     HEARING <--again-- WAITING, HELD

Results of recognition and of thinking carry the epoch of their command and are dropped on mismatch. An event
that has no row in a table is counted in `ignored` and changes nothing.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias

from pipelines.conversation.agent import (
    AgentInput,
    Answered,
    Finality,
    Listen,
    Pressed,
    Reply,
    Silence,
    Utterance,
)
from pipelines.conversation.endpointing import MS, Edge, SpeechDetector, Waits, finality_of
from pipelines.engines.protocols import FINAL_WITHIN_S, SttResult


class State(enum.StrEnum):
    """The floor."""

    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    YIELDING = "yielding"
    ENDED = "ended"


class Cue(enum.StrEnum):
    """What moves the floor."""

    ONSET = "onset"
    TAKEN = "taken"
    UTTERANCE = "utterance"
    NOISE = "noise"
    DIGIT = "digit"
    SILENCE = "silence"
    REPLY = "reply"
    PASS = "pass"
    PLAYED = "played"
    STALLED = "stalled"
    END = "end"


class Ear(enum.StrEnum):
    """The caller's current utterance."""

    QUIET = "quiet"
    HEARING = "hearing"
    WAITING = "waiting"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class StartStt:
    """Open a stream and feed it the pre-roll; or, with `again`, everything heard since the onset."""

    epoch: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class FinishStt:
    epoch: int


@dataclass(frozen=True, slots=True)
class CloseStt:
    """The utterance is over: forget its stream and its audio."""


@dataclass(frozen=True, slots=True)
class PausePlayout:
    pass


@dataclass(frozen=True, slots=True)
class ResumePlayout:
    pass


@dataclass(frozen=True, slots=True)
class CancelPlayout:
    pass


@dataclass(frozen=True, slots=True)
class CancelThinking:
    pass


@dataclass(frozen=True, slots=True)
class Think:
    """Give this to the agent; its reply comes back with this epoch."""

    epoch: int
    said: AgentInput
    silence: int = 0
    """Samples between the caller's last voice and this command; 0 when it is not about speech."""
    finished_after: int = 0
    """Of these, the samples until the recogniser was asked for its final."""
    result: SttResult | None = None


@dataclass(frozen=True, slots=True)
class Speak:
    epoch: int
    reply: Reply


@dataclass(frozen=True, slots=True)
class End:
    """The agent has said its last word."""


Command: TypeAlias = (
    StartStt
    | FinishStt
    | CloseStt
    | PausePlayout
    | ResumePlayout
    | CancelPlayout
    | CancelThinking
    | Think
    | Speak
    | End
)

FLOOR: dict[tuple[State, Cue], State] = {
    (State.LISTENING, Cue.ONSET): State.LISTENING,
    (State.LISTENING, Cue.TAKEN): State.LISTENING,
    (State.LISTENING, Cue.NOISE): State.LISTENING,
    (State.LISTENING, Cue.UTTERANCE): State.THINKING,
    (State.LISTENING, Cue.DIGIT): State.THINKING,
    (State.LISTENING, Cue.SILENCE): State.THINKING,
    (State.LISTENING, Cue.REPLY): State.SPEAKING,
    (State.THINKING, Cue.ONSET): State.YIELDING,
    (State.THINKING, Cue.DIGIT): State.THINKING,
    (State.THINKING, Cue.REPLY): State.SPEAKING,
    (State.THINKING, Cue.PASS): State.LISTENING,
    (State.THINKING, Cue.STALLED): State.LISTENING,
    (State.SPEAKING, Cue.ONSET): State.YIELDING,
    (State.SPEAKING, Cue.TAKEN): State.LISTENING,
    (State.SPEAKING, Cue.NOISE): State.SPEAKING,
    (State.SPEAKING, Cue.UTTERANCE): State.THINKING,
    (State.SPEAKING, Cue.DIGIT): State.THINKING,
    (State.SPEAKING, Cue.REPLY): State.SPEAKING,
    (State.SPEAKING, Cue.PLAYED): State.LISTENING,
    (State.SPEAKING, Cue.STALLED): State.LISTENING,
    (State.YIELDING, Cue.TAKEN): State.LISTENING,
    (State.YIELDING, Cue.UTTERANCE): State.THINKING,
    (State.YIELDING, Cue.DIGIT): State.THINKING,
    (State.YIELDING, Cue.REPLY): State.YIELDING,
    (State.YIELDING, Cue.PASS): State.YIELDING,
    **{(state, Cue.END): State.ENDED for state in State if state is not State.ENDED},
}
"""The floor's rows; (YIELDING, NOISE) goes back to what was interrupted and is not a constant."""

EAR: dict[tuple[Ear, str], Ear] = {
    (Ear.QUIET, "onset"): Ear.HEARING,
    (Ear.HEARING, "pause"): Ear.WAITING,
    (Ear.HEARING, "final"): Ear.HEARING,
    (Ear.WAITING, "again"): Ear.HEARING,
    (Ear.WAITING, "final"): Ear.HELD,
    (Ear.HELD, "again"): Ear.HEARING,
}


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


class Turn:
    """Turn-taking of one call. Every input takes `t`, the session's position in 16 kHz samples, and returns
    the commands to carry out, in order."""

    def __init__(self, waits: Waits | None = None, limits: Limits | None = None) -> None:
        self._waits = waits or Waits()
        self._limits = limits or Limits()
        self._detector = SpeechDetector(self._waits.suspect)
        self._listen = Listen()
        self._state = State.LISTENING
        self._ear = Ear.QUIET
        self._interrupted = State.LISTENING
        self._reply: Reply | None = None
        self._stt_epoch = 0
        self._think_epoch = 0
        self.onset = 0
        """Where the caller's present or last speech began."""
        self._finished_at = 0
        self._held: SttResult | None = None
        self._wait = 0
        self._retries = 0
        self._noises = 0
        self._quiet_since = 0
        self._thinking_since = 0
        self._progress = 0
        self.ignored: Counter[str] = Counter()
        """Events that had no row, and late results, by name."""

    @property
    def state(self) -> State:
        return self._state

    @property
    def ear(self) -> Ear:
        return self._ear

    @property
    def speech(self) -> SpeechDetector:
        return self._detector

    # ---- inputs

    def answered(self, t: int) -> list[Command]:
        """The call is up: the agent speaks first."""
        self._state = State.THINKING
        return self._think(t, Answered())

    def frame(self, t: int, level: float) -> list[Command]:
        """A frame with this level (dBFS) was heard; silence stands in for a frame that did not come."""
        return self._edge(t, self._detector.frame(t, level)) + self._lasting(t)

    def voice(self, t: int, probability: float) -> list[Command]:
        return self._edge(t, self._detector.voice(t, probability))

    def partial(self, t: int, epoch: int, result: SttResult) -> list[Command]:
        """Decides nothing yet: a small grammar finds words in any noise, and while the caller speaks playout
        is paused anyway. Only whether it is current is told, by `ignored`."""
        if epoch != self._stt_epoch or self._ear is Ear.QUIET:
            return self._late("partial")
        return []

    def final(self, t: int, epoch: int, result: SttResult) -> list[Command]:
        if epoch != self._stt_epoch or (self._ear, "final") not in EAR:
            return self._late("final")
        if self._ear is Ear.HEARING:
            # One that finds ends by itself gives finals unasked; what it said comes again with the flush.
            return self._recogniser_died(t, result) if result.failed else []
        self._ear = EAR[self._ear, "final"]
        self._held = result
        finality = finality_of(result, self._listen.finality)
        if self._state in (State.YIELDING, State.SPEAKING) and not result.understood:
            finality = Finality.OPEN  # do not keep the agent waiting for a cough
        self._wait = self._waits.of(finality) * MS
        return self._due(t)

    def reply(self, t: int, epoch: int, reply: Reply) -> list[Command]:
        """What the agent wants. How to listen always counts; its words only when nothing came between."""
        self._listen = reply.listen
        if self._state is State.ENDED:
            return self._late("reply")
        if epoch != self._think_epoch or self._state not in (State.THINKING, State.YIELDING):
            return self._late("reply")
        return self._speak(t, reply)

    def interject(self, t: int, reply: Reply) -> list[Command]:
        """Say this now, whatever is going on (a goodbye at shutdown)."""
        if self._state is State.ENDED:
            return self._late("interject")
        commands: list[Command] = [*self._deafen(), CancelThinking(), CancelPlayout()]
        self._think_epoch += 1
        self._state = State.THINKING
        return commands + self._speak(t, reply)

    def progress(self, t: int) -> None:
        """A frame of the agent's was played (or may not be, by order)."""
        self._progress = t

    def played(self, t: int) -> list[Command]:
        """Everything queued was sent."""
        if self._state is not State.SPEAKING:
            return self._late("played")
        return self._finished(t, Cue.PLAYED)

    def digit(self, t: int, digit: str) -> list[Command]:
        if self.closing:
            return self._late("digit")
        if not self._move(Cue.DIGIT):
            return []
        commands = self._deafen()
        commands.append(CancelPlayout())
        self._reply = None
        self._noises = 0
        return commands + self._think(t, Pressed(digit))

    def tick(self, t: int) -> list[Command]:
        """Time passes; call it at least every few frames."""
        commands = self._due(t)
        if self._ear is Ear.WAITING and t - self._finished_at >= self._limits.final * MS:
            self.ignored["recogniser silent"] += 1
            self._held = SttResult("", final=True, understood=False)
            commands += self._commit(t)
        if self._ear is Ear.HEARING and self._overlong(t):
            commands += self._finish_stt(t)
        match self._state:
            case State.LISTENING if self._ear is Ear.QUIET:
                if t - self._quiet_since >= self._listen.silence_ms * MS:
                    self._move(Cue.SILENCE)
                    commands += self._think(t, Silence())
            case State.THINKING if t - self._thinking_since >= self._limits.thinking * MS:
                self._move(Cue.STALLED)
                self._think_epoch += 1
                self._quiet_since = t
                commands.append(CancelThinking())
            case State.SPEAKING if t - self._progress >= self._limits.stalled * MS:
                commands.append(CancelPlayout())
                commands += self._finished(t, Cue.STALLED)
            case _:
                pass
        return commands

    def end(self) -> list[Command]:
        """The leg is gone."""
        if not self._move(Cue.END):
            return []
        self._think_epoch += 1
        return [*self._deafen(), CancelThinking(), CancelPlayout()]

    # ---- the ear

    def _edge(self, t: int, edge: Edge | None) -> list[Command]:
        if edge is None:
            return []
        if self.closing or self._state is State.ENDED:
            self._detector.reset()
            return self._late(edge.value)
        if (self._ear, edge.value) not in EAR:
            return self._late(edge.value)
        match edge:
            case Edge.ONSET:
                self._ear = Ear.HEARING
                self.onset = self._detector.began
                self._retries = 0
                return [*self._contest(), self._start_stt(again=False)]
            case Edge.PAUSE:
                return self._finish_stt(t)
            case Edge.AGAIN if self._overlong(t):
                return self._late("again")
            case Edge.AGAIN:
                self._ear = Ear.HEARING
                self._held = None
                return [self._start_stt(again=True)]

    def _start_stt(self, *, again: bool) -> Command:
        self._stt_epoch += 1
        return StartStt(self._stt_epoch, again)

    def _finish_stt(self, t: int) -> list[Command]:
        self._ear = EAR[self._ear, "pause"]
        self._finished_at = t
        return [FinishStt(self._stt_epoch)]

    def _recogniser_died(self, t: int, result: SttResult) -> list[Command]:
        """The recogniser is gone in mid-utterance. Try again once with all that was heard."""
        self._retries += 1
        if self._retries == 1:
            return [self._start_stt(again=True)]
        self._held, self._ear, self._finished_at = result, Ear.HELD, t
        self._wait = self._waits.nothing * MS
        return []

    def _due(self, t: int) -> list[Command]:
        if self._ear is Ear.HELD and (self._detector.silence(t) >= self._wait or self._overlong(t)):
            return self._commit(t)
        return []

    def _overlong(self, t: int) -> bool:
        return t - self.onset >= self._limits.utterance * MS

    def _commit(self, t: int) -> list[Command]:
        """The caller has finished: decide what it was."""
        result = self._held or SttResult("", final=True, understood=False)
        silence, voiced = self._detector.silence(t), self._detector.voiced
        finished_after = max(0, silence - (t - self._finished_at))
        commands = self._deafen()
        contested = self._state in (State.YIELDING, State.SPEAKING)
        shortest = self._limits.take_floor if contested else self._limits.cough
        if not result.understood and voiced < shortest * MS:
            return commands + self._give_back(t)
        if not self._move(Cue.UTTERANCE):
            return commands
        self._noises = 0
        if contested:
            commands += self._drop_reply()
        said = Utterance(result.text, result.confidence, result.understood)
        return commands + self._think(t, said, silence, finished_after, result)

    def _deafen(self) -> list[Command]:
        self._detector.reset()
        if self._ear is Ear.QUIET:
            return []
        self._ear = Ear.QUIET
        self._stt_epoch += 1
        self._held = None
        return [CloseStt()]

    # ---- the floor

    def _move(self, cue: Cue) -> bool:
        target = FLOOR.get((self._state, cue))
        if target is None:
            self.ignored[f"{self._state} {cue}"] += 1
            return False
        self._state = target
        return True

    def _late(self, name: str) -> list[Command]:
        self.ignored[f"late {name}"] += 1
        return []

    @property
    def closing(self) -> bool:
        """The agent is saying its last words: these are not interrupted."""
        return self._state is State.SPEAKING and self._reply is not None and self._reply.end

    def _contest(self) -> list[Command]:
        before = self._state
        if before is State.SPEAKING and self._noises >= self._limits.noises:
            return []
        self._move(Cue.ONSET)
        if self._state is not State.YIELDING:
            return []
        self._interrupted = before
        return [PausePlayout()]

    def _lasting(self, t: int) -> list[Command]:
        if self._ear is Ear.HEARING and self._detector.voiced >= self._limits.take_floor * MS:
            return self._take_floor(t)
        return []

    def _take_floor(self, t: int) -> list[Command]:
        if self._state not in (State.YIELDING, State.SPEAKING):
            return []
        self._move(Cue.TAKEN)
        self._quiet_since = t
        return self._drop_reply()

    def _drop_reply(self) -> list[Command]:
        self._reply = None
        self._think_epoch += 1
        return [CancelThinking(), CancelPlayout()]

    def _give_back(self, t: int) -> list[Command]:
        """Noise: the floor returns to where it was."""
        self._noises += 1
        if self._state is not State.YIELDING:
            self._move(Cue.NOISE)
            return []
        self._state = self._interrupted
        self._progress = t
        self._quiet_since = max(self._quiet_since, t) if self._state is State.LISTENING else self._quiet_since
        return [ResumePlayout()]

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

    def _speak(self, t: int, reply: Reply) -> list[Command]:
        if not reply.text:
            if reply.end:
                self._move(Cue.END)
                return [End()]
            if self._state is State.YIELDING:
                self._interrupted = State.LISTENING
            self._move(Cue.PASS)
            self._quiet_since = t
            return []
        self._reply = reply
        self._progress = t
        if self._state is State.YIELDING:
            self._interrupted = State.SPEAKING
        self._move(Cue.REPLY)
        return [Speak(self._think_epoch, reply)]

    def _finished(self, t: int, cue: Cue) -> list[Command]:
        last = self._reply
        self._move(cue)
        self._reply = None
        self._quiet_since = t
        if last is not None and last.end:
            self._move(Cue.END)
            return [End()]
        return []
