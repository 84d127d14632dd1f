"""What a speech-to-speech model's call does where a machine has picked up: `MachineCare`, as for any agent,
with the model set aside, who would talk to a machine as to anybody.

It goes by pauses alone: nobody of ours writes down what a machine says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import EndedBy, Frame, Termination, Why
from mediaserver.media.time import SAMPLES_PER_MS
from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Keep,
    Listen,
    PickedUp,
    Play,
    Say,
    Silence,
    Utterance,
)
from pipelines.conversation.machine_care import QUIET_MS, MachineCare, Voicemail
from pipelines.speech_to_speech.own_voice import OwnVoice

VOICED = 0.5
SAID = 400 * SAMPLES_PER_MS
"""So much voice is something said."""
PAUSE = 700 * SAMPLES_PER_MS
"""It is over after such a pause."""
TOGETHER = 100 * SAMPLES_PER_MS
"""Voice that is heard again within this has not stopped."""
MOST_WAIT = 120_000 * SAMPLES_PER_MS
"""Nobody listens longer to a machine."""


@dataclass(frozen=True, slots=True)
class LineSide:
    """What it asks of the call."""

    context: Context
    keep: Callable[[Record], None]
    hang_up: Callable[[Termination], None]
    set_aside: Callable[[], None]
    """The model is to be silent, and is told nothing more."""
    go_on: Callable[[], None]
    """A person is there: the model is to talk."""
    said: Callable[[str, int, int, bool], None]
    """The message was said from one position to another; whether it was broken off."""
    own_voice: Callable[[], OwnVoice]


class MachineLine:
    """Of one call."""

    def __init__(self, side: LineSide, voicemail: Voicemail) -> None:
        self._side = side
        self._care = MachineCare(_Person(self._go_on), voicemail)
        self.apart = False
        """The model is set aside."""
        self._own: OwnVoice | None = None
        """Says the message, and has said it until another comes."""
        self._text = ""
        self._said_from = -1
        self._frames = 0
        self._said_until = -1
        self._silence = QUIET_MS * SAMPLES_PER_MS
        self._since = 0
        """Since here nobody has said anything."""
        self._apart_since = 0
        self._last_voice = -TOGETHER
        self._voiced = 0
        self._waiting: list[AgentInput] = []
        self._task: asyncio.Task[None] | None = None
        self._t = 0

    def who_answered(self, by: AnsweredBy, t: int) -> None:
        self._t = t
        if not self._care.minds(by, False):
            return
        if not self.apart and by is not AnsweredBy.HUMAN:
            self.apart, self._apart_since, self._since = True, t, t
            self._side.set_aside()
        self._tell(PickedUp(by))

    def voice(self, t: int, probability: float) -> None:
        if not self.apart or probability < VOICED:
            return
        gap = t - self._last_voice
        if 0 < gap <= TOGETHER:
            self._voiced += gap
        self._last_voice = self._since = t

    def frame(self, t: int) -> Frame | None:
        """What goes out at this position, while the model is set aside."""
        self._t = t
        frame = self._message(t)
        if self._task is not None and self._task.done():
            self._task = None
        if self._task is None and self.apart:
            self._listen(t)
        return frame

    def end(self) -> None:
        """The call is over."""
        self._broken_off()
        if self._task is not None:
            self._task.cancel()

    def _message(self, t: int) -> Frame | None:
        if self._own is None or self._said_until >= 0:
            return None
        if self._own.failed:
            self._could_not()
            return None
        if (frame := self._own.frame()) is not None:
            self._said_from = t if self._frames == 0 else self._said_from
            self._frames += 1
        elif self._own.finished:
            self._said_until = self._since = t
            self._side.said(self._text, max(self._said_from, 0), t, False)
        return frame

    def _could_not(self) -> None:
        """Better nothing than a part, or the signal that callers know."""
        self._broken_off()
        self.apart = False
        why = "the message for a voicemail could not be said"
        self._side.hang_up(Termination(EndedBy.SERVER, Why.FAILED, detail=why))

    def _listen(self, t: int) -> None:
        if self._waiting:
            self._start(self._waiting.pop(0))
            return
        speaking = self._own is not None and self._said_until < 0
        paused = t - self._last_voice >= PAUSE
        if self._voiced >= SAID and (self._own is not None or paused):
            self._voiced = 0
            self._broken_off()
            self._start(Utterance("", 0.0, False))
        elif speaking:
            return
        elif t - self._since >= self._silence:
            self._since = t
            self._start(Silence())
        elif t - self._apart_since >= MOST_WAIT:
            self._side.hang_up(Termination(EndedBy.AGENT, Why.COMPLETED))
        elif paused:
            self._voiced = 0  # a click

    def _broken_off(self) -> None:
        """Somebody speaks into the message, or hangs up."""
        own, self._own = self._own, None
        if own is None:
            return
        own.close()
        if self._frames and self._said_until < 0:
            self._side.said(self._text, self._said_from, self._t, True)
        self._said_until, self._frames = -1, 0

    # ---- what is to be done

    def _tell(self, said: AgentInput) -> None:
        self._waiting.append(said)
        if self._task is None:
            self._start(self._waiting.pop(0))

    def _start(self, said: AgentInput) -> None:
        self._task = asyncio.create_task(self._do(said), name="a machine that has picked up")

    async def _do(self, said: AgentInput) -> None:
        async for act in self._care.respond(said, self._side.context):
            match act:
                case Listen(silence_ms=silence_ms):
                    self._silence = (silence_ms or QUIET_MS) * SAMPLES_PER_MS
                case Say(text=text):
                    self._voiced = 0
                    self._own, self._text = self._side.own_voice(), text
                    self._own.say(text)
                case Play(samples=samples, text=text):
                    self._voiced = 0
                    self._own, self._text = self._side.own_voice(), text
                    self._own.play(samples)
                case Keep(record=record):
                    self._side.keep(record)
                case End():
                    self._side.hang_up(Termination(EndedBy.AGENT, Why.COMPLETED))
                case _:
                    """It asks for nothing else."""

    def _go_on(self) -> None:
        self._broken_off()
        self.apart = False
        self._waiting.clear()
        self._side.go_on()


class _Person:
    """An Agent in whose place the model talks."""

    def __init__(self, go_on: Callable[[], None]) -> None:
        self._on = go_on

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, Answered):
            self._on()
        says: tuple[Act, ...] = ()
        for act in says:
            yield act

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()
