"""Who came to listen whispers, barges in, takes the call over, and gives it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.succession import succeed
from mediaserver.calls.warm import Warm
from mediaserver.errors import CallError
from mediaserver.media.leg import Ended, EndedBy, Hold, Termination, Why
from mediaserver.storage.records import EventHappened
from tests.mediaserver.calls.desk import MUSIC, Desk
from tests.mediaserver.calls.lines import Line


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """ann (1) talks to an agent (50); bob (2) listens."""
    desk = Desk(tmp_path, supervisor_keys=True)
    await desk.begin()
    await desk.board.monitor(desk.call.id, "bob")
    await desk.ticks(2)
    yield desk
    await desk.board.close()
    await desk.recorder.close()


async def sit(desk: Desk, seat: SeatKind, whisper_to: str = "", name: str = "listener") -> None:
    desk.board.change_seat(desk.call.id, name, seat, whisper_to)
    await desk.ticks(4)


def loudness(desk: Desk) -> tuple[int, int, int]:
    """What ann, the agent and bob hear."""
    return desk.ann.heard[-1], desk.robot.heard[-1], desk.bob.heard[-1]


async def test_one_goes_from_seat_to_seat_in_mid_call(desk: Desk) -> None:
    assert loudness(desk) == (50, 1, 51)
    await sit(desk, SeatKind.WHISPER, "agent")
    assert loudness(desk) == (50, 3, 51)
    await sit(desk, SeatKind.WHISPER, "caller")
    assert loudness(desk) == (52, 1, 51), "a whisper is for one"
    await sit(desk, SeatKind.BARGE)
    assert loudness(desk) == (52, 3, 51)
    await sit(desk, SeatKind.LISTEN)
    assert loudness(desk) == (50, 1, 51)
    kept = [e.data["seat"] for e in desk.sink.of(EventHappened) if e.kind == "seat"]
    assert kept == ["whisper", "whisper", "barge", "listen"]


async def test_who_takes_over_has_the_caller_to_itself_and_gives_it_back(desk: Desk) -> None:
    before = len(desk.robot.heard)
    await sit(desk, SeatKind.TAKEOVER)
    assert (desk.ann.heard[-1], desk.bob.heard[-1]) == (2, 1)
    assert desk.robot.events == [Hold(True)] and len(desk.robot.heard) == before
    desk.ann.press("5")
    assert desk.bob.digits == "5" and desk.robot.events == [Hold(True)]
    with pytest.raises(CallError, match="say that now"):
        desk.board.say(desk.call.id, "Hello.")
    await sit(desk, SeatKind.LISTEN)
    assert loudness(desk) == (50, 1, 51) and desk.robot.events == [Hold(True), Hold(False)]
    assert desk.desk.returned == [("handed back", "listener", "")]


@pytest.mark.parametrize("seat", [SeatKind.BARGE, SeatKind.CONFERENCE])
async def test_who_gives_it_back_may_go_on_talking(desk: Desk, seat: SeatKind) -> None:
    await sit(desk, SeatKind.TAKEOVER)
    await sit(desk, seat)
    assert loudness(desk) == (52, 3, 51) and len(desk.desk.returned) == 1


async def test_who_took_over_and_hangs_up_gives_it_back(desk: Desk) -> None:
    await sit(desk, SeatKind.TAKEOVER)
    desk.bob.leave()
    await desk.ticks(2)
    assert desk.ann.heard[-1] == 50 and desk.desk.returned == [("left", "listener", "")]
    assert desk.ann.termination is None


async def test_who_took_over_and_has_itself_replaced_gives_it_back(desk: Desk) -> None:
    """As a phone does that is sent on by REFER."""
    await sit(desk, SeatKind.TAKEOVER)
    (live,) = desk.board._live.values()
    assert live.taker is not None
    succeed(live, live.taker, desk.carl, linger=False)
    await desk.ticks(4)
    assert desk.desk.returned == [("left", "listener", "")] and desk.ann.heard[-1] == 53
    assert desk.bob.termination is not None


async def test_a_whisper_is_not_for_whoever_gets_the_seat_of_whom_it_was_for(desk: Desk) -> None:
    """As where a human who was whispered to sends its call on, or joins two customers."""
    await sit(desk, SeatKind.WHISPER, "caller")
    assert desk.ann.heard[-1] == 52
    (live,) = desk.board._live.values()
    succeed(live, live.first, desk.carl, linger=False)
    await desk.ticks(4)
    assert set(desk.carl.heard) == {50} and desk.bob.heard[-1] == 53
    await sit(desk, SeatKind.WHISPER, "caller")
    assert desk.carl.heard[-1] == 52, "whoever whispers anew means the new one"


async def test_a_caller_who_leaves_a_call_that_was_taken_over_ends_it(desk: Desk) -> None:
    await sit(desk, SeatKind.TAKEOVER)
    desk.ann.leave()
    await desk.settle()
    assert desk.bob.termination is not None and isinstance(desk.robot.events[-1], Ended)
    assert list(desk.board) == [] and len(desk.clock) == 0


async def test_a_colleague_hears_music_while_the_call_is_taken_over(desk: Desk) -> None:
    await desk.board.transfer(desk.call.id, "carl")
    await sit(desk, SeatKind.TAKEOVER)
    assert desk.heard() == (2, 1, MUSIC)
    assert {p["name"]: p["held"] for p in desk.board.parties(desk.call.id)}["callee"]
    await sit(desk, SeatKind.LISTEN)
    assert desk.heard() == (3, 4, 1)
    desk.carl.leave()
    await desk.settle()
    assert desk.ann.termination is not None


async def test_a_call_is_taken_over_by_one_at_a_time(desk: Desk) -> None:
    await desk.board.monitor(desk.call.id, "carl")
    await sit(desk, SeatKind.TAKEOVER)
    with pytest.raises(CallError, match="listener has taken the call over already"):
        desk.board.change_seat(desk.call.id, "listener 2", SeatKind.TAKEOVER)
    await sit(desk, SeatKind.TAKEOVER)  # once more changes nothing
    await sit(desk, SeatKind.LISTEN)
    await sit(desk, SeatKind.TAKEOVER, name="listener 2")
    assert desk.heard() == (3, 4, 1)


async def test_a_call_that_was_taken_over_is_not_handed_over_by_its_agent(desk: Desk) -> None:
    await sit(desk, SeatKind.TAKEOVER)
    with pytest.raises(CallError, match="has taken the call over"):
        await desk.board.transfer(desk.call.id, "carl", Warm())
    await desk.board.transfer(desk.call.id, "carl")
    await desk.ticks(3)
    assert desk.heard()[0] == 3 and desk.bob.termination is not None, "its new owner may"
    assert isinstance(desk.robot.events[-1], Ended) and desk.desk.returned == []


async def test_a_call_that_is_being_transferred_is_not_taken_over(desk: Desk) -> None:
    desk.carrier.answering.clear()
    task = asyncio.create_task(desk.board.transfer(desk.call.id, "carl", Warm()))
    await desk.settle()
    with pytest.raises(CallError, match="being transferred"):
        desk.board.change_seat(desk.call.id, "listener", SeatKind.TAKEOVER)
    desk.ann.leave()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_takeover_ends_a_hold(desk: Desk) -> None:
    desk.board.hold(desk.call.id)
    await sit(desk, SeatKind.TAKEOVER)
    assert desk.ann.heard[-1] == 2
    await sit(desk, SeatKind.LISTEN)
    assert desk.ann.heard[-1] == 50 and desk.robot.events == [Hold(True), Hold(False)]


@pytest.mark.parametrize(
    ("name", "seat", "whisper_to", "match"),
    [
        ("mayor", SeatKind.LISTEN, "", "no mayor"),
        ("caller", SeatKind.LISTEN, "", "cannot change its seat"),
        ("agent", SeatKind.BARGE, "", "cannot change its seat"),
        ("listener", SeatKind.WHISPER, "mayor", "no mayor"),
        ("listener", SeatKind.WHISPER, "listener", "to itself"),
        ("listener", SeatKind.BARGE, "agent", "only a whisper"),
    ],
)
async def test_seats_that_nobody_can_have(
    desk: Desk, name: str, seat: SeatKind, whisper_to: str, match: str
) -> None:
    with pytest.raises(CallError, match=match):
        desk.board.change_seat(desk.call.id, name, seat, whisper_to)
    with pytest.raises(CallError, match="factor"):
        desk.board.change_seat(desk.call.id, "listener", SeatKind.BARGE, "", 17.0)
    await desk.ticks(2)
    assert loudness(desk) == (50, 1, 51)


async def test_who_has_left_takes_nothing_over(desk: Desk) -> None:
    desk.bob.leave()
    await desk.settle()
    with pytest.raises(CallError, match="no listener"):
        desk.board.change_seat(desk.call.id, "listener", SeatKind.TAKEOVER)


async def test_whom_the_caller_has_alone_cannot_only_listen(desk: Desk) -> None:
    await sit(desk, SeatKind.TAKEOVER)
    desk.robot.controls.hang_up(Termination(EndedBy.AGENT, Why.COMPLETED))
    await desk.settle()
    with pytest.raises(CallError, match="nobody to talk to"):
        desk.board.change_seat(desk.call.id, "listener", SeatKind.LISTEN)
    await desk.ticks(1)
    assert desk.ann.heard[-1] == 2 and desk.ann.termination is None


async def test_a_listener_changes_seats_by_key(desk: Desk) -> None:
    for key, heard in (("5", (50, 3)), ("6", (52, 3)), ("4", (50, 1))):
        desk.bob.press(key)
        await desk.ticks(4)
        assert loudness(desk)[:2] == heard
    assert desk.ann.digits == ""
    desk.bob.press("7")
    await desk.ticks(4)
    assert desk.ann.heard[-1] == 2
    desk.bob.press("9")
    assert desk.ann.digits == "9", "a key of no seat is for whom it talks to"


async def test_keys_that_do_nothing_are_told_in_the_log_alone(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.board.monitor(desk.call.id, "carl")
    desk.bob.press("7")
    with caplog.at_level("INFO"):
        desk.carl.press("7")
    assert "in vain" in caplog.text and "taken the call over already" in caplog.text


async def test_a_party_that_was_added_presses_for_the_others(desk: Desk) -> None:
    await desk.board.add(desk.call.id, "carl")
    desk.carl.press("7")
    assert desk.ann.digits == "7" and desk.robot.events == []


async def test_without_the_setting_a_listeners_keys_change_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.begin()
    await desk.board.monitor(desk.call.id, "bob")
    desk.bob.press("7")
    await desk.ticks(3)
    assert desk.ann.heard[-1] == 50 and desk.ann.digits == ""
    await desk.board.close()


async def test_three_confer_and_two_go_on_when_the_agent_is_done(desk: Desk) -> None:
    await sit(desk, SeatKind.CONFERENCE)
    desk.robot.controls.transfer("+1900555")  # fails: the agent stays
    await desk.settle()
    desk.board.listen(desk.call.id, Line("spy", 9))
    await desk.ticks(3)
    assert loudness(desk) == (52, 3, 51)
    (live,) = desk.board._live.values()
    live.dismiss()
    await desk.ticks(3)
    assert (desk.ann.heard[-1], desk.bob.heard[-1]) == (2, 1) and desk.ann.termination is None
