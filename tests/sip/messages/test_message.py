"""Requests and responses: headers in any form, responses from requests, and what validation refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sip.messages.grammar import ParseError, split_commas
from sip.messages.message import Message, Request, Response
from sip.messages.parsing import MAX_HEADERS, MessageError, parse, validate
from sip.messages.reasons import reason_phrase
from sip.messages.uri import Uri

INVITE = (
    b"INVITE sip:demo@192.0.2.10 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 192.0.2.1:5061;rport;branch=z9hG4bKa, SIP/2.0/TCP 192.0.2.2;branch=z9hG4bKb\r\n"
    b"v: SIP/2.0/UDP 192.0.2.3;branch=z9hG4bKc\r\n"
    b"Record-Route: <sip:192.0.2.1;lr>, <sip:192.0.2.2;lr>\r\n"
    b"Max-Forwards: 70\r\n"
    b'f: "Alice, A." <sip:alice@example.com>;tag=a1\r\n'
    b"t: <sip:demo@192.0.2.10>\r\n"
    b"i: 38@example.com\r\n"
    b"CSEQ: 1 INVITE\r\n"
    b'm: "A" <sip:alice@192.0.2.1:5061>\r\n'
    b"Allow: INVITE, ACK,\r\n\tBYE\r\n"
    b"Subject: caf\xe9 \xff\r\n"
    b"c: application/SDP; charset=x\r\n"
    b"l: 4\r\n"
    b"\r\n"
    b"v=0\nignored"
)


def invite(*changes: tuple[bytes, bytes]) -> Request:
    data = INVITE
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    message = parse(data)
    assert isinstance(message, Request)
    return message


def minimal(**headers: str) -> Request:
    return Request(
        "OPTIONS",
        Uri.parse("sip:a@b"),
        [
            ("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"),
            ("From", "<sip:c@d>;tag=1"),
            ("To", "<sip:a@b>"),
            ("Call-ID", "x"),
            ("CSeq", "1 OPTIONS"),
            *((name.replace("_", "-"), value) for name, value in headers.items()),
        ],
    )


def test_headers_are_read_whatever_their_form() -> None:
    message = invite()
    validate(message)
    assert [via.branch for via in message.vias] == ["z9hG4bKa", "z9hG4bKb", "z9hG4bKc"]
    assert message.via is message.vias[0]
    assert message.from_.display == "Alice, A." and message.from_.tag == "a1"
    assert message.to.tag is None and message.call_id == "38@example.com"
    assert message.cseq.number == 1 and message.max_forwards == 70 and message.expires is None
    assert message.contacts[0].uri.port == 5061 and not message.contact_star
    assert len(message.record_routes) == 2 and message.routes == []
    assert message.content_type == "application/sdp"
    assert message.get_all("allow") == ["INVITE", "ACK", "BYE"]
    assert message.get("nothing") is None and message.get_all("nothing") == []
    assert message.body == b"v=0\n"


def test_accessors_parse_once() -> None:
    message = invite()
    assert message.from_ is message.from_ and message.vias is message.vias
    assert message.contacts is message.contacts and message.cseq is message.cseq


def test_bytes_that_are_not_utf8_survive() -> None:
    message = invite()
    assert b"Subject: caf\xe9 \xff\r\n" in bytes(message)
    assert bytes(parse(bytes(message))) == bytes(message)


def test_line_feeds_alone_are_understood_in_datagrams() -> None:
    message = parse(INVITE.replace(b"\r\n", b"\n"))
    validate(message)
    assert message.body == b"v=0\n"


def test_without_content_length_the_whole_rest_is_body() -> None:
    assert invite((b"l: 4\r\n", b"")).body == b"v=0\nignored"


def test_changing_a_header_is_seen_by_the_accessors() -> None:
    message = invite()
    assert message.max_forwards == 70
    message.set("max-forwards", "69")
    assert message.max_forwards == 69 and message.headers[3] == ("max-forwards", "69")
    message.set("To", "<sip:x@y>;tag=2")
    assert message.to.tag == "2"
    message.remove("contact")
    assert message.contacts == []
    message.add("Contact", "*")
    assert message.contact_star and message.contacts == []
    message.prepend("Via", "SIP/2.0/UDP new;branch=z9hG4bKn")
    assert message.via.host == "new" and len(message.vias) == 4
    message.set("Route", "<sip:p;lr>")
    assert message.routes[0].uri.host == "p"


def test_top_via_can_be_completed_without_touching_the_others() -> None:
    message = invite()
    params = {**message.via.params, "received": "203.0.113.1", "rport": "4242"}
    message.set_top_via(replace(message.via, params=params))
    assert (message.via.received, message.via.rport) == ("203.0.113.1", 4242)
    assert [via.branch for via in message.vias] == ["z9hG4bKa", "z9hG4bKb", "z9hG4bKc"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Subject", "a\r\nVia: x"),
        ("Subject", "a\nb"),
        ("Subject", "\ud800"),
        ("Sub ject", "a"),
        ("", "a"),
        ("A:", "b"),
        ("A\r\nB", "c"),
    ],
)
def test_no_header_can_smuggle_in_another(name: str, value: str) -> None:
    message = minimal()
    for change in (message.add, message.set, message.prepend):
        with pytest.raises(ValueError):
            change(name, value)
    with pytest.raises(ValueError):
        Request("OPTIONS", Uri.parse("sip:a@b"), [(name, value)])
    with pytest.raises(ValueError):
        message.response(200, headers=[(name, value)])
    with pytest.raises(ValueError):
        Response(200, "OK\r\nVia: x")


def test_response_copies_what_rfc_3261_says() -> None:
    response = invite().response(
        180,
        to_tag="t1",
        headers=[("Contact", "<sip:us@192.0.2.10>")],
        body=b"v=0",
        content_type="application/sdp",
    )
    assert (response.status, response.reason) == (180, "Ringing")
    assert [via.branch for via in response.vias] == ["z9hG4bKa", "z9hG4bKb", "z9hG4bKc"]
    assert response.to.tag == "t1" and response.from_.tag == "a1"
    assert response.call_id == "38@example.com" and response.cseq.method == "INVITE"
    assert len(response.record_routes) == 2
    assert bytes(response).endswith(b"Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0")
    assert invite().response(486).record_routes == []


def test_response_keeps_a_tag_that_is_there() -> None:
    message = invite((b"t: <sip:demo@192.0.2.10>", b"t: <sip:demo@192.0.2.10>;tag=old"))
    assert message.response(200, to_tag="new").to.tag == "old"


@pytest.mark.parametrize("tail", [b"", b";", b"; ", b";x", b";x=1;", b' ;x="a;" ; '])
def test_whatever_a_to_ends_in_its_answer_has_a_tag_that_can_be_read(tail: bytes) -> None:
    message = invite((b"t: <sip:demo@192.0.2.10>", b"t: <sip:demo@192.0.2.10>" + tail))
    validate(message)
    assert message.response(404, to_tag="t1").to.tag == "t1"
    assert message.response(100).to.tag is None


@pytest.mark.parametrize("tail", [b";tag", b";tag=", b";x;tag;y=1"])
@pytest.mark.parametrize("line", [b"t: <sip:demo@192.0.2.10>", b'f: "Alice, A." <sip:alice@example.com>'])
def test_a_tag_without_a_value_is_refused_and_the_answer_can_be_read(line: bytes, tail: bytes) -> None:
    message = invite((line + b";tag=a1" if line.startswith(b"f") else line, line + tail))
    with pytest.raises(MessageError) as caught:
        validate(message)
    assert caught.value.status == 400 and caught.value.request is message
    answer = message.response(400, to_tag="t1")
    assert str(answer.to) and str(answer.from_)


def test_trying_carries_the_timestamp() -> None:
    assert minimal(Timestamp="54").response(100).get("timestamp") == "54"
    assert minimal(Timestamp="54").response(200).get("timestamp") is None


def test_response_is_read_back() -> None:
    response = parse(bytes(minimal().response(200, to_tag="z")))
    assert isinstance(response, Response)
    assert (response.status, response.reason, response.to.tag) == (200, "OK", "z")


def test_a_response_whose_dialog_cannot_be_told_is_dropped() -> None:
    for old, new in ((b"<sip:a@b>", b"<sip:a@b"), (b"<sip:c@d>", b"<sip:c@d"), (b"1 OPTIONS", b"1")):
        with pytest.raises(MessageError) as caught:
            parse(bytes(minimal().response(200)).replace(old, new))
        assert caught.value.request is None


@pytest.mark.parametrize(
    "line",
    [
        "Contact: <sip:a@b",
        "Record-Route: <sip:a@b",
        "Route: ;",
        "Expires: soon",
        "Max-Forwards: many",
        "Max-Forwards: 1\r\nMax-Forwards: 2",
        "Session-Expires: 90\r\nx: 90",
        "no header at all",
        "Server: a\rb",
        "Content-Length: none",
    ],
)
def test_an_answer_counts_whatever_else_in_it_cannot_be_read(line: str) -> None:
    ok = bytes(minimal().response(200, to_tag="z")).replace(b"Content-Length: 0\r\n", line.encode() + b"\r\n")
    response = parse(ok)
    assert isinstance(response, Response)
    assert (response.status, response.to.tag) == (200, "z")
    assert (response.contacts, response.record_routes, response.routes, response.expires) == (
        [],
        [],
        [],
        None,
    )


@pytest.mark.parametrize("name", ["Contact", "Record-Route", "Route", "Expires"])
def test_a_request_that_does_not_need_a_header_may_have_it_wrong(name: str) -> None:
    message = minimal(**{name: "<sip:a@b"})
    validate(message)
    assert message.get(name) is None


@pytest.mark.parametrize("ending", [b"\r\n", b"\n", b""])
def test_a_bye_needs_no_blank_line(ending: bytes) -> None:
    bye = bytes(minimal()).replace(b"OPTIONS", b"BYE").removesuffix(b"\r\n\r\n") + ending
    message = parse(bye)
    assert isinstance(message, Request) and message.method == "BYE"
    validate(message)


def test_without_its_blank_line_a_message_may_have_no_body() -> None:
    whole = bytes(minimal())
    assert isinstance(parse(whole.removesuffix(b"\r\n")), Request)
    for cut in (whole.removesuffix(b"\r\n\r\n"), whole.replace(b"h: 0\r\n\r\n", b"h: 7\r\n")):
        with pytest.raises(MessageError):
            parse(cut)


def test_a_name_with_commas_is_known_in_a_call_and_refused_elsewhere() -> None:
    changes = (
        (b'f: "Alice, A."', b"f: Alice, A."),
        (b"t: <sip:demo", b"t: Demo, the <sip:demo"),
        (b'm: "A" <', b"m: Alice, A. <"),
    )
    message = invite(*changes)
    validate(message)
    assert (message.from_.display, message.to.display) == ("Alice, A.", "Demo, the")
    assert str(message.contacts[0]) == '"Alice,A." <sip:alice@192.0.2.1:5061>'
    with pytest.raises(MessageError):
        validate(invite(*changes[:2], (b"INVITE", b"OPTIONS")))


def test_commas_in_a_parameter_and_a_last_semicolon_are_read_as_they_are_meant() -> None:
    message = invite(
        (b'm: "A" <sip:alice@192.0.2.1:5061>', b"m: <sip:a@b;x=1;>;methods=INVITE,ACK;q=0.5;, <sip:c@d>"),
        (b"rport;branch=z9hG4bKa", b"rport;x=a,b;branch=z9hG4bKa;"),
        (b"tag=a1", b"tag=a1;isub=1,2;"),
        (b"t: <sip:demo@192.0.2.10>", b"t: sip:@192.0.2.10;"),
    )
    validate(message)
    assert [str(contact) for contact in message.contacts] == [
        "<sip:a@b;x=1>;methods=INVITE,ACK;q=0.5",
        "<sip:c@d>",
    ]
    assert [via.branch for via in message.vias] == ["z9hG4bKa", "z9hG4bKb", "z9hG4bKc"]
    assert message.from_.params == {"tag": "a1", "isub": "1,2"}
    assert (message.to.uri.user, message.to.uri.host) == (None, "192.0.2.10")
    message.set_top_via(replace(message.via, params={**message.via.params, "received": "192.0.2.9"}))
    assert [via.branch for via in message.vias] == ["z9hG4bKa", "z9hG4bKb", "z9hG4bKc"]


def test_every_status_has_a_phrase() -> None:
    assert reason_phrase(488) == "Not Acceptable Here"
    assert all(reason_phrase(status) for status in range(100, 700))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CSEQ: 1 INVITE", b"CSEQ: 1 BYE"),
        (b"CSEQ: 1 INVITE", b"CSEQ: 2147483648 INVITE"),
        (b"Max-Forwards: 70", b"Max-Forwards: many"),
        (b"Max-Forwards: 70", b"Max-Forwards: 70\r\nMax-Forwards: 70"),
        (b"i: 38@example.com\r\n", b""),
        (b"i: 38@example.com", b"i: 38 example.com"),
        (b"i: 38@example.com", b"i: "),
        (b"t: <sip:demo@192.0.2.10>", b"t: <sip:a@b>, <sip:c@d>"),
        (b"sip:demo@192.0.2.10 SIP", b"sip:demo@192.0.2.10?Route=%3Csip:x%3E SIP"),
        (b"Max-Forwards: 70", b"Contact: *"),
        (b'm: "A" <sip:alice@192.0.2.1:5061>', b"m: *"),
        (b'm: "A" <sip:alice@192.0.2.1:5061>', b"m: *, <sip:a@b>"),
        (b"z9hG4bKa", b"z9hG4bK"),
        (b"SIP/2.0/UDP 192.0.2.1", b"SIP/3.0/UDP 192.0.2.1"),
        (b"<sip:192.0.2.1;lr>,", b"<sip:a"),
        (b'm: "A" <', b'm: "A <'),
    ],
)
def test_validation_refuses(old: bytes, new: bytes) -> None:
    message = invite((old, new))
    with pytest.raises(MessageError) as caught:
        validate(message)
    assert caught.value.status == 400 and caught.value.request is message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"l: 4\r\n", b"l: 4\r\nContent-Length: 4\r\n"),
        (b"l: 4\r\n", b"l: 4000\r\n"),
        (b"l: 4\r\n", b"l: -4\r\n"),
        (b"l: 4\r\n", b"l: +4\r\n"),
        (b"l: 4\r\n", b"l: 4, 4\r\n"),
        (b"l: 4\r\n", b"l: \xd9\xa4\r\n"),
        (b"Max-Forwards: 70", b"Max-Forwards 70"),
        (b"Max-Forwards: 70", b"Max Forwards: 70"),
        (b"Max-Forwards: 70", b"Max-Forwards: 70\rX"),
        (b"l: 4\r\n", b"l: 4\r\n" + b"a: b\r\n" * MAX_HEADERS),
        (b"INVITE sip:demo@192.0.2.10 SIP/2.0\r\n", b"INVITE sip:demo@192.0.2.10 SIP/2.0\r\n folded: x\r\n"),
    ],
)
def test_broken_structure_is_refused_and_answerable(old: bytes, new: bytes) -> None:
    with pytest.raises(MessageError) as caught:
        invite((old, new))
    request = caught.value.request
    assert request is not None
    assert request.response(400).call_id == "38@example.com"


def test_a_broken_ack_is_never_answered() -> None:
    with pytest.raises(MessageError) as caught:
        invite((b"INVITE", b"ACK"), (b"l: 4", b"l: 400"))
    assert caught.value.request is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\0" * 20,
        b"INVITE\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"SIP/2.0\r\n\r\n",
        b"SIP/2.0 20 OK\r\n\r\n",
        b"SIP/2.0 2000 OK\r\n\r\n",
        b"SIP/2.0 \xb2\xb2\xb2 OK\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_noise_is_dropped(data: bytes) -> None:
    with pytest.raises(MessageError) as caught:
        parse(data)
    assert caught.value.request is None


def test_overlarge_seconds_and_hops_are_clamped_and_never_wrap() -> None:
    message = minimal(Expires="1" + "0" * 200, Max_Forwards="300")
    assert message.expires == 2**32 - 1 and message.max_forwards == 255


def test_a_header_cannot_hold_endless_values() -> None:
    message = invite((b"<sip:192.0.2.1;lr>", b",".join([b"<sip:a>"] * 300)))
    with pytest.raises(MessageError):
        validate(message)
    many = invite()
    for _ in range(3):
        many.add("Record-Route", ",".join(["<sip:a>"] * 100))
    with pytest.raises(MessageError):
        validate(many)


@pytest.mark.parametrize("read", [lambda m: m.routes, lambda m: m.get_all("Route")])
def test_many_headers_together_hold_no_more_values_than_one(read: Callable[[Message], object]) -> None:
    """They are counted while they are split: 200 headers of 200 values are never all there."""
    split: list[str] = []

    def counting(value: str) -> list[str]:
        split.append(value)
        return split_commas(value)

    message = Request("OPTIONS", Uri.parse("sip:a@b"), [("Route", "<sip:a>" + ",<sip:a>" * 199)] * 200)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sip.messages.header_list.split_commas", counting)
        with pytest.raises(ParseError, match="more than"):
            read(message)
    assert len(split) == 2


def test_a_completed_via_need_not_be_read_again() -> None:
    message = parse(INVITE)
    others, sender = message.vias[1:], message.from_
    via = replace(message.via, params={**message.via.params, "received": "192.0.2.9"})
    message.set_top_via(via)
    assert message.via is via and message.from_ is sender and message.vias[1:] == others
    assert message.raw_values("via")[0].startswith(str(via))
    again = parse(bytes(message))
    assert again.vias == message.vias and again.via.received == "192.0.2.9"
