"""What agents do with a provider's calls: hand them over, warm or by the provider, and hear who answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mediaserver.calls.warm import BriefingVerdict, Warm
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import WhoAnswered
from mediaserver.storage.records import EventHappened
from providers.calls.call import ProviderCall
from providers.provider import CallReport, Divert
from tests.mediaserver.calls.bench import Robot
from tests.mediaserver.calls.desk import DeskMaker
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import OURS, FakeStream, incoming, token_of

BOB = "+4930888888"
OTHERS = "+4930777777"


class Office:
    """ "main" has OURS and comes second; "cheap" would be asked first. ann is on the line with an agent."""

    def __init__(self, folder: Path, **main: Any) -> None:
        self.telephony = Telephony(
            folder, {"main": {"priority": 9, **main}, "cheap": {"priority": 1, "caller": OTHERS}}
        )
        self.maker = DeskMaker()
        self.telephony.bench.makers["flow"] = self.maker

    async def begin(self) -> FakeStream:
        telephony = await self.telephony.ready()
        decision = await telephony.desk.incoming(incoming(), 5.0)
        return await telephony.stream(telephony.carried, token_of(decision))

    @property
    def robot(self) -> Robot:
        return self.maker.made[-1]

    @property
    def outgoing(self) -> ProviderCall:
        (call,) = [each for each in self.telephony.calls.book if each.to == BOB]
        return call

    async def answers(self) -> FakeStream:
        """bob, at the provider."""
        (order,) = self.telephony.provider.orders
        return await self.telephony.stream(self.outgoing, token_of(order.doors))

    def steps(self) -> list[str]:
        kinds = [each.kind for each in self.telephony.bench.sink.of(EventHappened)]
        return [each.removeprefix("transfer_") for each in kinds if each.startswith("transfer_")]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path)
    yield office
    await office.telephony.close()


@pytest.mark.parametrize("warm", [None, Warm()])
async def test_a_number_is_called_by_the_account_of_the_call_and_shown_a_number_of_its(
    office: Office, warm: Warm | None
) -> None:
    telephony = office.telephony
    stream = await office.begin()
    office.robot.controls.transfer(BOB, warm)
    await telephony.settle()
    (order,) = telephony.provider.orders
    assert (order.to, order.caller) == (BOB, OURS), "never the caller's own, which the account may not show"
    assert telephony.of("cheap").orders == []
    bobs = await office.answers()
    if warm is not None:  # bob is briefed on his leg while ann hears music on hers
        assert len(office.maker.briefers) == 1
        office.maker.briefers[-1].briefing.decided(BriefingVerdict.TAKEN)
        await telephony.settle()
    assert office.steps()[-1] == "accepted"
    before = len(stream.heard), len(bobs.heard)
    await telephony.bench.ticks(5)
    assert len(stream.heard) > before[0] and len(bobs.heard) > before[1]
    assert {each.name for each in (telephony.bench.board._live[telephony.call.id].first,)} == {"caller"}


async def test_who_declines_a_warm_transfer_is_hung_up_at_the_provider_and_the_caller_is_back(
    office: Office,
) -> None:
    telephony = office.telephony
    await office.begin()
    office.robot.controls.transfer(BOB, Warm())
    await telephony.settle()
    await office.answers()
    office.maker.briefers[-1].briefing.decided(BriefingVerdict.DECLINED)
    await telephony.settle()
    assert telephony.provider.hung_up == ["out-1"]
    assert [why for why, _, _ in office.maker.returned] == ["declined"]


async def test_the_account_that_does_not_take_it_is_followed_by_another(office: Office) -> None:
    telephony = office.telephony
    await office.begin()
    telephony.provider.fails["place"] = TelephonyError("503 from the provider", ProviderFault.DOWN)
    office.robot.controls.transfer(BOB)
    await telephony.settle()
    (order,) = telephony.of("cheap").orders
    assert order.caller == OTHERS


async def test_the_provider_hands_the_call_over_itself(office: Office) -> None:
    telephony = office.telephony
    stream = await office.begin()
    carried = telephony.carried
    office.robot.controls.transfer(BOB, away=True)
    await telephony.settle()
    assert telephony.provider.transferred == [("in-1", BOB, OURS)] and telephony.provider.orders == []
    assert await telephony.desk.answering(carried.session, None) == Divert(BOB, caller=OURS)
    telephony.calls.stopped(carried.session, stream)
    await telephony.settle()
    assert office.steps() == ["begun", "accepted"] and telephony.provider.hung_up == []
    assert list(telephony.bench.board) == []


async def test_a_provider_that_refuses_to_has_us_call_by_the_same_account(office: Office) -> None:
    telephony = office.telephony
    await office.begin()
    telephony.provider.fails["transfer"] = TelephonyError("no such verb", ProviderFault.REFUSED)
    office.robot.controls.transfer(BOB, away=True)
    await telephony.settle()
    assert [order.to for order in telephony.provider.orders] == [BOB]
    await office.answers()
    assert office.steps()[:2] == ["begun", "refused"] and office.steps()[-1] == "accepted"


@pytest.mark.parametrize("to", [BOB, "bob"])
async def test_a_provider_hands_no_call_over_to_where_its_account_may_not_call(
    tmp_path: Path, to: str
) -> None:
    """Another account may call there, or it is a phone of ours: to the network it is some other number."""
    office = Office(tmp_path, prefixes=("+1",))
    await office.begin()
    office.robot.controls.transfer(to, away=True)
    await office.telephony.settle()
    assert office.telephony.provider.transferred == [] and office.steps()[:2] == ["begun", "refused"]
    await office.telephony.close()


async def test_a_number_that_no_account_may_call_is_called_by_nobody_and_no_provider(office: Office) -> None:
    telephony = office.telephony
    await office.begin()
    for away in (False, True):
        office.robot.controls.transfer("+33123456789", away=away)
        await telephony.settle()
    assert telephony.provider.orders == [] and telephony.provider.transferred == []
    assert [why for why, _, _ in office.maker.returned] == ["not allowed"] * 2


async def test_who_answered_is_asked_for_and_told_to_the_agent(office: Office) -> None:
    telephony = office.telephony
    await telephony.ready()
    call = telephony.bench.board.place(BOB, "demo", detect_machine=True)
    await telephony.settle()
    (order,) = telephony.of("cheap").orders
    assert order.detect_machine
    await telephony.stream(office.outgoing, token_of(order.doors))
    desk = telephony.desks["cheap"]
    desk.call_reported(CallReport("out-1", answered_by=AnsweredBy.MACHINE))
    desk.call_reported(CallReport("out-1", answered_by=AnsweredBy.MACHINE_END))
    await telephony.settle()
    told = [each for each in office.robot.events if isinstance(each, WhoAnswered)]
    assert told == [WhoAnswered(AnsweredBy.MACHINE), WhoAnswered(AnsweredBy.MACHINE_END)]
    assert call.answered_by is AnsweredBy.MACHINE_END
    kept = [each.data for each in telephony.bench.sink.of(EventHappened) if each.kind == "answered_by"]
    assert kept == [{"by": "machine"}, {"by": "machine_end"}]
