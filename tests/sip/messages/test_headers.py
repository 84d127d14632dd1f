"""Header values: addresses, Via, CSeq and the splitting of lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mediaserver.wire_text import readable
from sip.messages.grammar import (
    MAX_PARAMS,
    MAX_VALUES,
    ParseError,
    parse_params,
    quote,
    split_commas,
    unquote,
)
from sip.messages.headers import CSeq, NameAddr, Via


@pytest.mark.parametrize(
    ("text", "display", "uri", "params"),
    [
        ('"Mr. \\"Q\\" Watson" <sip:w@b.com>;q=0.7', 'Mr. "Q" Watson', "sip:w@b.com", {"q": "0.7"}),
        ("<sip:a@b;lr>;lr", "", "sip:a@b;lr", {"lr": None}),
        ("sip:a@b;tag=1", "", "sip:a@b", {"tag": "1"}),
        ("Lee M. Foote <sips:lee@x> ; Tag = abc", "Lee M. Foote", "sips:lee@x", {"tag": "abc"}),
        ('<sip:a@b>;reason="x;y,z"', "", "sip:a@b", {"reason": '"x;y,z"'}),
        ("tel:+15551234;tag=9", "", "tel:+15551234", {"tag": "9"}),
        ("<sip:[::1]:5062;transport=tcp>", "", "sip:[::1]:5062;transport=tcp", {}),
        ('"<sip:evil@x>" <sip:good@y>', "<sip:evil@x>", "sip:good@y", {}),
        ("Jörg <sip:j@b>", "Jörg", "sip:j@b", {}),
        ("Bell, Alexander <sip:a@b>;tag=1", "Bell, Alexander", "sip:a@b", {"tag": "1"}),
    ],
)
def test_name_addr(text: str, display: str, uri: str, params: dict[str, str | None]) -> None:
    address = NameAddr.parse(text)
    assert (address.display, str(address.uri), address.params) == (display, uri, params)
    assert NameAddr.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<sip:a@b",
        "sip:a@b>",
        '"open <sip:a@b>',
        "<sip:a@b>;;",
        "<sip:a@b>;tag=1;tag=2",
        "<sip:a@b>, <sip:c@d>",
        "< sip:a@b >",
        "sip:a@b?Route=x",
        "sip:e@f, Alexander <sip:a@b>",
        "<sip:a@b> trailing",
        "<sip:a@b>;tag=a b",
        "*",
        '"a" "b" <sip:a@b>',
    ],
)
def test_malformed_name_addr_raises_parse_error(text: str) -> None:
    with pytest.raises(ParseError):
        NameAddr.parse(text)


def test_tag_and_expires_of_an_address() -> None:
    address = NameAddr.parse("<sip:a@b>;expires=99999999999999999999999999")
    assert address.tag is None and address.with_tag("x").tag == "x"
    assert address.expires == 2**32 - 1
    assert NameAddr.parse("<sip:a@b>;expires=-1").expires is None
    assert address.without_params().params == {}


@pytest.mark.parametrize(
    ("text", "transport", "host", "port", "branch"),
    [
        ("SIP/2.0/UDP pbx1", "UDP", "pbx1", None, None),
        ("SIP/2.0/tcp 192.0.2.1:5061;branch=z9hG4bKa;rport", "TCP", "192.0.2.1", 5061, "z9hG4bKa"),
        ("SIP / 2.0 / UDP  first.example.com: 4000 ;branch=z9 ", "UDP", "first.example.com", 4000, "z9"),
        ("SIP/2.0/TLS [2001:db8::9:1]:5061;branch=z9", "TLS", "[2001:db8::9:1]", 5061, "z9"),
        ("SIP/2.0/UDP [::1]", "UDP", "[::1]", None, None),
    ],
)
def test_via(text: str, transport: str, host: str, port: int | None, branch: str | None) -> None:
    via = Via.parse(text)
    assert (via.transport, via.host, via.port, via.branch) == (transport, host, port, branch)
    assert Via.parse(str(via)) == via


def test_via_knows_rport_and_received() -> None:
    via = Via.parse("SIP/2.0/UDP a;rport;branch=z9")
    assert via.wants_rport and via.rport is None and via.received is None
    seen = replace(via, params={**via.params, "received": "192.0.2.9", "rport": "40000"})
    assert str(seen) == "SIP/2.0/UDP a;rport=40000;branch=z9;received=192.0.2.9"
    assert (seen.rport, seen.received) == (40000, "192.0.2.9")
    assert Via.parse("SIP/2.0/UDP a;received=[::1]").received == "::1"
    assert Via.parse("SIP/2.0/UDP a;rport=99999").rport is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 a",
        "SIP/2.0/UDP a;;",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a:x",
        "SIP/2.0/UDP [::",
    ],
)
def test_malformed_via_raises_parse_error(text: str) -> None:
    with pytest.raises(ParseError):
        Via.parse(text)


def test_cseq() -> None:
    assert CSeq.parse("0009   INVITE") == CSeq(9, "INVITE")
    assert str(CSeq(9, "INVITE")) == "9 INVITE"
    assert CSeq.parse(f"{2**31 - 1} ACK").number == 2**31 - 1
    for text in ("", "1", "INVITE", "1 2 3", "-1 ACK", f"{2**31} ACK", "1" * 5000 + " ACK", "١ ACK", "1 A(K"):
        with pytest.raises(ParseError):
            CSeq.parse(text)


def test_commas_in_quotes_and_brackets_do_not_split() -> None:
    text = '"a, \\", b" <sip:x,y@z>;p="," , <sip:b@c>,d'
    assert split_commas(text) == ['"a, \\", b" <sip:x,y@z>;p=","', "<sip:b@c>", "d"]
    assert split_commas("a,,b") == ["a", "", "b"]
    assert split_commas('a, "open, b') == ["a", '"open, b']
    with pytest.raises(ParseError):
        split_commas("," * MAX_VALUES)


def test_quoting_is_undone_by_unquoting() -> None:
    for plain in ("", "a", 'say "hi"', "back\\slash", "bell\a nul\0"):
        assert unquote(quote(plain)) == plain
    assert unquote("plain") == "plain"


def test_params_keep_their_order_and_flags() -> None:
    assert list(parse_params(";b=1;a ; C = 3").items()) == [("b", "1"), ("a", None), ("c", "3")]


def test_readable_has_no_controls_and_no_surrogates() -> None:
    assert readable("a\0b\udc80c") == "a\ufffdb\ufffdc"


def test_a_value_has_no_endless_parameters() -> None:
    some = "".join(f";p{n}" for n in range(MAX_PARAMS))
    assert len(parse_params(some)) == MAX_PARAMS
    with pytest.raises(ParseError, match="more than"):
        parse_params(some + ";one" + ";=" * 20_000)  # and what follows is not read
    assert len(NameAddr.parse(f"<sip:a@b{some}>").uri.params) == MAX_PARAMS
    with pytest.raises(ParseError, match="more than"):
        NameAddr.parse(f"<sip:a@b{some};one>")
