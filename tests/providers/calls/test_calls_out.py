from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mediaserver import logs
from mediaserver.calls.wishes import Wishes
from mediaserver.errors import CallError, NotTakenError, ProviderFault, TelephonyError
from mediaserver.media.leg import Direction, EndedBy, Leg, Termination, WhoAnswered, Why
from mediaserver.storage.records import CallEnded
from providers.accounts.doors import turn_of
from providers.call_state import CallState
from providers.calls.call import ProviderCall
from providers.calls.machine import Phase
from providers.provider import (
    AnsweredBy,
    CallReport,
    Capability,
    Connect,
    Divert,
    Refuse,
    TransferReport,
)
from providers.streams.dialect import Started
from providers.streams.host import StreamRefused
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import ALL, OURS, FakeStream, kind, token_of

ANN = "+491711234567"
DOWN = TelephonyError("503 from the provider", ProviderFault.DOWN)
LOST = TelephonyError("no answer came", ProviderFault.DOWN, maybe=True)


def listed(ref: str) -> CallReport:
    """A call of the provider's list that may be ours."""
    return CallReport(
        ref, CallState.RINGING, direction=Direction.OUTBOUND, caller=OURS, to=ANN, at=datetime.now(UTC)
    )


def placing(telephony: Telephony, to: str = ANN, timeout_s: float = 20.0, **more: Any) -> asyncio.Task[Leg]:
    return asyncio.create_task(
        telephony.carrier.place(to, more.pop("caller", OURS), timeout_s=timeout_s, **more)
    )


async def ordered(telephony: Telephony, **more: Any) -> asyncio.Task[Leg]:
    task = placing(telephony, **more)
    await telephony.settle()
    return task


async def test_a_call_is_ordered_rings_is_answered_and_has_its_stream(telephony: Telephony) -> None:
    rang: list[int] = []
    task = await ordered(telephony, on_ringing=lambda: rang.append(1))
    (order,) = telephony.provider.orders
    assert (order.to, order.caller) == (ANN, OURS)
    assert order.timeout_s == pytest.approx(20, abs=1)
    assert order.doors.status.startswith("https://voice.test/api/telephony/providers/main/webhooks/status?")
    for _ in range(2):
        telephony.desk.call_reported(CallReport("out-1", CallState.RINGING))
    telephony.desk.call_reported(CallReport("out-1", CallState.IN_PROGRESS))
    decision = await telephony.desk.answering(order.session, None)
    assert isinstance(decision, Connect) and not task.done()
    stream = await telephony.stream(telephony.carried, token_of(decision))
    leg = await task
    assert rang == [1]
    assert (leg.kind, leg.ref, leg.direction) == ("fake", "out-1", "outbound")
    assert leg.stats().detail["trunk"] == "main" and leg.stats().detail["number"] == ANN
    await leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
    await telephony.settle()
    assert telephony.provider.hung_up == ["out-1"] and stream.ended is not None


async def test_the_switchboard_calls_by_it(telephony: Telephony) -> None:
    call = telephony.bench.board.place(ANN, "demo")
    await telephony.settle()
    (order,) = telephony.provider.orders
    await telephony.stream(telephony.carried, token_of(order.doors))
    assert call.state == "answered"
    assert telephony.rows()["main/out-1"].call_id == call.id
    with pytest.raises(CallError, match="not allowed"):
        telephony.bench.board.place("+33123456789", "demo")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (CallState.BUSY, 486),
        (CallState.NO_ANSWER, 480),
        (CallState.FAILED, 503),
        (CallState.CANCELED, 487),
        (CallState.COMPLETED, 480),
    ],
)
async def test_a_call_that_nobody_took(telephony: Telephony, state: CallState, code: int) -> None:
    task = await ordered(telephony)
    telephony.desk.call_reported(CallReport("out-1", state, detail="as the provider says"))
    with pytest.raises(CallError, match="as the provider says") as caught:
        await task
    assert caught.value.code == code and not isinstance(caught.value, NotTakenError)
    assert not len(telephony.calls) and telephony.provider.hung_up == []


