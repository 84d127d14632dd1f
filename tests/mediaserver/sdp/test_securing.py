"""Who wants encryption, who offers it, and what comes of it."""

from __future__ import annotations

import itertools

import pytest

from mediaserver.media.encryption import DtlsPeer, SrtpKeys, SrtpSuite
from mediaserver.sdp.crypto import CryptoLine, crypto_lines
from mediaserver.sdp.description import SdpError, SessionDescription
from mediaserver.sdp.negotiation import Negotiated, accept, answer, offer
from mediaserver.sdp.policy import Encryption
from mediaserver.sdp.securing import EncryptionMismatch, Securing
from mediaserver.sdp.session import SdpSession

OFF, OPTIONAL, REQUIRED = Encryption.OFF, Encryption.OPTIONAL, Encryption.REQUIRED
HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
CM = "AES_CM_128_HMAC_SHA1_80"


def line(tag: int = 1, suite: str = CM, letter: str = "A") -> str:
    return f"a=crypto:{tag} {suite} inline:{letter * 40}\r\n"


def sdp(*streams: str) -> str:
    return HEAD + "".join(streams)


def stream(proto: str, *lines: str, port: int = 4_000) -> str:
    return f"m=audio {port} {proto} 0\r\n" + "".join(lines)


def keys_of(agreed: Negotiated) -> SrtpKeys:
    assert isinstance(agreed.encrypting, SrtpKeys)
    return agreed.encrypting


def answered(text: str, securing: Securing) -> tuple[SessionDescription, Negotiated]:
    made, agreed = answer(text, "192.0.2.2", 5_000, securing=securing)
    return SessionDescription.parse(made), agreed


def test_two_sides_by_what_they_want() -> None:
    """Between any two policies: encrypted, plain, or a refusal that says why."""
    outcome = {}
    for ours, theirs in itertools.product(Encryption, Encryption):
        offering, answering = Securing(ours, sdes=True), Securing(theirs, sdes=True)
        text = offer("192.0.2.1", 4_000, securing=offering)
        try:
            reply, they = answer(text, "192.0.2.2", 5_000, securing=answering)
            we = accept(reply, text, securing=offering)
        except EncryptionMismatch as error:
            outcome[ours, theirs] = "refused"
            assert "SRTP" in str(error)
            continue
        outcome[ours, theirs] = "plain" if we.encrypting is None else "encrypted"
        if we.encrypting is not None and they.encrypting is not None:
            assert (keys_of(we).ours, keys_of(we).theirs) == (
                keys_of(they).theirs,
                keys_of(they).ours,
            )
            assert keys_of(we).ours.suite is SrtpSuite.AEAD_AES_256_GCM
        else:
            assert they.encrypting is None
    assert outcome == {
        (OFF, OFF): "plain",
        (OFF, OPTIONAL): "plain",
        (OFF, REQUIRED): "refused",
        (OPTIONAL, OFF): "plain",
        (OPTIONAL, OPTIONAL): "encrypted",
        (OPTIONAL, REQUIRED): "encrypted",
        (REQUIRED, OFF): "refused",
        (REQUIRED, OPTIONAL): "encrypted",
        (REQUIRED, REQUIRED): "encrypted",
    }


def test_an_optional_offer_can_be_answered_by_who_knows_nothing_of_srtp() -> None:
    text = offer("192.0.2.1", 4_000, securing=Securing(OPTIONAL, sdes=True))
    [audio] = SessionDescription.parse(text).media
    assert audio.proto == "RTP/AVP"
    assert [each.key.suite.value for each in crypto_lines(audio)] == ["AEAD_AES_256_GCM", CM]
    required = offer("192.0.2.1", 4_000, securing=Securing(REQUIRED, sdes=True))
    assert SessionDescription.parse(required).media[0].proto == "RTP/SAVP"


def test_the_answer_keeps_profile_tag_and_suite_and_has_a_key_of_its_own() -> None:
    for proto in ("RTP/SAVP", "RTP/SAVPF", "RTP/AVP"):
        made, agreed = answered(sdp(stream(proto, line(7))), Securing(OPTIONAL, sdes=True))
        [audio] = made.media
        [ours] = crypto_lines(audio)
        assert (audio.proto, ours.tag, ours.key.suite.value) == (proto, 7, CM)
        assert agreed.encrypting is not None and keys_of(agreed).ours == ours.key
        assert keys_of(agreed).theirs.material != ours.key.material


