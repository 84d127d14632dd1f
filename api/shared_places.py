"""How much is done, or held open, at a time: for all who ask, and for each key: none may take it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from mediaserver.errors import CapacityError


class SharedPlaces:
    def __init__(self, most: int, most_each: int) -> None:
        """`most`: for all together; `most_each`: for one key. Whoever has none is the operator, who may take
        all."""
        self._most = most
        self._most_each = most_each
        self._taken: Counter[UUID | None] = Counter()

    def __len__(self) -> int:
        return self._taken.total()

    @contextmanager
    def take(self, key: UUID | None) -> Iterator[None]:
        """A place for as long as the block runs. Raises CapacityError."""
        if key is not None and self._taken[key] >= self._most_each:
            raise CapacityError(f"your key has {self._most_each} of these at a time: end one first")
        if len(self) >= self._most:
            raise CapacityError(f"all {self._most} places for this are taken: try again in a moment")
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
