"""With real time, for this is what is measured; nothing here is asserted of how long it took."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from mediaserver import logs
from mediaserver.diagnosis.stall_watch import StallWatch
from mediaserver.diagnosis.stalls import LIMIT_NS, HeldBy

CALL = UUID(int=7)


@pytest.fixture
def watch() -> Iterator[StallWatch]:
    made = StallWatch()
    made.start()
    yield made
    made.stop()


def stalls(watch: StallWatch) -> int:
    return sum(held.count for held in watch.held.values())


def holds_the_thread() -> None:
    """Until the timer was surely due."""
    end = time.perf_counter_ns() + 3 * LIMIT_NS
    while time.perf_counter_ns() < end:
        pass


def test_who_holds_the_thread_between_ticks_is_named_with_its_call(
    watch: StallWatch, caplog: pytest.LogCaptureFixture
) -> None:
    watch.ends(time.perf_counter_ns(), 1)
    with logs.in_call(CALL):
        holds_the_thread()
    watch.begins(time.perf_counter_ns())
    assert stalls(watch) >= 1  # a busy machine holds it, too
    assert "in the event loop" in caplog.text and str(CALL) in caplog.text
    assert "holds_the_thread (diagnosis/test_stall_watch.py:" in caplog.text


def test_who_holds_it_in_a_tick_is_named(watch: StallWatch, caplog: pytest.LogCaptureFixture) -> None:
    watch.begins(time.perf_counter_ns())
    holds_the_thread()
    watch.ends(time.perf_counter_ns(), 1)
    assert "in a tick" in caplog.text and "holds_the_thread" in caplog.text


def test_a_call_that_blocks_is_told_from_one_that_computes(watch: StallWatch) -> None:
    watch.ends(time.perf_counter_ns(), 1)
    time.sleep(3 * LIMIT_NS / 1e9)
    watch.begins(time.perf_counter_ns())
    assert watch.held[HeldBy.COMPUTING].count == 0 and stalls(watch) >= 1


def test_time_until_the_next_tick_is_due_is_nobodys(watch: StallWatch) -> None:
    due = time.perf_counter_ns() + 3 * LIMIT_NS
    watch.ends(due, 1)
    time.sleep(2 * LIMIT_NS / 1e9)
    watch._since = max(watch._since, time.perf_counter_ns())  # however late this machine woke us
    watch.begins(due)
    assert stalls(watch) == 0


def test_the_timer_is_gone_when_it_was_stopped(watch: StallWatch) -> None:
    watch.begins(time.perf_counter_ns())
    watch.stop()
    watch.stop()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_on_another_thread_it_measures_and_names_nobody(caplog: pytest.LogCaptureFixture) -> None:
    watch = StallWatch()

    def run() -> None:
        watch.start()
        watch.begins(time.perf_counter_ns())
        holds_the_thread()
        watch.ends(time.perf_counter_ns(), 1)
        watch.stop()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert stalls(watch) >= 1 and "nobody was seen" in caplog.text
