"""Offer and answer (RFC 3264): what is agreed, what is refused, hold, packet times and versions."""

from __future__ import annotations

import pytest

from mediaserver.sdp.description import MAX_FORMATS
from mediaserver.sdp.negotiation import NoCommonCodec, SdpError, SessionDescription, accept, answer, offer
from mediaserver.sdp.session import SdpSession


def sdp(*media: str, session: str = "c=IN IP4 192.0.2.1") -> bytes:
    lines = ["v=0", "o=x 7 8 IN IP4 192.0.2.1", "s=call", *session.split("|"), "t=0 0"]
    for part in media:
        lines += part.split("|")
    return ("\r\n".join(line for line in lines if line) + "\r\n").encode("utf-8", "surrogateescape")


def lines_of(text: bytes) -> list[str]:
    return text.decode().split("\r\n")


def test_an_offer_names_both_codecs_digits_and_packet_time() -> None:
    assert lines_of(offer("127.0.0.1", 10000, session_id=5, version=6)) == [
        "v=0",
        "o=- 5 6 IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        "m=audio 10000 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
        "",
    ]


def test_an_offer_can_be_narrowed() -> None:
    text = offer("::1", 10000, codecs=("PCMA",), te=None, ptime=30, direction="sendonly").decode()
    assert "c=IN IP6 ::1" in text and "m=audio 10000 RTP/AVP 8\r\n" in text
    assert "telephone-event" not in text and "a=ptime:30\r\na=sendonly" in text


@pytest.mark.parametrize("codecs", [("PCMU", "PCMA"), ("PCMA", "PCMU"), ("PCMA",)])
@pytest.mark.parametrize("ptime", [10, 20, 30, 40, 60])
def test_both_sides_agree(codecs: tuple[str, ...], ptime: int) -> None:
    ours = offer("192.0.2.1", 10000, codecs=codecs, ptime=ptime)
    text, theirs = answer(ours, "192.0.2.2", 20000)
    agreed = accept(text, ours)
    assert theirs.codec == agreed.codec == codecs[0]
    assert theirs.ptime_ms == agreed.ptime_ms == ptime
    assert (theirs.remote_host, theirs.remote_port, theirs.rtcp_port) == ("192.0.2.1", 10000, 10001)
    assert (agreed.remote_host, agreed.remote_port, agreed.rtcp_port) == ("192.0.2.2", 20000, 20001)
    assert theirs.telephone_event_pt == agreed.telephone_event_pt == 101
    assert theirs.direction == agreed.direction == "sendrecv"
    assert not (theirs.held or agreed.held)


def test_static_payload_types_need_no_rtpmap() -> None:
    text, agreed = answer(sdp("m=audio 4000 RTP/AVP 18 8 0"), "127.0.0.1", 10000)
    assert (agreed.codec, agreed.payload_type, agreed.telephone_event_pt) == ("PCMA", 8, None)
    assert "m=audio 10000 RTP/AVP 8\r\n" in text.decode() and "telephone-event" not in text.decode()


def test_dynamic_payload_types_are_echoed() -> None:
    text, agreed = answer(
        sdp("m=audio 4000 RTP/AVP 111 96 97|a=rtpmap:111 opus/48000/2|a=rtpmap:96 pcma/8000/1"
            "|a=rtpmap:97 Telephone-Event/8000|a=fmtp:97 0-16"),
        "127.0.0.1",
        10000,
    )  # fmt: skip
    assert (agreed.codec, agreed.payload_type, agreed.telephone_event_pt) == ("PCMA", 96, 97)
    assert (
        "m=audio 10000 RTP/AVP 96 97\r\na=rtpmap:96 PCMA/8000\r\na=rtpmap:97 telephone-event" in text.decode()
    )


@pytest.mark.parametrize("rtpmap", ["0 PCMU/16000", "0 PCMU/8000/2", "0 L16/8000"])
def test_an_rtpmap_overrides_the_static_table(rtpmap: str) -> None:
    with pytest.raises(NoCommonCodec):
        answer(sdp(f"m=audio 4000 RTP/AVP 0|a=rtpmap:{rtpmap}"), "127.0.0.1", 10000)


