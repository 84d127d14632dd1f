"""What Twilio tells: who is believed, what the desk hears, and what Twilio is told to do."""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID
from xml.etree import ElementTree

import pytest

from mediaserver.media.leg import EndedBy, Termination, Why
from providers.accounts import doors
from providers.call_state import CallState
from providers.kind import Account
from providers.provider import (
    AnsweredBy,
    CallReport,
    Connect,
    Decision,
    Divert,
    Doors,
    IncomingCall,
    Refuse,
    WebhookAnswer,
    WebhookRequest,
)
from providers.twilio.account import TwilioAccount
from providers.twilio.provider import CALL_IDS
from providers.twilio.signature import HEADER, is_signed, signature
from providers.twilio.webhooks import Webhooks
from tests.providers.desks import NotingDesk
from tests.providers.matrix import Feature, Who, shows
from tests.providers.twilio.requests import ACCOUNT_SID, CALL, CALL_SID, PUBLIC, TOKEN, signed

SESSION = UUID("11111111-2222-4333-8444-555555555555")
DOORS = Doors(
    answer=f"{PUBLIC}/api/telephony/twiml/{SESSION}",
    status=f"{PUBLIC}/api/telephony/providers/main/webhooks/status?session={SESSION}",
    media=f"wss://voice.example.com/twilio/media/{SESSION}?token=secret",
)


OVER = {"CA" + "f6" * 16}
"""Calls that Twilio says are over."""


class DecidingDesk(NotingDesk):
    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision
        self.calls: list[IncomingCall] = []
        self.answered: list[UUID] = []
        self.turns: list[str | None] = []

    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        self.calls.append(call)
        return self.decision

    async def answering(self, session: UUID, turn: str | None) -> Decision:
        self.answered.append(session)
        self.turns.append(turn)
        return self.decision


def account(**more: object) -> Account:
    settings = TwilioAccount.model_validate({"account_sid": ACCOUNT_SID, "auth_token": TOKEN, **more})
    return Account("main", "twilio", 1, settings, PUBLIC)


def hooks(desk: NotingDesk, **more: object) -> Webhooks:
    def verify(request: WebhookRequest) -> str | None:
        content_type = request.headers.get("content-type", "")
        if is_signed([TOKEN], request.url, request.headers, request.body, content_type=content_type):
            return request.headers[HEADER]
        return None

    async def ask(ref: str) -> CallReport | None:
        return CallReport(ref, CallState.COMPLETED if ref in OVER else CallState.RINGING)

    return Webhooks(account(**more), "Twilio", ACCOUNT_SID, verify, ask, CALL_IDS, desk)


def tree(answer: WebhookAnswer) -> ElementTree.Element:
    assert answer.status == 200 and answer.content_type == "text/xml"
    return ElementTree.fromstring(answer.body)


async def told(
    decision: Decision, hook: str = "voice", fields: dict[str, str] = CALL, **more: object
) -> list[str]:
    """The verbs of the answer."""
    session = SESSION if hook == "answer" else None
    answer = await hooks(DecidingDesk(decision), **more).handle(
        signed(account(), hook, fields, session=session)
    )
    return [each.tag for each in tree(answer)]


