"""Hearing with and without its thread, whose pace is set by a gate in the detector, never by waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.clock import MediaClock
from mediaserver.media.hearing import MOST_WAITING, Hearing
from mediaserver.media.leg import Voice
from tests.mediaserver.media.test_clock import MS, START, Detector, Echo, ListWire, WireLeg

SOON = 10.0
"""Seconds after which a test that waits for the thread has failed."""


class Gated(Detector):
    """Judges a batch when it is let to, and remembers all that it was told, and by which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, list[int]]] = []
        self.threads: set[str] = set()
        self.gate = threading.Semaphore(0)
        self.began = threading.Semaphore(0)
        self.done = threading.Semaphore(0)

    def open(self) -> int:
        slot = super().open()
        self.told.append(("open", [slot]))
        return slot

    def close(self, slot: int) -> None:
        super().close(slot)
        self.told.append(("close", [slot]))

    def process(self, slots: list[int], frames: npt.NDArray[np.int16]) -> tuple[list[int], list[float]]:
        self.threads.add(threading.current_thread().name)
        self.told.append(("process", list(slots)))
        self.began.release()
        try:
            assert self.gate.acquire(timeout=SOON)
            return super().process(slots, frames)
        finally:
            self.done.release()

    def judge(self, batches: int = 1) -> None:
        """Let this many batches through and wait for them."""
        for _ in range(batches):
            self.gate.release()
            assert self.done.acquire(timeout=SOON)


def frames(count: int = 1, level: int = 50) -> npt.NDArray[np.int16]:
    return np.full((count, 320), level, np.int16)


@contextmanager
def threaded(detector: Detector) -> Iterator[Hearing[str]]:
    hearing = Hearing[str](detector, threaded=True)
    hearing.start()
    try:
        yield hearing
    finally:
        if isinstance(detector, Gated):
            detector.gate.release(100)
        hearing.stop()


def settled(hearing: Hearing[str]) -> None:
    """Wait until the thread has carried out all orders so far."""
    passed = threading.Event()
    hearing._orders.put(passed.set)
    assert passed.wait(SOON)


def test_without_a_thread_results_are_there_at_once() -> None:
    hearing = Hearing[str](Detector())
    a, b = hearing.open(), hearing.open()
    hearing.submit(["a", "b"], [a, b], frames(2))
    assert hearing.collect() == []
    hearing.submit(["a", "b"], [a, b], frames(2))
    assert hearing.collect() == [("a", 0.5), ("b", 0.5)]
    assert hearing.collect() == []
    hearing.start()
    hearing.stop()


def test_the_thread_judges_while_the_clock_goes_on() -> None:
    detector = Gated()
    with threaded(detector) as hearing:
        a = hearing.open()
        hearing.submit(["a1"], [a], frames())
        hearing.submit(["a2"], [a], frames())
        assert detector.began.acquire(timeout=SOON)
        assert hearing.collect() == []
        detector.judge(2)
        settled(hearing)
        assert hearing.collect() == [("a2", 0.5)]
        assert detector.threads == {"hearing"}


def test_a_slot_closed_and_opened_again_keeps_its_turn_among_the_batches() -> None:
    detector = Gated()
    with threaded(detector) as hearing:
        first = hearing.open()
        hearing.submit(["first"], [first], frames())
        assert detector.began.acquire(timeout=SOON)  # from here on all others wait
        hearing.close(first)
        second = hearing.open()
        assert second != first
        hearing.submit(["second"], [second], frames())
        detector.judge(2)
        settled(hearing)
        slot = [0]
        assert detector.told == [
            ("open", slot), ("process", slot), ("close", slot), ("open", slot),
            ("process", slot),
        ]  # fmt: skip
        assert hearing.collect() == []  # the second has only a frame of its own


@pytest.mark.parametrize("with_thread", [True, False])
def test_frames_and_orders_for_a_closed_ticket_touch_nobody_else(with_thread: bool) -> None:
    detector = Detector()
    hearing = Hearing[str](detector, with_thread)
    hearing.start()
    gone, here = hearing.open(), hearing.open()
    hearing.close(gone)
    heir = hearing.open()  # has the slot of the one that went
    for _ in range(2):
        hearing.submit(["gone", "here"], [gone, here], frames(2))
    hearing.submit(["gone"], [gone], frames())
    hearing.close(gone)
    hearing.submit(["heir"], [heir], frames())
    if with_thread:
        settled(hearing)
    assert detector.batches == [[1], [1], [0]]
    assert hearing.collect() == [("here", 0.5)]
    assert hearing.errors == 0
    hearing.stop()


