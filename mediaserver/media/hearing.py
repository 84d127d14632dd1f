"""Voice detection for all calls, on a thread of its own: the media clock hands frames over and looks for
results when it comes by. Must never hold the clock up, nor fail a call.

Everything that concerns the detector (a slot opened or closed, a batch judged) is an order, and orders
are carried out one after the other, so the detector needs no locks. Its matrix products let go of the
interpreter's lock, so that packets flow meanwhile, even where both threads share a core.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

MOST_WAITING = 5
"""Batches that may wait for the thread; what comes on top is not heard, so that no result is old."""
NICENESS = 5
"""Of the thread: the clock comes first where they share a core, the thread before the engines' workers."""
SWITCH_S = 0.0005
"""For sys.setswitchinterval: how long a thread that computes in Python may keep the clock (or the clock the
detector) from the interpreter's lock. Python's 5 ms are as long as a phase."""

Key = TypeVar("Key")
Order = Callable[[], None]


class VoiceDetector(Protocol):
    """One model for all calls; pipelines.engines.vad.protocol.Vad is one. Called by one thread at a time."""

    @property
    def chunk_samples(self) -> int:
        """Samples at 16 kHz that it judges at once."""

    def open(self) -> int:
        """A slot for one leg, its state fresh."""

    def close(self, slot: int) -> None: ...

    def process(
        self, slots: list[int], frames: npt.NDArray[np.int16]
    ) -> tuple[Sequence[int], Sequence[float]]:
        """One frame for each slot, [N, 320] -> the rows whose chunk became complete, their probabilities.
        No slot is in it twice."""


class Hearing(Generic[Key]):
    """Hands frames to a detector and keeps its results until they are collected.

    With `threaded` the detector works between `start` and `stop` only, and results come some time later;
    without it, each method does its work before it returns.
    """

    def __init__(self, detector: VoiceDetector, threaded: bool = False) -> None:
        self._detector = detector
        self._threaded = threaded
        self._tickets = count()
        self._slots: dict[int, int] = {}
        """Of the open tickets. None is given out twice: what was meant for a closed one hits no other."""
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._found: deque[tuple[Key, float]] = deque()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._submitted = 0
        self._judged = 0
        self.errors = 0
        self.skipped = 0
        """Frames that were not heard because the thread fell behind."""

    # -- the clock's side

    def open(self) -> int:
        """A ticket for one leg."""
        ticket = next(self._tickets)
        self._order(partial(self._open, ticket))
        return ticket

    def close(self, ticket: int) -> None:
        """Frames and orders for this ticket that come later are ignored."""
        self._order(partial(self._close, ticket))

    def submit(self, keys: list[Key], tickets: list[int], frames: npt.NDArray[np.int16]) -> None:
        """Have a frame of each ticket judged, [N, 320]; no ticket may be in it twice. The lists and the
        matrix must not be changed afterwards."""
        if self.waiting >= MOST_WAITING:
            self.skipped += len(keys)
            return
        self._submitted += 1
        self._order(partial(self._judge, keys, tickets, frames))

    def collect(self) -> list[tuple[Key, float]]:
        """What was found since the last time, in order: the key of each frame that completed a chunk, and
        the probability of speech in it."""
        found: list[tuple[Key, float]] = []
        while self._found:
            found.append(self._found.popleft())
        return found

    @property
    def waiting(self) -> int:
        """Batches that were submitted and are not judged."""
        return self._submitted - self._judged

    def start(self) -> None:
        """Begin to carry out orders. Does nothing when not threaded or started already."""
        if self._threaded and self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(target=self._work, name="hearing", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Wait for the batch in work, a few milliseconds; those that wait are not judged. Idempotent."""
        if self._thread is not None:
            self._stopping = True
            self._orders.put(None)
            self._thread.join()
            self._thread = None

    @property
    def thread_id(self) -> int | None:
        """The system's number of its thread, while it has one."""
        return self._thread.native_id if self._thread is not None else None

    def _order(self, order: Order) -> None:
        if self._threaded:
            self._orders.put(order)
        else:
            self._carry_out(order)

    # -- the thread's side

    def _work(self) -> None:
        with contextlib.suppress(OSError):  # a nicety
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while (order := self._orders.get()) is not None:
            self._carry_out(order)

    def _carry_out(self, order: Order) -> None:
        try:
            order()
        except Exception:  # calls go on without voice detection
            self.errors += 1
            if self.errors in (1, 10, 100, 1_000):
                log.exception("voice detection failed (%d times)", self.errors)

    def _open(self, ticket: int) -> None:
        self._slots[ticket] = self._detector.open()

    def _close(self, ticket: int) -> None:
        slot = self._slots.pop(ticket, None)
        if slot is not None:
            self._detector.close(slot)

    def _judge(self, keys: list[Key], tickets: list[int], frames: npt.NDArray[np.int16]) -> None:
        try:
            if self._stopping:
                return
            known = self._slots
            kept = [row for row, ticket in enumerate(tickets) if ticket in known]
            if not kept:
                return
            if len(kept) < len(tickets):  # closed since they were read
                keys, tickets = [keys[row] for row in kept], [tickets[row] for row in kept]
                frames = frames[kept]
            rows, probabilities = self._detector.process([known[ticket] for ticket in tickets], frames)
            self._found.extend(
                (keys[row], probability) for row, probability in zip(rows, probabilities, strict=True)
            )
        finally:
            self._judged += 1
