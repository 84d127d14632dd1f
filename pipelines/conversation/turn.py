"""Who has the floor: the sans-I/O turn-taking machine of one call.

Levels, voice probabilities, recognition results, digits and time go in; commands come out. It must never read
a clock, wait, or touch audio, an engine or the agent.

Theory of operation
-------------------
Three small machines run side by side, each with its table.

What the caller does is in `caller_turn`, what the agent says in `agent_turn`, what both rest on in
`floor_keeping`; here is what time does.

The *floor* says whose turn it is. While the agent speaks, or thinks, what the caller says only contests the
floor until it is known what it is.

    LISTENING --utterance, digit, silence--> THINKING --say--> SPEAKING --played--> LISTENING
    LISTENING --called--> EXPECTING --utterance, silence--> THINKING   (whom we called speaks first)
    LISTENING --aside--> APART --done--> THINKING   (a message is taken, or the agent stands by: `apart_turn`)
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

Beside the caller's voice there may be somebody at a keyboard or a button (`steered_turn`): typed words and
"that was all" take the floor, "speak now" gives it to the agent, "be silent" to the caller.

What the operator wants said waits until nobody speaks or thinks, and is then a line like the agent's own;
what the agent expects to hear stays as it was.

Results of recognition and of thinking carry the epoch of their command and are dropped on mismatch. An event
that has no row in a table is counted in `ignored` and changes nothing.
"""

from __future__ import annotations

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import (
    Answered,
    Listen,
    Utterance,
)
from pipelines.conversation.commands import (
    CancelPlayout,
    CancelThinking,
    Command,
    GiveUpThinking,
    MissedWords,
    PausePlayout,
    ResumePlayout,
)
from pipelines.conversation.contest import ContestPhase
from pipelines.conversation.dead_air import LONGEST
from pipelines.conversation.ear import FOLLOWED, EarState
from pipelines.conversation.ended_utterance import EndedUtterance
from pipelines.conversation.floor import SOUNDING, Cue, FloorState
from pipelines.conversation.interruption import ENDLESS_SAMPLES
from pipelines.conversation.steered_turn import SteeredTurn

EARLY_ANSWER = 700 * SAMPLES_PER_MS
"""So long before the end of a question its answer may be over."""


class Turn(SteeredTurn):
    """Turn-taking of one call: the two sides, and time. Every input takes `t`, the session's position in
    16 kHz samples, and returns the commands to carry out, in order."""

    def answered(self, t: int, *, called: bool = False) -> list[Command]:
        """The call is up: the agent speaks first; or, where we `called`, whoever answers."""
        if called and self._limits.listen_first:
            self._floor.move(Cue.CALLED)
            self._quiet_since = t
            return []
        self._floor.move(Cue.ANSWERED)
        return self._think(t, Answered())

    def listen(self, listen: Listen) -> None:
        """How the agent wants the caller to be listened to; always counts."""
        self._ear.listen = listen
        self._assent = None  # it was no answer to what is asked now
        self._collector.listen(listen.keys)

    def hold(self, held: bool) -> list[Command]:
        """On hold nobody listens. `t` must not go on meanwhile."""
        if held:
            return [PausePlayout()]
        return [] if self._contest.phase is ContestPhase.PAUSED else [ResumePlayout()]

    def expect(self, t: int) -> None:
        """A wait is over: whoever is there speaks soon, or is asked again."""
        silence = self._ear.listen.silence_ms * SAMPLES_PER_MS
        self._quiet_since = min(t, t + LONGEST - silence)

    def tick(self, t: int) -> list[Command]:
        """Time passes; call it at least every few frames."""
        if self.wakefulness is not None and (self.state in SOUNDING or self.state is FloorState.THINKING):
            self.wakefulness.busy(t)
        commands = self._ear.tick(t)
        if self._commits:
            commands += self._committed(t)
        commands += self._due(t)
        if self._asked:
            commands += self._ask_now(t)
        keyed = self._collector.tick(t)
        if keyed is not None:
            commands += self._keyed(t, keyed)
        free = self._contest.phase is not ContestPhase.BARRED and self.ear is EarState.QUIET
        if self._kept and free and self.state in SOUNDING:
            commands += self._tell(t, self._kept.pop())
        thought = self._limits.thinking * SAMPLES_PER_MS
        match self.state:
            case FloorState.LISTENING if self.ear is EarState.QUIET and not self._collector.open:
                if self._kept:
                    commands += self._tell(t, self._kept.pop())
                elif (answer := self._assented()) is not None:
                    commands += self._tell(t, answer)
                elif self._announcements:
                    commands += self._announce(t)
                elif (nothing := self._unanswered(t)) is not None:
                    self._floor.move(Cue.SILENCE)
                    commands += [*self._perhaps_missed(), *self._think(t, nothing)]
            case FloorState.APART:
                commands += self.apart(t)
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
        return commands + (self._suppose(t) if self.supposing.thinks else [])

    def end(self, *, by_us: bool = False) -> list[Command]:
        """The leg is gone, or somebody else has it (`by_us`)."""
        missed = bool(self._kept) or self.ear in FOLLOWED
        if not self._floor.move(Cue.END):
            return []
        self._think_epoch += 1
        message = self._cut("cut off" if by_us else "hang-up")
        cut_off: list[Command] = [MissedWords()] if missed else self._perhaps_missed()
        return [*message, *cut_off, *self._ear.close(), CancelThinking(), CancelPlayout()]

    def _perhaps_missed(self) -> list[Command]:
        """On a line that loses words nobody agrees by saying nothing."""
        return [MissedWords()] if self.words_lost else []

    def _assented(self) -> EndedUtterance | None:
        """People answer before a question is over: a "yeah" at its last word is no sign of listening, and a
        "yes" that sounded like nothing no noise."""
        if self._assent is None:
            return None
        (until, ended), self._assent = self._assent, None
        return ended if self._quiet_since - until <= EARLY_ANSWER else None

    # ---- when it takes too long

    def _give_up_listening(self, t: int) -> list[Command]:
        """What took the floor goes on without a breath: it is nobody who speaks."""
        self._contest.fail(ENDLESS_SAMPLES)
        self._floor.move(Cue.UTTERANCE)
        return [*self._ear.close(told=True), *self._think(t, Utterance("", understood=False))]

    def _give_up_thinking(self, t: int) -> list[Command]:
        """The agent has failed by taking too long; what is said instead comes by `failed`."""
        self._thinking_since = self._progress = t
        return [GiveUpThinking(self._think_epoch, self._limits.thinking)]
