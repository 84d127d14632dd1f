"""What is known of a line, in figures: what the hearing report and the judge of bad lines go by."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ToneKind(enum.StrEnum):
    """What a tone on the line means."""

    FAX_CALLING = "fax calling"
    """CNG: 1,100 Hz for half a second every three and a half (ITU-T T.30 4.1)."""
    FAX_SIGNAL = "fax signal"
    """V.21 channel 2 at 300 bit/s: the flags that come before a fax's first frame (T.30 5.3.1)."""
    ANSWER_TONE = "answer tone"
    """CED or ANS: 2,100 Hz for seconds: a fax or modem answers (T.30 4.2, V.25)."""
    MODEM_ANSWER = "modem answering"
    """2,100 Hz that turns its phase round every 450 ms (V.8, V.25), or 2,225 or 2,250 Hz (Bell 103, V.22)."""
    MODEM_CALLING = "modem calling"
    """1,300 Hz for half a second every two (V.25)."""
    DIAL = "dial tone"
    BUSY = "busy tone"
    CONGESTION = "congestion tone"
    RINGING = "ringing tone"
    SPECIAL = "special information tone"
    """950, 1,400 and 1,800 Hz, one after the other (ITU-T E.180): the number is not in service."""
    STEADY = "steady tone"
    """Any other that goes on for seconds."""


@dataclass(frozen=True, slots=True)
class ToneSeen:
    """A tone was made out; each kind is told once a call."""

    kind: ToneKind
    at_ms: int
    """When it was known, since the watch began."""
    hz: int
    """Its lowest frequency."""
    last_ms: int = 0
    """When it was there last, likewise."""


@dataclass(frozen=True, slots=True)
class LineFigures:
    """Of a call so far. Levels in dBFS (0 is a full-scale square wave); None: not known, for want of any."""

    seconds: float = 0.0
    """That were looked at."""
    noise_db: float | None = None
    """The level when nobody speaks: half of that time it is lower."""
    speech_db: float | None = None
    """The caller's active speech level: the mean power while there is a voice (after ITU-T P.56)."""
    speech_s: float = 0.0
    """The caller's voice, whether or not we spoke."""
    clipping_pct: float = 0.0
    """Of the samples of speech: cut off at the top."""
    double_talk_pct: float = 0.0
    """Of the time in which anybody spoke: both did (cf. ITU-T P.59: 6.6 % between people)."""
    echo_loss_db: float | None = None
    """How much lower our own voice comes back; None: none was found."""
    echo_delay_ms: float | None = None
    hum_hz: int | None = None
    """50 or 60 where the mains hum on the line."""
    hum_db: float | None = None
    dc_pct: float = 0.0
    """Direct current in the signal, of full scale."""
    dead_s: float = 0.0
    """Digital silence from the beginning on; 0 once anything came."""
    looped: bool = False
    """All that comes is what we say: the line leads back to us."""
    music_s: float = 0.0
    """Music without a pause, up to now."""
    talking_s: float = 0.0
    """The caller's voice without a pause of a second, up to now."""
    longest_music_s: float = 0.0
    longest_talking_s: float = 0.0
    tones: tuple[ToneSeen, ...] = ()