async def test_the_calls_row_says_whether_it_failed_or_nobody_answered(telephony: Telephony) -> None:
    for number, (state, why) in enumerate(
        [(CallState.FAILED, "failed"), (CallState.NO_ANSWER, "no answer"), (CallState.BUSY, "busy")], 1
    ):
        telephony.bench.board.place(ANN, "demo")
        await telephony.settle()
        telephony.desk.call_reported(CallReport(f"out-{number}", state))
        await telephony.settle()
        assert telephony.bench.sink.of(CallEnded)[-1].why == why
        telephony.means.time += 10


async def test_the_code_that_the_provider_names_counts(telephony: Telephony) -> None:
    task = await ordered(telephony)
    telephony.desk.call_reported(CallReport("out-1", CallState.FAILED, code=404))
    with pytest.raises(CallError) as caught:
        await task
    assert caught.value.code == 404


async def test_nobody_answers_in_time(telephony: Telephony) -> None:
    task = await ordered(telephony, timeout_s=0.02)
    with pytest.raises(CallError) as caught:
        await task
    await telephony.settle()
    assert caught.value.code == 408 and telephony.provider.hung_up == ["out-1"]


async def test_who_gives_up_has_it_hung_up(telephony: Telephony) -> None:
    task = await ordered(telephony)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await telephony.settle()
    assert telephony.provider.hung_up == ["out-1"]


async def test_nobody_keeps_ringing_where_the_orders_answer_comes_late(telephony: Telephony) -> None:
    hold = telephony.provider.holds["place"] = asyncio.Event()
    task = await ordered(telephony)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await telephony.settle()
    assert telephony.provider.hung_up == [], "it has no id yet"
    hold.set()
    await telephony.settle()
    assert telephony.provider.hung_up == ["out-1"]


async def test_a_report_that_is_faster_than_the_orders_answer(telephony: Telephony) -> None:
    hold = telephony.provider.holds["place"] = asyncio.Event()
    task = await ordered(telephony)
    (order,) = telephony.provider.orders
    telephony.desk.call_reported(CallReport("out-1", CallState.RINGING, session=order.session))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await telephony.settle()
    assert telephony.provider.hung_up == ["out-1"], "its id was told"
    hold.set()
    await telephony.settle()
    telephony.desk.call_reported(CallReport("out-1", CallState.CANCELED))
    assert not len(telephony.calls)


async def test_an_order_whose_answer_was_lost_goes_on_once_it_is_found(telephony: Telephony) -> None:
    telephony.provider.fails["place"] = LOST
    for ref, about in (
        ("another number", {"to": "+4999"}),
        ("another caller", {"caller": "+4998"}),
        ("it came in", {"direction": Direction.INBOUND}),
        ("long before", {"at": datetime.now(UTC) - timedelta(minutes=5)}),
        ("another session", {"session": UUID(int=1)}),
    ):
        telephony.provider.live[ref] = replace(listed(ref), **about)
    telephony.provider.live["lost"] = listed("lost")
    task = await ordered(telephony)
    assert telephony.carried.ref == "lost" and not task.done()
    (order,) = telephony.provider.orders
    await telephony.stream(telephony.carried, token_of(order.doors))
    assert (await task).ref == "lost"


@pytest.mark.parametrize(
    "live",
    [
        [listed("ours"), listed("theirs")],
        [replace(listed("theirs"), at=None)],
        [CallReport("theirs", CallState.RINGING)],
    ],
    ids=["two alike", "who knows when", "who knows what"],
)
async def test_what_only_may_be_it_is_left_and_its_webhooks_say_which(
    telephony: Telephony, live: list[CallReport]
) -> None:
    telephony.provider.fails["place"] = LOST
    for each in live:
        at = each.at and datetime.now(UTC)
        telephony.provider.live[each.ref] = replace(each, at=at)
    task = await ordered(telephony)
    carried = telephony.carried
    assert carried.ref == "" and not task.done() and len(telephony.pauses) == 2
    telephony.desk.call_reported(CallReport("ours", CallState.RINGING, session=carried.session))
    assert carried.ref == "ours" and telephony.provider.hung_up == []
    task.cancel()
    await asyncio.wait({task})


