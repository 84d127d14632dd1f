"""Telnyx's webhooks at an account: proven or nothing, answered at once, in any order, once each."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from mediaserver.media.leg import EndedBy, Termination, Why
from providers.call_state import CallState, after
from providers.provider import AnsweredBy, Divert, Refuse
from providers.telnyx.client_state import ClientState
from tests.providers.matrix import Feature, Who, shows
from tests.providers.telnyx.account import DOORS, OURS, SESSION, THEIRS, Bench, at_telnyx, connect, order
from tests.standins.provider import Trouble, serving
from tests.standins.telnyx.calls import Signer, Webhook, event
from tests.standins.telnyx.server import PROFILE, Telnyx


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with serving(Telnyx()) as standin, at_telnyx(standin) as bench:
        standin.number(OURS, standin.application["id"], PROFILE)
        yield bench
        assert standin.faults == []


async def test_an_incoming_call_is_answered_with_a_stream(bench: Bench) -> None:
    bench.desk.decision = connect()
    call = bench.standin.rings(OURS, THEIRS)

    answer = await bench.hears(bench.standin.initiated(call))
    await bench.standin.until(lambda: bench.standin.told("answer"))

    assert answer.status == 200
    told = bench.desk.incoming_calls[0]
    assert (told.ref, told.caller, told.to) == (call.ref, THEIRS, OURS)
    assert call.stream["stream_url"] == DOORS.media and call.stream["stream_bidirectional_mode"] == "rtp"
    assert call.webhook_url == DOORS.status and ClientState.parse(call.client_state).session == SESSION


async def test_the_webhook_does_not_wait_for_the_agent(bench: Bench) -> None:
    bench.desk.decision, bench.desk.hold = connect(), asyncio.Event()
    call = bench.standin.rings(OURS, THEIRS)

    answer = await bench.hears(bench.standin.initiated(call))

    assert answer.status == 200 and bench.standin.commands == []
    bench.desk.hold.set()
    await bench.standin.until(lambda: bench.standin.told("answer"))


async def test_wideband_streams_begin_once_the_call_is_answered() -> None:
    async with serving(Telnyx()) as standin, at_telnyx(standin, audio="L16") as bench:
        bench.desk.decision = connect()
        call = standin.rings(OURS, THEIRS)

        await bench.hears(standin.initiated(call))
        await standin.until(lambda: standin.told("answer"))
        answered_with = dict(call.stream)
        await bench.hears(standin.answered(call))
        await standin.until(lambda: standin.told("streaming_start"))

        assert answered_with == {} and standin.faults == []
        assert call.stream["stream_bidirectional_codec"] == "L16"
        assert call.stream["stream_bidirectional_sampling_rate"] == 16_000


@pytest.mark.parametrize(
    ("why", "cause"),
    [
        (Termination(EndedBy.SERVER, Why.BUSY, 486), "USER_BUSY"),
        (Termination(EndedBy.SERVER, Why.REJECTED), "CALL_REJECTED"),
    ],
)
async def test_an_incoming_call_is_refused(bench: Bench, why: Termination, cause: str) -> None:
    bench.desk.decision = Refuse(why)
    call = bench.standin.rings(OURS, THEIRS)

    await bench.hears(bench.standin.initiated(call))
    await bench.standin.until(lambda: call.over)

    assert bench.standin.told("reject")[0]["cause"] == cause


@shows(Who.TELNYX, Feature.FALLBACK)
async def test_while_we_are_full_the_call_goes_to_the_number_for_that(bench: Bench) -> None:
    bench.desk.decision = Divert("+15558880000", caller=OURS)
    call = bench.standin.rings(OURS, THEIRS)

    await bench.hears(bench.standin.initiated(call))
    await bench.standin.until(lambda: bench.standin.told("transfer"))

    fields = bench.standin.told("transfer")[0]
    assert (fields["to"], fields["from"]) == ("+15558880000", OURS)
    assert bench.standin.told("answer") == []


@shows(Who.TELNYX, Feature.FALLBACK)
async def test_without_a_number_the_caller_is_told_and_the_call_ended(bench: Bench) -> None:
    bench.desk.decision = Divert(text="All lines are busy.")
    call = bench.standin.rings(OURS, THEIRS)

    await bench.hears(bench.standin.initiated(call))
    await bench.standin.until(lambda: bench.standin.told("answer"))
    await bench.hears(bench.standin.answered(call))
    await bench.standin.until(lambda: bench.standin.told("speak"))
    await bench.hears(bench.standin.tells(call, "call.speak.ended", status="completed"))
    await bench.standin.until(lambda: call.over)

    assert bench.standin.told("speak")[0]["payload"] == "All lines are busy."
    assert [name for _, name, _ in bench.standin.commands] == ["answer", "speak", "hangup"]


async def test_who_hangs_up_before_the_answer_has_cancelled(bench: Bench) -> None:
    bench.desk.decision, bench.desk.hold = connect(), asyncio.Event()
    call = bench.standin.rings(OURS, THEIRS)
    await bench.hears(bench.standin.initiated(call))
    call.over = True

    bench.desk.hold.set()
    await bench.desk.until(lambda: bench.desk.reports)

    report = bench.desk.reports[0]
    assert (report.ref, report.state, report.session) == (call.ref, CallState.CANCELED, SESSION)


async def test_a_call_that_cannot_be_answered_is_reported_lost(bench: Bench) -> None:
    bench.desk.decision = connect()
    call = bench.standin.rings(OURS, THEIRS)
    bench.standin.keys.clear()

    await bench.hears(bench.standin.initiated(call))
    await bench.desk.until(lambda: bench.desk.reports)

    report = bench.desk.reports[0]
    assert (report.state, report.session) == (CallState.FAILED, SESSION) and "api_key" in report.detail


async def test_an_answer_is_tried_again_while_telnyx_stumbles(bench: Bench) -> None:
    bench.desk.decision = connect()
    call = bench.standin.rings(OURS, THEIRS)
    bench.standin.troubles.extend([Trouble(status=502), Trouble(status=429, headers={"Retry-After": "1"})])

    await bench.hears(bench.standin.initiated(call))
    await bench.standin.until(lambda: bench.standin.told("answer"))

    assert len(bench.slept) == 2 and bench.desk.reports == []


@shows(Who.TELNYX, Feature.REPLAYED)
async def test_doubled_and_repeated_webhooks_change_nothing(bench: Bench) -> None:
    bench.desk.decision = connect()
    call = bench.standin.rings(OURS, THEIRS)
    initiated = bench.standin.initiated(call)

    answers = [await bench.hears(initiated) for _ in range(3)]
    await bench.standin.until(lambda: bench.standin.told("answer"))
    answered = bench.standin.answered(call)
    answers += [await bench.hears(answered) for _ in range(3)]

    assert [each.status for each in answers] == [200] * 6
    assert len(bench.desk.incoming_calls) == 1 and len(bench.desk.reports) == 1


@shows(Who.TELNYX, Feature.ORDER, Feature.REPLAYED)
async def test_reports_in_every_order_end_in_the_same_state(bench: Bench) -> None:
    for number, kinds in enumerate(itertools.permutations(range(3))):
        call = bench.standin.calls[await bench.provider.place(order())]
        webhooks = [
            bench.standin.initiated(call),
            bench.standin.answered(call),
            bench.standin.hung_up(call),
        ]
        for each in kinds:
            await bench.hears(webhooks[each])
            await bench.hears(webhooks[each])
        state = CallState.QUEUED
        reports = bench.desk.reports[number * 3 :]
        assert len(reports) == 3 and {each.session for each in reports} == {SESSION}
        for report in reports:
            assert report.ref == call.ref and report.state is not None
            state = after(state, report.state)
        assert state is CallState.COMPLETED


@shows(Who.TELNYX, Feature.FORGED)
async def test_what_is_not_proven_changes_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.desk.decision = connect()
    call = bench.standin.rings(OURS, THEIRS)
    good = bench.standin.initiated(call)
    forged = Signer().webhook(good.url, good.body)
    changed = replace(good, body=good.body.replace(OURS.encode(), b"+15550000000"))
    bare = replace(good, headers={})
    old = bench.standin.signer.webhook(good.url, good.body, time.time() - 400)
    early = bench.standin.signer.webhook(good.url, good.body, time.time() + 400)

    for each in (forged, changed, bare, old, early):
        assert (await bench.hears(each)).status == 403

    assert bench.desk.incoming_calls == [] and bench.desk.reports == []
    assert len([line for line in caplog.messages if "is refused" in line]) == 1  # not a line for each
    assert (await bench.hears(good)).status == 200  # nor has it used up the event's id
    assert (await bench.hears(good, method="GET")).status == 405


async def test_what_is_signed_and_makes_no_sense_is_said_to_be_wrong(bench: Bench) -> None:
    for body in (b"", b"null", b'{"data": 1}', b"\xff"):
        assert (await bench.hears(bench.standin.signer.webhook("", body))).status == 400


async def test_other_applications_calls_are_left_alone(bench: Bench) -> None:
    bench.desk.decision = connect()
    call = bench.standin.rings(OURS, THEIRS)
    call.connection = "99"

    assert (await bench.hears(bench.standin.initiated(call))).status == 200
    assert bench.desk.incoming_calls == []


@shows(Who.TELNYX, Feature.MACHINE, Feature.COST)
async def test_who_answers_and_what_it_costs_is_told(bench: Bench) -> None:
    call = bench.standin.calls[await bench.provider.place(order(detect_machine=True))]
    detected = "call.machine.premium.detection.ended"

    await bench.hears(bench.standin.tells(call, detected, result="machine"))
    await bench.hears(bench.standin.tells(call, "call.cost", status="success", total_cost="0.02"))

    assert [each.answered_by for each in bench.desk.reports] == [AnsweredBy.MACHINE, None]
    assert str(bench.desk.reports[1].cost) == "0.02"


async def test_a_stream_that_cannot_be_opened_ends_the_call(bench: Bench) -> None:
    call = bench.standin.calls[await bench.provider.place(order())]

    await bench.hears(bench.standin.tells(call, "streaming.failed", failure_reason="connection_failed"))
    await bench.standin.until(lambda: call.over)

    assert "connection_failed" in bench.desk.reports[0].detail


@pytest.mark.parametrize(("cause", "sip"), [("user_busy", "486"), ("normal_clearing", "200")])
async def test_a_call_whose_transfer_nobody_takes_is_ended(bench: Bench, cause: str, sip: str) -> None:
    """Behind an announcement of the network's a call that nobody took is cleared normally."""
    call = bench.standin.calls[await bench.provider.place(order())]
    bench.standin.answered(call)
    await bench.provider.transfer(call.ref, "+15558880000", OURS, SESSION)
    target = bench.standin.rings("+15558880000", OURS)
    target.direction = "outgoing"
    target.client_state = bench.standin.told("transfer")[0]["target_leg_client_state"]

    await bench.hears(bench.standin.hung_up(target, cause, sip))
    await bench.standin.until(lambda: call.over)

    assert all(each.session is None for each in bench.desk.reports)


