"""Offers in the course of a session (RFC 3264 section 8): no media line goes, moves or changes."""

from __future__ import annotations

import pytest

from mediaserver.sdp.negotiation import NoCommonCodec, SdpError
from mediaserver.sdp.session import SdpSession
from tests.mediaserver.sdp.test_negotiation import lines_of, sdp


def media_of(text: bytes) -> list[str]:
    return [line[2:] for line in lines_of(text) if line.startswith("m=")]


def test_our_offer_keeps_every_line_of_theirs_in_its_place_with_its_profile() -> None:
    ours = SdpSession(1)
    answered, _ = ours.answer(
        sdp(
            "m=video 3000 RTP/SAVPF 31 32",
            "m=audio 3002 RTP/SAVP 0",
            "m=audio 0 RTP/AVP 0",
            "m=audio 3004 RTP/AVPF 8 0 96|a=rtpmap:96 telephone-event/8000",
            "m=image 3006 udptl t38",
        ),
        "127.0.0.1",
        10000,
    )
    assert media_of(answered) == [
        "video 0 RTP/SAVPF 31",
        "audio 0 RTP/SAVP 0",
        "audio 0 RTP/AVP 0",
        "audio 10000 RTP/AVPF 8 96",
        "image 0 udptl t38",
    ]
    held = ours.offer("127.0.0.1", 10000, direction="sendonly")
    assert media_of(held) == [
        "video 0 RTP/SAVPF 31",
        "audio 0 RTP/SAVP 0",
        "audio 0 RTP/AVP 0",
        "audio 10000 RTP/AVPF 8 0 96",
        "image 0 udptl t38",
    ]
    assert "a=sendonly" in lines_of(held) and "a=rtpmap:96 telephone-event/8000" in lines_of(held)
    agreed = ours.accept(
        sdp(
            "m=video 0 RTP/SAVPF 31",
            "m=audio 0 RTP/SAVP 0",
            "m=audio 0 RTP/AVP 0",
            "m=audio 3004 RTP/AVPF 8|a=recvonly",
            "m=image 0 udptl t38",
        ),
        held,
    )
    assert (agreed.remote_port, agreed.codec, agreed.direction) == (3004, "PCMA", "sendonly")
    assert media_of(ours.offer("127.0.0.1", 10000)) == media_of(held)


def test_payload_types_keep_the_meaning_that_they_got() -> None:
    ours = SdpSession(1)
    ours.answer(
        sdp("m=audio 4000 RTP/AVP 96 0 101|a=rtpmap:96 PCMA/8000|a=rtpmap:0 L16/8000|a=rtpmap:101 x/8000"),
        "127.0.0.1",
        10000,
    )
    text = lines_of(ours.offer("127.0.0.1", 10000))
    assert "m=audio 10000 RTP/AVP 96 97" in text
    assert "a=rtpmap:96 PCMA/8000" in text and "a=rtpmap:97 telephone-event/8000" in text


def test_lines_that_they_add_stay_from_then_on() -> None:
    ours = SdpSession(1)
    first = ours.offer("127.0.0.1", 10000)
    ours.accept(sdp("m=audio 4000 RTP/AVP 0"), first)
    assert media_of(ours.offer("127.0.0.1", 10000)) == media_of(first)
    ours.answer(sdp("m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 31"), "127.0.0.1", 10000)
    assert media_of(ours.offer("127.0.0.1", 10000)) == ["audio 10000 RTP/AVP 0 8 101", "video 0 RTP/AVP 31"]


def test_an_offer_that_was_refused_or_could_not_be_used_changes_nothing() -> None:
    ours = SdpSession(1)
    ours.answer(sdp("m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 31"), "127.0.0.1", 10000)
    before = media_of(ours.offer("127.0.0.1", 10000))
    for fax in (sdp("m=image 4006 udptl t38"), sdp("m=audio 0 RTP/AVP 0", "m=image 4006 udptl t38")):
        with pytest.raises(NoCommonCodec):
            ours.answer(fax, "127.0.0.1", 10000)
    with pytest.raises(SdpError):
        ours.accept(sdp(), ours.offer("127.0.0.1", 10000))
    assert media_of(ours.offer("127.0.0.1", 10000)) == before


def test_audio_that_they_close_is_closed_and_may_be_opened_again() -> None:
    ours = SdpSession(1)
    closed = sdp("m=video 0 RTP/AVP 31", "m=audio 0 RTP/AVP 0")
    with pytest.raises(NoCommonCodec):
        ours.answer(closed, "127.0.0.1", 10000)
    opened = sdp("m=video 0 RTP/AVP 31", "m=audio 4000 RTP/AVP 0")
    _, before = ours.answer(opened, "127.0.0.1", 10000)
    text, agreed = ours.answer(closed, "127.0.0.1", 10000)
    assert media_of(text) == ["video 0 RTP/AVP 31", "audio 0 RTP/AVP 0"]
    assert (agreed.direction, agreed.held, agreed.codec) == ("inactive", True, before.codec)
    assert media_of(ours.offer("127.0.0.1", 10000)) == ["video 0 RTP/AVP 31", "audio 10000 RTP/AVP 0 8 101"]
    text, agreed = ours.answer(opened, "127.0.0.1", 10000)
    assert (agreed, media_of(text)) == (before, ["video 0 RTP/AVP 31", "audio 10000 RTP/AVP 0"])


def test_reports_go_on_by_the_port_of_audio_when_we_offer_anew() -> None:
    ours = SdpSession(1)
    muxed = sdp("m=audio 3002 RTP/AVP 0|a=rtcp-mux")
    _, agreed = ours.answer(muxed, "127.0.0.1", 10000)
    assert agreed.rtcp_port == 3002
    held = ours.offer("127.0.0.1", 10000, direction="sendonly")
    assert lines_of(held).count("a=rtcp-mux") == 1
    assert ours.accept(muxed, held).rtcp_port == 3002
    assert ours.accept(sdp("m=audio 3002 RTP/AVP 0"), held).rtcp_port == 3003, "they take it back"
    assert "a=rtcp-mux" in lines_of(ours.offer("127.0.0.1", 10000))
    plain = SdpSession(1)
    plain.answer(sdp("m=audio 3002 RTP/AVP 0"), "127.0.0.1", 10000)
    assert "a=rtcp-mux" not in lines_of(plain.offer("127.0.0.1", 10000))