async def test_an_order_that_the_provider_never_had_is_given_up(tmp_path: Path) -> None:
    telephony = await accounts(tmp_path, one={"priority": 1}, two={"priority": 2})
    telephony.of("one").fails["place"] = LOST
    with pytest.raises(CallError, match="has no such call") as caught:
        await telephony.carrier.place(ANN, OURS, timeout_s=20)
    assert not isinstance(caught.value, NotTakenError), "it may have rung: nobody else is asked to call"
    assert telephony.of("two").orders == [] and telephony.pauses == [3.0, 7.0]
    await telephony.close()


async def test_one_that_is_given_up_is_looked_for_and_hung_up(telephony: Telephony) -> None:
    hold = telephony.provider.holds["place"] = asyncio.Event()
    telephony.provider.fails["place"] = LOST
    task = await ordered(telephony)
    task.cancel()
    await asyncio.wait({task})
    telephony.provider.live["lost"] = listed("lost")
    hold.set()
    await telephony.settle()
    assert telephony.provider.hung_up == ["lost"]


async def test_where_nobody_can_look_its_reports_are_waited_for(tmp_path: Path) -> None:
    blind = kind("blind", ALL - {Capability.LIST_CALLS})
    telephony = await Telephony(tmp_path, {"main": {"kind": "blind"}}, (blind,)).ready()
    telephony.provider.fails["place"] = LOST
    task = await ordered(telephony)
    (order,) = telephony.provider.orders
    telephony.desk.call_reported(CallReport("out-9", CallState.IN_PROGRESS, session=order.session))
    await telephony.stream(telephony.carried, token_of(order.doors))
    assert (await task).ref == "out-9"
    await telephony.close()


async def test_a_stream_that_never_comes(telephony: Telephony) -> None:
    task = await ordered(telephony)
    telephony.desk.call_reported(CallReport("out-1", CallState.IN_PROGRESS))
    await telephony.pass_by(15)
    with pytest.raises(CallError, match="no media stream") as caught:
        await task
    assert caught.value.code == 408 and telephony.provider.hung_up == ["out-1"]


async def test_one_that_is_answered_in_the_last_moment_gets_its_stream(telephony: Telephony) -> None:
    task = await ordered(telephony, timeout_s=0.3)
    (order,) = telephony.provider.orders
    telephony.desk.call_reported(CallReport("out-1", CallState.IN_PROGRESS))
    done, _ = await asyncio.wait({task}, timeout=0.5)
    assert not done
    await telephony.stream(telephony.carried, token_of(order.doors))
    assert (await task).termination is None


async def test_what_answered_is_told_to_the_leg(telephony: Telephony) -> None:
    task = await ordered(telephony)
    (order,) = telephony.provider.orders
    await telephony.stream(telephony.carried, token_of(order.doors))
    leg = await task
    heard: list[object] = []
    telephony.desk.call_reported(CallReport("out-1", answered_by=AnsweredBy.MACHINE))
    leg.on_event = heard.append
    telephony.desk.call_reported(CallReport("out-1", answered_by=AnsweredBy.MACHINE))
    telephony.desk.call_reported(CallReport("out-1", answered_by=AnsweredBy.MACHINE_END))
    assert heard == [WhoAnswered(AnsweredBy.MACHINE), WhoAnswered(AnsweredBy.MACHINE_END)]


# -- which account


async def accounts(folder: Path, **settings: dict[str, Any]) -> Telephony:
    return await Telephony(folder, settings).ready()


