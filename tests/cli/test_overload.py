"""The watch over the media clock: what it counts, says and switches."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from cli.serving.overload import OverloadWatch
from mediaserver.calls.registry import CallRegistry
from mediaserver.media.clock import MediaClock
from mediaserver.metrics import Metrics
from tests.mediaserver.calls.test_call import make


class Watched:
    def __init__(self, late_ms: float = 20.0, calls: int = 20) -> None:
        self.clock, self.metrics, self.now = MediaClock(phases=1), Metrics(), 0.0
        self.registry = CallRegistry(100, self.metrics)
        for number in range(calls):
            self.registry.add(make(number))
        self.watch = OverloadWatch(self.clock, self.registry, late_ms, lambda: self.now)

    def second(self, late: int, busy_s: float = 0.1) -> None:
        for number in range(200):
            self.clock.send_lateness.add(25_000_000 if number < late else 1_000_000)
        self.clock.busy_ns += int(busy_s * 1e9)
        self.now += 1.0
        self.watch.look()


async def test_while_packets_go_out_late_new_calls_are_refused_and_it_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with AsyncExitStack() as undo:
        watched = Watched()
        watched.watch.begin(watched.metrics, undo)
        watched.second(late=2)
        assert watched.watch.findings() == []
        watched.second(late=3)
        watched.second(late=3)
        assert watched.registry.overloaded
        (finding,) = watched.watch.findings()
        assert not finding.ok and not finding.fatal, "it is ready: calls that are up are served"
        assert "voiceforge_overloaded 1.0" in watched.metrics.render().decode()
        for _ in range(3):
            watched.second(late=0)
        assert watched.watch.findings() == []
        assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
        assert "overloaded with 20 calls: 2 % of the ticks" in caplog.text


async def test_a_thread_without_rest_is_overloaded_though_nothing_is_late() -> None:
    async with AsyncExitStack() as undo:
        watched = Watched()
        watched.watch.begin(watched.metrics, undo)
        for _ in range(2):
            watched.second(late=0, busy_s=0.95)
        assert watched.registry.overloaded


async def test_who_wants_none_of_it_refuses_nobody() -> None:
    async with AsyncExitStack() as undo:
        watched = Watched(late_ms=0)
        watched.watch.begin(watched.metrics, undo)
        for _ in range(3):
            watched.second(late=200)
        assert not watched.registry.overloaded
