"""Whatever arrives, the readers end in a value or in their own error, and what they read they can write."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediaserver.sdp.negotiation import SdpError, SessionDescription, accept, answer, offer
from sip.access.authenticator import Authenticator
from sip.access.digest import ChallengeError, answer_challenge, parse_auth
from sip.messages.framing import FramingError, KeepAlive, StreamFramer
from sip.messages.grammar import ParseError
from sip.messages.headers import CSeq, NameAddr, Via
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError, parse, validate
from sip.messages.uri import Uri
from tests.sip.messages import torture

bounded = settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)

TOKENS = st.text("abcXYZ019-.!%*_+`'~", min_size=1, max_size=12)
PLAIN = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)
NAMES = st.sampled_from(
    ["Via", "v", "From", "To", "t", "Call-ID", "CSeq", "Contact", "m", "Route", "Record-Route",
     "Max-Forwards", "Expires", "Content-Length", "l", "Content-Type", "Subject", "Allow", "X-Other"]
)  # fmt: skip
FRAGMENTS = st.sampled_from(
    ["SIP/2.0/UDP ", "sip:", "a@b", "<", ">", '"', "\\", ";", ",", "=", ":", "?", "%", "%41", "[::1]",
     "tag", "branch", "z9hG4bK", " ", "\t", "*", "1", "99999999999", "INVITE", "\0", "é", "(", ")", "@",
     "/", "\udcff"]
)  # fmt: skip
VALUES = st.lists(FRAGMENTS, max_size=12).map("".join)
SEEDS = [
    b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\n"
    b'From: "x" <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n'
    b"Contact: <sip:c@d>, <sip:e@f>;q=0.1\r\nContent-Length: 4\r\n\r\nv=0\n",
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\n"
    b"To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
]
ACCESSORS = (
    "vias via from_ to call_id cseq contacts contact_star record_routes routes max_forwards "
    "expires content_type"
).split()


def read(data: bytes) -> Request | Response | None:
    """Parse, validate, answer and read everything; only ParseError may come out."""
    try:
        message = parse(data)
    except MessageError as error:
        if error.request is not None:
            bytes(error.request.response(error.status, to_tag="t"))
        return None
    for name in ACCESSORS:
        try:
            getattr(message, name)
        except ParseError:
            continue
    repr(message)
    try:
        validate(message)
    except ParseError:
        return None
    return message


def round_trip(message: Request | Response) -> None:
    again = parse(bytes(message))
    validate(again)
    assert bytes(again) == bytes(message)
    assert again.body == message.body and again.start_line == message.start_line
    assert (again.vias, again.from_, again.to) == (message.vias, message.from_, message.to)
    assert (again.cseq, again.call_id, again.contacts) == (message.cseq, message.call_id, message.contacts)


@bounded
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read(data)
    StreamFramer().feed(data)
    for text in (data, b"v=0\r\n" + data):
        try:
            SessionDescription.parse(text)
        except SdpError:
            pass


@bounded
@given(
    st.sampled_from(range(len(torture.NAMES) + len(SEEDS))),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 8), st.binary(max_size=6)), max_size=5),
)
def test_mutated_messages_are_read_or_refused(which: int, cuts: list[tuple[int, int, bytes]]) -> None:
    data = SEEDS[which] if which < len(SEEDS) else torture.load(torture.NAMES[which - len(SEEDS)])
    for place, length, put in cuts:
        place %= len(data) + 1
        data = data[:place] + put + data[place + length :]
    message = read(data)
    if message is not None:
        round_trip(message)
    items = StreamFramer().feed(data)
    framer = StreamFramer()
    middle = len(data) // 2
    in_two = [*framer.feed(data[:middle]), *framer.feed(data[middle:])]
    assert [repr(item) for item in items if not isinstance(item, KeepAlive)] == [
        repr(item) for item in in_two if not isinstance(item, KeepAlive)
    ]
    assert not any(isinstance(item, FramingError) for item in items[:-1])


@bounded
@given(st.lists(st.tuples(NAMES, VALUES), max_size=12), st.binary(max_size=20))
def test_structured_messages_are_read_or_refused(headers: list[tuple[str, str]], body: bytes) -> None:
    request = Request("INVITE", Uri.parse("sip:a@b"), headers, body)
    assert request.headers == headers
    again = parse(bytes(request))
    assert again.body == body
    wanted = [(name, value.strip(" \t")) for name, value in headers if name not in ("Content-Length", "l")]
    assert [header for header in again.headers if header[0] != "Content-Length"] == wanted
    message = read(bytes(request))
    if message is not None:
        round_trip(message)


@bounded
@given(PLAIN, TOKENS, st.lists(st.tuples(TOKENS, st.none() | TOKENS), max_size=4), st.integers(0, 2**31 - 1))
def test_values_that_we_write_we_can_read(
    display: str, token: str, params: list[tuple[str, str | None]], number: int
) -> None:
    header = {name.lower(): value for name, value in params}
    address = NameAddr(display.strip(), Uri("sip", "a", host="[::1]", port=5062), header)
    assert NameAddr.parse(str(address)) == address
    via = Via(token.upper(), "host-1", 5060, header)
    assert Via.parse(str(via)) == via
    assert CSeq.parse(str(CSeq(number, token))) == CSeq(number, token)


def _verify(text: str) -> object:
    server = Authenticator("r", {"u": "p"}.get)
    return server.verify(text, "INVITE", Uri.parse("sip:a@b"), b"", "192.0.2.1", 0.0)


@bounded
@given(VALUES)
@pytest.mark.parametrize(
    "reader",
    [Uri.parse, NameAddr.parse, Via.parse, CSeq.parse, parse_auth, _verify],
    ids=lambda f: f.__qualname__,
)
def test_any_text_is_read_or_refused(reader: Callable[[str], object], text: str) -> None:
    try:
        value = reader(text)
    except ParseError:
        return
    if isinstance(value, Uri | NameAddr | Via | CSeq):
        assert reader(str(value)) == value


CHALLENGE_PARTS = st.sampled_from(['realm="r"', 'nonce="n"', "qop=auth", "a", '"', ",", "="])


@bounded
@given(st.text(max_size=20), st.lists(CHALLENGE_PARTS, max_size=8))
def test_any_challenge_is_answered_or_refused(text: str, parts: list[str]) -> None:
    for challenge in (text, "Digest " + ",".join(parts)):
        try:
            answer_challenge([challenge], "u", "p", "INVITE", "sip:a@b")
        except ChallengeError:
            pass


SDP_LINES = st.sampled_from(
    ["v=0", "o=- 1 1 IN IP4 1.2.3.4", "s=-", "c=IN IP4 1.2.3.4", "c=IN IP4 0.0.0.0", "c=IN IP6 ::1", "t=0 0",
     "t=x", "m=audio 4000 RTP/AVP 0 8 101", "m=audio 4000/2 RTP/AVP 999 1000 x", "m=video 0 x",
     "m=audio 1 RTP/AVP", "a=rtpmap:101 telephone-event/8000", "a=rtpmap:0 PCMU/99999999", "a=rtpmap:",
     "a=ptime:", "a=ptime:9999999", "a=maxptime:0", "a=sendonly", "a=inactive", "a=rtcp:1", "a=rtcp:70000",
     "a", "a=", "=", "b=\udcff", ""]
)  # fmt: skip


@bounded
@given(st.lists(SDP_LINES | PLAIN, max_size=14))
def test_any_description_is_agreed_or_refused(lines: list[str]) -> None:
    data = "\r\n".join(["v=0", *lines]).encode("utf-8", "surrogateescape")
    ours = offer("127.0.0.1", 10000)
    try:
        text, agreed = answer(data, "127.0.0.1", 10000)
    except SdpError:
        pass
    else:
        assert 10 <= agreed.ptime_ms <= 60 and 0 < agreed.remote_port < 65536 and 0 < agreed.rtcp_port < 65536
        answered, offered = SessionDescription.parse(text), SessionDescription.parse(data)
        assert [media.kind for media in answered.media] == [media.kind for media in offered.media]
    try:
        accept(data, ours)
    except SdpError:
        pass