async def test_the_next_account_is_asked_when_one_does_not_take_the_call(tmp_path: Path) -> None:
    telephony = await accounts(tmp_path, one={"priority": 1}, two={"priority": 2}, three={"priority": 3})
    telephony.of("one").fails["place"] = DOWN
    telephony.of("two").fails["place"] = TelephonyError("not there", ProviderFault.REFUSED)
    task = await ordered(telephony)
    assert [len(telephony.of(name).orders) for name in ("one", "two", "three")] == [1, 1, 1]
    telephony.desks["three"].call_reported(CallReport("out-1", CallState.BUSY))
    with pytest.raises(CallError) as caught:
        await task
    assert caught.value.code == 486
    await telephony.close()


async def test_once_one_has_taken_it_no_other_is_asked(tmp_path: Path) -> None:
    telephony = await accounts(tmp_path, one={"priority": 1}, two={"priority": 2})
    task = await ordered(telephony)
    telephony.desks["one"].call_reported(CallReport("out-1", CallState.FAILED))
    with pytest.raises(CallError):
        await task
    assert telephony.of("two").orders == []
    await telephony.close()


async def test_when_none_takes_it_each_reason_is_told(tmp_path: Path) -> None:
    telephony = await accounts(
        tmp_path,
        one={"max_cps": 0.001},
        two={"caller": ""},
        three={"prefixes": ["+1"]},
        four={"public_url": ""},
    )
    telephony.of("four").fails["place"] = DOWN
    assert telephony.calls.limits["one"].take(0, 0.001, 0.0) == ""
    with pytest.raises(NotTakenError) as caught:
        await telephony.carrier.place(ANN, "", timeout_s=5)
    said = str(caught.value)
    assert "one is called too often" in said and "two: it has no number" in said and "four: 503" in said
    assert "three" not in said
    await telephony.close()


async def test_one_is_named_preferred_or_all_are_asked_by_priority(tmp_path: Path) -> None:
    telephony = await accounts(tmp_path, one={"priority": 1}, two={"priority": 2})
    for more, asked in (({}, "one"), ({"trunk": "two"}, "two"), ({"wishes": Wishes("two")}, "two")):
        before = len(telephony.of(asked).orders)
        task = await ordered(telephony, **more)
        assert len(telephony.of(asked).orders) == before + 1
        task.cancel()
        await asyncio.wait({task})
        telephony.means.time += 10  # max_cps
    with pytest.raises(NotTakenError, match="the account gone may not"):
        await telephony.carrier.place(ANN, OURS, timeout_s=5, trunk="gone")
    await telephony.close()


async def test_who_is_shown(telephony: Telephony) -> None:
    served = telephony.board.served("main")
    assert served is not None
    telephony.carrier.has_numbers("main", await telephony.provider.numbers())
    for caller, number, shown in (
        ("+4930999999", "", "+4930999999"),
        ("sip:+4930999999@h", "", "+4930999999"),
        ("+1555", "", OURS),
        ("demo", "+4930999999", "+4930999999"),
    ):
        task = await ordered(telephony, caller=caller, wishes=Wishes(number=number))
        assert telephony.provider.orders[-1].caller == shown
        task.cancel()
        await asyncio.wait({task})
        telephony.means.time += 10


@pytest.mark.parametrize(
    ("settings", "capabilities", "why"),
    [
        ({"enabled": False}, ALL, "no account"),
        ({}, ALL - {Capability.PLACE}, "cannot place calls|places no calls"),
        ({"max_calls": 1}, ALL, "full"),
    ],
)
async def test_what_cannot_call_is_asked_for_nothing(
    tmp_path: Path, settings: dict[str, Any], capabilities: frozenset[Capability], why: str
) -> None:
    telephony = Telephony(tmp_path, {"main": {"kind": "poor", **settings}}, (kind("poor", capabilities),))
    if settings.get("enabled", True):
        await telephony.ready()
    telephony.calls.limits["main"].calls = 1 if "max_calls" in settings else 0
    with pytest.raises(NotTakenError, match=why):
        await telephony.carrier.place(ANN, OURS, timeout_s=5)
    if telephony.board.provider("main") is not None:
        assert telephony.provider.orders == []
    await telephony.close()


