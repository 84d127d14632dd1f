"""An account of Twilio by its official SDK, against a server made from Twilio's published document."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Direction
from mediaserver.media.stream_format import Coding, StreamFormat
from providers import retrying
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.provider import CallOrder, Capability, Doors
from providers.signalwire.account import SignalWireAccount
from providers.signalwire.kind import KIND as SIGNALWIRE
from providers.threads import MOST
from providers.twilio.account import TwilioAccount
from providers.twilio.kind import KIND
from providers.twilio.provider import TwilioProvider
from tests.mediaserver.fetching.servers import client
from tests.providers.desks import NotingDesk
from tests.providers.matrix import Feature
from tests.providers.twilio.twins import Twin, both
from tests.standins.provider import Trouble, serving
from tests.standins.signalwire import API_TOKEN, PREFIX, PROJECT, SIGNING_KEY, SignalWireStandIn
from tests.standins.twilio.server import (
    ACCOUNT_SID,
    KEY_SECRET,
    KEY_SID,
    NUMBER,
    TOKEN,
    Recording,
    TwilioStandIn,
    sid,
)

PUBLIC = "https://voice.example.com"
DOORS = Doors(
    answer=f"{PUBLIC}/api/telephony/twiml/1",
    status=f"{PUBLIC}/status?session=1",
    media="wss://voice.example.com/twilio/media/1?token=t",
    recording=f"{PUBLIC}/recording",
    machine=f"{PUBLIC}/machine",
)
WAV = b"RIFF" + bytes(200_000)


@dataclass
class Setup:
    there: TwilioStandIn
    provider: TwilioProvider

    @property
    def ids(self) -> list[str]:
        """What was asked of Twilio."""
        return [each.id for each in self.there.asked]


def account(url: str, **more: Any) -> Account:
    settings = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "base_url": url, "caller": NUMBER, **more}
    return Account("main", "twilio", 1, TwilioAccount.model_validate(settings), PUBLIC)


def signalwire_account(url: str) -> Account:
    settings = {
        "project_id": PROJECT, "space": "acme", "api_token": API_TOKEN, "signing_key": SIGNING_KEY,
        "base_url": f"{url}{PREFIX}", "caller": NUMBER,
    }  # fmt: skip
    return Account("main", "signalwire", 1, SignalWireAccount.model_validate(settings), PUBLIC)


@pytest.fixture
async def setup(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Setup]:
    """Given settings, or a `Twin`."""
    monkeypatch.setattr(retrying, "FIRST_S", 0.001)
    given = getattr(request, "param", {})
    twin = given if isinstance(given, Twin) else Twin.TWILIO
    standin = TwilioStandIn() if twin is Twin.TWILIO else SignalWireStandIn()
    async with serving(standin) as there, client() as fetcher:
        surroundings = Surroundings(NotingDesk(), fetcher, fetcher)
        if twin is Twin.TWILIO:
            more = {} if isinstance(given, Twin) else given
            made = KIND.make(account(there.url, **more), surroundings)
        else:
            made = SIGNALWIRE.make(signalwire_account(there.url), surroundings)
        assert isinstance(made, TwilioProvider)
        yield Setup(there, made)
        await made.close()
        await there.close()


def order(**more: Any) -> CallOrder:
    wanted: dict[str, Any] = {
        "session": uuid4(), "to": "+33140000000", "caller": NUMBER, "timeout_s": 25.4, "doors": DOORS,
        "audio": StreamFormat(Coding.MULAW, 8000), **more,
    }  # fmt: skip
    return CallOrder(**wanted)


async def refused(asking: Any) -> TelephonyError:
    with pytest.raises(TelephonyError) as raised:
        await asking
    return raised.value


class TestCalls:
    async def test_an_order_says_all_that_there_is_to_a_call(self, setup: Setup) -> None:
        ref = await setup.provider.place(order(detect_machine=True, record=True))
        form = {name: values for name, values in setup.there.calls[ref].order.items()}
        assert form == {
            "To": ["+33140000000"], "From": [NUMBER], "Url": [DOORS.answer], "Method": ["POST"],
            "StatusCallback": [DOORS.status], "StatusCallbackMethod": ["POST"], "Timeout": ["25"],
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            "Record": ["true"], "RecordingChannels": ["dual"],
            "RecordingStatusCallback": [DOORS.recording],
            "RecordingStatusCallbackEvent": ["completed", "absent"], "MachineDetection": ["DetectMessageEnd"],
            "AsyncAmd": ["true"], "AsyncAmdStatusCallback": [DOORS.machine],
        }  # fmt: skip

    @both("setup", Feature.COST, Feature.RECONCILED)
    async def test_a_call_is_asked_for_listed_and_ended(self, setup: Setup) -> None:
        ref = await setup.provider.place(order())
        [listed] = await setup.provider.live_calls()
        assert (listed.ref, listed.state, listed.direction) == (ref, CallState.QUEUED, Direction.OUTBOUND)
        setup.there.calls[ref].move("in-progress")
        await setup.provider.hang_up(ref)
        await setup.provider.hang_up(ref)
        await setup.provider.hang_up(sid("CA"))
        assert await setup.provider.live_calls() == []
        report = await setup.provider.call(ref)
        assert report is not None and report.state is CallState.COMPLETED and report.cost is None
        setup.there.calls[ref].price = "-0.0140"
        report = await setup.provider.call(ref)
        assert report is not None and (report.cost, report.currency) == (Decimal("0.0140"), "USD")
        assert await setup.provider.call(sid("CA")) is None

    @both("setup", Feature.RECONCILED)
    async def test_all_pages_are_listed(self, setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("providers.twilio.provider.PAGE", 2)
        refs = {await setup.provider.place(order()) for _ in range(5)}
        assert {each.ref for each in await setup.provider.live_calls()} == refs

    @both("setup", Feature.TRANSFER)
    async def test_a_transfer_takes_the_call_away_from_the_stream(self, setup: Setup) -> None:
        ref = await setup.provider.place(order())
        call = setup.there.calls[ref]
        call.move("in-progress")
        session = uuid4()
        await setup.provider.transfer(ref, "+442031111111", NUMBER, session, "word")
        assert call.dialled == ["+442031111111"] and call.faults == [] and not call.over
        [asked] = [each for each in setup.there.asked if each.id == "UpdateCall"]
        tree = ElementTree.fromstring(asked.get("Twiml"))
        assert [each.tag for each in tree] == ["Dial"] and tree[0].get("callerId") == NUMBER
        asks = tree[0].get("action") or ""
        assert asks.endswith(f"/twiml/{session}?turn=word"), (
            "how it went is asked about: it may be busy there"
        )
        told = tree[0][0].get("statusCallback") or ""
        assert told.endswith(f"/dialled?session={session}&turn=word")
        error = await refused(setup.provider.transfer(ref, "bob", NUMBER, uuid4()))
        assert error.kind is ProviderFault.REFUSED

    @both("setup", Feature.TRANSFER)
    async def test_an_order_to_transfer_whose_answer_is_lost_is_not_given_twice(self, setup: Setup) -> None:
        """The second would take the call off whom the first has begun to ring."""
        ref = await setup.provider.place(order())
        setup.there.calls[ref].move("in-progress")
        setup.there.troubles.append(Trouble(502))
        error = await refused(setup.provider.transfer(ref, "+442031111111", NUMBER, uuid4(), "word"))
        assert error.maybe and error.kind is ProviderFault.DOWN
        assert setup.there.calls[ref].dialled == [], "only the next order was to be taken there"

    async def test_what_it_cannot_do_is_refused_before_it_is_asked(self, setup: Setup) -> None:
        assert Capability.SEND_DIGITS not in setup.provider.capabilities
        error = await refused(setup.provider.send_digits(sid("CA"), "1"))
        assert error.kind is ProviderFault.REFUSED and setup.ids == []


class TestFaults:
    @pytest.mark.parametrize(
        ("more", "code", "says"),
        [
            ({"to": "12"}, "21211", "write it as"),
            ({"to": "+33149999999"}, "21219", "verified numbers"),
            ({"caller": "+15550000000"}, "21210", "caller"),
            ({"doors": Doors("not an address", DOORS.status, DOORS.media)}, "21205", "public_url"),
        ],
    )
    async def test_what_is_wrong_with_an_order(
        self, setup: Setup, more: dict[str, Any], code: str, says: str
    ) -> None:
        setup.there.unverified.add("+33149999999")
        error = await refused(setup.provider.place(order(**more)))
        assert (error.kind, error.code) == (ProviderFault.REFUSED, code) and says in str(error)
        assert not error.retryable

    @both("setup", Feature.REVOKED)
    async def test_a_refused_token_says_so(self, setup: Setup) -> None:
        setup.there.keys.clear()
        error = await refused(setup.provider.place(order()))
        assert error.kind is ProviderFault.KEY and "auth token" in str(error)
        assert not any(secret in str(error) for secret in (TOKEN, API_TOKEN))
        [finding] = await setup.provider.check()
        assert finding.name == "credentials" and not finding.ok and finding.mend

    @both("setup", Feature.WAITED)
    async def test_a_limit_is_waited_out(self, setup: Setup) -> None:
        limited = {"code": 20429, "message": "Too Many Requests", "status": 429}
        setup.there.troubles.append(Trouble(429, limited, {"Retry-After": "0"}))
        await setup.provider.place(order())
        assert len(setup.there.calls) == 1
        setup.there.left = 0
        error = await refused(setup.provider.place(order()))
        assert error.kind is ProviderFault.LIMIT and error.after_s == 0

    async def test_how_long_to_wait_is_of_the_answer_that_said_so(self, setup: Setup) -> None:
        """One limit must not take the tries from all hang-ups that come after it."""
        ref = await setup.provider.place(order())
        setup.there.calls[ref].move("in-progress")
        setup.there.troubles.append(Trouble(429, {"code": 20429, "status": 429}, {"Retry-After": "86400"}))
        await refused(setup.provider.call(ref))
        setup.there.troubles.append(Trouble(500))
        await setup.provider.hang_up(ref)

    @pytest.mark.parametrize(
        "trouble", [Trouble(500), Trouble(503), Trouble(cut_after=0), Trouble(nonsense_after=0)]
    )
    async def test_nobody_is_called_twice(self, setup: Setup, trouble: Trouble) -> None:
        """Its answer is lost: it may have called."""
        setup.there.troubles.append(trouble)
        error = await refused(setup.provider.place(order()))
        assert error.kind is ProviderFault.DOWN and error.maybe
        assert setup.ids == [], "it was asked once"

    @pytest.mark.parametrize("trouble", [Trouble(500), Trouble(503), Trouble(cut_after=0)])
    async def test_what_may_happen_twice_is_asked_for_again(self, setup: Setup, trouble: Trouble) -> None:
        ref = await setup.provider.place(order())
        setup.there.calls[ref].move("in-progress")
        setup.there.troubles.extend([trouble, trouble])
        await setup.provider.hang_up(ref)
        assert setup.there.calls[ref].over
        setup.there.troubles.append(trouble)
        assert await setup.provider.live_calls() == []

    async def test_a_provider_that_is_away_is_said_to_be(self) -> None:
        async with client() as fetcher:
            made = KIND.make(account("http://127.0.0.1:9"), Surroundings(NotingDesk(), fetcher, fetcher))
            error = await refused(made.place(order()))
            assert error.kind is ProviderFault.DOWN and not error.maybe, "nothing can have reached it"
            assert "cannot be reached" in str(error) and "33140000000" not in str(error)
            await made.close()

    async def test_questions_about_calls_in_hold_up_no_order_and_no_hang_up(
        self, setup: Setup, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Twilio hangs while many call in: each question keeps its thread for as long as that lasts."""
        monkeypatch.setattr("providers.twilio.rest.GLANCE_S", 0.05)
        ref = await setup.provider.place(order())
        setup.there.calls[ref].move("in-progress")
        setup.there.troubles.extend(Trouble(silent=True) for _ in range(MOST))
        looking = [setup.provider._glanced(sid("CA")) for _ in range(3 * MOST)]
        found = await asyncio.gather(*looking, return_exceptions=True)
        assert all(isinstance(each, TelephonyError) and each.kind is ProviderFault.DOWN for each in found)
        async with asyncio.timeout(5):
            await setup.provider.hang_up(ref)
        assert setup.there.calls[ref].over

    async def test_no_number_and_no_secret_gets_into_the_log(
        self, setup: Setup, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        await setup.provider.place(order())
        assert "33140000000" not in caplog.text and TOKEN not in caplog.text


class TestRecordings:
    @both("setup", Feature.RECORDINGS)
    async def test_a_recording_is_made_fetched_and_deleted(self, setup: Setup) -> None:
        ref = await setup.provider.place(order())
        setup.there.calls[ref].move("in-progress")
        made = await setup.provider.start_recording(ref, DOORS)
        kept = setup.there.recordings[made]
        assert kept.callback == DOORS.recording
        kept.audio, kept.status = WAV, "completed"
        assert b"".join([piece async for piece in setup.provider.fetch_recording(made)]) == WAV
        await setup.provider.delete_recording(made)
        await setup.provider.delete_recording(made)
        assert kept.deleted
        with pytest.raises(TelephonyError) as raised:
            async for _ in setup.provider.fetch_recording(made):
                pass
        assert raised.value.kind is ProviderFault.REFUSED

    async def test_what_is_no_audio_is_not_handed_on(self, setup: Setup) -> None:
        made = Recording(sid("RE"), sid("CA"), b"<html>gone</html>")
        setup.there.recordings[made.sid] = made
        with pytest.raises(TelephonyError, match="no WAV"):
            async for _ in setup.provider.fetch_recording(made.sid):
                pass
        with pytest.raises(TelephonyError, match="no such"):
            async for _ in setup.provider.fetch_recording("../../Accounts"):
                pass


class TestNumbers:
    @both("setup", Feature.NUMBERS)
    async def test_a_number_is_pointed_here(self, setup: Setup) -> None:
        await setup.provider.configure_number(
            NUMBER, voice=f"{PUBLIC}/voice", status=f"{PUBLIC}/status", messages=f"{PUBLIC}/sms"
        )
        mine, other = sorted(await setup.provider.numbers(), key=lambda each: not each.ours)
        assert (mine.number, mine.ours, mine.voice_to) == (NUMBER, True, f"{PUBLIC}/voice")
        assert mine.messages_to == f"{PUBLIC}/sms" and mine.can == {"voice", "sms"} and not other.ours

    async def test_a_number_that_is_not_there_or_is_taken_is_left(self, setup: Setup) -> None:
        ways = {"voice": f"{PUBLIC}/voice", "status": f"{PUBLIC}/status", "messages": ""}
        error = await refused(setup.provider.configure_number("+15550000000", **ways))
        assert "no number" in str(error)
        setup.there.numbers[0].fields["trunk_sid"] = sid("TK")
        error = await refused(setup.provider.configure_number(NUMBER, **ways))
        assert "SIP trunk" in str(error) and "UpdateIncomingPhoneNumber" not in setup.ids

    @pytest.mark.parametrize("setup", [{"fallback_url": "https://handler.twilio.com/x"}], indirect=True)
    async def test_who_answers_while_we_do_not_is_set_with_it(self, setup: Setup) -> None:
        ways = {"voice": f"{PUBLIC}/voice", "status": f"{PUBLIC}/status", "messages": ""}
        await setup.provider.configure_number(NUMBER, **ways)
        assert setup.there.numbers[0].fields["voice_fallback_url"] == "https://handler.twilio.com/x"


class TestMessages:
    @both("setup", Feature.SMS_OUT)
    async def test_a_message_is_sent(self, setup: Setup) -> None:
        ref = await setup.provider.send_message("+33640000000", NUMBER, "Grüße & <3", f"{PUBLIC}/sms-status")
        [message] = setup.there.messages
        assert (message.sid, message.text, message.callback) == (ref, "Grüße & <3", f"{PUBLIC}/sms-status")

    async def test_what_cannot_be_sent_is_refused(self, setup: Setup) -> None:
        for text in ("", "x" * 1601):
            assert "characters" in str(await refused(setup.provider.send_message("+336", NUMBER, text, "")))
        error = await refused(setup.provider.send_message("+33640000000", "+15550000000", "hello", ""))
        assert error.code == "21606"


class TestCheck:
    @both("setup", Feature.NUMBERS)
    async def test_all_is_well_once_a_number_leads_here(self, setup: Setup) -> None:
        before = {each.name: each for each in await setup.provider.check()}
        assert before["credentials"].ok and before["account"].ok and before["webhooks"].ok
        assert (
            not before["numbers"].ok and not before["numbers"].required and "point" in before["numbers"].mend
        )
        ways = {"voice": f"{PUBLIC}/voice", "status": f"{PUBLIC}/status", "messages": ""}
        await setup.provider.configure_number(NUMBER, **ways)
        assert all(each.ok for each in await setup.provider.check())

    async def test_an_account_that_is_suspended_or_a_trial_is_told(self, setup: Setup) -> None:
        setup.there.state, setup.there.sort = "suspended", "Trial"
        found = {each.name: each for each in await setup.provider.check()}
        assert found["account"].fatal and "trial" in found["account"].detail

    @pytest.mark.parametrize("setup", [{"caller": "+15550000000"}], indirect=True)
    async def test_a_caller_that_is_not_the_accounts_is_told(self, setup: Setup) -> None:
        found = {each.name: each for each in await setup.provider.check()}
        assert not found["caller"].ok

    @pytest.mark.parametrize(
        "setup", [{"auth_token": "", "api_key_sid": KEY_SID, "api_key_secret": KEY_SECRET}], indirect=True
    )
    async def test_with_an_api_key_alone_nothing_is_offered_that_needs_webhooks(self, setup: Setup) -> None:
        assert Capability.SEND_MESSAGE in setup.provider.capabilities
        assert not {Capability.PLACE, Capability.RECEIVE} & setup.provider.capabilities
        found = {each.name: each for each in await setup.provider.check()}
        assert found["credentials"].ok and not found["webhooks"].ok
        assert (await refused(setup.provider.place(order()))).kind is ProviderFault.REFUSED
        assert "CreateCall" not in setup.ids


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"account_sid": "AC1"}, "pattern"),
        ({"auth_token": ""}, "auth_token"),
        ({"api_key_sid": KEY_SID}, "go together"),
        ({"base_url": "http://api.example.com"}, "https"),
        ({"base_url": "https://gateway.example.com", "region": "ie1"}, "base_url"),
        ({"edge": "dublin", "base_url": "https://api.twilio.com"}, "needs region"),
        ({"fallback_audio": "http://a.example/x.mp3"}, "https"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        account("https://api.twilio.com", **more)


def test_the_region_is_part_of_the_host() -> None:
    from providers.twilio.rest import Access, Rest

    rest = Rest(Access("Twilio", ACCOUNT_SID, ACCOUNT_SID, TOKEN, region="ie1", edge="dublin"), "main")
    assert rest.host == "https://api.dublin.ie1.twilio.com"
    assert Rest(Access("Twilio", ACCOUNT_SID, ACCOUNT_SID, TOKEN), "main").host == "https://api.twilio.com"