def test_the_first_line_that_can_be_kept_to_is_taken() -> None:
    lines = line(1, "AES_256_CM_HMAC_SHA1_80"), line(2, "F8_128_HMAC_SHA1_32"), line(3), line(4)
    made, _ = answered(sdp(stream("RTP/SAVP", *lines)), Securing(REQUIRED, sdes=True))
    assert [each.tag for each in crypto_lines(made.media[0])] == [3]


@pytest.mark.parametrize(
    ("wanted", "offered", "says"),
    [
        (REQUIRED, stream("RTP/AVP"), "none of that kind is offered"),
        (OFF, stream("RTP/SAVP", line()), "switched off"),
        (OPTIONAL, stream("RTP/SAVP"), "a=crypto"),
        (OPTIONAL, stream("RTP/SAVP", line(1, "F8_128_HMAC_SHA1_80")), "a=crypto"),
        (REQUIRED, stream("RTP/AVP", line(1, "NONE")), "none of that kind"),
    ],
)
def test_less_than_is_required_is_refused_and_says_why(wanted: Encryption, offered: str, says: str) -> None:
    with pytest.raises(EncryptionMismatch, match=says):
        answered(sdp(offered), Securing(wanted, sdes=True))


def test_keys_are_neither_written_nor_taken_where_others_read_them() -> None:
    for text in (stream("RTP/SAVP", line()), stream("RTP/AVP", line())):
        with pytest.raises(EncryptionMismatch, match="TLS"):
            answered(sdp(text), Securing(REQUIRED))
    with pytest.raises(EncryptionMismatch, match="TLS"):
        answered(sdp(stream("RTP/SAVP", line())), Securing(OPTIONAL))
    made, agreed = answered(sdp(stream("RTP/AVP", line())), Securing(OPTIONAL))
    assert agreed.encrypting is None and not list(crypto_lines(made.media[0]))
    assert b"crypto" not in offer("192.0.2.1", 4_000, securing=Securing(OPTIONAL))
    with pytest.raises(EncryptionMismatch, match="TLS"):
        offer("192.0.2.1", 4_000, securing=Securing(REQUIRED))


def test_of_two_streams_the_encrypted_one_is_taken() -> None:
    text = sdp(stream("RTP/AVP"), stream("RTP/SAVP", line(), port=4_002))
    made, agreed = answered(text, Securing(OPTIONAL, sdes=True))
    assert agreed.remote_port == 4_002 and agreed.encrypting is not None
    assert [media.port for media in made.media] == [0, 5_000]
    made, agreed = answered(text, Securing(OFF))
    assert agreed.remote_port == 4_000 and agreed.encrypting is None


@pytest.mark.parametrize("change", ["tag", "suite", "none", "echo"])
def test_an_answer_with_another_key_than_was_offered_is_refused(change: str) -> None:
    securing = Securing(REQUIRED, sdes=True)
    text = offer("192.0.2.1", 4_000, securing=securing)
    [audio] = SessionDescription.parse(text).media
    last = list(crypto_lines(audio))[-1]
    told = {"tag": line(9), "suite": line(1), "none": "", "echo": f"a={last}\r\n"}[change]
    with pytest.raises(EncryptionMismatch, match="answer"):
        accept(sdp(stream("RTP/SAVP", told)), text, securing=securing)


def test_an_answer_of_another_profile_is_taken_by_its_key() -> None:
    securing = Securing(OPTIONAL, sdes=True)
    text = offer("192.0.2.1", 4_000, securing=securing)
    agreed = accept(sdp(stream("RTP/SAVP", line(2))), text, securing=securing)
    assert agreed.encrypting is not None and keys_of(agreed).theirs.suite.value == CM
    with pytest.raises(EncryptionMismatch):
        accept(sdp(stream("RTP/SAVP")), text, securing=securing)


def test_an_answer_whose_key_fits_nothing_is_refused_and_an_echo_is_plain() -> None:
    """By RTP/AVP, which leaves the choice to them: what they encrypt would be noise."""
    securing = Securing(OPTIONAL, sdes=True)
    text = offer("192.0.2.1", 4_000, securing=securing)
    with pytest.raises(EncryptionMismatch, match="without a key that was asked for"):
        accept(sdp(stream("RTP/AVP", line(9))), text, securing=securing)
    echo = [f"a={each}\r\n" for each in crypto_lines(SessionDescription.parse(text).media[0])]
    assert accept(sdp(stream("RTP/AVP", *echo)), text, securing=securing).encrypting is None