async def test_limits_on_calls_out_are_asked_for_the_account(telephony: Telephony) -> None:
    telephony.carrier.against = lambda account, number, dialled: f"{account} has spent it"
    with pytest.raises(NotTakenError, match="main has spent it"):
        await telephony.carrier.place(ANN, OURS, timeout_s=5)
    assert telephony.provider.orders == [] and telephony.calls.limits["main"].calls == 0


# -- handed over


async def up(telephony: Telephony) -> Leg:
    with logs.in_call(telephony.bench.board.place(ANN, "demo").id):
        await telephony.settle()
    (order,) = telephony.provider.orders
    await telephony.stream(telephony.carried, token_of(order.doors))
    return telephony.carried.leg


async def test_a_call_is_handed_over_by_the_provider(telephony: Telephony) -> None:
    await up(telephony)
    carried = telephony.carried
    stream = carried._streams._peer
    assert stream is not None
    task = asyncio.create_task(telephony.bench.board.refer(telephony.call.id, "+4930888888"))
    await telephony.settle()
    assert telephony.provider.transferred == [("out-1", "+4930888888", OURS)]
    divert = await telephony.desk.answering(carried.session, None)
    assert divert == Divert("+4930888888", caller=OURS)
    telephony.calls.stopped(carried.session, stream)
    await telephony.settle()
    await task
    assert carried.machine.phase is Phase.ELSEWHERE and telephony.provider.hung_up == []
    telephony.desk.call_reported(CallReport("out-1", CallState.COMPLETED))
    assert not len(telephony.calls)


async def handing(telephony: Telephony) -> asyncio.Task[None]:
    """By a provider that tells what becomes of it; our stream is over."""
    await up(telephony)
    telephony.provider.tells_of_transfers = True
    stream = telephony.carried._streams._peer
    assert stream is not None
    task = asyncio.create_task(telephony.bench.board.refer(telephony.call.id, "+4930888888"))
    await telephony.settle()
    telephony.calls.stopped(telephony.carried.session, stream)
    await telephony.settle()
    assert not task.done() and telephony.carried.leg.termination is None
    return task


async def test_it_is_handed_over_once_somebody_has_answered_there(telephony: Telephony) -> None:
    task = await handing(telephony)
    carried = telephony.carried
    assert not telephony.desk.transfer_reported(TransferReport("out-1", True))
    await task
    assert carried.machine.phase is Phase.ELSEWHERE and telephony.provider.hung_up == []
    assert not telephony.desk.transfer_reported(TransferReport("out-1", False, code=486))


async def test_a_call_that_goes_on_without_us_is_kept_as_such_at_once(telephony: Telephony) -> None:
    """A server that dies next hangs up nobody: those of its calls that go on by themselves are left alone."""
    task = await handing(telephony)
    assert telephony.rows()["main/out-1"].phase == "leaving"
    telephony.desk.transfer_reported(TransferReport("out-1", True))
    await task
    assert telephony.rows()["main/out-1"].phase == "elsewhere"


async def test_an_order_whose_answer_was_lost_and_that_somebody_takes_later_is_done(
    telephony: Telephony,
) -> None:
    """By a provider whose stream goes on while it rings there: we had taken the call for ours again."""
    await up(telephony)
    carried = telephony.carried
    stream = carried._streams._peer
    assert stream is not None
    telephony.provider.fails["transfer"] = TelephonyError("502", ProviderFault.DOWN)
    with pytest.raises(CallError, match="502"):
        await telephony.bench.board.refer(telephony.call.id, "+4930888888")
    assert not telephony.desk.transfer_reported(TransferReport("out-1", True))
    telephony.calls.stopped(carried.session, stream)
    await telephony.pass_by(60)
    assert carried.machine.phase is Phase.ELSEWHERE and telephony.provider.hung_up == []
    assert carried.leg.termination is not None and telephony.calls.limits["main"].calls == 0