def test_digits_at_another_clock_rate_are_not_taken() -> None:
    offered = sdp("m=audio 4000 RTP/AVP 0 101|a=rtpmap:101 telephone-event/48000")
    assert answer(offered, "127.0.0.1", 10000)[1].telephone_event_pt is None


def test_one_audio_stream_is_taken_and_all_others_refused_in_their_place() -> None:
    text, agreed = answer(
        sdp(
            "m=video 3000 RTP/AVP 31",
            "m=audio 3002 RTP/SAVP 0",
            "m=audio 3004 RTP/AVP 0",
            "m=audio 3006 RTP/AVP 8",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        ),
        "127.0.0.1",
        10000,
    )
    assert agreed.remote_port == 3004
    assert [line for line in lines_of(text) if line.startswith("m=")] == [
        "m=video 0 RTP/AVP 31",
        "m=audio 0 RTP/SAVP 0",
        "m=audio 10000 RTP/AVP 0",
        "m=audio 0 RTP/AVP 8",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
    ]


@pytest.mark.parametrize(
    "media",
    [
        "",
        "m=audio 4000 RTP/AVP 9 18",
        "m=audio 0 RTP/AVP 0",
        "m=video 4000 RTP/AVP 0",
        "m=audio 4000 RTP/SAVPF 0",
        "m=audio 4000 RTP/AVP 101|a=rtpmap:101 telephone-event/8000",
    ],
)
def test_nothing_in_common_is_its_own_error(media: str) -> None:
    with pytest.raises(NoCommonCodec):
        answer(sdp(media), "127.0.0.1", 10000)


def test_a_refused_stream_in_the_answer() -> None:
    with pytest.raises(NoCommonCodec):
        accept(sdp("m=audio 0 RTP/AVP 0"), offer("127.0.0.1", 10000))


def test_an_answer_with_a_codec_that_we_did_not_offer_is_refused() -> None:
    with pytest.raises(NoCommonCodec):
        accept(sdp("m=audio 4000 RTP/AVP 8"), offer("127.0.0.1", 10000, codecs=("PCMU",)))


@pytest.mark.parametrize(
    ("theirs", "ours", "answered", "held"),
    [
        ("sendrecv", "sendrecv", "sendrecv", False),
        ("sendonly", "sendrecv", "recvonly", True),
        ("recvonly", "sendrecv", "sendonly", False),
        ("inactive", "sendrecv", "inactive", True),
        ("sendrecv", "sendonly", "sendonly", False),
        ("sendonly", "sendonly", "inactive", True),
        ("recvonly", "recvonly", "inactive", False),
    ],
)
def test_directions(theirs: str, ours: str, answered: str, held: bool) -> None:
    for where in (
        sdp(f"m=audio 4000 RTP/AVP 0|a={theirs}"),
        sdp("m=audio 4000 RTP/AVP 0", session=f"c=IN IP4 1.2.3.4|a={theirs}"),
    ):
        text, agreed = answer(where, "127.0.0.1", 10000, direction=ours)
        assert (agreed.direction, agreed.held) == (answered, held)
        assert f"a={answered}" in lines_of(text)


def test_hold_by_a_null_address_stops_our_audio() -> None:
    _, agreed = answer(sdp("m=audio 4000 RTP/AVP 0|c=IN IP4 0.0.0.0"), "127.0.0.1", 10000)
    assert agreed.held and agreed.direction == "recvonly"
    assert accept(sdp("m=audio 4000 RTP/AVP 0|a=sendonly"), offer("127.0.0.1", 1)).held


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", 20),
        ("a=ptime:10", 10),
        ("a=ptime:60", 60),
        ("a=ptime:30.0", 30),
        ("a=ptime:120", 60),
        ("a=ptime:1", 10),
        ("a=ptime:x", 20),
        ("a=ptime:0", 20),
        ("a=ptime:40|a=maxptime:30", 30),
        ("a=maxptime:10", 10),
        ("a=maxptime:2", 10),
    ],
)
def test_packet_time_is_what_the_peer_asks_within_bounds(attributes: str, expected: int) -> None:
    _, agreed = answer(sdp(f"m=audio 4000 RTP/AVP 0|{attributes}".strip("|")), "127.0.0.1", 10000)
    assert agreed.ptime_ms == expected


