"""How long what comes in pieces waits for its tick, and so how much earlier that tick could be.

Pure: every call takes `now`, in ns of any one clock.
"""

from __future__ import annotations

MARGIN_NS = 1_000_000
"""Between a piece's arrival and its tick. It may be small: a whole frame waits behind it (`PacketBuffer`), so
that a piece which misses its tick is not missed."""
ENOUGH_TICKS = 25
"""In a row, each with a piece, before the shortest wait of them says anything: half a second."""


class TickWait:
    """Of one incoming stream, whose pieces come as often as its ticks."""

    __slots__ = ("_came_ns", "_least_ns", "_ticks")

    def __init__(self) -> None:
        self._came_ns: int | None = None
        """When the last piece came; None: none has, since the last tick."""
        self._least_ns = 0
        self._ticks = 0
        """In a row that found a piece."""

    @property
    def early_ns(self) -> int | None:
        """So much earlier each of the last ticks would have found the same; None while pieces come too
        unevenly to tell."""
        return max(0, self._least_ns - MARGIN_NS) if self._ticks >= ENOUGH_TICKS else None

    def came(self, now: int) -> None:
        self._came_ns = now

    def ticked(self, now: int) -> None:
        if self._came_ns is None:  # as at the beginning of a call, in a pause, or when the line stands still
            self._ticks = 0
            return
        wait = now - self._came_ns
        self._least_ns = min(self._least_ns, wait) if self._ticks else wait
        self._ticks += 1
        self._came_ns = None

    def moved(self) -> None:
        """The ticks come at another time from now on."""
        self._came_ns, self._ticks = None, 0
