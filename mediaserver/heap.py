"""Memory that is free goes back to the system: glibc keeps what a flood of calls has used, for ever if nobody
asks. `Peaks` decides and knows no clock; `give_back` asks glibc, and does nothing with another C library.
"""

from __future__ import annotations

import ctypes
import resource

MB = 1 << 20
WORTH_BYTES = 12 * MB
"""Over what was left the last time; below that asking is not worth it."""
STEADY_BYTES = 2 * MB
"""A process that grew by more since the last look is still busy growing."""
APART_S = 30.0
"""Between two times, while calls are up: all who want memory of glibc wait meanwhile."""
ARENAS = 2
"""Of glibc, which otherwise has one for each of up to 8 threads a processor, each with its own leftovers."""
_M_ARENA_MAX = -8
_PAGE = resource.getpagesize()


class Peaks:
    """When memory is to be given back: a peak is over. Times in seconds of any one clock."""

    def __init__(self, resident: int) -> None:
        self._floor = resident
        """What was left the last time, or the least seen since."""
        self._before = resident
        self._asked_at: float | None = None

    def over(self, now: float, resident: int, calls: int) -> bool:
        """Whether to ask now; to be asked every few seconds. `resident`: bytes; `calls`: that are up."""
        grew, self._before = resident - self._before, resident
        self._floor = min(self._floor, resident)
        if resident - self._floor < WORTH_BYTES or grew > STEADY_BYTES:
            return False
        return not calls or self._asked_at is None or now - self._asked_at >= APART_S

    def given_back(self, now: float, resident: int) -> None:
        """It was asked for, and so much is left."""
        self._floor = self._before = resident
        self._asked_at = now


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except OSError:
        return 0


def few_arenas() -> None:
    """Before the threads are started. Only of glibc."""
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Blocks for some milliseconds, and others only while they want memory: for a thread."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") and hasattr(libc, "malloc_trim") else None