async def lost_order(telephony: Telephony) -> ProviderCall:
    """The answer to it was; our stream is there, so that the agent has the caller for its own again."""
    await up(telephony)
    telephony.provider.fails["transfer"] = LOST
    with pytest.raises(CallError, match="no answer came"):
        await telephony.bench.board.refer(telephony.call.id, "+4930888888")
    assert telephony.carried.machine.phase is Phase.UP
    return telephony.carried


def stops(telephony: Telephony) -> None:
    stream = telephony.carried._streams._peer
    assert stream is not None
    telephony.calls.stopped(telephony.carried.session, stream)


async def test_a_stream_that_stops_behind_an_order_whose_answer_was_lost_is_no_end(
    telephony: Telephony,
) -> None:
    """The order was taken, and it rings there: nobody hangs up on whoever talks then."""
    carried = await lost_order(telephony)
    await telephony.pass_by(3)
    stops(telephony)
    await telephony.pass_by(120)
    assert carried.machine.phase is Phase.ELSEWHERE and telephony.provider.hung_up == []
    assert carried.leg.termination is not None and carried.leg.termination.why is Why.COMPLETED
    telephony.desk.call_reported(CallReport("out-1", CallState.COMPLETED))
    assert not len(telephony.calls)


async def test_a_stream_that_stops_long_after_a_lost_order_is_the_end(telephony: Telephony) -> None:
    carried = await lost_order(telephony)
    await telephony.pass_by(30)
    stops(telephony)
    await telephony.settle()
    assert carried.machine.phase is Phase.CLOSING
    turn = telephony.provider.transfer_turns[0]
    assert not telephony.desk.transfer_reported(TransferReport("out-1", True, turn="guessed"))
    assert carried.machine.phase is Phase.CLOSING
    assert not telephony.desk.transfer_reported(TransferReport("out-1", True, turn=turn))
    await telephony.pass_by(60)
    assert telephony.carried.machine.phase is Phase.ELSEWHERE, "taken after all"
    assert telephony.provider.hung_up == []


async def test_who_takes_an_order_that_was_given_up_has_the_call_by_its_word(telephony: Telephony) -> None:
    carried = await lost_order(telephony)
    turn = telephony.provider.transfer_turns[0]
    assert telephony.desk.transfer_reported(TransferReport("out-1", True, turn="guessed"))
    assert not telephony.desk.transfer_reported(TransferReport("out-1", True, turn=turn))
    await telephony.settle()
    assert carried.machine.phase is Phase.ELSEWHERE and telephony.provider.hung_up == []


async def test_who_hangs_up_behind_a_lost_order_is_hung_up(telephony: Telephony) -> None:
    """Our agent did: whoever is called there after that is not kept in the line for it."""
    carried = await lost_order(telephony)
    carried.leg.ended(Termination(EndedBy.AGENT, Why.COMPLETED))
    await telephony.settle()
    turn = telephony.provider.transfer_turns[0]
    telephony.desk.transfer_reported(TransferReport("out-1", True, turn=turn))
    assert carried.machine.phase is Phase.CLOSING and telephony.provider.hung_up == ["out-1"]


async def test_a_refused_order_was_never_taken(telephony: Telephony) -> None:
    await up(telephony)
    telephony.provider.fails["transfer"] = TelephonyError("no such verb", ProviderFault.REFUSED)
    with pytest.raises(CallError, match="no such verb"):
        await telephony.bench.board.refer(telephony.call.id, "+4930888888")
    stops(telephony)
    await telephony.settle()
    assert telephony.carried.machine.phase is Phase.CLOSING