def test_a_thread_that_falls_behind_leaves_frames_out_instead_of_growing_old() -> None:
    detector = Gated()
    with threaded(detector) as hearing:
        a, b = hearing.open(), hearing.open()
        for _ in range(MOST_WAITING + 3):
            hearing.submit(["a", "b"], [a, b], frames(2))
        assert hearing.skipped == 6
        detector.judge(MOST_WAITING)
        settled(hearing)
        hearing.submit(["a", "b"], [a, b], frames(2))
        detector.judge()
        assert hearing.skipped == 6
        assert len(detector.batches) == MOST_WAITING + 1


@pytest.mark.parametrize("with_thread", [True, False])
def test_a_detector_that_raises_is_counted_and_may_recover(
    with_thread: bool, caplog: pytest.LogCaptureFixture
) -> None:
    detector = Detector()
    hearing = Hearing[str](detector, with_thread)
    hearing.start()
    a = hearing.open()
    detector.broken = True
    for _ in range(3):
        hearing.submit(["a"], [a], frames())
    if with_thread:
        settled(hearing)
    assert hearing.errors == 3 and caplog.text.count("voice detection failed") == 1
    detector.broken = False
    for _ in range(2):
        hearing.submit(["a"], [a], frames())
    if with_thread:
        settled(hearing)
    assert hearing.collect() == [("a", 0.5)] and hearing.skipped == 0
    hearing.stop()


def test_stopping_waits_for_the_batch_in_work_only() -> None:
    detector = Gated()
    hearing = Hearing[str](detector, threaded=True)
    hearing.start()
    a = hearing.open()
    for _ in range(3):
        hearing.submit(["a"], [a], frames())
    assert detector.began.acquire(timeout=SOON)
    thread = hearing._thread
    assert thread is not None
    stopping = threading.Thread(target=hearing.stop)
    hearing._stopping = True  # as the first thing that `stop` does
    stopping.start()
    detector.gate.release()
    stopping.join(SOON)
    assert not thread.is_alive() and len(detector.batches) == 1
    hearing.stop()
    hearing.start()  # orders given meanwhile are carried out by the next thread
    detector.gate.release(2)
    for _ in range(2):
        hearing.submit(["a"], [a], frames())
    settled(hearing)
    hearing.stop()
    assert len(detector.batches) == 3


async def test_the_clock_tells_what_the_thread_found_at_a_later_phase() -> None:
    detector = Gated()
    clock, wire = MediaClock(detector, now_ns=lambda: 0, threaded_hearing=True), ListWire()
    legs, apps = [WireLeg(wire, 30), WireLeg(wire, 60)], [Echo(), Echo()]
    for leg, app in zip(legs, apps, strict=True):
        clock.attach(leg, app)
    hearing = clock._hearing
    assert hearing is not None
    hearing.start()
    now = START
    for _ in range(8):  # two frames each way, while the detector is held up
        clock.tick(now)
        now += 5 * MS
    assert [len(wire.written[leg.number]) for leg in legs] == [2, 2]
    assert apps[0].events == apps[1].events == []
    clock.detach(legs[1])
    detector.judge(2)
    passed = threading.Event()
    hearing._orders.put(passed.set)
    assert passed.wait(SOON)
    assert [slots for what, slots in detector.told if what == "process"] == [[0, 1], [0, 1]]
    clock.tick(now)
    assert apps[0].events == [Voice(512, 0.3)]  # as of when it was heard, not of when it was told
    assert apps[1].events == []  # detached since
    clock.stop()
    assert hearing._thread is None


async def test_the_clock_starts_and_stops_the_thread() -> None:
    clock = MediaClock(Detector(), threaded_hearing=True)
    clock.start()
    assert any(thread.name == "hearing" for thread in threading.enumerate())
    await asyncio.sleep(0)
    clock.stop()
    clock.stop()
    assert all(thread.name != "hearing" for thread in threading.enumerate())
