"""How much long work is done at a time, for all who ask and for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from mediaserver.errors import CapacityError


class WorkPlaces:
    def __init__(self, most: int, each: int) -> None:
        """`most`: for all together; `each`: for one who asks."""
        self._most = most
        self._each = each
        self._taken: Counter[UUID | None] = Counter()

    def __len__(self) -> int:
        return self._taken.total()

    @contextmanager
    def take(self, who: UUID | None) -> Iterator[None]:
        """A place for as long as the work is done. Raises CapacityError."""
        if self._taken[who] >= self._each or self._taken.total() >= self._most:
            mine = self._taken[who]
            raise CapacityError(
                f"{mine} of yours are being done, and no more at a time"
                if mine >= self._each
                else "too many are being done at once: try again in a moment"
            )
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]