async def test_the_word_of_an_order_that_was_given_up_does_not_end_the_next_one(telephony: Telephony) -> None:
    """Its target is told of late, while it rings for the second: the call is not to be ended for that."""
    carried = await lost_order(telephony)
    del telephony.provider.fails["transfer"]
    telephony.provider.tells_of_transfers = True
    task = asyncio.create_task(telephony.bench.board.refer(telephony.call.id, "+4930888888"))
    await telephony.settle()
    first, second = telephony.provider.transfer_turns
    assert telephony.desk.transfer_reported(TransferReport("out-1", False, code=486, turn=first))
    assert telephony.carried.machine.phase is Phase.LEAVING and not task.done()
    telephony.desk.transfer_reported(TransferReport("out-1", True, turn=second))
    await task
    assert carried.machine.phase is Phase.ELSEWHERE


async def test_who_takes_an_order_that_was_given_up_while_it_rings_for_the_next_has_the_call(
    telephony: Telephony,
) -> None:
    carried = await lost_order(telephony)
    del telephony.provider.fails["transfer"]
    telephony.provider.tells_of_transfers = True
    task = asyncio.create_task(telephony.bench.board.refer(telephony.call.id, "+4930888888"))
    await telephony.settle()
    first, second = telephony.provider.transfer_turns
    assert not telephony.desk.transfer_reported(TransferReport("out-1", True, turn=first))
    async with asyncio.timeout(5):
        await task
    telephony.desk.transfer_reported(TransferReport("out-1", False, code=486, turn=second))
    await telephony.pass_by(60)
    assert carried.machine.phase is Phase.ELSEWHERE and telephony.provider.hung_up == []


async def test_who_comes_back_behind_a_lost_order_talks_at_once(telephony: Telephony) -> None:
    """The far end had left our stream, and asks for another: the order was not taken."""
    await up(telephony)
    carried = telephony.carried
    telephony.provider.fails["transfer"] = LOST
    telephony.provider.holds["transfer"] = hold = asyncio.Event()
    task = asyncio.create_task(telephony.bench.board.refer(telephony.call.id, "+4930888888"))
    await telephony.settle()
    stops(telephony)
    hold.set()
    await telephony.settle()
    assert not task.done() and carried.machine.phase is Phase.LEAVING
    await telephony.stream(carried, carried._streams.token(10.0))
    async with asyncio.timeout(5):
        with pytest.raises(CallError, match="not taken"):
            await task
    assert telephony.carried.machine.phase is Phase.UP and telephony.provider.hung_up == []


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"code": 10**30}, None), ({"code": 486}, 486), ({"code": -1}, None),
        ({"cost": Decimal("1e400000")}, None), ({"cost": Decimal("NaN")}, None),
        ({"cost": Decimal("0.5")}, Decimal("0.5")),
        ({"duration_s": 10**20}, None),
        ({"detail": "a\0b"}, "a\\x00b"), ({"detail": "x" * 9_999}, "x" * 500), ({"ref": "a\0b"}, "a\\x00b"),
    ],
)  # fmt: skip
def test_what_a_provider_says_that_makes_no_sense_is_not_stored(told: dict[str, Any], kept: object) -> None:
    (name,) = told
    assert getattr(CallReport(**{"ref": "CA1", **told}), name) == kept


async def test_a_stream_that_calls_itself_what_no_row_takes_is_refused(telephony: Telephony) -> None:
    telephony.provider.holds["place"] = asyncio.Event()
    with logs.in_call(telephony.bench.board.place(ANN, "demo").id):
        await telephony.settle()
    for ref in ("out\0", "x" * 5_000):
        token = telephony.carried._streams.token(10.0)
        with pytest.raises(StreamRefused, match="no id"):
            telephony.calls.admit(
                "fake", telephony.carried.session, token, Started("", ref), FakeStream(), "192.0.2.1"
            )
    assert telephony.carried.ref == ""


