"""Responses that failed at the model's server: asked for again after a while, and not for ever. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.media.time import SAMPLES_PER_MS

AFTER = (500 * SAMPLES_PER_MS, 2_000 * SAMPLES_PER_MS)
"""Before the second and the third try. A rate limit passes in a second or two; a caller waits no longer."""


@dataclass(slots=True)
class ResponseRetries:
    """One call's."""

    _failed: int = 0
    """In a row."""
    _due: int = -1

    def failed(self, t: int) -> bool:
        """A response failed at `t`. Whether it is asked for again."""
        if self._failed >= len(AFTER):
            return False
        self._due = t + AFTER[self._failed]
        self._failed += 1
        return True

    def settled(self) -> None:
        """A response came to its end."""
        self._failed, self._due = 0, -1

    def overtaken(self) -> None:
        """The caller speaks: the server answers that by itself."""
        self._due = -1

    def due(self, t: int) -> bool:
        """Ask again now."""
        if self._due < 0 or t < self._due:
            return False
        self._due = -1
        return True