def test_rtcp_attribute_moves_the_rtcp_port() -> None:
    _, agreed = answer(sdp("m=audio 4000 RTP/AVP 0|a=rtcp:4321 IN IP4 192.0.2.9"), "127.0.0.1", 10000)
    assert agreed.rtcp_port == 4321
    _, agreed = answer(sdp("m=audio 4000 RTP/AVP 0|a=rtcp:nonsense"), "127.0.0.1", 10000)
    assert agreed.rtcp_port == 4001


def test_ipv6_and_media_level_addresses() -> None:
    _, agreed = answer(sdp("m=audio 4000 RTP/AVP 0|c=IN IP6 2001:DB8::1"), "::1", 10000)
    assert agreed.remote_host == "2001:db8::1"


@pytest.mark.parametrize(
    "connection",
    [
        "",
        "c=IN IP4 host.example.com",
        "c=IN IP4 255.255.255.255",
        "c=IN IP4 224.2.1.1/127",
        "c=IN IP6 ff02::1",
        "c=IN IP6 192.0.2.1",
        "c=IN IP6 fe80::1%eth0",
        "c=IN IP4",
        "c=ATM NSAP x",
    ],
)
def test_audio_goes_to_one_plain_address_or_nowhere(connection: str) -> None:
    with pytest.raises(SdpError):
        answer(sdp("m=audio 4000 RTP/AVP 0", session=connection), "127.0.0.1", 10000)


def test_the_version_rises_only_with_a_change() -> None:
    session = SdpSession(77)
    first = session.offer("127.0.0.1", 10000)
    assert session.offer("127.0.0.1", 10000) == first and b"o=- 77 1 " in first
    assert b"o=- 77 2 " in session.offer("127.0.0.1", 10000, direction="sendonly")
    resumed = session.offer("127.0.0.1", 10000)
    assert b"o=- 77 3 " in resumed
    again, _ = session.answer(sdp("m=audio 4000 RTP/AVP 0"), "127.0.0.1", 10000)
    assert b"o=- 77 4 " in again
    assert session.answer(sdp("m=audio 4000 RTP/AVP 0"), "127.0.0.1", 10000)[0] == again


def test_hold_and_resume_keep_the_stream() -> None:
    caller, callee = SdpSession(1), SdpSession(2)
    first = caller.offer("192.0.2.1", 10000)
    callee.answer(first, "192.0.2.2", 20000)
    hold = caller.offer("192.0.2.1", 10000, direction="sendonly")
    text, agreed = callee.answer(hold, "192.0.2.2", 20000)
    assert agreed.held and agreed.direction == "recvonly"
    assert accept(text, hold).direction == "sendonly" and not accept(text, hold).held
    resume = caller.offer("192.0.2.1", 10000)
    text, agreed = callee.answer(resume, "192.0.2.2", 20000)
    assert not agreed.held and accept(text, resume).direction == "sendrecv"


def test_times_of_the_offer_are_echoed() -> None:
    text, _ = answer(sdp("m=audio 4000 RTP/AVP 0").replace(b"t=0 0", b"t=31 32"), "127.0.0.1", 1)
    assert "t=31 32" in lines_of(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"v=1\r\n",
        b"o=x\r\nv=0\r\n",
        b"hello",
        b"v=0\r\nm=audio\r\n",
        b"v=0\r\nm=audio 70000 RTP/AVP 0\r\n",
        b"v=0\r\nm=audio -1 RTP/AVP 0\r\n",
        b"v=0\r\nx\r\n",
        b"v=0\r\n" + b"m=audio 1 RTP/AVP 0\r\n" * 65,
        b"v=0\r\n" + b"a=x\r\n" * 2001,
        b"v=0\r\na=" + b"x" * 70_000,
    ],
)
def test_malformed_descriptions_raise_sdp_error(data: bytes) -> None:
    with pytest.raises(SdpError):
        SessionDescription.parse(data)


