"""What keeps the media thread steady, put together as the server does; the system's answers are made up."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import AsyncExitStack

import pytest

from cli.serving.steady import Steadiness
from mediaserver.config import load
from mediaserver.media.clock import MediaClock
from mediaserver.metrics import Metrics


@pytest.fixture
def clock() -> MediaClock:
    return MediaClock()


def steady(clock: MediaClock, realtime: str = "auto") -> Steadiness:
    return Steadiness(clock, load(None, {"media": {"realtime": realtime}}), Metrics())


async def test_it_lasts_until_the_server_stops(monkeypatch: pytest.MonkeyPatch, clock: MediaClock) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", lambda pid, policy, param: None)
    steadiness = steady(clock)
    async with AsyncExitStack() as undo:
        steadiness.begin(undo)
        assert len(clock.beside) == 2 and not gc.isenabled()
        assert [finding.detail for finding in steadiness.findings()] == ["realtime"]
    assert clock.beside == () and gc.isenabled()
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


async def test_a_system_that_refuses_is_no_fault_of_the_servers(
    monkeypatch: pytest.MonkeyPatch, clock: MediaClock
) -> None:
    def refuses(pid: int, policy: int, param: os.sched_param) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuses)
    steadiness = steady(clock)
    async with AsyncExitStack() as undo:
        steadiness.begin(undo)
        (finding,) = steadiness.findings()
        assert finding.ok and "Operation not permitted" in finding.detail


async def test_who_does_not_want_it_is_not_asked(monkeypatch: pytest.MonkeyPatch, clock: MediaClock) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: pytest.fail("it was asked for"))
    steadiness = steady(clock, "off")
    async with AsyncExitStack() as undo:
        steadiness.begin(undo)
        assert steadiness.findings()[0].ok
