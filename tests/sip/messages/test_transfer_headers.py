"""Headers of transfers, as phones and carriers write them, and as attackers do."""

from __future__ import annotations

import pytest

from sip.messages.grammar import ParseError
from sip.messages.message import Request
from sip.messages.transfer_headers import (
    ReferTo,
    Replaces,
    SipEvent,
    SubscriptionState,
    fragment,
    referred_by,
    status_of,
    wants_no_notices,
)
from sip.messages.uri import Uri


def refer(*headers: tuple[str, str]) -> Request:
    return Request("REFER", Uri.parse("sip:us@h"), headers)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("sip:bob@h", "sip:bob@h"),
        ('"Bob" <sip:bob@h;transport=tcp>', "sip:bob@h;transport=tcp"),
        ("<sip:bob@h?Subject=x&Route=%3Csip:evil%3E>", "sip:bob@h"),
        ("<sip:bob@h;method=INVITE?" + "&".join(f"X-{n}=y%0D%0AZ:1" for n in range(100)) + ">", "sip:bob@h"),
        ("<tel:+4930123>", "tel:+4930123"),
    ],
)
def test_refer_to_is_an_address_and_nothing_that_is_embedded_in_it(text: str, plain: str) -> None:
    wanted = ReferTo.of(refer(("Refer-To", text)))
    assert str(wanted.uri) == plain and wanted.replaces is None


def test_replaces_within_refer_to_is_read_whatever_stands_beside_it() -> None:
    text = "<sip:bob@h?Require=replaces&Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&X=y>"
    assert ReferTo.parse(text).replaces == Replaces("a@b", "1", "2")


@pytest.mark.parametrize("replaces", [None, Replaces("a@b", "1", "2"), Replaces("x", "", "y", True)])
def test_refer_to_is_what_it_was_read_from(replaces: Replaces | None) -> None:
    wanted = ReferTo(Uri.parse("sip:bob@h:5070"), replaces)
    assert ReferTo.parse(str(wanted)) == wanted


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((), 400),
        ((("Refer-To", "<sip:a@h>"), ("Refer-To", "<sip:b@h>")), 400),
        ((("Refer-To", "<sip:a@h>, <sip:b@h>"),), 400),
        ((("Refer-To", "sip:a@h?Replaces=x"),), 400),
        ((("Refer-To", "<http://h/>"),), 416),
        ((("Refer-To", "<mailto:a@h>"),), 416),
        ((("Refer-To", "<sip:a@h;method=BYE>"),), 603),
        ((("Refer-To", "<sip:a@h?Replaces=x>"),), 400),
        ((("Refer-To", "<sip:a@h?Replaces=x%3Bto-tag%3D1>"),), 400),
        ((("Refer-To", "<sip:a@h?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2%0D%0AX:y>"),), 400),
        ((("Refer-To", "<sip:a@h?Replaces=x%0D%0AX:y%3Bto-tag%3D1%3Bfrom-tag%3D2>"),), 400),
        ((("Refer-To", "<sip:a@h?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2&replaces=x>"),), 400),
    ],
)
def test_a_refer_that_names_nobody_in_one_way_is_refused(
    headers: tuple[tuple[str, str], ...], status: int
) -> None:
    with pytest.raises(ParseError) as error:
        ReferTo.of(refer(*headers))
    assert error.value.status == status


def test_a_peer_without_a_tag_is_named_by_a_zero() -> None:
    replaces = Replaces.parse("call@h;from-tag=0;to-tag=7;early-only")
    assert replaces == Replaces("call@h", "7", "", True)
    assert str(replaces) == "call@h;to-tag=7;from-tag=0;early-only"


@pytest.mark.parametrize(
    "headers",
    [
        (("Replaces", "a;to-tag=1;from-tag=2"), ("Replaces", "a;to-tag=1;from-tag=2")),
        (("Replaces", "a;to-tag=1;from-tag=2"), ("Join", "b;to-tag=1;from-tag=2")),
        (("Replaces", "a;to-tag=1;to-tag=1;from-tag=2"),),
        (("Replaces", "a b;to-tag=1;from-tag=2"),),
    ],
)
def test_a_call_that_wants_two_places_is_malformed(headers: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ParseError):
        Replaces.of(refer(*headers))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<sip:ann@h>;cid=x", "sip:ann@h"),
        ("sip:ann@h", "sip:ann@h"),
        ("<sip:ann@h?X=y>", "sip:ann@h"),
        ("<http://h>", ""),
        ("<sip:" + "a" * 400 + "@h>", ""),
        ("<sip:an\udcffn@h>", ""),
    ],
)
def test_referred_by_is_handed_on_as_an_address_alone(text: str, said: str) -> None:
    assert referred_by(refer(("Referred-By", text))) == said


def test_events_and_states_are_what_they_were_read_from() -> None:
    for event in ("refer", "refer;id=93809823"):
        assert str(SipEvent.parse(event)) == event
    for state in ("active;expires=60", "terminated;reason=noresource", "pending"):
        assert str(SubscriptionState.parse(state)) == state
    assert SubscriptionState.parse("Terminated ; reason=timeout").over
    assert SipEvent.of(refer(("Event", ";;"))) is None
    assert SubscriptionState.of(refer()) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (fragment(180), 180),
        (b"SIP/2.0 603 Decline", 603),
        (b"sip/2.0 200 OK\r\nContact: <sip:a@h>\r\n", 200),
        (b"SIP/2.0 700 Never\r\n", None),
        (b"HTTP/1.1 200 OK\r\n", None),
        (b"", None),
        (b"\xff" * 100_000, None),
    ],
)
def test_the_first_line_of_a_fragment_is_its_status(body: bytes, status: int | None) -> None:
    assert status_of(body) == status


def test_who_wants_no_notices_says_so() -> None:
    assert wants_no_notices(refer(("Refer-Sub", "False;x=1")))
    assert not wants_no_notices(refer(("Refer-Sub", "true"))) and not wants_no_notices(refer())
