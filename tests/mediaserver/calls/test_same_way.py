"""What is called for a call goes by the trunk or account that the call came by, or its own side calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from mediaserver.calls.targets import Targets
from mediaserver.calls.warm import BriefingVerdict, Warm
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError, OutboundCapError
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import Ended, LegStats, WhoAnswered
from mediaserver.storage.records import CallEnded, EventHappened
from tests.mediaserver.calls.desk import Desk
from tests.mediaserver.calls.lines import Line

NUMBER = "+4930111222"


class ProviderLine(Line):
    """A provider's call: it says by which account, and its provider can hand it over."""

    def __init__(self, name: str, level: int, account: str = "main") -> None:
        super().__init__(name, level)
        self.account = account
        self.asked: list[str] = []
        self.outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stats(self) -> LegStats:
        return replace(super().stats(), detail={"trunk": self.account, "number": "+4930999"})

    async def refer(self, to: str, timeout_s: float) -> None:
        self.asked.append(to)
        await self.outcome


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path, targets=Targets({"ann", "bob", "carl"}, ["+4930*"]))
    desk.ann = ProviderLine("ann", 1)
    desk.carrier.phones[NUMBER] = desk.bob
    await desk.begin()
    yield desk
    await desk.board.close()
    await desk.recorder.close()


def provider(desk: Desk) -> ProviderLine:
    assert isinstance(desk.ann, ProviderLine)
    return desk.ann


@pytest.mark.parametrize("warm", [None, Warm()])
async def test_a_number_is_called_by_the_account_of_the_call_before_others(
    desk: Desk, warm: Warm | None
) -> None:
    desk.call.to_uri = "sip:+4930999@provider"
    desk.robot.controls.transfer(NUMBER, warm)
    await desk.settle()
    assert desk.carrier.wishes == [Wishes("main", "+4930999")]
    if warm is not None:  # two legs of one provider, as any two legs
        await desk.decide(BriefingVerdict.TAKEN)
    await desk.ticks(2)
    assert desk.heard() == (2, 1, -1) and isinstance(desk.robot.events[-1], Ended)


async def test_a_phone_of_ours_is_called_by_none(desk: Desk) -> None:
    desk.robot.controls.transfer("bob")
    await desk.settle()
    assert desk.carrier.wishes == [NO_WISHES]


async def test_the_provider_hands_the_call_over_itself(desk: Desk) -> None:
    desk.robot.controls.transfer(NUMBER, away=True)
    await desk.settle()
    assert provider(desk).asked == [NUMBER] and desk.carrier.placed == []
    assert desk.ann.termination is None, "anchored, as long as nobody has answered"
    provider(desk).outcome.set_result(None)
    await desk.settle()
    (ended,) = desk.sink.of(CallEnded)
    assert ended.detail == "the call was transferred" and list(desk.board) == []
    assert desk.steps() == ["transfer_begun", "transfer_accepted"] and desk.desk.returned == []


async def test_a_provider_that_does_not_do_that_has_us_ring(desk: Desk) -> None:
    provider(desk).outcome.set_exception(CallError("this account cannot hand calls over"))
    desk.robot.controls.transfer(NUMBER, away=True)
    await desk.settle()
    await desk.ticks(2)
    assert desk.carrier.wishes[0].prefers == "main" and desk.heard() == (2, 1, -1)
    assert desk.steps() == ["transfer_begun", "transfer_refused", "transfer_ringing", "transfer_accepted"]


async def test_whoever_does_not_answer_is_not_rung_twice(desk: Desk) -> None:
    provider(desk).outcome.set_exception(CallError("busy", 486))
    desk.robot.controls.transfer(NUMBER, away=True)
    await desk.settle()
    await desk.ticks(2)
    assert desk.carrier.placed == [] and desk.desk.returned == [("busy", NUMBER, "busy")]
    assert desk.heard()[0] == 50


async def test_a_leg_that_nobody_can_hand_over_is_handed_over_by_us(desk: Desk) -> None:
    plain = Line("dora", 4)
    await desk.dial(plain, "demo")
    await desk.ticks(1)
    desk.robot.controls.transfer(NUMBER, away=True)
    await desk.settle()
    await desk.ticks(2)
    assert plain.heard[-1] == 2 and desk.carrier.wishes[0].prefers == ""


async def test_nobody_is_briefed_by_a_provider(desk: Desk) -> None:
    desk.robot.controls.transfer(NUMBER, Warm(), away=True)
    await desk.settle()
    assert provider(desk).asked == [] and len(desk.desk.briefers) == 1
    (refused,) = [each for each in desk.sink.of(EventHappened) if each.kind == "transfer_refused"]
    assert refused.data["how"] == "refer" and "to be told what it is about" in refused.data["reason"]


async def test_the_limits_on_calls_out_hold_for_what_the_provider_calls(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used_up(payer: str, to: str) -> None:
        raise OutboundCapError(f"{payer} has no more calls")

    monkeypatch.setattr(desk.board._handing_over, "_count", used_up)
    desk.robot.controls.transfer(NUMBER, away=True)
    await desk.settle()
    await desk.ticks(2)
    assert provider(desk).asked == [] and desk.carrier.placed == []
    assert desk.desk.returned[0][0] == "failed" and desk.heard()[0] == 50


async def test_nobody_is_asked_to_call_where_nobody_may_be_called(desk: Desk) -> None:
    desk.robot.controls.transfer("+900123456", away=True)
    await desk.settle()
    assert provider(desk).asked == [] and desk.desk.returned[0][0] == "not allowed"


async def test_a_caller_who_hangs_up_meanwhile_ends_it(desk: Desk) -> None:
    desk.robot.controls.transfer(NUMBER, away=True)
    await desk.settle()
    desk.ann.leave()
    provider(desk).outcome.set_exception(CallError("the call is over"))
    await desk.settle()
    assert desk.carrier.placed == [] and list(desk.board) == []


async def test_what_was_found_out_of_who_answered_is_kept_and_told_once(desk: Desk) -> None:
    bob = desk.bob
    desk.board.place("bob", "demo", detect_machine=True)
    await desk.settle()
    assert desk.carrier.wishes == [Wishes(detect_machine=True)]
    call = next(each for each in desk.board if each.direction == "outbound")
    for by in (AnsweredBy.MACHINE, AnsweredBy.MACHINE, AnsweredBy.MACHINE_END):
        bob._deliver(WhoAnswered(by))
    kept = [e.data for e in desk.sink.of(EventHappened) if e.kind == "answered_by"]
    assert kept == [{"by": "machine"}, {"by": "machine_end"}]
    assert call.answered_by is AnsweredBy.MACHINE_END
    assert [e for e in desk.robot.events if isinstance(e, WhoAnswered)][-1] == WhoAnswered(
        AnsweredBy.MACHINE_END
    )


async def test_what_was_known_before_the_agent_was_there_is_told_to_it(desk: Desk) -> None:
    desk.bob._deliver(WhoAnswered(AnsweredBy.FAX))
    desk.board.place("bob", "demo")
    await desk.settle()
    assert WhoAnswered(AnsweredBy.FAX) in desk.robot.events


async def test_who_calls_us_is_no_machine_whatever_is_said_of_it(desk: Desk) -> None:
    desk.ann._deliver(WhoAnswered(AnsweredBy.MACHINE))
    assert desk.call.answered_by is None and WhoAnswered(AnsweredBy.MACHINE) not in desk.robot.events
