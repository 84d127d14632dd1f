"""When a caller's message begins and ends. Sans-I/O.

    LEADING --the tone was heard--> WAITING --voice--> SPOKEN --silence, key, length--> OVER
            WAITING --key, length, silence--> OVER: nothing was said
            WAITING, SPOKEN --"again"--> LEADING

It is recorded from the end of LEADING on. Voice counts by the speech detector or by the voice detector
alone, whichever hears it longer: to take a soft voice for silence would cut somebody off, and the other
mistake costs some seconds of noise. It must never decide what the words mean.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from mediaserver.media.time import SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.conversation.taking_messages import EndedMessage, TakeMessage

LIKELY = 0.5
"""Probability of voice, twice in a row, that counts by itself."""
ECHO = 100 * SAMPLES_PER_MS
"""So long after the tone was heard its echo may come; nobody speaks so soon."""


class MessagePhase(enum.StrEnum):
    LEADING = "leading"
    """The last words, or the tone, are on their way to the caller."""
    WAITING = "waiting"
    """Nothing was said yet."""
    SPOKEN = "spoken"
    OVER = "over"


class MessageStep(enum.Enum):
    """What is to be done."""

    RECORD = "record"
    """From now on."""
    AGAIN = "again"
    """Throw away what was recorded; `RECORD` follows."""
    END = "end"
    """See `ending`."""


@dataclass(frozen=True, slots=True)
class MessageEnding:
    ended_by: EndedMessage
    seconds: float
    """0 where nothing was said."""
    key: str = ""


class MessageMachine:
    """Of one message. Positions (`t`) are the session's, in 16 kHz samples."""

    def __init__(self, wanted: TakeMessage, t: int, lead: int, patience: int) -> None:
        """`lead`: samples that are sent before the caller may speak, from `t` on; they count as heard after
        `patience` samples more, whatever is known."""
        self.wanted = wanted
        self.phase = MessagePhase.LEADING
        self._patience = patience
        self._lead_over = t + lead
        self._heard_at: int | None = None
        """When the caller had heard all of it."""
        self._t = t
        """Of the last tick."""
        self._began = t
        self._voiced = t
        """The end of the last voice; before any, the beginning."""
        self._likely = 0
        """Chunks in a row that are probably voice."""
        self.ending: MessageEnding | None = None

    @property
    def recording(self) -> bool:
        return self.phase in (MessagePhase.WAITING, MessagePhase.SPOKEN)

    def silence(self, t: int) -> int:
        """Samples since the last voice."""
        return max(0, t - self._voiced)

    def spoke(self, voiced: int) -> None:
        """The speech detector has heard voice up to this position."""
        if self.recording and voiced > self._voiced:
            self._voiced = voiced
            self.phase = MessagePhase.SPOKEN

    def voice(self, t: int, probability: float) -> None:
        """One more chunk of the voice detector's ended near position `t`."""
        self._likely = self._likely + 1 if probability >= LIKELY else 0
        if self._likely >= 2:
            self.spoke(t)

    def key(self, t: int, digit: str, lead: int) -> MessageStep | None:
        """A key was pressed; `lead`: as above, should it begin again."""
        if self.phase is MessagePhase.OVER:
            return None
        if digit in self.wanted.finish:
            return self._end(t, "key", digit)
        if digit in self.wanted.again and self.recording:
            self.phase, self._lead_over, self._heard_at = MessagePhase.LEADING, t + lead, None
            return MessageStep.AGAIN
        return None

    def tick(self, t: int, heard: int) -> MessageStep | None:
        """Time passes; `heard`: the position up to which the caller has heard all that was sent."""
        self._t = t
        match self.phase:
            case MessagePhase.LEADING:
                if self._heard_at is None and (
                    heard >= self._lead_over or t >= self._lead_over + self._patience
                ):
                    self._heard_at = t
                if self._heard_at is None or t < self._heard_at + ECHO:
                    return None
                self.phase, self._began, self._voiced, self._likely = MessagePhase.WAITING, t, t, 0
                return MessageStep.RECORD
            case MessagePhase.WAITING | MessagePhase.SPOKEN if t - self._began >= _samples(
                self.wanted.most_s
            ):
                return self._end(t, "length")
            case MessagePhase.SPOKEN if self.silence(t) >= _samples(self.wanted.silence_s):
                return self._end(t, "silence")
            case MessagePhase.WAITING if self.silence(t) >= _samples(self.wanted.nothing_s):
                return self._end(t, "nothing")
            case _:
                return None

    def cut(self, ended_by: EndedMessage) -> MessageEnding:
        """It ends for another reason; where it had ended already, as it did."""
        self._end(self._t, ended_by)
        assert self.ending is not None
        return self.ending

    def _end(self, t: int, ended_by: EndedMessage, key: str = "") -> MessageStep | None:
        if self.phase is MessagePhase.OVER:
            return None
        said = self.phase is MessagePhase.SPOKEN
        self.phase = MessagePhase.OVER
        seconds = (t - self._began) / SAMPLE_RATE if said else 0.0
        self.ending = MessageEnding(ended_by if said else "nothing", seconds, key)
        return MessageStep.END


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
