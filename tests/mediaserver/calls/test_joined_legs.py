"""Legs that are up already join an agent: a call as any other."""

from __future__ import annotations

from uuid import UUID

import pytest

from mediaserver.calls.call import CallState
from mediaserver.errors import CallError, CapacityError
from mediaserver.media.leg import Ended, EndedBy, Leg, Termination, Why
from mediaserver.storage.records import CallAnswered, CallEnded, CallStarted, LegClosed, LegOpened
from tests.mediaserver.calls.bench import Bench
from tests.mediaserver.calls.lines import Line
from tests.mediaserver.calls.rows import as_at_the_first_start

OWNER = UUID(int=5)


def join(bench: Bench, leg: Leg, agent: str = "demo") -> UUID:
    spec = as_at_the_first_start().agent(agent)
    assert spec is not None
    about = {"page": "/prices"}
    call = bench.board.join(
        leg, spec, owner=OWNER, about=about, from_uri="websocket:ann", to_uri=f"agent:{agent}"
    )
    return call.id


async def test_a_leg_that_joins_talks_at_once_and_leaves_the_records_of_a_call(bench: Bench) -> None:
    ann = Line("ann", 1)
    call_id = join(bench, ann)
    assert bench.call.id == call_id and bench.call.state is CallState.ANSWERED
    assert bench.call.direction == "inbound"
    await bench.ticks(2)
    assert ann.heard == [50, 50] and bench.robots.made[0].heard == [1, 1]
    ann.leave()
    await bench.settle()
    (started,) = bench.sink.of(CallStarted)
    assert (started.app, started.from_uri, started.about) == ("demo", "websocket:ann", {"page": "/prices"})
    assert started.owner == OWNER
    assert [len(bench.sink.of(kind)) for kind in (CallAnswered, LegOpened, LegClosed, CallEnded)] == [1] * 4
    assert not bench.board.is_live(call_id) and len(bench.clock) == 0


async def test_it_is_hung_up_as_any_other(bench: Bench) -> None:
    ann = Line("ann", 1)
    call_id = join(bench, ann)
    await bench.ticks(1)
    await bench.board.hang_up(call_id)
    assert ann.termination == Termination(EndedBy.SERVER, Why.HANGUP)
    assert isinstance(bench.robots.made[0].events[-1], Ended)


async def test_where_the_agent_cannot_talk_there_is_no_call(bench: Bench) -> None:
    bench.robots.trouble = CallError("no engine", 480)
    ann = Line("ann", 1)
    with pytest.raises(CallError, match="no engine"):
        join(bench, ann)
    assert bench.sink.records == [] and ann.termination is None


async def test_where_the_agent_cannot_be_made_the_call_ends_and_the_leg_is_left_alone(bench: Bench) -> None:
    ann = Line("ann", 1)
    bench.robots.check = lambda agent: None  # type: ignore[method-assign]
    bench.robots.trouble = CallError("out of order", 500)
    with pytest.raises(CallError, match="out of order"):
        join(bench, ann)
    (ended,) = bench.sink.of(CallEnded)
    assert (ended.code, ended.detail) == (500, "out of order")
    assert len(bench.board) == 0 and ann.termination is None and ann.on_event is None


async def test_no_more_join_than_there_is_room_for(bench: Bench) -> None:
    for name in ("ann", "bob", "carl"):
        join(bench, Line(name))
    with pytest.raises(CapacityError):
        join(bench, Line("dora"))


async def test_an_agent_without_other_means_than_the_voice_is_not_steered(bench: Bench) -> None:
    call_id = join(bench, Line("ann", 1), "echo")
    with pytest.raises(CallError, match="voice alone"):
        bench.board.steering(call_id)
