"""The stand-in is what Twilio's published document says, and refuses what that does not allow."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from tests.standins.twilio import extract
from tests.standins.twilio.call import Call
from tests.standins.twilio.document import Refusal, read
from tests.standins.twilio.server import ACCOUNT_SID, TwilioStandIn, sid
from tests.testdata import TESTDATA

CALLS = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json"
GOOD = [("To", "+33140000000"), ("From", "+442030000000"), ("Url", "https://voice.example.com/x")]


@pytest.mark.skipif(
    not (TESTDATA.parent / "specs" / "twilio_api_v2010.json").exists(),
    reason="Twilio's document is not there",
)
def test_what_is_kept_of_the_document_is_what_it_says() -> None:
    document = json.loads((TESTDATA.parent / "specs" / "twilio_api_v2010.json").read_text())
    assert json.loads(extract.HERE.read_text()) == json.loads(json.dumps(extract.extracted(document)))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (GOOD[1:], 21201), (GOOD[:1], 21213), ([*GOOD, ("Colour", "red")], 20001),
        ([*GOOD, ("Timeout", "soon")], 20001),
        ([*GOOD, ("Method", "PATCH")], 20001), ([*GOOD, ("Record", "maybe")], 20001),
        ([*GOOD, GOOD[0]], 20001),
        ([*GOOD[:2], ("Url", "voice")], 21205), ([*GOOD, ("ApplicationSid", "AP1")], 20001),
    ],
)  # fmt: skip
def test_a_field_that_the_document_does_not_allow_is_refused(form: list[tuple[str, str]], code: int) -> None:
    assert read("POST", CALLS, {}, GOOD).id == "CreateCall"
    with pytest.raises(Refusal) as raised:
        read("POST", CALLS, {}, form)
    assert raised.value.code == code


def test_paths_and_methods_that_it_does_not_have_are_refused() -> None:
    for method, path, status in (
        ("DELETE", CALLS, 405), ("GET", "/2010-04-01/Accounts/AC1/Calls.json", 404),
        ("GET", "/2010-04-01/x", 404),
    ):  # fmt: skip
        with pytest.raises(Refusal) as raised:
            read(method, path, {}, [])
        assert raised.value.status == status


def test_verbs_that_there_are_not_are_noted() -> None:
    call = Call(TwilioStandIn(), sid("CA"), "+33140000000", "+442030000000", "inbound", {})
    call._do(ElementTree.fromstring("<Response><Sing/><Say pitch='2'>x</Say></Response>"))
    assert call.faults == ["there is no verb Sing", "Say has no {'pitch'}"]