class TestCalls:
    async def test_a_call_in_is_connected_to_a_stream_of_ours(self) -> None:
        desk = DecidingDesk(Connect(SESSION, DOORS))
        fields = CALL | {
            "ForwardedFrom": "+442071111111", "CallerName": "ACME", "FromCity": "Berlin",
            "StirVerstat": "TN-Validation-Passed-B", "SipHeader_X-Ticket": "7",
        }  # fmt: skip
        answer = await hooks(desk).handle(signed(account(), "voice", fields))
        stream = tree(answer)[0][0]
        assert stream.get("url") == f"wss://voice.example.com/twilio/media/{SESSION}"
        assert {each.get("name"): each.get("value") for each in stream} == {
            "token": "secret", "session": str(SESSION),
        }  # fmt: skip
        [call] = desk.calls
        assert (call.ref, call.caller, call.to) == (CALL_SID, "+4930123456", "+442030000000")
        assert (call.forwarded_from, call.caller_name, call.attested) == ("+442071111111", "ACME", "B")
        assert call.about == {"FromCity": "Berlin", "SipHeader_X-Ticket": "7"}

    @pytest.mark.parametrize(
        ("given", "caller"),
        [
            ("anonymous", "anonymous"),
            ("+266696687", "anonymous"),
            ("sip:a@pbx.example.com", "sip:a@pbx.example.com"),
        ],
    )
    async def test_callers_without_a_number(self, given: str, caller: str) -> None:
        desk = DecidingDesk(Refuse(Termination(EndedBy.SERVER, Why.BUSY)))
        await hooks(desk).handle(signed(account(), "voice", CALL | {"From": given}))
        assert desk.calls[0].caller == caller

    async def test_a_call_to_a_sip_domain_is_for_its_user(self) -> None:
        desk = DecidingDesk(Refuse(Termination(EndedBy.SERVER, Why.BUSY)))
        fields = CALL | {"From": "sip:ann@acme.sip.twilio.com", "To": "sip:500@acme.sip.twilio.com:5060"}
        await hooks(desk).handle(signed(account(), "voice", fields))
        assert (desk.calls[0].caller, desk.calls[0].to) == ("sip:ann@acme.sip.twilio.com", "500")

    async def test_what_is_refused_is_rejected_before_it_is_up_and_hung_up_after(self) -> None:
        busy = Refuse(Termination(EndedBy.SERVER, Why.BUSY))
        unknown = Refuse(Termination(EndedBy.SERVER, Why.NOT_FOUND))
        answer = await hooks(DecidingDesk(busy)).handle(signed(account(), "voice", CALL))
        assert tree(answer)[0].attrib == {"reason": "busy"}
        answer = await hooks(DecidingDesk(unknown)).handle(signed(account(), "voice", CALL))
        assert tree(answer)[0].attrib == {"reason": "rejected"}
        assert await told(busy, "answer", CALL | {"CallStatus": "in-progress"}) == ["Hangup"]

    async def test_what_goes_elsewhere_is_dialled_or_told_in_words(self) -> None:
        assert await told(Divert("+442031111111")) == ["Dial"]
        assert await told(Divert("", "All lines are busy.")) == ["Say"]
        assert await told(Divert("no number", "All lines are busy.")) == ["Say"]
        assert await told(Divert(), fallback_audio="https://a.example/busy.mp3") == ["Play"]
        assert await told(Divert(), fallback_voicemail=True) == ["Say", "Record"]

    async def test_a_call_of_ours_that_is_up_is_told_before_it_is_asked_about(self) -> None:
        desk = DecidingDesk(Connect(SESSION, DOORS))
        fields = CALL | {"CallStatus": "in-progress", "Direction": "outbound-api"}
        await hooks(desk).handle(signed(account(), "answer", fields, session=SESSION))
        assert desk.answered == [SESSION]
        assert desk.reports[0].state is CallState.IN_PROGRESS and desk.reports[0].session == SESSION

    async def test_a_call_that_is_over_asks_for_nothing_more(self) -> None:
        """The caller hung up: the stream's end has Twilio ask what to do with nobody."""
        desk = DecidingDesk(Connect(SESSION, DOORS))
        fields = CALL | {"CallStatus": "completed"}
        answer = await hooks(desk).handle(signed(account(), "answer", fields, session=SESSION))
        assert len(tree(answer)) == 0 and desk.answered == []
        assert desk.reports[0].state is CallState.COMPLETED

    @pytest.mark.parametrize(
        ("dialled", "verb"), [("busy", "Say"), ("no-answer", "Say"), ("completed", "Hangup")]
    )
    async def test_who_was_handed_over_and_reached_nobody_is_told_so(self, dialled: str, verb: str) -> None:
        over = Refuse(Termination(EndedBy.SERVER, Why.COMPLETED))
        assert await told(
            over, "answer", CALL | {"CallStatus": "in-progress", "DialCallStatus": dialled}
        ) == [verb]

    @pytest.mark.parametrize(
        ("dialled", "taken", "code"),
        [
            ("completed", True, None),
            ("answered", True, None),
            ("busy", False, 486),
            ("no-answer", False, 480),
        ],
    )
    async def test_what_became_of_a_transfer_is_told_and_the_call_may_be_back(
        self, dialled: str, taken: bool, code: int | None
    ) -> None:
        desk = DecidingDesk(Connect(SESSION, DOORS))
        desk.stays = not taken
        fields = CALL | {"CallStatus": "in-progress", "DialCallStatus": dialled}
        answer = await hooks(desk).handle(signed(account(), "answer", fields, session=SESSION))
        [told] = desk.transfers
        assert (told.ref, told.session, told.taken, told.code) == (CALL_SID, SESSION, taken, code)
        assert tree(answer)[0].tag == "Connect"

    async def test_the_word_of_an_address_goes_along_with_what_is_asked_and_told_there(self) -> None:
        desk = DecidingDesk(Connect(SESSION, DOORS))
        desk.stays = True
        for dialled, asks in (("busy", "a b"), ("completed", "w+2"), ("busy", "")):
            fields = CALL | {"CallStatus": "in-progress", "DialCallStatus": dialled}
            url = doors.answer(account(), SESSION, asks)
            await hooks(desk).handle(signed(account(), "answer", fields, session=SESSION, url=url))
        fields = CALL | {"CallSid": "CA" + "b" * 32, "ParentCallSid": CALL_SID, "CallStatus": "in-progress"}
        url = doors.hook(account(), "dialled", SESSION, "w+3")
        await hooks(desk).handle(signed(account(), "dialled", fields, session=SESSION, url=url))
        assert desk.turns == ["a b", "w+2", ""]
        assert [each.turn for each in desk.transfers] == ["a b", "w+2", "", "w+3"]

    async def test_who_answers_a_transfer_is_told_once(self) -> None:
        desk = NotingDesk()
        door = hooks(desk)
        fields = CALL | {"CallSid": "CA" + "b" * 32, "ParentCallSid": CALL_SID, "CallStatus": "in-progress"}
        for _ in range(2):
            told = await door.handle(signed(account(), "dialled", fields, session=SESSION))
            assert told.status == 204
        assert [(each.ref, each.taken) for each in desk.transfers] == [(CALL_SID, True)]


