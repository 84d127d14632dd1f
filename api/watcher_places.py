"""How many may watch at a time: each holds a connection, and one key must not take them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from mediaserver.errors import CapacityError


class WatcherPlaces:
    """Places for those who watch."""

    def __init__(self, most: int, most_each: int) -> None:
        """`most_each`: of one key; the operator, who has none, may take all."""
        self._most = most
        self._most_each = most_each
        self._taken: Counter[UUID | None] = Counter()

    def __len__(self) -> int:
        return self._taken.total()

    @contextmanager
    def take(self, key: UUID | None) -> Iterator[None]:
        """A place for as long as the block runs. Raises CapacityError."""
        if key is not None and self._taken[key] >= self._most_each:
            raise CapacityError(f"{self._most_each} streams are open with your key: close some")
        if len(self) >= self._most:
            raise CapacityError(f"{self._most} streams are open: come again later")
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
