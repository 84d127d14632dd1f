"""What moves a turn beside the caller's voice: words that were typed, "that was all I say", "I said nothing",
"speak now", "be silent". See `turn`.

All of it is meant: nothing of it is a contest, as a sound is.
"""

from __future__ import annotations

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Answered, AskedToSpeak, Last, Play, Say, Utterance
from pipelines.conversation.apart_turn import ApartTurn
from pipelines.conversation.commands import Command, NothingSaid
from pipelines.conversation.contest import ContestPhase
from pipelines.conversation.ear import FOLLOWED
from pipelines.conversation.floor import SOUNDING, Cue, FloorState

DETECTED_WITHIN = 200 * SAMPLES_PER_MS
"""The voice detector is so far behind what was said, at most."""

MOST_COMMITS = 50
"""Turns that may be declared over within that time; there is nothing in more of them."""


class SteeredTurn(ApartTurn):
    """Somebody at a keyboard or a button."""

    _commits: tuple[int, ...] = ()
    """Of turns that were declared over and not found yet: speech that is noticed up to here was said
    before."""
    _asked = False
    """The agent is to speak, unless the thought that it has comes to words."""

    @property
    def manual(self) -> bool:
        """The caller's turn ends when he says so, and by no silence."""
        return self._ear.manual

    @manual.setter
    def manual(self, manual: bool) -> None:
        self._ear.manual = manual

    def typed(self, t: int, text: str) -> list[Command]:
        """These words, in the place of spoken ones: the caller's turn, whole. Nothing when nobody listens:
        the agent is apart, ends the call, or says what is said to its end."""
        if self.is_apart or self._insists or not self._floor.takes(Cue.DIGIT):
            return self._late("typed")
        self._collector.clear()
        self._thought = None
        if self.state is FloorState.EXPECTING:
            self._floor.move(Cue.UTTERANCE)
            return [*self._ear.close(), *self._think(t, Answered(text))]
        return self._keyed(t, Utterance(text, 1.0))

    def commit(self, t: int) -> list[Command]:
        """The caller has said all: no silence is waited for."""
        if len(self._commits) >= MOST_COMMITS:
            return [NothingSaid()]
        self._commits += (t + DETECTED_WITHIN,)
        return self._committed(t) + self._due(t)

    def forget(self, t: int) -> list[Command]:
        """What was heard of a turn that is not over was none. One that was declared over is left alone."""
        if self.is_apart or self._commits or self._ear.committed:
            return self._late("forget")
        speaks = self.ear in FOLLOWED
        commands = self._ear.close() or self._ear.forget()
        if self.state is FloorState.ATTENDING:
            self._floor.move(Cue.FORGOTTEN)
            self._quiet_since = t
        elif speaks:
            commands += self._give_back(t)
        return commands

    def ask(self, t: int) -> list[Command] | None:
        """The agent is to speak now. None: it speaks, or nobody listens."""
        match self.state:
            case FloorState.EXPECTING:
                return [*self._greet(t), *self._spoken_into(t)]
            case FloorState.LISTENING | FloorState.ATTENDING | FloorState.THINKING | FloorState.DOUBTING:
                self._asked = True
                return self._ask_now(t)
            case _:
                self._late("ask")
                return None

    def cancel(self, t: int) -> list[Command]:
        """Stop what is said or thought, and listen. Nothing when the agent is silent, or says what is said
        to its end."""
        if self._insists or not self._floor.takes(Cue.CANCEL):
            return self._late("cancel")
        if self.state in (FloorState.CLOSING, FloorState.PARTING) and self._said:
            self._unheard = (self._said, self._last)
        decided = self._interrupts_by_key()
        self._asked = False
        self._floor.move(Cue.CANCEL)
        self._thought = self._owed = self._unclear_since = None
        self._quiet_since = t
        return self._drop_reply(decided)

    def say(self, t: int, epoch: int, piece: Say | Play) -> list[Command]:
        said = super().say(t, epoch, piece)
        if said:
            self._asked = False
        return said

    def last(self, t: int, epoch: int, last: Last) -> list[Command]:
        if epoch == self._think_epoch:
            self._asked = False
        return super().last(t, epoch, last)

    def _ask_now(self, t: int) -> list[Command]:
        """What the caller has said already is told first, and answered."""
        if not self._asked or self._kept or not self._floor.takes(Cue.ASKED):
            return []
        self._asked = False
        self._floor.move(Cue.ASKED)
        return [*self._think(t, AskedToSpeak()), *self._spoken_into(t)]

    def _spoken_into(self, t: int) -> list[Command]:
        """The agent thinks from now on; what the caller is saying is said into that."""
        return self._contested(t, self._ear.onset) if self.ear in FOLLOWED else []

    @property
    def _insists(self) -> bool:
        return self._contest.phase is ContestPhase.BARRED and self.state in SOUNDING

    def _committed(self, t: int) -> list[Command]:
        """What comes of them once there is an utterance, or none. Each has one of its own."""
        commands: list[Command] = []
        while self._commits and not self._ear.committed:
            said = self._ear.commit(t)
            if said is not None:
                takes = self.state in SOUNDING and not self._insists
                commands += [*(self._take_floor(t) if takes else []), *said]
            elif t > self._commits[0]:
                commands.append(NothingSaid())
            else:
                break
            self._commits = self._commits[1:]
        return commands