@shows(Who.TELNYX, Feature.REPLAYED)
async def test_what_became_of_a_transfer_is_told_to_its_own_server_alone_and_once(bench: Bench) -> None:
    """Its signature counts for 300 s, at another server of the same account and after a restart, too, where
    nobody knows that it came before: the caller, who is back with the agent, stays there."""
    call = bench.standin.calls[await bench.provider.place(order())]
    bench.standin.answered(call)
    await bench.provider.transfer(call.ref, "+15558880000", OURS, SESSION, "a word")
    target = bench.standin.rings("+15558880000", OURS)
    target.direction = "outgoing"
    target.client_state = bench.standin.told("transfer")[0]["target_leg_client_state"]
    kept = [bench.standin.answered(target), bench.standin.hung_up(target, "user_busy", "486")]
    bench.desk.stays = True
    await bench.hears(kept[1])
    async with at_telnyx(bench.standin) as other:
        for each in kept:
            assert (await other.hears(each)).status == 200
        await asyncio.gather(*other.provider._hooks._tasks)
        assert [(each.taken, each.turn) for each in other.desk.transfers] == [
            (True, "a word"),
            (False, "a word"),
        ]
    bench.desk.stays = False
    late = bench.standin.hung_up(target, "user_busy", "486")  # as of an event that was forgotten
    await bench.hears(late)
    await asyncio.gather(*bench.provider._hooks._tasks)
    assert not call.over and [name for _, name, _ in bench.standin.commands] == ["dial", "transfer"]