class TestReports:
    async def test_states_with_what_goes_with_them(self) -> None:
        desk = NotingDesk()
        fields = CALL | {
            "CallStatus": "failed", "Direction": "outbound-api", "SequenceNumber": "3",
            "SipResponseCode": "403",
            "Timestamp": "Mon, 23 Nov 2026 17:00:00 +0000", "CallDuration": "0", "ErrorCode": "13225",
        }  # fmt: skip
        answer = await hooks(desk).handle(signed(account(), "status", fields, session=SESSION))
        assert answer.status == 204
        [report] = desk.reports
        assert (report.state, report.code, report.session) == (CallState.FAILED, 403, SESSION)
        assert report.detail == "it blocks calls to this number (13225)" and report.key

    async def test_a_report_that_comes_twice_has_one_key_and_others_have_others(self) -> None:
        desk = NotingDesk()
        door = hooks(desk)
        for number in ("1", "1", "2"):
            await door.handle(signed(account(), "status", CALL | {"SequenceNumber": number}, session=SESSION))
        first, again, other = (each.key for each in desk.reports)
        assert first == again != other

    async def test_a_stream_that_failed_is_told_and_is_no_state(self) -> None:
        desk = NotingDesk()
        fields = {
            "AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "StreamSid": "MZ" + "0" * 32,
            "StreamEvent": "stream-error", "StreamError": "Handshake refused",
        }  # fmt: skip
        await hooks(desk).handle(signed(account(), "status", fields, session=SESSION))
        assert desk.reports[0].state is None and "Handshake refused" in desk.reports[0].detail

    @shows(Who.TWILIO, Feature.MACHINE)
    async def test_machines(self) -> None:
        desk = NotingDesk()
        fields = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "AnsweredBy": "machine_end_beep"}
        await hooks(desk).handle(signed(account(), "machine", fields, session=SESSION))
        assert desk.reports[0].answered_by is AnsweredBy.MACHINE_END and desk.reports[0].state is None

    async def test_recordings_are_told_once(self) -> None:
        desk = NotingDesk()
        door = hooks(desk)
        ref = "RE" + "c3" * 16
        fields = {
            "AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "RecordingSid": ref,
            "RecordingStatus": "in-progress",
            "RecordingUrl": "https://api.twilio.com/x", "RecordingDuration": "12", "RecordingChannels": "2",
        }  # fmt: skip
        await door.handle(signed(account(), "recording", fields))
        for _ in range(2):
            await door.handle(signed(account(), "recording", fields | {"RecordingStatus": "completed"}))
        await door.handle(signed(account(), "recording", fields | {"RecordingStatus": "absent"}))
        ready, absent = desk.recordings
        assert (ready.ref, ready.ready) == (ref, True)
        assert not absent.ready and absent.detail == "nothing was recorded"
        desk.unseen(ready.key)  # it could not be had
        await door.handle(signed(account(), "recording", fields | {"RecordingStatus": "completed"}))
        assert desk.recordings == [ready, absent, ready]

    @shows(Who.TWILIO, Feature.SMS_IN)
    async def test_messages_are_taken_once_and_what_becomes_of_ours_is_told(self) -> None:
        desk = NotingDesk()
        door = hooks(desk)
        ref = "SM" + "d4" * 16
        fields = {
            "AccountSid": ACCOUNT_SID, "MessageSid": ref, "From": "+4930123456", "To": "+442030000000",
            "Body": "Hallo & <tschüß>", "NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m",
        }  # fmt: skip
        for _ in range(2):
            answer = await door.handle(signed(account(), "sms", fields))
            assert len(tree(answer)) == 0
        [message] = desk.messages
        assert (message.ref, message.text, message.media) == (
            ref,
            "Hallo & <tschüß>",
            ("https://api.twilio.com/m",),
        )
        sent = {
            "AccountSid": ACCOUNT_SID,
            "MessageSid": ref,
            "MessageStatus": "undelivered",
            "ErrorCode": "30006",
        }
        await door.handle(signed(account(), "sms-status", sent))
        assert (
            desk.message_reports[0].state == "undelivered"
            and "takes no messages" in desk.message_reports[0].detail
        )

    async def test_what_could_not_be_stored_is_taken_when_it_comes_again(self) -> None:
        desk = DecidingDesk(Refuse(Termination(EndedBy.SERVER, Why.BUSY)))
        door = hooks(desk)
        ref, recording = "SM" + "a" * 32, "RE" + "b" * 32
        come = {"AccountSid": ACCOUNT_SID, "MessageSid": ref, "From": "+491", "To": "+492", "Body": "hello"}
        went = {"AccountSid": ACCOUNT_SID, "MessageSid": ref, "MessageStatus": "delivered"}
        made = {"RecordingSid": recording, "RecordingStatus": "completed", "AccountSid": ACCOUNT_SID}
        for hook, fields in (("sms", come), ("sms-status", went), ("recording", CALL | made)):
            request, desk.fails = signed(account(), hook, fields), 1
            with pytest.raises(OSError, match="away"):
                await door.handle(request)
            for _ in range(2):
                assert (await door.handle(request)).status < 300
        assert (len(desk.messages), len(desk.message_reports), len(desk.recordings)) == (1, 1, 1)


