"""Who is at the other end of a call, as agents and tools are told."""

from __future__ import annotations

import pytest

from cli.serving.callers import calling_of, number_of
from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.outbound.numbers import NumberPlan
from tests.mediaserver.calls.bench import Kept
from tests.mediaserver.samples import CALL


def call(direction: str, from_uri: str, to_uri: str) -> Call:
    about = {"customer": 4711, "sip": {"x-secret": "1"}}
    return Call(CALL, direction, from_uri, to_uri, "", Kept(), EventBus(), about=about)


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("sip:+15550100@host;user=phone", "+15550100"),
        ("tel:+1-555-0100", "+15550100"),
        ("sip:004930123456@host", "+4930123456"),
        ("sip:030123456@host", "+4930123456"),
        ("sip:+49030123456@host", "+4930123456"),
        ("sip:101@host", ""),
        ("sip:ann12345678@host", ""),
        ("sip:anonymous@anonymous.invalid", ""),
        ("sip:+1234567890123456789@host", ""),
        ("", ""),
    ],
)
def test_a_caller_is_known_by_a_number_in_full_alone(address: str, number: str) -> None:
    assert number_of(address, NumberPlan("49")) == number


@pytest.mark.parametrize(
    ("direction", "from_uri", "to_uri", "caller"),
    [
        ("inbound", "sip:030123456@carrier.example", "sip:assistant@here", "+4930123456"),
        ("outbound", "sip:assistant@here", "sip:+15550100@carrier.example;user=phone", "+15550100"),
        ("inbound", "sip:ann@office.example;transport=tcp", "sip:assistant@here", "ann@office.example"),
        ("inbound", "sip:anonymous@anonymous.invalid", "sip:assistant@here", ""),
    ],
)
def test_tools_are_told_of_the_other_end_alike_whatever_kind_of_agent_calls_them(
    direction: str, from_uri: str, to_uri: str, caller: str
) -> None:
    known = calling_of(call(direction, from_uri, to_uri), "en", NumberPlan("49"))
    told = known.for_tools()
    assert (told.call_id, told.caller, told.language) == (CALL, caller, "en")
    assert told.about == {"customer": "4711"}, "what the network said is for nobody"


@pytest.mark.parametrize(
    ("payer", "direction", "verstat", "known"),
    [
        ("inbound:carrier", "inbound", "", True),
        ("inbound:carrier", "inbound", "TN-Validation-Passed", True),
        ("inbound:carrier", "inbound", "No-TN-Validation", True),
        ("inbound:carrier", "inbound", "TN-Validation-Failed", False),
        ("extension:101", "inbound", "", True),
        ("anonymous", "inbound", "", False),
        ("api", "outbound", "", True),
    ],
)
def test_what_is_kept_of_a_number_is_for_callers_whom_somebody_vouches_for(
    payer: str, direction: str, verstat: str, known: bool
) -> None:
    """Who needs no proof to call may write any number into From, and was told what was kept of it."""
    made = call(direction, "sip:+15550100@x", "sip:+15550100@x")
    made.payer = payer
    made.about = {"sip": {"verstat": verstat}} if verstat else {}
    known_of = calling_of(made, "en", NumberPlan("49"))
    assert known_of.number == ("+15550100" if known else "") and known_of.caller == "+15550100"


@pytest.mark.parametrize(
    ("from_uri", "attestation", "known"),
    [
        ("+15550100", "", True),
        ("+15550100", "A", True),
        ("+15550100", "failed", False),
        ("sip:+15550100@stranger.example", "", False),
        ("+15550100@stranger.example", "", False),
    ],
)
def test_a_provider_vouches_for_numbers_of_the_telephone_network_alone(
    from_uri: str, attestation: str, known: bool
) -> None:
    """Who comes by SIP names himself as he likes; texts, which cost money, went where he said."""
    made = call("inbound", from_uri, "+15550199")
    made.payer = "inbound:twilio"
    made.about = {"provider": {"account": "twilio", "attestation": attestation}}
    assert calling_of(made, "en", NumberPlan("49")).number == ("+15550100" if known else "")
