"""What the agent does apart from the conversation: it takes a message, or stands by. See `turn`.

Nobody answers meanwhile: sounds contest nothing, no utterance begins, and only keys that were asked for
count.
"""

from __future__ import annotations

from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.conversation.agent import (
    Apart,
    Last,
    LineTrouble,
    MessageTaken,
    PickedUp,
    Pressed,
    Returned,
    StandBy,
    StoodBy,
    TakeMessage,
)
from pipelines.conversation.agent_turn import AgentTurn
from pipelines.conversation.commands import (
    BeginMessageAgain,
    Command,
    CutMessage,
    EndMessage,
    RecordMessage,
    SoundBeside,
)
from pipelines.conversation.floor import Cue, FloorState
from pipelines.conversation.message_machine import MessageMachine, MessagePhase, MessageStep
from pipelines.conversation.signals import BEEP, NO_SOUND
from pipelines.conversation.sound_shape import Shape
from pipelines.conversation.taking_messages import EndedMessage


class ApartTurn(AgentTurn):
    """The agent's side while it is apart."""

    _message: MessageMachine | None = None
    """The message that is being taken."""
    _stands_by: StandBy | None = None
    _until = 0
    """It stands by so long."""
    heard = 0
    """The position up to which the caller has heard all that was sent, and its echo has come back; set from
    outside."""

    @property
    def is_apart(self) -> bool:
        return self.state is FloorState.APART

    @property
    def takes_message(self) -> bool:
        """What comes from the caller now is part of a message."""
        return self._message is not None and self._message.recording

    @property
    def awaits_text(self) -> bool:
        """A message is over, and the agent was not told of it."""
        return self._message is not None and self._message.phase is MessagePhase.OVER

    def message_silence(self, t: int) -> int:
        """Samples since the last voice in the message that is being taken."""
        return self._message.silence(t) if self._message is not None else 0

    # ---- beginning

    def step_aside(self, t: int, epoch: int, act: Apart) -> list[Command]:
        """The agent's reply ends in this; counts only when nothing came between."""
        if epoch != self._think_epoch or not self._floor.takes(Cue.SAY):
            return self._late("reply")
        self._wanted = act
        return []

    def replied(self, t: int, epoch: int) -> list[Command]:
        if self._wanted is None or epoch != self._think_epoch:
            return super().replied(t, epoch)
        self._unheard = None  # last words that were interrupted are none any more
        self._collector.clear()
        return super().replied(t, epoch) + self._go_aside(t)

    def failed(self, t: int, epoch: int, text: str, last: Last | None = None) -> list[Command]:
        self._wanted = None
        return super().failed(t, epoch, text, last)

    def _finished(self, t: int, cue: Cue, stop: Command) -> list[Command]:
        return super()._finished(t, cue, stop) + self._go_aside(t)

    def _go_aside(self, t: int) -> list[Command]:
        """All that was to be said before was said."""
        wanted = self._wanted
        if wanted is None or not self._floor.takes(Cue.ASIDE):
            return []
        self._wanted = None
        self._floor.move(Cue.ASIDE)
        self._contest.over()
        self._kept.clear()
        self._assent = self._unclear_since = None
        self._collector.clear()
        commands = self._ear.close()
        if isinstance(wanted, TakeMessage):
            patience = self._limits.heard * SAMPLES_PER_MS
            self._message = MessageMachine(wanted, t, _lead(wanted), patience)
            return [*commands, *_beep(wanted)]
        self._stands_by, self._until = wanted, t + round(wanted.seconds * SAMPLE_RATE)
        return [*commands, *([SoundBeside(wanted.sound, True)] if wanted.sound is not None else [])]

    # ---- what the caller does meanwhile

    def frame(self, t: int, level: float, shape: Shape | None = None, echo: float = 0.0) -> list[Command]:
        if not self.is_apart:
            return super().frame(t, level, shape, echo)
        self._ear.frame(t, level)
        if self._message is not None and self._ear.sounds:
            self._message.spoke(self._ear.last_voiced)
        return []

    def voice(self, t: int, probability: float) -> list[Command]:
        if not self.is_apart:
            return super().voice(t, probability)
        self._ear.voice(t, probability)
        if self._message is not None:
            self._message.voice(t, probability)
        return []

    def digit(self, t: int, digit: str) -> list[Command]:
        if not self.is_apart:
            return super().digit(t, digit)
        message, stands_by = self._message, self._stands_by
        if message is not None:
            return self._do_message(message.key(t, digit, _lead(message.wanted)))
        if stands_by is not None and digit in stands_by.keys:
            return [*self._leave_aside(), *self._think(t, Pressed(digit))]
        return self._late("digit")

    # ---- ending

    def apart(self, t: int) -> list[Command]:
        """Time passes."""
        if self._message is not None:
            return self._do_message(self._message.tick(t, self.heard))
        if t < self._until:
            return []
        return [*self._leave_aside(), *self._think(t, StoodBy())]

    def message_taken(self, t: int, said: MessageTaken) -> list[Command]:
        """The message that has ended is kept, and what was understood of it is known."""
        if not self.awaits_text:
            return self._late("message")
        self._message = None
        return [*self._leave_aside(), *self._think(t, said)]

    def interject(self, t: int, text: str, last: Last) -> list[Command]:
        return self._cut("cut off") + super().interject(t, text, last)

    def returned(self, t: int, said: Returned) -> list[Command]:
        return self._cut("cut off") + super().returned(t, said)

    def trouble(self, t: int, said: LineTrouble) -> list[Command]:
        return self._cut("cut off") + super().trouble(t, said)

    def picked_up(self, t: int, said: PickedUp) -> list[Command]:
        return self._cut("cut off") + super().picked_up(t, said)

    def _cut(self, ended_by: EndedMessage) -> list[Command]:
        """Something else comes: what was said of a message by now is kept."""
        message, stands_by = self._message, self._stands_by
        self._message = self._stands_by = None
        if message is not None:
            return [SoundBeside(NO_SOUND), CutMessage(message.cut(ended_by))]
        return [SoundBeside(NO_SOUND)] if stands_by is not None else []

    def _leave_aside(self) -> list[Command]:
        """The agent is back."""
        self._floor.move(Cue.DONE)
        stands_by, self._stands_by = self._stands_by, None
        silent = stands_by is None or stands_by.sound is None
        return [*self._ear.forget(), *([] if silent else [SoundBeside(NO_SOUND)])]

    def _do_message(self, step: MessageStep | None) -> list[Command]:
        message = self._message
        assert message is not None
        match step:
            case None:
                return []
            case MessageStep.RECORD:
                self._ear.close()  # what sounded before is no part of it
                return [RecordMessage(message.wanted.transcribe)]
            case MessageStep.AGAIN:
                return [BeginMessageAgain(), *_beep(message.wanted)]
            case MessageStep.END:
                assert message.ending is not None
                return [SoundBeside(NO_SOUND), EndMessage(message.ending)]


def _lead(wanted: TakeMessage) -> int:
    """Samples of ours before the caller may speak; the tone begins with the next frame."""
    return FRAME_SAMPLES + len(BEEP) if wanted.beep else 0


def _beep(wanted: TakeMessage) -> list[Command]:
    return [SoundBeside(BEEP)] if wanted.beep else []