def test_a_description_is_written_as_it_was_read() -> None:
    data = sdp(
        "m=audio 4000 RTP/AVP 0 101|i=caf\udce9|b=AS:64|a=rtpmap:0 PCMU/8000|a=x-odd|y=?",
        "m=video 0 RTP/AVP 31",
    )
    assert bytes(SessionDescription.parse(data)) == data
    assert bytes(SessionDescription.parse(data.replace(b"\r\n", b"\n"))) == data


def test_an_answer_that_keeps_both_codecs_may_send_either_and_keys_as_we_numbered_them() -> None:
    text = sdp("m=audio 4000 RTP/AVP 8 0 96", "a=rtpmap:96 telephone-event/8000")
    agreed = accept(text, offer("127.0.0.1", 4))
    assert (agreed.payload_type, agreed.others) == (8, ((0, "PCMU"),))
    assert (agreed.telephone_event_pt, agreed.events_in) == (96, 101)
    alone = accept(sdp("m=audio 4000 RTP/AVP 0"), offer("127.0.0.1", 4))
    assert (alone.others, alone.events_in) == (((8, "PCMA"),), 101), "also what it does not say"


def test_what_comes_may_be_numbered_as_in_either_description() -> None:
    text = sdp("m=audio 4000 RTP/AVP 97 98", "a=rtpmap:97 PCMA/8000", "a=rtpmap:98 PCMU/8000")
    agreed = accept(text, offer("127.0.0.1", 4))
    assert (agreed.payload_type, agreed.codec) == (97, "PCMA")
    assert dict(agreed.others) == {98: "PCMU", 0: "PCMU", 8: "PCMA"}
    _, answered = answer(sdp("m=audio 4000 RTP/AVP 0 8 18 96"), "127.0.0.1", 4)
    assert (answered.payload_type, answered.others) == (0, ((8, "PCMA"),))


def test_a_payload_type_that_is_named_thousands_of_times_counts_once() -> None:
    """Each packet of the call is looked up among them."""
    _, agreed = answer(sdp("m=audio 4000 RTP/AVP " + "0 " * 29_000 + "8"), "127.0.0.1", 4)
    assert (agreed.payload_type, agreed.others) == (0, ((8, "PCMA"),))
    _, agreed = answer(sdp("m=audio 4000 RTP/AVP 8 0 00 000 08 8 008"), "127.0.0.1", 4)
    assert (agreed.payload_type, agreed.others) == (8, ((0, "PCMU"),))
    long = SessionDescription.parse(sdp("m=audio 4000 RTP/AVP " + " ".join(map(str, range(9_000)))))
    assert len(long.media[0].formats) == MAX_FORMATS


def test_a_name_for_the_address_of_audio_is_where_signalling_comes_from() -> None:
    named = sdp("m=audio 4000 RTP/AVP 0", session="c=IN IP4 media-1.example.com")
    assert answer(named, "127.0.0.1", 10000, peer="192.0.2.7")[1].remote_host == "192.0.2.7"
    assert accept(named, offer("127.0.0.1", 4), "192.0.2.8").remote_host == "192.0.2.8"
    for wrong in ("a..b", "-", "1.2.3", "a b", "x" * 64, ".".join(["abcdefgh"] * 40), "224.2.1.1/127", "a/b"):
        with pytest.raises(SdpError):
            answer(named.replace(b"media-1.example.com", wrong.encode()), "127.0.0.1", 4, peer="192.0.2.7")