async def test_who_is_reached_by_nobody_is_back(telephony: Telephony) -> None:
    task = await handing(telephony)
    carried = telephony.carried
    assert telephony.desk.transfer_reported(TransferReport("out-1", False, code=486, detail="busy there"))
    decision = await telephony.desk.answering(carried.session, None)
    with pytest.raises(CallError, match="busy there") as caught:
        await task
    assert caught.value.code == 486
    stream = await telephony.stream(carried, token_of(decision))
    await telephony.bench.ticks(5)
    assert stream.heard and carried.machine.phase is Phase.UP and telephony.call.state == "answered"


async def test_who_sends_a_request_again_meanwhile_is_not_taken_for_who_called(telephony: Telephony) -> None:
    """What our provider asked before, signed as it is, and kept by somebody."""
    task = await handing(telephony)
    carried = telephony.carried
    (order,) = telephony.provider.orders
    again = await telephony.desk.answering(carried.session, turn_of(order.doors.answer))
    with pytest.raises(StreamRefused, match="handed over"):
        await telephony.stream(carried, token_of(again))
    assert not carried.leg.attached and not task.done()
    telephony.desk.transfer_reported(TransferReport("out-1", True))
    await task
    assert carried.machine.phase is Phase.ELSEWHERE


async def test_a_word_kept_from_the_transfer_before_says_nothing_of_the_next_one(
    telephony: Telephony,
) -> None:
    """A request that is signed for ever: nobody was reached then, and somebody may be now."""
    task = await handing(telephony)
    carried = telephony.carried
    first = telephony.provider.transfer_turns[0]
    assert telephony.desk.transfer_reported(TransferReport("out-1", False, code=486, turn=first))
    with pytest.raises(CallError):
        await task
    decision = await telephony.desk.answering(carried.session, first)
    await telephony.stream(carried, token_of(decision))
    task = asyncio.create_task(telephony.bench.board.refer(telephony.call.id, "+4930888888"))
    await telephony.settle()
    second = telephony.provider.transfer_turns[1]

    for kept in (first, "", "guessed", second[:-1]):
        for taken in (False, True):
            telephony.desk.transfer_reported(TransferReport("out-1", taken, code=486, turn=kept))
        assert isinstance(await telephony.desk.answering(carried.session, kept), Refuse)
    await telephony.settle()
    assert telephony.carried.machine.phase is Phase.LEAVING and not task.done()

    telephony.desk.transfer_reported(TransferReport("out-1", True, turn=second))
    await task
    assert carried.machine.phase is Phase.ELSEWHERE


async def test_a_kept_request_takes_no_word_of_where_to_from_the_provider(telephony: Telephony) -> None:
    """Of one that asks where a call is handed over to."""
    await up(telephony)
    carried = telephony.carried
    task = asyncio.create_task(telephony.bench.board.refer(telephony.call.id, "+4930888888"))
    await telephony.settle()
    (turn,) = telephony.provider.transfer_turns
    assert isinstance(await telephony.desk.answering(carried.session, "kept"), Refuse)
    for _ in range(2):  # its first answer may be lost
        to = await telephony.desk.answering(carried.session, turn)
        assert to == Divert("+4930888888", caller=OURS)
    stream = carried._streams._peer
    assert stream is not None
    telephony.calls.stopped(carried.session, stream)
    await task


async def test_who_hangs_up_while_it_rings_there_has_left(telephony: Telephony) -> None:
    task = await handing(telephony)
    telephony.desk.call_reported(CallReport("out-1", CallState.COMPLETED))
    with pytest.raises(CallError, match="it is over"):
        await task
    assert not len(telephony.calls) and telephony.provider.hung_up == []


async def test_a_provider_that_does_not_hand_it_over_leaves_the_caller_here(telephony: Telephony) -> None:
    leg = await up(telephony)
    telephony.provider.fails["transfer"] = TelephonyError("no such verb", ProviderFault.REFUSED)
    with pytest.raises(CallError, match="no such verb"):
        await telephony.bench.board.refer(telephony.call.id, "+4930888888")
    assert leg.termination is None and telephony.carried.machine.phase is Phase.UP