def test_the_same_offer_again_is_answered_the_same() -> None:
    securing = Securing(OPTIONAL, sdes=True)
    ours = SdpSession(1, securing)
    first, agreed = ours.answer(sdp(stream("RTP/SAVP", line())), "192.0.2.2", 5_000)
    securing.agreed = agreed.encrypting
    second, again = ours.answer(sdp(stream("RTP/SAVP", line())), "192.0.2.2", 5_000)
    assert first == second and agreed.encrypting == again.encrypting and ours.version == 1


def test_another_key_of_theirs_brings_another_of_ours_and_a_new_version() -> None:
    securing = Securing(OPTIONAL, sdes=True)
    ours = SdpSession(1, securing)
    _, before = ours.answer(sdp(stream("RTP/SAVP", line())), "192.0.2.2", 5_000)
    securing.agreed = before.encrypting
    _, after = ours.answer(sdp(stream("RTP/SAVP", line(letter="B"))), "192.0.2.2", 5_000)
    assert before.encrypting is not None and after.encrypting is not None
    assert keys_of(after).ours != keys_of(before).ours and ours.version == 2


def test_our_next_offer_goes_on_with_the_key_in_use() -> None:
    securing = Securing(OPTIONAL, sdes=True)
    ours = SdpSession(1, securing)
    _, agreed = ours.answer(sdp(stream("RTP/SAVP", line(5))), "192.0.2.2", 5_000)
    securing.agreed = agreed.encrypting
    [audio] = SessionDescription.parse(ours.offer("192.0.2.2", 5_000, direction="sendonly")).media
    assert agreed.encrypting is not None and audio.proto == "RTP/SAVP"
    assert list(crypto_lines(audio)) == [CryptoLine(1, keys_of(agreed).ours)]
    plain = SdpSession(1, unused := Securing(OPTIONAL, sdes=True))
    plain.answer(sdp(stream("RTP/AVP")), "192.0.2.2", 5_000)
    assert unused.agreed is None
    assert b"crypto" not in plain.offer("192.0.2.2", 5_000, direction="sendonly")


def test_an_offer_that_is_asked_for_twice_has_the_same_keys() -> None:
    ours = SdpSession(1, Securing(OPTIONAL, sdes=True))
    assert ours.offer("192.0.2.2", 5_000) == ours.offer("192.0.2.2", 5_000)
    assert ours.version == 1


def test_an_unknown_profile_is_refused_as_any() -> None:
    with pytest.raises(SdpError, match="no audio"):
        answered(sdp(stream("RTP/XYZ", line())), Securing(OPTIONAL, sdes=True))


# -- by DTLS

OUR_PRINT, THEIR_PRINT = ("sha256", bytes(range(32))), ("sha256", bytes(range(32, 64)))
DTLS = "UDP/TLS/RTP/SAVPF"
PRINT = "a=fingerprint:SHA-256 " + bytes(range(32, 64)).hex(":").upper() + "\r\n"


def by_dtls(wanted: Encryption = OPTIONAL, *, sdes: bool = False) -> Securing:
    return Securing(wanted, sdes=sdes, fingerprint=OUR_PRINT)


@pytest.mark.parametrize(
    ("setup", "ours", "active"),
    [("actpass", "passive", True), ("active", "passive", True), ("passive", "active", False)],
)
def test_dtls_is_answered_with_our_fingerprint_and_the_other_part(
    setup: str, ours: str, active: bool
) -> None:
    made, agreed = answered(sdp(stream(DTLS, PRINT, f"a=setup:{setup}\r\n", "a=rtcp-mux\r\n")), by_dtls())
    [audio] = made.media
    said = audio.attributes()
    assert audio.proto == DTLS and said["setup"] == ours and "rtcp-mux" in said
    assert said["fingerprint"] == "sha-256 " + OUR_PRINT[1].hex(":").upper()
    assert agreed.encrypting == DtlsPeer(active, (THEIR_PRINT,))
    assert agreed.rtcp_port == agreed.remote_port


def test_a_fingerprint_of_the_session_counts_where_the_stream_has_none() -> None:
    text = HEAD + PRINT + "a=setup:active\r\n" + stream(DTLS)
    _, agreed = answered(text, by_dtls())
    assert agreed.encrypting == DtlsPeer(True, (THEIR_PRINT,))
    assert agreed.rtcp_port == agreed.remote_port + 1


@pytest.mark.parametrize(
    "lines",
    [
        "a=setup:actpass\r\n",
        PRINT + "a=setup:holdconn\r\n",
        PRINT.replace("SHA-256", "SHA-1"),
        PRINT.replace("SHA-256", "SHA-512"),
        PRINT.replace(":3F", ""),
        PRINT.replace(":", ""),
    ],
)
def test_dtls_without_what_proves_the_other_side_is_refused(lines: str) -> None:
    with pytest.raises(EncryptionMismatch, match="a=fingerprint"):
        answered(sdp(stream(DTLS, lines)), by_dtls())


