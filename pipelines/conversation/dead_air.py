"""Never leaves the caller in silence: says when a few words or a soft signal are due while we owe something.

Pure: positions in 16 kHz samples. It must never fill a silence that is the caller's, nor one in which the
answer is about to be heard.

Silence counts from the last sound of either side. While the agent thinks, a filler ("One moment, please.") is
due after `filler_ms`, or earlier where the caller has waited long already until we knew that they had
finished; then again whenever nothing was heard for `AGAIN`. Where words cannot help, a signal takes their
place: in a language of which we have none; while the voice is late with what there is to say, behind which
more words would only queue up; and while the recogniser keeps us waiting, for the caller may go on.
"""

from __future__ import annotations

import enum

from mediaserver.media.time import SAMPLES_PER_MS

AGAIN = 2_500 * SAMPLES_PER_MS
"""A filler takes a second and more: that makes one in some four seconds."""
LONGEST = 2_500 * SAMPLES_PER_MS
"""No silence grows longer than this while somebody can do something about it; a voice needs time to begin."""
UNHEARD_WAIT = 3_000 * SAMPLES_PER_MS
"""Where what the caller says may not be heard, an answer is waited for no longer: most begin within a second,
and whoever gave one waits as well."""
UNCLEAR_WAIT = 1_800 * SAMPLES_PER_MS
"""There, a word of which nothing was understood is asked about so soon: noise goes on behind it."""
BREATH = 300 * SAMPLES_PER_MS
"""An agent that answers at once does so within this, however long the caller has waited before."""
VOICE = 500 * SAMPLES_PER_MS
"""The voice gets so much longer than the agent."""


class Owed(enum.Enum):
    """What the caller waits for."""

    NOTHING = "nothing"
    """Something sounds, or it is the caller's turn."""
    THOUGHT = "thought"
    VOICE = "voice"
    HEARING = "hearing"
    """The recogniser makes up its mind."""


class Fill(enum.Enum):
    WORDS = "words"
    SIGNAL = "signal"


class DeadAir:
    """Of one call. `filler_ms`: 0 leaves every silence as it is. `words`: there are some in its language."""

    def __init__(self, filler_ms: int, *, words: bool) -> None:
        self._first = filler_ms * SAMPLES_PER_MS
        self._again = max(AGAIN, self._first)
        self._longest = max(LONGEST, self._first)
        self.words = words
        self._filled = False
        """Something was, since the agent was asked."""
        self._since = 0
        """Nothing has sounded since this position, ..."""
        self._due = self._first
        """... and nothing is due before this one."""

    def asked(self, t: int, silent: int) -> None:
        """The agent is asked at `t`; the caller has been silent for so many samples."""
        self._filled = False
        self._since = t - silent
        latest = max(t + min(BREATH, self._first), self._since + self._longest)
        self._due = min(t + self._first, latest)

    def tick(self, t: int, owed: Owed) -> Fill | None:
        """What is due at `t`; call it with every frame."""
        if not self._first:
            return None
        if owed is Owed.NOTHING:
            self._since, self._due = t, t + (self._again if self._filled else self._first)
            return None
        if t < self._due + self._grace(t, owed):
            return None
        self._filled = True
        if owed is Owed.THOUGHT and self.words:
            self._due = t + VOICE  # they are said by then, or the voice is late
            return Fill.WORDS
        self._due = t + self._again
        return Fill.SIGNAL

    def _grace(self, t: int, owed: Owed) -> int:
        """What is owed may take so much longer."""
        left = max(0, self._since + self._longest - self._due)
        match owed:
            case Owed.VOICE:
                return min(VOICE, left)
            case Owed.HEARING:
                return left
            case _:
                return 0
