"""A call stays anchored until a human has taken it; whatever goes wrong, the caller comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mediaserver.calls import handing_over
from mediaserver.calls.warm import BriefingVerdict, Manner, Warm
from mediaserver.errors import CallError, CapacityError, UnreachableError
from mediaserver.media.leg import Ended, Hold, Termination, Why
from mediaserver.storage.records import LegClosed, LegOpened
from tests.mediaserver.calls.desk import MUSIC, Desk
from tests.mediaserver.calls.lines import Line
from tests.mediaserver.calls.test_referring import refers

HELD, RESUMED = Hold(True), Hold(False)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    await desk.begin()
    yield desk
    await desk.board.close()
    await desk.recorder.close()


async def transfer(desk: Desk, to: str = "bob", **warm: Any) -> asyncio.Task[None]:
    """Asked for from outside, and begun."""
    task = asyncio.create_task(desk.board.transfer(desk.call.id, to, Warm(**warm)))
    await desk.settle()
    return task


async def test_the_caller_hears_music_until_a_human_who_was_briefed_takes_the_call(desk: Desk) -> None:
    desk.carrier.answering.clear()
    task = await transfer(desk, briefing="Ann wants a room.")
    await desk.ticks(2)
    assert desk.heard() == (MUSIC, -1, -1) and desk.robot.events == [HELD]
    desk.carrier.answering.set()
    await desk.settle()
    await desk.ticks(3)
    assert desk.heard() == (MUSIC, 7, -1), "bob hears the briefing alone, and ann none of it"
    assert desk.desk.briefers[0].heard[-1] == 2 and desk.robot.heard == [1], "nor does the agent hear either"
    assert desk.desk.briefers[0].briefing.text == "Ann wants a room."
    await desk.decide(BriefingVerdict.TAKEN)
    await task
    await desk.ticks(3)
    assert desk.heard() == (2, 1, -1)
    assert [type(event) for event in desk.robot.events] == [Hold, Ended]
    assert [type(event) for event in desk.desk.briefers[0].events] == [Ended]
    assert [party["name"] for party in desk.board.parties(desk.call.id)] == ["caller", "callee"]
    assert desk.steps() == [f"transfer_{step}" for step in ("begun", "ringing", "briefing", "accepted")]
    assert desk.desk.returned == [] and len(desk.sink.of(LegOpened)) == 2
    desk.bob.leave()
    await desk.settle()
    assert desk.ann.termination is not None and len(desk.clock) == 0, "the call is theirs, and ends with them"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (BriefingVerdict.DECLINED, "declined"),
        (BriefingVerdict.UNCONFIRMED, "not confirmed"),
        (BriefingVerdict.LEFT, "declined"),
        (BriefingVerdict.FAILED, "failed"),
    ],
)
async def test_a_call_that_nobody_takes_comes_back_to_the_agent(
    desk: Desk, given: BriefingVerdict, why: str
) -> None:
    task = await transfer(desk)
    await desk.ticks(2)
    await desk.decide(given)
    with pytest.raises(CallError) as refused:
        await task
    assert refused.value.code == 603 and desk.bob.termination is not None
    await desk.ticks(3)
    assert desk.heard()[0] == 50 and desk.robot.heard[-1] == 1
    assert desk.robot.events == [HELD, RESUMED]
    assert desk.desk.returned == [(why, "bob", str(refused.value))]
    assert desk.steps()[-2:] == ["transfer_failed", "transfer_returned"]
    assert desk.last("transfer_returned")["why"] == why
    assert len(desk.clock) == 1 and len(desk.sink.of(LegClosed)) == 1


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (CallError("busy", 486), "busy"),
        (CallError("nobody answered", 408), "no answer"),
        (CallError("the phone is not registered", 480), "no answer"),
        (UnreachableError("no answer at all"), "no answer"),
        (CallError("decline", 603), "declined"),
        (CallError("forbidden", 403), "not allowed"),
        (CallError("server error", 500), "failed"),
        (CapacityError("the trunk is full"), "failed"),
    ],
)
async def test_who_cannot_be_reached_brings_the_caller_back(desk: Desk, error: Any, why: str) -> None:
    desk.carrier.phones["bob"] = error
    with pytest.raises(type(error)):
        await desk.board.transfer(desk.call.id, "bob", Warm())
    await desk.ticks(2)
    assert desk.desk.returned == [(why, "bob", str(error))] and desk.heard()[0] == 50


async def test_an_agent_that_hands_over_itself_gets_its_caller_back(desk: Desk) -> None:
    desk.carrier.phones["bob"] = CallError("busy", 486)
    for warm in (Warm(), None):
        desk.desk.returned.clear()
        desk.robot.controls.transfer("bob", warm)
        await desk.settle()
        await desk.ticks(2)
        assert desk.desk.returned == [("busy", "bob", "busy")] and desk.heard()[0] == 50
    assert desk.ann.termination is None


async def test_a_plain_transfer_of_the_agents_leaves_it_only_when_somebody_answers(desk: Desk) -> None:
    desk.carrier.answering.clear()
    desk.robot.controls.transfer("bob")
    await desk.settle()
    await desk.ticks(2)
    assert desk.heard()[0] not in (50, MUSIC), "it rings"
    assert desk.robot.events == [HELD]
    desk.carrier.answering.set()
    await desk.settle()
    await desk.ticks(2)
    assert desk.heard() == (2, 1, -1) and isinstance(desk.robot.events[-1], Ended)


async def test_an_agent_may_want_one_trunk_and_no_other(desk: Desk) -> None:
    desk.carrier.phones["bob"] = CallError("busy", 486)
    for warm in (Warm(), None):
        desk.robot.controls.transfer("bob", warm, "acme")
        await desk.settle()
    assert desk.carrier.trunks == ["acme", "acme"]


async def test_to_somebody_who_may_not_be_called_nothing_begins(desk: Desk) -> None:
    desk.robot.controls.transfer("+1900555", Warm())
    await desk.settle()
    await desk.ticks(1)
    ((why, to, _),) = desk.desk.returned
    assert (why, to) == ("not allowed", "+1900555") and desk.robot.events == []
    assert desk.carrier.placed == [] and desk.heard()[0] == 50
    with pytest.raises(CallError, match="not allowed"):
        await desk.board.transfer(desk.call.id, "", Warm())


async def test_an_agent_that_goes_on_and_on_transferring_is_given_up(desk: Desk) -> None:
    for _ in range(10):
        assert desk.ann.termination is None
        desk.robot.controls.transfer("+1900555")
        await desk.settle()
    assert desk.ann.termination is not None and list(desk.board) == []


async def test_the_caller_may_hear_it_ring_instead(desk: Desk) -> None:
    desk.carrier.answering.clear()
    task = await transfer(desk, hears="ringing")
    await desk.ticks(3)
    assert MUSIC not in desk.ann.heard and 50 not in desk.ann.heard[1:]
    desk.ann.leave()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_is_asked_wins_over_what_is_set(tmp_path: Path) -> None:
    desk = Desk(tmp_path, warm=Manner("stay", "music", 45.0, 9.0))
    await desk.begin()
    task = await transfer(desk, confirm_s=3.0)
    briefing = desk.desk.briefers[0].briefing
    assert (briefing.accept, briefing.confirm_s) == ("stay", 3.0) and desk.carrier.rang_s == [45.0]
    desk.ann.leave()
    await asyncio.gather(task, return_exceptions=True)
    await desk.board.close()


@pytest.mark.parametrize("rings", [True, False])
async def test_a_caller_who_hangs_up_meanwhile_leaves_nobody_on_the_line(desk: Desk, rings: bool) -> None:
    if rings:
        desk.carrier.answering.clear()
    task = await transfer(desk)
    await desk.ticks(1)
    desk.ann.leave()
    await desk.settle()
    with pytest.raises(CallError, match="ended meanwhile"):
        await task
    assert desk.carrier.cancelled == ["bob"] if rings else desk.bob.termination is not None
    assert list(desk.board) == [] and len(desk.clock) == 0 and desk.desk.returned == []


async def test_a_human_who_hangs_up_during_the_briefing_has_declined(desk: Desk) -> None:
    task = await transfer(desk)
    desk.bob.leave()
    with pytest.raises(CallError, match="hung up before"):
        await task
    await desk.ticks(1)
    assert desk.desk.returned[0][0] == "declined" and desk.heard()[0] == 50


async def test_a_human_who_hangs_up_as_it_takes_the_call_has_not(desk: Desk) -> None:
    task = await transfer(desk)
    desk.desk.briefers[-1].briefing.decided(BriefingVerdict.TAKEN)
    desk.bob.leave()
    with pytest.raises(CallError):
        await task
    await desk.ticks(1)
    assert len(desk.desk.returned) == 1 and desk.heard()[0] == 50


async def test_a_human_who_is_gone_when_it_answers(desk: Desk) -> None:
    desk.bob.leave()
    with pytest.raises(CallError, match="as it was answered"):
        await desk.board.transfer(desk.call.id, "bob", Warm())
    assert desk.desk.returned[0][0] == "declined"


async def test_nobody_waits_for_ever_for_a_briefing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "BRIEFING_S", -1.0)
    with pytest.raises(CallError, match="did not take"):
        await desk.board.transfer(desk.call.id, "bob", Warm(confirm_s=1.0))
    await desk.settle()
    assert desk.desk.returned[0][0] == "not confirmed" and desk.bob.termination is not None


async def test_an_agent_without_a_voice_for_it_gets_its_caller_back(desk: Desk) -> None:
    desk.desk.dumb = CallError("the voice is not ready", 503)
    with pytest.raises(CallError, match="not ready"):
        await desk.board.transfer(desk.call.id, "bob", Warm())
    await desk.settle()
    assert desk.desk.returned[0][0] == "failed" and desk.bob.termination is not None


async def test_who_asked_stops_waiting_and_the_caller_is_back(desk: Desk) -> None:
    task = await transfer(desk)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await desk.settle()
    assert desk.bob.termination is not None and len(desk.desk.returned) == 1
    await desk.ticks(1)
    assert desk.heard()[0] == 50


async def test_one_transfer_at_a_time(desk: Desk) -> None:
    task = await transfer(desk)
    for warm in (Warm(), None):
        with pytest.raises(CallError, match="being transferred already"):
            await desk.board.transfer(desk.call.id, "carl", warm)
    assert [to for to, _ in desk.carrier.placed] == ["bob"]
    with pytest.raises(CallError, match="say that now"):
        desk.board.say(desk.call.id, "Hello.")
    await desk.decide(BriefingVerdict.TAKEN)
    await task


async def test_nobody_refers_a_call_that_is_being_handed_over_and_who_is_briefed_never_may(
    desk: Desk,
) -> None:
    task = await transfer(desk)
    assert refers(desk.ann, "carl").said == [491] and refers(desk.bob, "carl").said == [403]
    await desk.decide(BriefingVerdict.TAKEN)
    await task
    assert refers(desk.bob, "carl").said[0] == 202, "once it has the call it may"
    await desk.settle()
    await desk.ticks(3)
    assert desk.heard()[0] == 3


async def test_phones_that_talk_to_each_other_have_nobody_who_could_brief(desk: Desk) -> None:
    dora = Line("dora", 4)
    await desk.dial(dora, "bob")
    call = next(call for call in desk.board if call.from_uri == "sip:dora@h")
    with pytest.raises(CallError, match="nobody in this call can tell"):
        await desk.board.transfer(call.id, "carl", Warm())
    assert dora.termination is None


async def test_a_hold_meanwhile_outlasts_a_transfer_that_fails(desk: Desk) -> None:
    task = await transfer(desk)
    desk.board.hold(desk.call.id)
    await desk.decide(BriefingVerdict.DECLINED)
    await asyncio.gather(task, return_exceptions=True)
    await desk.ticks(1)
    assert desk.heard()[0] == MUSIC and desk.robot.events == [HELD]
    desk.board.resume(desk.call.id)
    await desk.ticks(1)
    assert desk.heard()[0] == 50 and desk.robot.events == [HELD, RESUMED]


async def test_keys_pressed_meanwhile_are_kept_and_not_the_agents(desk: Desk) -> None:
    task = await transfer(desk)
    desk.ann.press("5")
    assert desk.robot.events == [HELD] and desk.last("dtmf")["digit"] == "5" and desk.bob.digits == ""
    desk.ann.leave()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_stopping_server_ends_it(desk: Desk) -> None:
    task = await transfer(desk)
    await desk.board.stop("Goodbye.", 0.1)
    await asyncio.gather(task, return_exceptions=True)
    await desk.settle()
    assert desk.robot.goodbyes == ["Goodbye."] and desk.desk.returned == []
    for line in (desk.ann, desk.bob):
        assert line.termination is not None
    assert isinstance(desk.ann.termination, Termination) and desk.ann.termination.why is Why.SHUTDOWN


@pytest.mark.parametrize(
    "bad",
    [
        {"briefing": "x" * 2001},
        {"accept": "nod"},
        {"hears": "noise"},
        {"ring_s": 0.0},
        {"ring_s": float("nan")},
        {"confirm_s": 1e9},
    ],
)
def test_what_cannot_be_asked_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(CallError) as refused:
        Warm(**bad)
    assert refused.value.code == 400
