"""When the recogniser is asked about a sound that the caller makes over the agent's words, and what its
answers are worth. Sans-I/O: positions in, questions and verdicts out.

A word is known once it is over, but not where it is over: the tongue closes for a moment in the midst of
"okay". So it is asked

- while it goes on (`MIDWAY`): one that begins like "okay" is heard out, though it lasts;
- as soon as it is quiet (`SOON_FRAMES`): a sign of listening need not keep the agent any longer. That the
  caller wants something is only believed when no word goes on after so long (`SETTLED_FRAMES`); the agent is
  silent meanwhile, so that nobody talks into a "stop".

It must never know words, nor what follows from them.
"""

from __future__ import annotations

import enum

from mediaserver.media.time import SAMPLES_PER_MS

SOON_FRAMES = 2
SETTLED_FRAMES = 6
MIDWAY = 380 * SAMPLES_PER_MS
"""So long after it began a sound that goes on is asked about, ..."""
AGAIN = 240 * SAMPLES_PER_MS
"""... and so long after that again."""
WITHIN = 500 * SAMPLES_PER_MS
"""For so long an answer is waited for; a recogniser that is not busy answers within 100. Without one the
caller wants something: to talk over "stop" is worse than to stop for "okay"."""
MOST = 8
"""Questions about one sound: no word takes more. What flickers would cost one in every 60 ms."""


class TakenFor(enum.Enum):
    """What the recogniser takes a sound for."""

    LISTENS = "listens"
    """A sign of listening, ..."""
    BEGUN = "begun"
    """... or the beginning of one."""
    WANTS = "wants"
    """Another word."""
    UNKNOWN = "unknown"


class WordCheck:
    """Of one call. `t`: positions in 16 kHz samples; `still`: quiet frames since the sound."""

    def __init__(self) -> None:
        self.question = 0
        """Counts what was asked."""
        self._asked_at: int | None = None
        """When, while the answer is not there."""
        self._still = 0
        """Quiet frames behind what was asked about; 0: its midst."""
        self._about_end: TakenFor | None = None
        """Of the sound up to where it is quiet; None: not known."""
        self._midway_at = 0
        self._left = MOST
        """Questions about the present sound."""
        self.midway: TakenFor | None = None
        """Of a sound that goes on."""

    @property
    def newest(self) -> TakenFor | None:
        """What it was last taken for, though that may change."""
        return self.midway if self._about_end is None else self._about_end

    def begin(self) -> None:
        """A sound begins."""
        self._asked_at = self._about_end = self.midway = None
        self._midway_at = self._still = 0
        self._left = MOST

    def due(self, t: int, elapsed: int, still: int) -> bool:
        """It is to be asked now about all of the sound, which began `elapsed` samples ago."""
        if still:
            # What was asked about its midst is no answer to what it is as a whole.
            free = self._asked_at is None or not self._still
            due = still >= SOON_FRAMES and free and self._about_end is None
        else:
            if self._still:  # it goes on: what was asked was half a word
                self._asked_at = self._about_end = None
                self._still = 0
            due = self._asked_at is None and elapsed >= MIDWAY and t - self._midway_at >= AGAIN
            if due:
                self._midway_at = t
        due = due and self._left > 0
        if due:
            self._left -= 1
            self.question += 1
            self._asked_at, self._still = t, still
        return due

    def answer(self, question: int, heard: TakenFor) -> bool:
        """False: it comes too late."""
        if question != self.question or self._asked_at is None:
            return False
        self._asked_at = None
        if self._still:
            self._about_end = heard
        else:
            self.midway = heard
        return True

    def asks(self, t: int, still: int) -> bool:
        """It will soon be known what it is."""
        if self._asked_at is not None:
            return t - self._asked_at < WITHIN
        return self._about_end is not None and still < SETTLED_FRAMES

    def verdict(self, t: int, still: int) -> TakenFor | None:
        """Of a sound that is over, as far as can be told; None: not yet."""
        if not still:
            return None
        if not self._still:
            return TakenFor.WANTS if not self._left and still >= SETTLED_FRAMES else None
        if self._asked_at is not None:
            return TakenFor.WANTS if t - self._asked_at >= WITHIN else None
        settled = still >= SETTLED_FRAMES or self._about_end is TakenFor.LISTENS
        return self._about_end if settled else None
