"""Answers to offers of browsers: groups, identifications, places that are not known yet."""

from __future__ import annotations

import pytest

from mediaserver.sdp.codecs import OpusWish
from mediaserver.sdp.description import SessionDescription
from mediaserver.sdp.ice import Ice, IceSide
from mediaserver.sdp.negotiation import NO_PORT, Negotiated, answer
from mediaserver.sdp.policy import CodecOrder, Encryption
from mediaserver.sdp.securing import Securing
from mediaserver.sdp.session import SdpSession

HEAD = "v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=msid-semantic: WMS\r\n"
OURS = ("sha256", bytes(range(32)))
KEYS = (
    f"a=ice-ufrag:them\r\na=ice-pwd:{'t' * 24}\r\na=ice-options:trickle\r\n"
    f"a=fingerprint:sha-256 {bytes(32).hex(':').upper()}\r\na=setup:actpass\r\n"
)
AUDIO = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    f"{KEYS}a=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:110 telephone-event/48000\r\n"
    "a=rtpmap:126 telephone-event/8000\r\n"
)
VIDEO = f"m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n{KEYS}a=mid:1\r\na=rtpmap:96 VP8/90000\r\n"
DATA = "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=bundle-only\r\na=mid:1\r\n"


def answered(
    text: str, *, strict: bool = False, hosts: tuple[str, ...] = (), opus: OpusWish | None = None
) -> tuple[SessionDescription, Negotiated]:
    made, agreed = answer(
        text,
        "198.51.100.2",
        5_000,
        codecs=("opus", "PCMU"),
        order=CodecOrder.OURS,
        opus=opus or OpusWish(),
        securing=Securing(Encryption.REQUIRED, fingerprint=OURS),
        ice=IceSide(Ice.ANSWER, hosts, strict=strict),
    )
    return SessionDescription.parse(made), agreed


@pytest.mark.parametrize(("text", "place"), [(AUDIO + VIDEO, 0), (VIDEO + AUDIO, 1), (AUDIO + DATA, 0)])
def test_audio_alone_is_left_of_the_group(text: str, place: int) -> None:
    session, agreed = answered(HEAD + text)
    assert session.attributes()["group"] == "BUNDLE 0"
    taken, refused = session.media[place], session.media[1 - place]
    assert taken.port == 5_000 and taken.attributes()["mid"] == "0" and "rtcp-mux" in taken.attributes()
    assert refused.port == 0 and refused.attributes() == {"mid": "1"}
    assert agreed.codec == "opus" and agreed.encrypting is not None and agreed.ice is not None


LED = HEAD.replace("BUNDLE 0 1", "BUNDLE 1 0")


@pytest.mark.parametrize(("text", "place"), [(VIDEO + AUDIO, 0), (AUDIO + VIDEO, 1)])
def test_what_leads_the_group_stays_open_and_idle(text: str, place: int) -> None:
    """Chromium with `bundlePolicy: "max-bundle"` takes no answer that refuses it."""
    session, agreed = answered(LED + text)
    assert session.attributes()["group"] == "BUNDLE 1 0"
    leader, audio = session.media[place], session.media[1 - place]
    assert (leader.kind, leader.port, leader.formats, leader.direction()) == (
        "video",
        5_000,
        ["96"],
        "inactive",
    )
    for shared in ("ice-ufrag", "ice-pwd", "fingerprint", "setup", "rtcp-mux", "candidate"):
        assert leader.attributes()[shared] == audio.attributes()[shared]
    assert agreed.codec == "opus" and audio.port == 5_000


def test_what_is_idle_stays_in_its_group_when_we_offer() -> None:
    securing = Securing(Encryption.REQUIRED, fingerprint=OURS)
    side = IceSide(Ice.ANSWER)
    ours = SdpSession(1, securing, side)
    _, agreed = ours.answer(LED + VIDEO + AUDIO, "198.51.100.2", 5_000, codecs=("opus",))
    securing.agreed, side.agreed = agreed.encrypting, agreed.ice
    again = SessionDescription.parse(
        ours.offer("198.51.100.2", 5_000, codecs=("opus",), direction="sendonly")
    )
    assert again.attributes()["group"] == "BUNDLE 1 0"
    assert [(each.kind, each.port, each.direction()) for each in again.media] == [
        ("video", 5_000, "inactive"),
        ("audio", 5_000, "sendonly"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("m=video 9", "m=video 0"),
        ("UDP/TLS/RTP/SAVPF 96", "UDP/DTLS/SCTP webrtc-datachannel"),
        ("a=rtpmap:96 VP8/90000", "a=x"),
        ("a=mid:1", "a=mid:7"),
    ],
)
def test_a_leader_that_could_not_be_answered_is_refused_as_ever(old: str, new: str) -> None:
    session, _ = answered(LED + VIDEO.replace(old, new) + AUDIO)
    assert session.media[0].port == 0 and session.attributes()["group"] == "BUNDLE 0"


def test_who_knows_no_place_yet_does_not_hold() -> None:
    _, agreed = answered(HEAD + AUDIO)
    assert agreed.direction == "sendrecv" and not agreed.held
    _, agreed = answered(HEAD + AUDIO.replace("a=sendrecv", "a=sendonly"))
    assert agreed.direction == "recvonly" and agreed.held


def test_without_checks_an_address_of_zeroes_holds_as_ever() -> None:
    plain = "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"
    _, agreed = answer(HEAD + plain, "198.51.100.2", 5_000, ice=IceSide(Ice.ANSWER))
    assert agreed.held and agreed.direction == "recvonly"


def test_audio_without_a_port_of_its_own_is_taken_where_its_group_says() -> None:
    text = VIDEO + AUDIO.replace("m=audio 9", "m=audio 0") + "a=bundle-only\r\n"
    session, _ = answered(HEAD + text)
    assert [media.port for media in session.media] == [0, 5_000]


def test_what_sdp_names_is_no_place_for_who_is_strict() -> None:
    victim = AUDIO.replace("IN IP4 0.0.0.0", "IN IP4 192.0.2.99").replace("m=audio 9", "m=audio 4000")
    victim += "a=candidate:1 1 udp 2130706431 192.0.2.99 4000 typ host\r\n"
    _, agreed = answered(HEAD + victim, strict=True)
    assert (agreed.remote_host, agreed.remote_port, agreed.rtcp_port) == ("0.0.0.0", NO_PORT, NO_PORT)
    assert agreed.direction == "sendrecv"


def test_each_of_our_addresses_is_a_candidate_the_most_wanted_first() -> None:
    session, _ = answered(HEAD + AUDIO, hosts=("127.0.0.1", "198.51.100.2"))
    found = [value for kind, value in session.media[0].lines if kind == "a" and value.startswith("candidate")]
    assert [each.split()[4] for each in found] == ["198.51.100.2", "127.0.0.1"]
    assert int(found[0].split()[3]) > int(found[1].split()[3])


def test_speech_is_asked_for_as_it_is_wished() -> None:
    session, _ = answered(HEAD + AUDIO, opus=OpusWish(32_000, dtx=True))
    assert ("a", "fmtp:111 maxaveragebitrate=32000;stereo=0;useinbandfec=1;usedtx=1") in session.media[
        0
    ].lines


def test_an_identification_that_could_not_be_said_again_is_none() -> None:
    session, _ = answered(HEAD + AUDIO.replace("a=mid:0", "a=mid:" + "x" * 99))
    assert "mid" not in session.media[0].attributes() and "group" not in session.attributes()
