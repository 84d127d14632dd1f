"""SIP URIs: read, written and compared as RFC 3261 section 19.1 says."""

from __future__ import annotations

import pytest

from sip.messages.grammar import ParseError
from sip.messages.uri import Uri, escape_user

ROUND_TRIP = [
    "sip:alice@atlanta.com",
    "sip:alice:secretword@atlanta.com;transport=tcp",
    "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
    "sip:+1-212-555-1212:1234@gateway.com;user=phone",
    "sips:1212@gateway.com",
    "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
    "sip:alice;day=tuesday@atlanta.com",
    "sip:pbx1",
    "sip:[2001:db8::1]:5060;lr",
    "sip:user@[::1]",
    "sip:*21#@pbx_1.local",
    "tel:+1-201-555-0123;phone-context=example.com",
    "urn:service:sos",
    "http://www.example.com/a?b=c",
    "sip:jörg@example.com",
    "sip::secret@host",
    "sip:a@[::ffff:192.0.2.1]",
]


@pytest.mark.parametrize("text", ROUND_TRIP)
def test_str_is_the_inverse_of_parse(text: str) -> None:
    uri = Uri.parse(text)
    assert str(uri) == text
    assert Uri.parse(str(uri)) == uri and hash(Uri.parse(text)) == hash(uri)


def test_what_says_nothing_in_a_uri_is_left_out() -> None:
    assert Uri.parse("sip:@host") == Uri.parse("sip:host")
    assert Uri.parse("sip:a@host;lr;") == Uri.parse("sip:a@host;lr")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "sip:user@",
        "sips:user@",
        "sip:user@host:0",
        "sip:user@host:65536",
        "sip:user@host:99999999999999999999999",
        "sip:user@host;;lr",
        "sip:user@host;lr;lr",
        "sip:us er@host",
        "sip:user%4@host",
        "sip:user%GG@host",
        "sip:a@b@c",
        "sip:[::1",
        "sip:[:::1]",
        "sip:[1.2.3.4]",
        "sip:ho\u00adst",
        "<sip:user@host>",
        "alan@jasomi.com",
        "sip:user@host?",
        "sip:user\r\n@host",
        "1sip:x@y",
    ],
)
def test_malformed_uri_raises_parse_error(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        Uri.parse(text)
    assert caught.value.status == 400


# The examples of RFC 3261 section 19.1.4.
@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        ("sip:alice@atlanta.com?subject=a&priority=b", "sip:alice@atlanta.com?priority=b&subject=a"),
        ("sip:a@[2001:DB8:0::1]", "sip:a@[2001:db8::1]"),
        ("tel:+1", "TEL:+1"),
    ],
)
def test_uris_that_name_the_same_resource(left: str, right: str) -> None:
    assert Uri.parse(left).same_as(Uri.parse(right))
    assert Uri.parse(right).same_as(Uri.parse(left))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:biloxi.com", "sip:bob@biloxi.com"),
        ("sip:bob:one@biloxi.com", "sip:bob:two@biloxi.com"),
        ("sip:bob:one@biloxi.com", "sip:bob@biloxi.com"),
    ],
)
def test_uris_that_name_different_resources(left: str, right: str) -> None:
    assert not Uri.parse(left).same_as(Uri.parse(right))


def test_parts_are_kept_escaped_and_names_lowered() -> None:
    uri = Uri.parse("SIP:us%65r:pw@Example.COM:5070;Transport=TCP;LR;maddr=192.0.2.1?x=y")
    assert (uri.scheme, uri.user, uri.unescaped_user, uri.password) == ("sip", "us%65r", "user", "pw")
    assert (uri.host, uri.port, uri.transport, uri.headers) == ("Example.COM", 5070, "tcp", "x=y")
    assert uri.is_loose_router and uri.params["maddr"] == "192.0.2.1"


def test_ipv6_host_has_brackets_in_text_and_none_as_an_address() -> None:
    assert Uri.parse("sip:a@[::1]:5062").address == "::1"
    assert str(Uri("sip", "a", host="::1", port=5062)) == "sip:a@[::1]:5062"


def test_without_headers_is_fit_for_a_request_line() -> None:
    uri = Uri.parse("sip:a@b;method=INVITE;lr?Route=%3Csip:c%3E")
    assert str(uri.without_headers()) == "sip:a@b;lr"


def test_escape_user_is_undone_by_unescaped_user() -> None:
    for plain in ("alice", "a b", "sips:user@example.com", "\0", "ж", "50%", "a:b"):
        assert Uri.parse(f"sip:{escape_user(plain)}@h").unescaped_user == plain


def test_without_headers_changes_only_what_a_request_line_must_not_have() -> None:
    for text, line in (
        ("sip:a@b;lr", "sip:a@b;lr"),
        ("sip:a@b;lr?x=y", "sip:a@b;lr"),
        ("sip:a@b;method=BYE", "sip:a@b"),
    ):
        changed = Uri.parse(text).without_headers()
        assert (str(changed), changed.headers) == (line, "")


def test_only_what_must_not_stand_in_a_user_part_is_escaped() -> None:
    assert escape_user("bob-1_.!~*'()&=+$,;?/") == "bob-1_.!~*'()&=+$,;?/"
    assert escape_user("a b@c:\udcff") == "a%20b%40c%3A%FF"


def test_equal_uris_have_one_hash_and_a_table_of_others_spreads() -> None:
    texts = [f"sip:u{n}@h{n};lr" for n in range(50)]
    assert len({hash(Uri.parse(text)) for text in texts}) > 40
    assert {Uri.parse(text) for text in texts + texts} == {Uri.parse(text) for text in texts}


def test_what_cannot_be_read_stands_for_itself() -> None:
    uri = Uri.unparsed("no uri at all")
    assert (uri.scheme, uri.opaque, str(uri)) == ("", "no uri at all", "no uri at all")
    assert not uri.is_sip


def test_params_and_headers_are_compared_unescaped() -> None:
    def same(left: str, right: str) -> bool:
        forth, back = Uri.parse(left).same_as(Uri.parse(right)), Uri.parse(right).same_as(Uri.parse(left))
        assert forth is back
        return forth

    assert same("sip:a@b;se%63=X;lr", "sip:a@b;sec=x;lr")
    assert same("sip:a@b;%55ser=phone", "sip:a@b;user=PHONE")
    assert not same("sip:a@b;lr", "sip:a@b;lr=on")
    assert same("sip:a@b?S%75bject=%61", "sip:a@b?subject=a")
    assert not same("sip:a@b?subject=a", "sip:a@b?subject=A")
    assert not same("sip:a@b?subject=a", "sip:a@b?to=a")
    assert not same("sip:a@b?subject=a", "sip:a@b?subject=b")
    assert same("sip:a@b?x=1=2", "sip:a@b?X=1=2")
    assert not same("sip:a@b?x=1=2", "sip:a@b?x=1=3")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sip:a@b:0", "port 0 cannot be reached"),
        ("sip:a@b;lr;lr", "empty or repeated parameter in URI 'sip:a@b;lr;lr'"),
        ("sip:a@[:::1]", "bad IPv6 address [:::1]"),
        ("no uri", "bad URI 'no uri'"),
    ],
)
def test_what_is_wrong_with_a_uri_is_said(text: str, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        Uri.parse(text)
    assert caught.value.reason == reason