@shows(Who.TELNYX, Feature.REPLAYED)
async def test_an_old_event_of_a_call_that_is_over_rings_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a server that was not told of it before: it asks Telnyx for the call. What Telnyx sends late, of a
    call that is up or while it cannot be asked, still counts."""
    over, up = (bench.standin.rings(OURS, THEIRS) for _ in range(2))
    kept = bench.standin.initiated(over)
    over.over = True
    young = [each async for each in _told(bench, kept)]
    monkeypatch.setattr("providers.telnyx.hooks.YOUNG_S", -1.0)
    old = [each async for each in _told(bench, kept)]
    late = [each async for each in _told(bench, bench.standin.initiated(up))]
    bench.standin.keys.clear()
    unasked = [each async for each in _told(bench, kept)]
    assert (young, old, late, unasked) == ([over.ref], [], [up.ref], [over.ref])


async def _told(bench: Bench, webhook: Webhook) -> AsyncIterator[str]:
    """Calls that another server of the account begins."""
    async with at_telnyx(bench.standin) as other:
        assert (await other.hears(webhook)).status == 200
        await asyncio.gather(*other.provider._hooks._tasks)
        for call in other.desk.incoming_calls:
            yield call.ref


async def test_a_recording_is_reported_with_its_own_id_and_its_calls(bench: Bench) -> None:
    call = bench.standin.calls[await bench.provider.place(order())]
    bench.standin.recordings["r9"] = {"id": "r9", "call_leg_id": call.leg, "call_control_id": call.ref}
    payload = {"call_leg_id": call.leg, "channels": "dual", "recording_urls": {"wav": "https://s3/x"}}
    told = bench.standin.signer.webhook("", event("call.recording.saved", payload))

    await bench.hears(told)
    await bench.hears(told)
    await bench.desk.until(lambda: bench.desk.recordings)

    report = bench.desk.recordings[0]
    assert (report.ref, report.call_ref) == ("r9", call.ref)
    assert len(bench.desk.recordings) == 1
    bench.desk.unseen(report.key)  # it could not be had
    await bench.hears(told)
    await bench.desk.until(lambda: bench.desk.recordings == [report] * 2)


@shows(Who.TELNYX, Feature.SMS_IN)
async def test_messages_are_stored_before_telnyx_may_forget_them(bench: Bench) -> None:
    payload = {
        **{"id": "m1", "text": "Yes", "from": {"phone_number": THEIRS}},
        "to": [{"phone_number": OURS, "status": "webhook_delivered"}],
    }
    told = bench.standin.signer.webhook("", event("message.received", payload))
    bench.desk.fails = 1

    first, second = await bench.hears(told), await bench.hears(told)

    assert (first.status, second.status) == (503, 200)
    assert [(each.ref, each.text) for each in bench.desk.messages] == [("m1", "Yes")]


async def test_what_became_of_a_message_is_told_once(bench: Bench) -> None:
    payload = {"id": "m1", "to": [{"phone_number": THEIRS, "status": "delivered"}]}
    told = bench.standin.signer.webhook("", event("message.finalized", payload))

    for _ in range(2):
        assert (await bench.hears(told)).status == 200

    assert [each.state for each in bench.desk.message_reports] == ["delivered"]


async def test_closing_gives_up_what_is_being_decided(bench: Bench) -> None:
    bench.desk.decision, bench.desk.hold = connect(), asyncio.Event()
    await bench.hears(bench.standin.initiated(bench.standin.rings(OURS, THEIRS)))

    await bench.provider.close()

    assert bench.standin.commands == []
