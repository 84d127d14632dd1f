"""What Telnyx's webhooks say, as the rest of us say it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from mediaserver.errors import ProviderFault
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from providers.call_state import CallState
from providers.provider import AnsweredBy, CallReport
from providers.telnyx.client_state import ClientState
from providers.telnyx.commands import reject_cause
from providers.telnyx.events import (
    Event,
    call_report,
    incoming_call,
    message_report,
    recording_report,
    text_message,
)
from providers.telnyx.faults import refusal
from tests.standins.telnyx.calls import event

CALL = {"call_control_id": "v3:a", "from": "+15551230000", "to": "+15557654321"}


def told(type_: str, **payload: Any) -> Event:
    return Event.parse(event(type_, {**CALL, **payload}, "event-1"))


def reported(type_: str, **payload: Any) -> CallReport:
    report = call_report(told(type_, **payload))
    assert report is not None
    return report


@pytest.mark.parametrize(
    ("cause", "sip", "state", "code"),
    [
        ("normal_clearing", "200", CallState.COMPLETED, None),
        ("user_busy", "486", CallState.BUSY, 486),
        ("timeout", "480", CallState.NO_ANSWER, 480),
        ("no_answer", "unspecified", CallState.NO_ANSWER, None),
        ("originator_cancel", "487", CallState.CANCELED, 487),
        ("call_rejected", "603", CallState.FAILED, 603),
        ("not_found", "404", CallState.FAILED, 404),
        ("time_limit", "unspecified", CallState.COMPLETED, None),
        ("unspecified", "503", CallState.FAILED, 503),
        ("unspecified", "unspecified", CallState.COMPLETED, None),
        ("something_new", None, CallState.COMPLETED, None),
    ],
)
def test_why_a_call_ended(cause: str, sip: str | None, state: CallState, code: int | None) -> None:
    report = reported("call.hangup", hangup_cause=cause, sip_hangup_cause=sip, hangup_source="callee")

    assert (report.state, report.code) == (state, code)
    assert cause in report.detail and "callee" in report.detail


def test_a_report_says_whose_call_it_is() -> None:
    session = uuid4()

    report = reported("call.answered", client_state=str(ClientState(session)), direction="outgoing")

    assert (report.ref, report.session, report.state) == ("v3:a", session, CallState.IN_PROGRESS)
    assert (report.direction, report.key) == (Direction.OUTBOUND, "event-1")
    assert report.at is not None and report.at.tzinfo is not None


@pytest.mark.parametrize(
    "state", ["", None, 7, "no base64", "e30=", "bnVsbA==", "eyJzIjogIm5vbmUifQ==", "A" * 9_999]
)
def test_a_client_state_that_is_none_of_ours_names_no_session(state: object) -> None:
    assert reported("call.answered", client_state=state).session is None


def test_a_client_state_comes_back_as_it_went() -> None:
    for each in (
        ClientState(uuid4()),
        ClientState(say="Grüß Gott"),
        ClientState(behind="v3:b"),
        ClientState(),
    ):
        assert ClientState.parse(str(each)) == each


@pytest.mark.parametrize(
    ("type_", "result", "by"),
    [
        ("call.machine.premium.detection.ended", "human_residence", AnsweredBy.HUMAN),
        ("call.machine.premium.detection.ended", "human_business", AnsweredBy.HUMAN),
        ("call.machine.premium.detection.ended", "machine", AnsweredBy.MACHINE),
        ("call.machine.premium.detection.ended", "fax_detected", AnsweredBy.FAX),
        ("call.machine.premium.detection.ended", "silence", AnsweredBy.UNKNOWN),
        ("call.machine.premium.greeting.ended", "beep_detected", AnsweredBy.MACHINE_END),
        ("call.machine.detection.ended", "human", AnsweredBy.HUMAN),
        ("call.machine.detection.ended", "not_sure", AnsweredBy.UNKNOWN),
        ("call.machine.greeting.ended", "ended", AnsweredBy.MACHINE_END),
    ],
)
def test_who_answered(type_: str, result: str, by: AnsweredBy) -> None:
    report = reported(type_, result=result)

    assert (report.answered_by, report.state) == (by, None)


def test_what_a_call_cost() -> None:
    parts = [{"call_part": "call-control", "cost": "0.004", "currency": "usd"}]

    report = reported(
        "call.cost", status="success", total_cost="0.0123", cost_parts=parts, billed_duration_secs=60
    )

    assert (report.cost, report.currency, report.duration_s) == (Decimal("0.0123"), "USD", 60)


@pytest.mark.parametrize("total", ["NaN", "-1", "much", None, "Infinity", [1]])
def test_a_cost_that_is_none_is_not_told(total: object) -> None:
    assert reported("call.cost", status="success", total_cost=total).cost is None


def test_an_incoming_call() -> None:
    headers = [{"name": "Diversion", "value": "<sip:+15550001111@x>"}]
    found = told(
        "call.initiated",
        direction="incoming",
        state="parked",
        shaken_stir_attestation="a",
        shaken_stir_validated=True,
        caller_id_name="ACME",
        sip_headers=headers,
        call_session_id="s",
    )

    call = incoming_call(found)

    assert found.is_incoming
    assert (call.ref, call.caller, call.to, call.attested) == ("v3:a", "+15551230000", "+15557654321", "A")
    assert (call.forwarded_from, call.caller_name) == ("<sip:+15550001111@x>", "ACME")
    assert call.about == {"call_session_id": "s"}


def test_an_attestation_that_was_not_validated_speaks_against_the_caller() -> None:
    found = told(
        "call.initiated", direction="incoming", shaken_stir_attestation="A", shaken_stir_validated=False
    )

    assert incoming_call(found).attested == "failed"


def test_a_call_that_goes_elsewhere_by_itself_is_not_ours_to_answer() -> None:
    assert not told("call.initiated", direction="incoming", state="bridging").is_incoming
    assert not told("call.initiated", direction="outgoing", state="bridging").is_incoming


def test_events_of_no_concern_report_nothing() -> None:
    for type_ in (
        "call.speak.started",
        "call.dtmf.received",
        "streaming.started",
        "call.nonsense",
        "x" * 500,
    ):
        assert call_report(told(type_)) is None


def test_a_recording() -> None:
    report = recording_report(
        told(
            "call.recording.saved",
            recording_id="r1",
            channels="dual",
            recording_urls={"wav": "https://s3/x.wav"},
            recording_started_at="2026-11-23T10:00:00Z",
            recording_ended_at="2026-11-23T10:00:07.500000Z",
        )
    )

    assert report is not None and report.ready
    assert (report.ref, report.call_ref) == ("r1", "v3:a")
    failed = recording_report(told("call.recording.error", reason="Internal server error"))
    assert failed is not None and not failed.ready and failed.detail == "Internal server error"


def test_messages() -> None:
    message = text_message(
        told(
            "message.received",
            id="m1",
            text="Yes\nplease",
            **{"from": {"phone_number": "+15551230000"}, "to": [{"phone_number": "+15557654321"}]},
            media=[{"url": "https://x/y.jpg"}, "nonsense"],
        )
    )
    failed = message_report(
        told(
            "message.finalized",
            id="m2",
            to=[{"status": "delivery_failed"}],
            errors=[{"code": "40300", "title": "Blocked", "detail": "Opted out"}],
        )
    )

    assert (message.ref, message.sender, message.to) == ("m1", "+15551230000", "+15557654321")
    assert (message.text, message.media) == ("Yes\nplease", ("https://x/y.jpg",))
    assert failed is not None and (failed.state, failed.detail) == ("undelivered", "Blocked Opted out 40300")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"data": 3}',
        b'{"data": {}}',
        b'{"data": {"id": "", "event_type": "x", "payload": {}}}',
        b'{"data": {"id": "a", "event_type": "x", "payload": []}}',
        b'{"data": {"id": "a", "event_type": 5, "payload": {}}}',
        b'{"event_type": "call_initiated", "payload": {}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_event_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ValueError):
        Event.parse(body)


def test_payloads_of_any_shape_are_read_without_an_error() -> None:
    values: list[Any] = [None, 1, "x", [], {}, [None], [[]], {"a": 1}, [{}], True, 1e300]
    names = ("client_state", "from", "to", "cost_parts", "sip_headers", "media", "errors", "recording_urls")
    types = ("call.initiated", "call.hangup", "call.cost", "call.recording.saved", "message.received")
    for value in values:
        for type_ in (*types, "message.finalized"):
            payload = json.dumps(
                {"data": {"id": "a", "event_type": type_, "payload": dict.fromkeys(names, value)}}
            )
            found = Event.parse(payload.encode())
            call_report(found), recording_report(found), message_report(found)
            text_message(found), incoming_call(found)


@pytest.mark.parametrize(
    ("why", "cause"),
    [
        (Termination(EndedBy.SERVER, Why.BUSY), "USER_BUSY"),
        (Termination(EndedBy.SERVER, Why.NOT_FOUND, 404), "NOT_FOUND"),
        (Termination(EndedBy.SERVER, Why.REJECTED, 603), "CALL_REJECTED"),
        (Termination(EndedBy.SERVER, Why.FAILED, 503), "TEMPORARILY_UNAVAILABLE"),
        (Termination(EndedBy.SERVER, Why.FAILED, 486), "USER_BUSY"),
    ],
)
def test_how_a_call_is_refused(why: Termination, cause: str) -> None:
    assert reject_cause(why) == cause


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (401, "10009", ProviderFault.KEY, "api_key"),
        (403, "10010", ProviderFault.KEY, "rights"),
        (403, "", ProviderFault.KEY, "outbound voice profile"),
        (402, "20100", ProviderFault.QUOTA, "funds"),
        (404, "90015", ProviderFault.REFUSED, "no such call"),
        (422, "90018", ProviderFault.REFUSED, "over already"),
        (422, "10016", ProviderFault.REFUSED, "E.164"),
        (429, "10011", ProviderFault.LIMIT, "at once"),
        (500, "10007", ProviderFault.DOWN, "status.telnyx.com"),
        (503, "", ProviderFault.DOWN, "status.telnyx.com"),
        (418, "", ProviderFault.REFUSED, "refuses"),
    ],
)
def test_refusals_say_how_to_mend(status: int, code: str, kind: ProviderFault, words: str) -> None:
    body = {"errors": [{"code": code, "title": "T", "detail": "Said so"}]} if code else "<html>"

    error = refusal(status, body)

    assert (error.kind, error.code) == (kind, code or str(status)) and words in str(error)
    assert error.maybe == (status >= 500)


@pytest.mark.parametrize(
    "body", [None, "", [], {"errors": []}, {"errors": [None]}, {"errors": {"code": {}}}, 5]
)
def test_refusals_of_any_shape_are_read(body: object) -> None:
    assert str(refusal(422, body))
