"""What stays of what a model hears while the audio grows: that on which two looks in a row agree.

Local agreement with n = 2 (Macháček, Dabre, Bojar: "Turning Whisper into Real-Time Transcription System",
2023): the longest common prefix of two successive hypotheses is committed, and is never taken back. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from pipelines.engines.stt.rolling.hypothesis import WindowWord

NEAR_MS = 100
"""A word that begins so little before the end of what is committed lies behind it."""
OVERLAP = 5
"""Words that may be heard once more behind it, at most."""


class LocalAgreement:
    """Of one window. Its words are compared without case and punctuation; the newer hypothesis writes
    them."""

    def __init__(self) -> None:
        self.committed: list[WindowWord] = []
        self._last: list[WindowWord] = []
        """Of the last hypothesis, what was not committed."""

    def take(self, words: Sequence[WindowWord], sure_until_ms: int) -> list[WindowWord]:
        """What a new hypothesis of the whole window makes certain. A word that is the last and reaches beyond
        `sure_until_ms` may be half a word: it waits."""
        tail = self.behind(words)
        if tail and tail[-1].end_ms > sure_until_ms:
            whole = tail[:-1]
        else:
            whole = tail
        pairs = takewhile(lambda pair: pair[0].bare == pair[1].bare, zip(whole, self._last, strict=False))
        agreed = [new for new, _ in pairs]
        self.committed += agreed
        self._last = tail[len(agreed) :]
        return agreed

    def behind(self, words: Sequence[WindowWord]) -> list[WindowWord]:
        """The words of a hypothesis that come after what is committed. One that begins otherwise is cut by
        time, and what it says once more of the committed words' end is left out."""
        count = len(self.committed)
        if [each.bare for each in words[:count]] == [each.bare for each in self.committed]:
            return list(words[count:])
        end_ms = self.committed[-1].end_ms
        tail = [word for word in words if word.start_ms >= end_ms - NEAR_MS]
        for length in range(min(OVERLAP, count, len(tail)), 0, -1):
            if [each.bare for each in tail[:length]] == [each.bare for each in self.committed[-length:]]:
                return tail[length:]
        return tail

    def commit(self, words: Sequence[WindowWord]) -> None:
        """These without agreement: the window is full."""
        self.committed = list(words)
        self._last = []

    def leave(self, count: int, by_ms: int) -> list[WindowWord]:
        """The first committed words leave the window, which begins `by_ms` later from now on."""
        gone, kept = self.committed[:count], self.committed[count:]
        self.committed = [word.later(-by_ms) for word in kept]
        self._last = [word.later(-by_ms) for word in self._last]
        return gone
