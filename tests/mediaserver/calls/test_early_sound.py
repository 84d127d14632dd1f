"""Whoever is rung is heard before it answers: by a caller that is not answered either, and in place of the
ringing tone."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.calls import waiting
from mediaserver.errors import CallError
from mediaserver.media.leg import Why
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Line, Lines, frame


def ringing(bench: Bench, **phones: Line) -> Lines:
    """Phones that play something and are not picked up."""
    carrier = connected(bench, **phones)
    carrier.plays_early = True
    carrier.answering.clear()
    return carrier


async def test_a_caller_hears_whom_it_dialled_before_anybody_answers_and_then_talks_to_it(
    bench: Bench,
) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    carrier = ringing(bench, bob=bob)
    await bench.dial(ann, "bob")
    await bench.ticks(4)
    assert ann.steps == ["ring", "progress"] and ann.heard[-2:] == [2, 2]
    assert not any(bob.heard), "nobody is charged for what it hears of a caller"
    carrier.answering.set()
    await bench.settle()
    assert ann.steps[-1] == "answer"
    ann.heard.clear()
    await bench.ticks(3)
    assert ann.heard[-2:] == [2, 2] and bob.heard[-2:] == [1, 1]
    ann.leave()
    await bench.settle()
    assert len(bench.clock) == 0


async def test_a_caller_whose_side_cannot_hears_the_ringing_of_its_own(bench: Bench) -> None:
    ann = Line("ann", 1)
    ann.hears_early = False
    ringing(bench, bob=Line("bob", 2))
    await bench.dial(ann, "bob")
    await bench.ticks(3)
    assert ann.heard == [] and ann.steps == ["ring", "progress"]
    ann.leave(Why.CANCELLED)
    await bench.settle()
    assert len(bench.clock) == 0


async def test_what_was_heard_ends_with_the_one_that_said_it(bench: Bench) -> None:
    ann = Line("ann", 1)
    carrier = ringing(bench, bob=Line("bob", 2))
    await bench.dial(ann, "bob")
    await bench.ticks(2)
    carrier.phones["bob"] = CallError("busy", 486)
    carrier.answering.set()
    await bench.settle()
    assert ann.termination is not None and ann.termination.code == 486 and len(bench.clock) == 0


async def test_who_has_nobody_to_talk_to_hears_it_in_place_of_the_ringing_tone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "ringing_tone", lambda: np.stack([frame(20)]))
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    carrier = ringing(bench, bob=Line("bob", 2))
    bench.robots.made[0].controls.transfer("bob")
    await bench.settle()
    await bench.ticks(4)
    assert ann.heard[-2:] == [2, 2] and 20 not in ann.heard
    carrier.answering.set()
    await bench.settle()
    ann.heard.clear()
    await bench.ticks(3)
    assert ann.heard[-2:] == [2, 2], "the party itself now, once"


async def test_who_is_rung_to_listen_plays_nothing_to_the_call(bench: Bench) -> None:
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    ringing(bench, bob=Line("bob", 2))
    bench.board._spawn(bench.board.monitor(bench.call.id, "bob"))
    await bench.settle()
    await bench.ticks(3)
    assert set(ann.heard) == {50}
    ann.leave()
    await bench.settle()
