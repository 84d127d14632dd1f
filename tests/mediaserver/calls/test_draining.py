"""Emptying a server: calls that are up go on, new ones are refused, and it can be taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mediaserver.calls.draining import Drain
from mediaserver.errors import CapacityError
from mediaserver.media.leg import Why
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Line


class Draining:
    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        connected(self.bench, bob=Line("bob"), carl=Line("carl"))
        self.told: list[bool] = []
        self.stopped = 0
        self.now = 0.0
        self.drain = Drain(self.bench.board, "Goodbye.", 1.0, lambda: self.now)
        self.drain.listeners.append(self.told.append)
        self.drain.stop = self._stop

    def _stop(self) -> None:
        self.stopped += 1


@pytest.fixture
async def it(tmp_path: Path) -> Draining:
    return Draining(tmp_path)


async def test_calls_that_are_up_go_on_and_may_be_transferred_while_new_ones_are_refused(
    it: Draining,
) -> None:
    ann = Line("ann")
    await it.bench.dial(ann, "echo")
    it.drain.begin()
    assert it.told == [True] and it.bench.board.draining
    late = Line("late")
    await it.bench.dial(late, "echo")
    assert late.termination is not None and late.termination.code == 503
    with pytest.raises(CapacityError):
        it.bench.board.place("bob", "echo")
    await it.bench.board.transfer(it.bench.call.id, "carl")
    assert ann.termination is None
    assert it.drain.progress()["calls"] == 1 and it.drain.progress()["left_s"] is None
    ann.leave()
    await it.bench.settle()
    assert it.drain.progress()["calls"] == 0 and it.stopped == 0 and it.bench.board.draining


async def test_taken_back_it_takes_calls_again_and_does_not_stop(it: Draining) -> None:
    ann = Line("ann")
    await it.bench.dial(ann, "echo")
    it.drain.begin(stop=True)
    it.drain.take_back()
    it.drain.take_back()  # told twice
    ann.leave()
    await it.bench.settle()
    assert it.told == [True, False] and it.stopped == 0 and not it.bench.board.draining
    await it.bench.dial(Line("bob"), "echo")
    assert len(it.bench.board) == 1


async def test_the_server_is_stopped_once_when_the_last_call_is_over(it: Draining) -> None:
    ann, bob = Line("ann"), Line("bob")
    await it.bench.dial(ann, "echo")
    await it.bench.dial(bob, "echo")
    it.drain.begin(stop=True)
    ann.leave()
    await it.bench.settle()
    assert it.stopped == 0 and it.drain.progress()["stop"]
    bob.leave()
    await it.bench.settle()
    assert it.stopped == 1


async def test_with_no_call_up_it_is_over_at_once(it: Draining) -> None:
    it.drain.begin(60, stop=True)
    await it.bench.settle()
    assert it.stopped == 1


async def test_at_its_limit_what_is_left_hears_a_goodbye_and_is_ended(it: Draining) -> None:
    ann = Line("ann")
    await it.bench.dial(ann, "demo")
    ended = asyncio.Event()
    it.bench.call.on_end(lambda call: ended.set())
    it.drain.begin(0, stop=True)
    await asyncio.wait_for(ended.wait(), 5)
    await it.bench.settle()
    assert it.bench.robots.made[0].goodbyes == ["Goodbye."] and it.stopped == 1
    assert ann.termination is not None and ann.termination.why is Why.SHUTDOWN


async def test_a_new_limit_takes_the_place_of_the_old_one(it: Draining) -> None:
    ann = Line("ann")
    await it.bench.dial(ann, "echo")
    it.drain.begin(0)
    it.drain.begin(90)
    it.now = 30
    await it.bench.settle()
    assert ann.termination is None and it.drain.progress()["left_s"] == 60
    await it.drain.close()


async def test_a_server_that_is_being_stopped_is_not_opened_again(it: Draining) -> None:
    await it.bench.board.stop("", 0)
    it.drain.begin()
    it.drain.take_back()
    assert it.bench.board.draining
