"""Ends a text that comes in pieces where one of a few texts would begin in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence


class StopText:
    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        """What may be the beginning of one."""
        self.stopped = False

    def feed(self, text: str) -> str:
        """What of it goes on for sure."""
        if self.stopped:
            return ""
        if not self._stops:
            return text
        seen = self._held + text
        found = [at for stop in self._stops if (at := seen.find(stop)) >= 0]
        if found:
            self.stopped, self._held = True, ""
            return seen[: min(found)]
        keep = max((_overlap(seen, stop) for stop in self._stops), default=0)
        self._held = seen[len(seen) - keep :]
        return seen[: len(seen) - keep]

    def rest(self) -> str:
        """What was held back, when no more comes."""
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of the text begin the stop."""
    return next(
        (size for size in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:size])), 0
    )
