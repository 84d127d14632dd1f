"""A state that only its table can change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
C = TypeVar("C", bound=StrEnum)


class Machine(Generic[S, C]):
    """A cue without a row is counted in `ignored` and changes nothing."""

    def __init__(self, table: Mapping[tuple[S, C], S], start: S, ignored: Counter[str]) -> None:
        self._table = table
        self._state = start
        self._ignored = ignored

    @property
    def state(self) -> S:
        return self._state

    def takes(self, cue: C) -> bool:
        """There is a row for this cue."""
        return (self._state, cue) in self._table

    def move(self, cue: C) -> bool:
        """Follow the table; False when it has no row."""
        target = self._table.get((self._state, cue))
        if target is None:
            self._ignored[f"{self._state} {cue}"] += 1
            return False
        self._state = target
        return True
