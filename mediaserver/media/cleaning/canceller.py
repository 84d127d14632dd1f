"""Echo cancelling by WebRTC's AEC3 (pywebrtc-audio), and how many lines of a process may have it.

It costs three times as much as all else that is done for a call, so only lines that were found to echo get
it, and a bounded number of them. A server without such a call never loads the library.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any
from weakref import WeakSet

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLE_RATE

log = logging.getLogger(__name__)

LEAD_MS = 40
"""What goes out is given to the canceller this much before its echo: it finds the rest itself, and follows
when the delay changes by up to 400 ms more or 40 less."""
PRIME_FRAMES = 75
"""It first hears the past, over and over if that is short, until it has heard so much: 12 ms of work."""


def available() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("pywebrtc_audio") is not None


class Canceller:
    """Of one line. It takes some milliseconds to get ready; `process` must wait for that."""

    __slots__ = ("__weakref__", "_aec", "ready")

    def __init__(self) -> None:
        self._aec: Any = None
        self.ready = False

    def prime(self, near: Frame, far: Frame, hint_ms: int) -> None:
        """Learn from what was heard and what went out before, of equal length. On any thread, once."""
        from pywebrtc_audio import EchoCanceller  # see the head of this module

        aec = EchoCanceller(SAMPLE_RATE, 1, hint_ms)
        for _ in range(max(1, -(-PRIME_FRAMES * 320 // max(1, len(near))))):
            aec.process(near, far)
        self._aec = aec
        self.ready = True

    def process(self, near: Frame, far: Frame) -> Frame:
        """What was heard less what of it comes from `far`. It comes a few milliseconds late."""
        cleaned: Frame = self._aec.process(near, far)
        return cleaned


class Cancellers:
    """All of a process."""

    def __init__(self, limit: int, threaded: bool = True) -> None:
        """`limit`: lines that may have one at a time. With `threaded` they get ready on a thread of their
        own, otherwise at once."""
        self.limit = limit if available() else 0
        self._threaded = threaded
        self._thread: Executor | None = None
        self._given: WeakSet[Canceller] = WeakSet()
        self.echoing = 0
        """Lines that were found to echo, ever."""
        self.refused = 0
        """Of those, the ones for which there was none left."""

    def __len__(self) -> int:
        """Lines that have one now."""
        return len(self._given)

    @property
    def free(self) -> bool:
        """There is one left."""
        return len(self._given) < self.limit

    def take(self, near: Frame, far: Frame, hint_ms: int) -> Canceller | None:
        """One for a line that was found to echo, to be primed with these; None: there is none left. It counts
        until it is given back or forgotten."""
        if not self.free:
            self.refused += 1
            return None
        canceller = Canceller()
        self._given.add(canceller)
        job = partial(_prime, canceller, near, far, hint_ms)
        if not self._threaded:
            job()
            return canceller
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "echo-canceller")
        self._thread.submit(job)
        return canceller

    def give_back(self, canceller: Canceller) -> None:
        """The line needs it no more."""
        self._given.discard(canceller)

    def close(self) -> None:
        """The server stops."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None


def _prime(canceller: Canceller, near: Frame, far: Frame, hint_ms: int) -> None:
    try:
        canceller.prime(near, far, hint_ms)
    except Exception:  # the line goes on with what is cheaper
        log.exception("an echo canceller could not be made")


def aligned(ticks: range, of: Callable[[int], Frame | None], silence: Frame) -> Frame:
    """The frames of these ticks as one."""
    return np.concatenate([frame if (frame := of(tick)) is not None else silence for tick in ticks])