class TestStrangers:
    @pytest.mark.parametrize(
        "hook", ["voice", "answer", "status", "machine", "recording", "sms", "sms-status", "odd"]
    )
    async def test_what_is_not_proven_changes_nothing(
        self, hook: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING)
        desk = DecidingDesk(Connect(SESSION, DOORS))
        door = hooks(desk)
        good = signed(account(), hook, CALL, session=SESSION)
        for forged in (
            signed(account(), hook, CALL, session=SESSION, token="another"),
            replace(good, headers={"content-type": good.headers["content-type"]}),
            replace(good, body=good.body + b"&CallStatus=completed"),
            replace(good, url=good.url.replace("voice.example.com", "voice.example.org")),
            signed(account(), hook, CALL | {"AccountSid": "AC" + "0" * 32}, session=SESSION),
        ):
            answer = await door.handle(forged)
            assert answer.status == 403, forged
        assert not (desk.calls or desk.answered or desk.reports or desk.recordings or desk.messages)
        assert sum("public address" in each.getMessage() for each in caplog.records) == 1, "said seldom"

    async def test_a_doubled_request_gets_its_answer_and_an_old_one_calls_nobody(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = DecidingDesk(Connect(SESSION, DOORS))
        door = hooks(desk)
        request = signed(account(), "voice", CALL)
        first, again = await door.handle(request), await door.handle(request)
        assert first.body == again.body and len(desk.calls) == 2, "the desk knows it by its ref"
        [old] = OVER
        assert (await door.handle(signed(account(), "voice", CALL | {"CallSid": old}))).status == 403
        monkeypatch.setattr("providers.asked_about.RETRIED_S", -1.0)
        assert (await door.handle(request)).status == 403
        assert len(desk.calls) == 2

    async def test_what_cannot_be_read_is_said_to_be_so(self) -> None:
        door = hooks(NotingDesk())
        good = signed(account(), "status", CALL)
        assert (await door.handle(replace(good, body=b"a=\xff"))).status == 400
        assert (await door.handle(replace(good, method="PUT"))).status == 405
        for bad in ({"AccountSid": ACCOUNT_SID}, {"AccountSid": ACCOUNT_SID, "CallSid": "../../etc"}):
            assert (await door.handle(signed(account(), "voice", bad))).status == 400
        assert (await door.handle(signed(account(), "answer", CALL))).status == 400, "no session"
        assert (await door.handle(signed(account(), "odd", CALL))).status == 404

    async def test_a_get_says_it_all_in_its_address(self) -> None:
        desk = NotingDesk()
        url = f"{PUBLIC}/hook?{urlencode(CALL | {'CallStatus': 'busy'})}"
        request = WebhookRequest("status", "GET", url, {HEADER: signature(TOKEN, url)}, b"")
        assert (await hooks(desk).handle(request)).status == 204
        assert desk.reports[0].state is CallState.BUSY