def test_dtls_is_refused_where_encryption_is_off_or_nobody_can_do_it() -> None:
    for securing in (Securing(OFF), Securing(OPTIONAL, sdes=True)):
        with pytest.raises(EncryptionMismatch):
            answered(sdp(stream(DTLS, PRINT, "a=setup:actpass\r\n")), securing)


def test_required_is_offered_by_dtls_where_keys_could_be_read() -> None:
    offering, answering = by_dtls(REQUIRED), Securing(OPTIONAL, fingerprint=THEIR_PRINT)
    text = offer("192.0.2.1", 4_000, securing=offering)
    [audio] = SessionDescription.parse(text).media
    assert audio.proto == "UDP/TLS/RTP/SAVP" and audio.attributes()["setup"] == "actpass"
    reply, they = answer(text, "192.0.2.2", 5_000, securing=answering)
    we = accept(reply, text, securing=offering)
    assert we.encrypting == DtlsPeer(False, (THEIR_PRINT,)) and they.encrypting == DtlsPeer(
        True, (OUR_PRINT,)
    )
    assert we.rtcp_port == we.remote_port == 5_000


@pytest.mark.parametrize("lines", ["", "a=setup:active\r\n", PRINT + "a=setup:holdconn\r\n"])
def test_an_answer_that_cannot_be_shaken_hands_with_is_refused(lines: str) -> None:
    securing = by_dtls(REQUIRED)
    text = offer("192.0.2.1", 4_000, securing=securing)
    with pytest.raises(EncryptionMismatch):
        accept(sdp(stream(DTLS, lines)), text, securing=securing)


def test_the_same_certificate_again_is_the_same_association() -> None:
    securing = by_dtls()
    ours = SdpSession(1, securing)
    _, agreed = ours.answer(sdp(stream(DTLS, PRINT, "a=setup:passive\r\n")), "192.0.2.2", 5_000)
    securing.agreed = agreed.encrypting
    _, again = ours.answer(sdp(stream(DTLS, PRINT, "a=setup:actpass\r\n")), "192.0.2.2", 5_000)
    assert again.encrypting == agreed.encrypting
    [audio] = SessionDescription.parse(ours.offer("192.0.2.2", 5_000)).media
    assert audio.proto == DTLS and audio.attributes()["setup"] == "active"


def test_keys_in_sdp_come_first_where_they_are_private() -> None:
    both = stream("RTP/SAVP", line(), PRINT, "a=setup:actpass\r\n")
    assert isinstance(answered(sdp(both), by_dtls(sdes=True))[1].encrypting, SrtpKeys)
    assert isinstance(answered(sdp(both), by_dtls())[1].encrypting, DtlsPeer)


def test_rtcp_on_the_port_of_rtp_is_agreed_on_for_plain_audio_too() -> None:
    made, agreed = answered(sdp(stream("RTP/AVP", "a=rtcp-mux\r\n")), Securing())
    assert "rtcp-mux" in made.media[0].attributes() and agreed.rtcp_port == agreed.remote_port
    text = offer("192.0.2.1", 4_000)
    unasked = accept(sdp(stream("RTP/AVP", "a=rtcp-mux\r\n")), text)
    assert unasked.rtcp_port == unasked.remote_port + 1


def test_who_offers_dtls_beside_plain_audio_is_offered_the_same_later() -> None:
    """RFC 8643: an answer by that profile holds, and so does one to our next offer."""
    securing = by_dtls()
    ours = SdpSession(1, securing)
    said = stream("RTP/AVP", PRINT, "a=setup:actpass\r\n")
    _, agreed = ours.answer(sdp(said), "192.0.2.2", 5_000)
    securing.agreed = agreed.encrypting
    held = ours.offer("192.0.2.2", 5_000, direction="sendonly")
    taken = ours.accept(sdp(said.replace("actpass", "active")), held)
    assert taken.encrypting == agreed.encrypting == DtlsPeer(True, (THEIR_PRINT,))
    with pytest.raises(EncryptionMismatch):
        ours.accept(sdp(stream("RTP/AVP")), held)


def test_keys_in_sdp_are_none_of_dtls() -> None:
    with pytest.raises(EncryptionMismatch, match="a=fingerprint"):
        answered(sdp(stream(DTLS, line())), by_dtls(sdes=True))
