"""Joins the keys that a caller presses into entries, as the agent's `Keys` say. Sans-I/O.

    no entry --key--> open --length, terminator, cancel, pause--> told as `Keyed`
    told when full --terminator--> nothing: it belongs to the entry before

Keys win over what is said beside them: who keys and speaks means the keys. Only an entry with too few digits
gives way to an utterance that was understood meanwhile; the caller has changed over to speaking.

Keys pressed while the agent thinks belong to the question that it is about to ask, and wait for that
(`hold`). It must never decide who has the floor.
"""

from __future__ import annotations

from typing import Literal

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Keyed, Keys, Utterance

MOST_AHEAD = 40
"""Keys that wait for a question; more is somebody who leans on the keys."""


class KeyCollector:
    """Of one call. Positions (`t`) are the session's, in 16 kHz samples."""

    def __init__(self) -> None:
        self._keys: Keys | None = None
        self._digits = ""
        self._open = False
        self._last = 0
        """When the last key came."""
        self._filled = False
        """The last entry was told because it was full: the terminator that may follow is part of it."""
        self._said: Utterance | None = None
        self._ahead = ""

    @property
    def collects(self) -> bool:
        """Keys are joined; otherwise each is told by itself."""
        return self._keys is not None

    @property
    def open(self) -> bool:
        """An entry has begun and is not told."""
        return self._open

    def listen(self, keys: Keys | None) -> None:
        """How entries are collected from now on. One that is open goes on only when nothing has changed."""
        if keys != self._keys:
            self._keys = keys
            self._forget()

    def key(self, t: int, digit: str) -> Keyed | Utterance | None:
        """A key was pressed; what the agent is to be told of it, if anything yet."""
        keys = self._keys
        assert keys is not None
        within = t - self._last < keys.inter_digit_ms * SAMPLES_PER_MS
        filled, self._filled = self._filled, False
        self._last = t
        if digit in keys.terminators:
            if filled and within and not self._open:
                return None
            return self._told("terminator")
        if digit in keys.cancel:
            self._digits, self._said = "", None
            return self._told("cancel")
        if len(self._digits) == keys.most:
            return self._told("too many")
        self._open = True
        self._digits += digit
        if len(self._digits) == keys.most and not keys.full_ms:
            return self._told("length")
        return None

    def spoken(self, said: Utterance) -> None:
        """The caller has spoken while an entry was open."""
        if said.understood:
            self._said = said

    def tick(self, t: int) -> Keyed | Utterance | None:
        """Time passes; what the agent is to be told, once the entry is over."""
        keys = self._keys
        if keys is None or not self._open:
            return None
        full = len(self._digits) == keys.most
        wait = keys.full_ms if full else keys.inter_digit_ms
        if t - self._last < wait * SAMPLES_PER_MS:
            return None
        return self._told("length" if full else "pause")

    def hold(self, digit: str) -> None:
        """The agent thinks: keep the key for what it will ask."""
        if len(self._ahead) < MOST_AHEAD:
            self._ahead += digit

    def release(self) -> str:
        """The keys that were held, in order; they count now."""
        ahead, self._ahead = self._ahead, ""
        return ahead

    def clear(self) -> None:
        """What the caller keyed is of no interest any more."""
        self._forget()
        self._ahead = ""

    def _forget(self) -> None:
        self._digits, self._open, self._filled, self._said = "", False, False, None

    def _told(
        self, ended_by: Literal["length", "terminator", "pause", "cancel", "too many"]
    ) -> Keyed | Utterance:
        assert self._keys is not None
        digits, said = self._digits, self._said
        self._forget()
        if ended_by in ("terminator", "pause") and 0 < len(digits) < self._keys.least:
            return said or Keyed(digits, "too few")
        self._filled = ended_by == "length"
        return Keyed(digits, ended_by)
