"""A call is handed to the far end's own side, and comes back when that comes to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import Ended, EndedBy, Hold, Termination, Why
from mediaserver.storage.records import CallEnded
from tests.mediaserver.calls.bench import connected
from tests.mediaserver.calls.desk import MUSIC, Desk
from tests.mediaserver.calls.lines import Line


class Pbx(Line):
    """A line whose far end calls others itself, when the test says so."""

    def __init__(self, name: str, level: int) -> None:
        super().__init__(name, level)
        self.asked: list[tuple[str, float]] = []
        self.outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def refer(self, to: str, timeout_s: float) -> None:
        self.asked.append((to, timeout_s))
        await self.outcome


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    desk.ann = Pbx("ann", 1)
    await desk.begin()
    yield desk
    await desk.board.close()
    await desk.recorder.close()


def pbx(desk: Desk) -> Pbx:
    assert isinstance(desk.ann, Pbx)
    return desk.ann


async def begun(desk: Desk, to: str = "bob") -> asyncio.Task[None]:
    work = asyncio.create_task(desk.board.refer(desk.call.id, to))
    await desk.settle()
    return work


async def test_the_far_end_takes_the_call_and_ours_ends(desk: Desk) -> None:
    work = await begun(desk)
    await desk.ticks(2)
    assert pbx(desk).asked[0][0] == "bob" and desk.ann.heard[-1] == MUSIC and desk.carrier.placed == []
    assert desk.ann.termination is None  # anchored, as long as nobody has answered
    pbx(desk).outcome.set_result(None)
    await work
    await desk.settle()
    (ended,) = desk.sink.of(CallEnded)
    assert (ended.why, ended.detail) == ("completed", "the call was transferred")
    assert isinstance(desk.robot.events[-1], Ended) and list(desk.board) == []


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (CallError("busy", 486), "busy"),
        (CallError("it said nothing", 408), "no answer"),
        (CallError("no REFER in its Allow", 405), "failed"),
        (CallError("declined", 603), "declined"),
    ],
)
async def test_the_caller_comes_back_to_the_agent_that_is_told_why(
    desk: Desk, error: CallError, why: str
) -> None:
    work = await begun(desk)
    pbx(desk).outcome.set_exception(error)
    with pytest.raises(CallError):
        await work
    await desk.ticks(2)
    assert desk.desk.returned == [(why, "bob", str(error))] and desk.ann.heard[-1] == 50
    assert [each for each in desk.robot.events if isinstance(each, Hold)] == [Hold(True), Hold(False)]


async def test_a_far_end_that_hangs_up_when_it_has_agreed_ends_the_call(desk: Desk) -> None:
    work = await begun(desk)
    desk.ann.leave()
    pbx(desk).outcome.set_result(None)
    await work
    (ended,) = desk.sink.of(CallEnded)
    assert ended.why == str(Why.HANGUP) and list(desk.board) == []


async def test_nobody_is_asked_to_call_where_nobody_may_be_called(desk: Desk) -> None:
    with pytest.raises(CallError) as error:
        await desk.board.refer(desk.call.id, "+1900555")
    assert error.value.code == 403 and pbx(desk).asked == []


async def test_one_transfer_at_a_time(desk: Desk) -> None:
    work = await begun(desk)
    for again in (desk.board.refer(desk.call.id, "carl"), desk.board.transfer(desk.call.id, "carl")):
        with pytest.raises(CallError, match="already"):
            await again
    pbx(desk).outcome.set_result(None)
    await work


async def test_who_asked_may_stop_waiting(desk: Desk) -> None:
    work = await begun(desk)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await desk.ticks(2)
    assert desk.ann.heard[-1] == 50 and desk.ann.termination is None


async def test_a_call_with_others_in_it_is_not_handed_away(desk: Desk) -> None:
    await desk.board.add(desk.call.id, "bob")
    with pytest.raises(CallError, match="others"):
        await desk.board.refer(desk.call.id, "carl")
    assert desk.ann.termination is None


async def test_a_leg_whose_far_end_calls_nobody_is_not_asked(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.begin()
    with pytest.raises(CallError, match="cannot be handed"):
        await desk.board.refer(desk.call.id, "bob")
    await desk.ann.hangup(Termination(EndedBy.CALLER, Why.HANGUP))
    await desk.board.close()
    await desk.recorder.close()


async def test_an_agent_that_takes_nobody_back_talks_on_until_the_call_is_taken(desk: Desk) -> None:
    connected(desk, bob=Line("bob", 2))
    ann = Pbx("ann", 1)
    await desk.ann.hangup(Termination(EndedBy.CALLER, Why.HANGUP))
    await desk.dial(ann, "echo")
    work = await begun(desk)
    await desk.ticks(2)
    assert ann.heard[-1] == 1
    ann.outcome.set_exception(CallError("nobody", 480))
    with pytest.raises(CallError):
        await work
    await desk.ticks(2)
    assert ann.heard[-1] == 1 and ann.termination is None
