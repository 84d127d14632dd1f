"""Calls of a Telnyx account, by the real SDK, at a stand-in that refuses what Telnyx refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from providers.call_state import CallState
from providers.provider import Capability
from providers.telnyx.account import FORMATS
from providers.telnyx.client_state import ClientState
from tests.providers.matrix import Feature, Who, shows
from tests.providers.telnyx.account import DOORS, OURS, SESSION, THEIRS, Bench, at_telnyx, order
from tests.standins.provider import Trouble, serving
from tests.standins.telnyx.server import PROFILE, WAV, Telnyx


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with serving(Telnyx()) as standin, at_telnyx(standin) as bench:
        standin.number(OURS, standin.application["id"], PROFILE)
        yield bench
        assert standin.faults == []


async def test_a_call_out_streams_both_ways(bench: Bench) -> None:
    ref = await bench.provider.place(order())

    call = bench.standin.calls[ref]
    assert (call.to, call.caller, call.webhook_url) == (THEIRS, OURS, DOORS.status)
    assert call.stream == {
        "stream_url": DOORS.media,
        "stream_track": "inbound_track",
        "stream_codec": "PCMU",
        "stream_bidirectional_mode": "rtp",
        "stream_bidirectional_codec": "PCMU",
        "stream_bidirectional_sampling_rate": 8_000,
        "stream_bidirectional_target_legs": "self",
    }
    assert ClientState.parse(call.client_state).session == SESSION
    assert "answering_machine_detection" not in call.dialled_with and "record" not in call.dialled_with


async def test_a_call_out_with_all_that_there_is(bench: Bench) -> None:
    asked = order(audio=FORMATS["L16"], detect_machine=True, record=True, timeout_s=2.0)

    dialled = bench.standin.calls[await bench.provider.place(asked)].dialled_with

    assert dialled["answering_machine_detection"] == "premium" and dialled["record"] == "record-from-answer"
    assert dialled["timeout_secs"] == 5
    assert (dialled["stream_bidirectional_codec"], dialled["stream_bidirectional_sampling_rate"]) == (
        "L16",
        16_000,
    )


async def test_a_caller_that_is_none_of_the_accounts_is_refused_in_words(bench: Bench) -> None:
    with pytest.raises(TelephonyError, match="not verified") as caught:
        await bench.provider.place(replace(order(), caller="+15559999999"))

    assert caught.value.kind is ProviderFault.KEY and not caught.value.maybe
    assert bench.standin.requests == 1


async def test_a_call_is_placed_once_when_the_answer_is_lost(bench: Bench) -> None:
    bench.standin.troubles.append(Trouble(cut_after=0))

    with pytest.raises(TelephonyError) as caught:
        await bench.provider.place(order())

    assert caught.value.maybe and len(bench.standin.calls) == 1 and bench.standin.requests == 1


async def test_a_call_is_placed_again_when_it_was_not_taken(bench: Bench) -> None:
    bench.standin.troubles.append(Trouble(status=429, headers={"Retry-After": "3"}))

    ref = await bench.provider.place(order())

    assert list(bench.standin.calls) == [ref] and bench.slept == [3.0]


async def test_one_that_stays_busy_is_told_so(bench: Bench) -> None:
    bench.standin.troubles.extend([Trouble(status=429)] * 3)

    with pytest.raises(TelephonyError) as caught:
        await bench.provider.place(order())

    assert caught.value.kind is ProviderFault.LIMIT and caught.value.retryable and bench.standin.calls == {}


@shows(Who.TELNYX, Feature.KEYS_OUT, Feature.WAITED)
async def test_commands_are_repeated_and_carried_out_once(bench: Bench) -> None:
    ref = await bench.provider.place(order())
    bench.standin.answered(bench.standin.calls[ref])
    bench.standin.troubles.extend([Trouble(status=503, cut_after=0), Trouble(cut_after=0)])

    await bench.provider.send_digits(ref, "42#")

    assert [fields["digits"] for fields in bench.standin.told("send_dtmf")] == ["42#"]
    assert bench.standin.ignored == 2


async def test_hanging_up_what_is_over_or_unknown_is_no_error(bench: Bench) -> None:
    ref = await bench.provider.place(order())

    await bench.provider.hang_up(ref)
    await bench.provider.hang_up(ref)
    await bench.provider.hang_up("v3:unknown")

    assert len(bench.standin.told("hangup")) == 1


async def test_digits_before_the_answer_are_refused(bench: Bench) -> None:
    ref = await bench.provider.place(order())

    with pytest.raises(TelephonyError, match="90034"):
        await bench.provider.send_digits(ref, "1")
    with pytest.raises(TelephonyError, match="digits are"):
        await bench.provider.send_digits(ref, "1;2")


async def test_a_transfer_leaves_the_stream_until_somebody_answers(bench: Bench) -> None:
    ref = await bench.provider.place(order())
    bench.standin.answered(bench.standin.calls[ref])

    told = await bench.provider.transfer(ref, "+15558880000", OURS, SESSION, "a word")
    assert told, "it tells what becomes of it"

    fields = bench.standin.told("transfer")[0]
    assert (fields["to"], fields["from"]) == ("+15558880000", OURS)
    assert ClientState.parse(fields["target_leg_client_state"]) == ClientState(behind=ref, turn="a word")
    assert [name for _, name, _ in bench.standin.commands] == ["dial", "transfer"]


async def test_a_transfer_of_a_call_that_is_over_is_told(bench: Bench) -> None:
    ref = await bench.provider.place(order())
    bench.standin.calls[ref].over = True

    with pytest.raises(TelephonyError, match="over already"):
        await bench.provider.transfer(ref, "+15558880000", OURS, SESSION)


@shows(Who.TELNYX, Feature.RECONCILED)
async def test_what_becomes_of_a_call_can_be_asked(bench: Bench) -> None:
    ref = await bench.provider.place(order())

    alive = await bench.provider.call(ref)
    bench.standin.calls[ref].over = True
    over = await bench.provider.call(ref)

    assert alive is not None and (alive.state, alive.session) == (CallState.RINGING, SESSION)
    assert over is not None and (over.state, over.duration_s) == (CallState.COMPLETED, 7)
    assert await bench.provider.call("v3:unknown") is None


@shows(Who.TELNYX, Feature.RECONCILED)
async def test_live_calls_are_all_pages_of_them(bench: Bench) -> None:
    refs = [await bench.provider.place(order()) for _ in range(5)]
    bench.standin.calls[refs[0]].over = True

    live = await bench.provider.live_calls()

    assert {each.ref for each in live} == set(refs[1:])
    assert {each.session for each in live} == {SESSION}


@shows(Who.TELNYX, Feature.REVOKED)
async def test_a_revoked_key_is_said_to_be_one(bench: Bench) -> None:
    ref = await bench.provider.place(order())
    bench.standin.keys.clear()

    with pytest.raises(TelephonyError, match="api_key") as caught:
        await bench.provider.hang_up(ref)
    findings = await bench.provider.check()

    assert caught.value.kind is ProviderFault.KEY and not caught.value.retryable
    assert [(each.name, each.ok) for each in findings] == [("credentials", False)]


@shows(Who.TELNYX, Feature.WAITED)
async def test_a_provider_that_is_down_is_said_to_be(bench: Bench) -> None:
    bench.standin.troubles.extend([Trouble(status=500, body="<html>oops</html>")] * 3)

    with pytest.raises(TelephonyError, match=r"status\.telnyx\.com") as caught:
        await bench.provider.live_calls()

    assert caught.value.kind is ProviderFault.DOWN and bench.standin.requests == 3 and len(bench.slept) == 2


@pytest.mark.parametrize("body", [{}, {"data": None}, [], "text", {"data": {"call_control_id": 5}}])
async def test_answers_of_another_shape_are_an_error_of_telnyxs(bench: Bench, body: object) -> None:
    bench.standin.troubles.append(Trouble(status=200, body=body))

    with pytest.raises(TelephonyError) as caught:
        await bench.provider.place(order())

    assert caught.value.kind is ProviderFault.DOWN and caught.value.maybe


async def test_nobody_there_is_an_error_before_anything_was_taken() -> None:
    standin = Telnyx()
    async with serving(standin):
        pass
    async with at_telnyx(standin) as bench:
        with pytest.raises(TelephonyError, match="cannot be reached") as caught:
            await bench.provider.place(order())

    assert caught.value.kind is ProviderFault.DOWN and not caught.value.maybe and len(bench.slept) == 2


@shows(Who.TELNYX, Feature.RECORDINGS)
async def test_recordings_are_started_fetched_and_deleted(bench: Bench) -> None:
    ref = await bench.provider.place(order())
    bench.standin.answered(bench.standin.calls[ref])
    url = f"{bench.standin.url}/files/a.wav?signature=x"
    bench.standin.recordings["r1"] = {"id": "r1", "download_urls": {"wav": url}}

    await bench.provider.start_recording(ref, DOORS)
    octets = b"".join([piece async for piece in bench.provider.fetch_recording("r1")])
    await bench.provider.delete_recording("r1")
    await bench.provider.delete_recording("r1")

    assert octets == WAV and bench.standin.recordings == {}
    assert bench.standin.told("record_start")[0]["channels"] == "dual"


async def test_a_page_of_an_error_is_no_recording(bench: Bench) -> None:
    bench.standin.files_gone = True
    url = f"{bench.standin.url}/files/a.wav"
    bench.standin.recordings["r1"] = {"id": "r1", "download_urls": {"wav": url}}
    got = []

    with pytest.raises(TelephonyError, match="403"):
        async for piece in bench.provider.fetch_recording("r1"):
            got.append(piece)
    with pytest.raises(TelephonyError):
        async for piece in bench.provider.fetch_recording("unknown"):
            got.append(piece)

    assert got == []


@shows(Who.TELNYX, Feature.NUMBERS)
async def test_numbers_and_where_their_calls_go(bench: Bench) -> None:
    bench.standin.number("+15550000001")
    bench.standin.number("+15550000002", "99")
    bench.standin.application["webhook_event_url"] = "https://old.example.com/x"

    before = {each.number: each for each in await bench.provider.numbers()}
    await bench.provider.configure_number(
        "+15550000001", voice="https://voice.example.com/v", status="", messages="https://voice.example.com/m"
    )
    after = {each.number: each for each in await bench.provider.numbers()}

    assert before[OURS].voice_to == "https://old.example.com/x" and not before[OURS].ours
    assert before["+15550000001"].voice_to == "" and before["+15550000002"].voice_to == ""
    assert after["+15550000001"].ours and after[OURS].ours and not after["+15550000002"].ours
    assert after["+15550000001"].messages_to == "https://voice.example.com/m"
    assert after["+15550000001"].can == {"voice", "sms"}
    assert bench.standin.application["call_cost_in_webhooks"] is True
    with pytest.raises(TelephonyError, match="no number"):
        await bench.provider.configure_number("+15550009999", voice="https://x/v", status="", messages="")


@shows(Who.TELNYX, Feature.SMS_OUT)
async def test_messages_are_sent_from_the_profile(bench: Bench) -> None:
    ref = await bench.provider.send_message(THEIRS, OURS, "Hello", "https://voice.example.com/s")

    sent = bench.standin.messages[0]
    assert sent["id"] == ref and (sent["to"], sent["from"], sent["text"]) == (THEIRS, OURS, "Hello")
    assert sent["webhook_url"] == "https://voice.example.com/s"


async def test_a_message_whose_answer_is_lost_is_not_sent_twice(bench: Bench) -> None:
    bench.standin.troubles.append(Trouble(cut_after=0))

    with pytest.raises(TelephonyError) as caught:
        await bench.provider.send_message(THEIRS, OURS, "Hello", "")

    assert caught.value.maybe and len(bench.standin.messages) == 1


async def test_an_account_without_a_profile_declares_no_messages() -> None:
    async with serving(Telnyx()) as standin, at_telnyx(standin, messaging_profile_id="") as bench:
        assert Capability.SEND_MESSAGE not in bench.provider.capabilities
        with pytest.raises(TelephonyError, match="messaging_profile_id"):
            await bench.provider.send_message(THEIRS, OURS, "Hello", "")

        assert standin.requests == 0


async def test_a_check_says_what_is_wrong_with_the_application(bench: Bench) -> None:
    application = bench.standin.application
    application["webhook_event_url"] = "https://voice.example.com/api/telephony/providers/main/webhooks/voice"

    well = await bench.provider.check()
    application |= {"webhook_event_url": "https://else.example.com", "outbound": {}}
    elsewhere = await bench.provider.check()
    application["webhook_api_version"] = "1"
    old = await bench.provider.check()

    assert all(each.ok for each in well) and "300.00 USD" in well[0].detail
    assert {each.name for each in elsewhere if not each.ok} == {"application", "calls out"}
    assert not any(each.fatal for each in elsewhere) and any(each.fatal for each in old)


async def test_an_application_that_is_not_there_is_said_to_be_none() -> None:
    async with serving(Telnyx()) as standin, at_telnyx(standin, connection_id="12") as bench:
        findings = await bench.provider.check()

    assert [(each.name, each.ok) for each in findings] == [("credentials", True), ("application", False)]
    assert "connection_id" in findings[1].mend
