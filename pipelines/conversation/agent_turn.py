"""The agent's side of a turn: its reply in pieces, its last words, the operator's announcements, and how far
playout has come. See `turn`."""

from __future__ import annotations

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import (
    Last,
    LineTrouble,
    PickedUp,
    Play,
    Returned,
    Say,
)
from pipelines.conversation.caller_turn import CallerTurn
from pipelines.conversation.commands import (
    Announce,
    CancelPlayout,
    CancelThinking,
    Command,
    CompleteLine,
    FinishPlayout,
    Leave,
    ResumePlayout,
    Speak,
)
from pipelines.conversation.floor import Cue, FloorState


class AgentTurn(CallerTurn):
    """What the agent says, and what is said in its name."""

    def say(self, t: int, epoch: int, piece: Say | Play) -> list[Command]:
        """A piece of the agent's reply; counts only when nothing came between."""
        if epoch != self._think_epoch or not self._floor.takes(Cue.SAY):
            return self._late("reply")
        commands: list[Command] = []
        if not self._said:
            self._unheard = self._sounded_at = None
            if not piece.interruptible:
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

    def picked_up(self, t: int, said: PickedUp) -> list[Command]:
        """It is known who has picked up: the agent is told, whatever goes on, but for its last words."""
        if not self._floor.move(Cue.TROUBLE):
            return self._late("who answered")
        self._collector.clear()
        return [*self._ear.close(), CancelThinking(), CancelPlayout(), *self._think(t, said)]

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

    # ---- what waits to be said

    def _typed_ahead(self, t: int) -> list[Command]:
        """The question is asked: the keys that came before it count now. What is left when they come to an
        entry is held again, for the question after it."""
        return [command for digit in self._collector.release() for command in self.digit(t, digit)]

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
