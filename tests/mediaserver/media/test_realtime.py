"""Where the system permits no realtime priority the refusal is what is tested; where it does, the guard."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from mediaserver.media.realtime import (
    AGAIN_S,
    HELPER_NICENESS,
    POLICY,
    PRIORITY,
    Realtime,
    ThreadPriority,
    helper_permitted,
    permitted,
)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What the scheduler was asked for, policy and priority; the test's own thread keeps its own."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(
        os, "sched_setscheduler", lambda pid, policy, param: asked.append((policy, param.sched_priority))
    )
    return asked


@pytest.fixture
def realtime() -> Iterator[Realtime]:
    made = Realtime()
    yield made
    made.give_back()


def test_the_media_thread_goes_first_and_what_it_starts_does_not(
    system: list[tuple[int, int]], realtime: Realtime
) -> None:
    realtime.take()
    assert realtime.standing is ThreadPriority.REALTIME and system == [(POLICY, PRIORITY)]
    assert POLICY & os.SCHED_RESET_ON_FORK
    assert resource.getrlimit(resource.RLIMIT_RTTIME)[0] != resource.RLIM_INFINITY


def test_one_that_runs_away_is_lowered_told_of_and_tried_again(
    system: list[tuple[int, int]], realtime: Realtime, caplog: pytest.LogCaptureFixture
) -> None:
    realtime.take()
    os.kill(os.getpid(), signal.SIGXCPU)
    assert (realtime.standing, realtime.lowered) == (ThreadPriority.LOWERED, 1)
    assert system[-1] == (os.SCHED_OTHER, 0)
    at = realtime._lowered_at
    realtime.tend(at + AGAIN_S - 1)
    realtime.tend(at + AGAIN_S - 1)
    assert (caplog.text.count("did not sleep"), realtime.standing) == (1, ThreadPriority.LOWERED)
    realtime.tend(at + AGAIN_S)
    assert (realtime.standing, system[-1]) == (ThreadPriority.REALTIME, (POLICY, PRIORITY))


def test_everything_is_as_it_was_after_it_was_given_back(
    system: list[tuple[int, int]], realtime: Realtime
) -> None:
    before = resource.getrlimit(resource.RLIMIT_RTTIME), signal.getsignal(signal.SIGXCPU)
    realtime.take()
    realtime.give_back()
    realtime.give_back()
    assert (resource.getrlimit(resource.RLIMIT_RTTIME), signal.getsignal(signal.SIGXCPU)) == before
    assert system[-1] == (os.SCHED_OTHER, 0) and realtime.standing is ThreadPriority.NORMAL


STARTS_OTHERS = """
import os, subprocess, sys, threading
from mediaserver.media.realtime import Realtime
made = Realtime()
made.take()
said = [os.sched_getscheduler(0) & os.SCHED_FIFO]
thread = threading.Thread(target=lambda: said.append(os.sched_getscheduler(0)))
thread.start()
thread.join()
child = "import os; raise SystemExit(os.sched_getscheduler(0))"
said.append(subprocess.run([sys.executable, "-c", child]).returncode)
made.give_back()
print(*said, os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK)
"""


@pytest.mark.skipif(permitted() != "", reason="the system permits no realtime priority here")
def test_its_threads_and_processes_have_normal_priority() -> None:
    run = [sys.executable, "-c", STARTS_OTHERS]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert said == [str(os.SCHED_FIFO), *[str(os.SCHED_OTHER)] * 3]


def test_a_refusal_is_told_in_the_systems_words(monkeypatch: pytest.MonkeyPatch, realtime: Realtime) -> None:
    def refuses(pid: int, policy: int, param: os.sched_param) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuses)
    realtime.take()
    assert (realtime.standing, realtime.refusal) == (ThreadPriority.REFUSED, "Operation not permitted")
    assert permitted() == "Operation not permitted"
    realtime.tend(1e9)
    assert realtime.standing is ThreadPriority.REFUSED


def test_a_thread_that_shares_the_interpreters_lock_comes_right_behind(
    system: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int, int]] = []
    monkeypatch.setattr(os, "getpriority", lambda which, who: 5)
    monkeypatch.setattr(os, "setpriority", lambda *what: asked.append(what))
    realtime = Realtime(helper=4711)
    realtime.take()
    os.kill(os.getpid(), signal.SIGXCPU)
    realtime.tend(realtime._lowered_at + AGAIN_S)
    realtime.give_back()
    hurried, as_before = (os.PRIO_PROCESS, 4711, HELPER_NICENESS), (os.PRIO_PROCESS, 4711, 5)
    assert asked == [hurried, as_before, hurried, as_before]


def test_another_thread_than_the_main_one_is_left_as_it_is(
    system: list[tuple[int, int]], realtime: Realtime
) -> None:
    thread = threading.Thread(target=realtime.take)
    thread.start()
    thread.join()
    assert realtime.standing is ThreadPriority.REFUSED and system == []


def test_a_helper_that_may_not_is_told_of(
    system: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch, realtime: Realtime
) -> None:
    def refuses(*what: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "setpriority", refuses)
    monkeypatch.setattr(realtime, "_helper", threading.get_native_id())
    realtime.take()
    assert realtime.standing is ThreadPriority.REALTIME and realtime.helper_refusal == "Permission denied"
    assert helper_permitted() == "Permission denied"
