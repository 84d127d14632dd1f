"""SRTP by known answers, and against an implementation that shares no code with libsrtp."""

from __future__ import annotations

import pytest

from callers.srtp import SrtpDirection, SrtpError, derived
from mediaserver.media.encryption import MasterKey, SrtpKeys, SrtpSuite
from mediaserver.rtp import rtcp
from mediaserver.rtp.packets import RtpPacket
from mediaserver.rtp.srtp import MOST_SOURCES, SrtpReceiver, SrtpSender

CM, GCM = SrtpSuite.AES_CM_128_HMAC_SHA1_80, SrtpSuite.AEAD_AES_256_GCM
RFC_3711 = MasterKey(CM, bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6"))
"""Appendix B.3."""


def key(suite: SrtpSuite, seed: int = 1, mki: bytes = b"") -> MasterKey:
    return MasterKey(suite, bytes((seed * 7 + n) & 255 for n in range(suite.master_octets)), mki)


def packet(sequence: int, ssrc: int = 7, octets: int = 160) -> bytes:
    return bytes(RtpPacket(0, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, ssrc, bytes(octets)))


def report(ssrc: int = 7) -> bytes:
    return bytes(rtcp.Report(ssrc)) + bytes(rtcp.Description(ssrc, "somebody"))


# -- known answers


def test_session_keys_of_rfc_3711_appendix_b_3() -> None:
    assert derived(RFC_3711, 0, 16).hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert derived(RFC_3711, 2, 14).hex().upper() == "30CBBC08863D8C85D49DB34A9AE1"
    assert derived(RFC_3711, 1, 20).hex().upper() == "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"


def test_key_stream_of_rfc_3711_appendix_b_2() -> None:
    from callers.srtp import _key_stream

    counter = int("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000", 16)
    stream = _key_stream(bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C"), counter, bytes(48))
    assert stream.hex().upper() == (
        "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0"
    )


@pytest.mark.parametrize("protect", [SrtpSender(RFC_3711).protect, SrtpDirection(RFC_3711).protect])
def test_packet_by_the_key_of_rfc_3711(protect) -> None:  # type: ignore[no-untyped-def]
    """libsrtp's own reference packet."""
    plain = bytes.fromhex("800f1234decafbadcafebabe") + b"\xab" * 16
    assert protect(plain).hex() == (
        "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"
    )


def test_packet_of_rfc_7714_section_16_2() -> None:
    """AEAD_AES_256_GCM by its session key and salt: the nonce and what is authenticated."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    half = SrtpDirection(key(GCM))._rtp
    half.salt = bytes.fromhex("517569642070726f2071756f")
    assert half.nonce(0x5501A0B2, 0xF17B).hex() == "51753c6580c2726f20718414"
    session = bytes(range(32))
    header = bytes.fromhex("8040f17b8041f8d35501a0b2")
    text = b"Gallia est omnis divisa in partes tres"
    sealed = AESGCM(session).encrypt(half.nonce(0x5501A0B2, 0xF17B), text, header)
    assert sealed.hex() == (
        "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f"
        "1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13"
    )


# -- two implementations


@pytest.mark.parametrize("suite", SrtpSuite)
@pytest.mark.parametrize("mki", [b"", b"\0\0\0\1"])
def test_each_reads_what_the_other_writes(suite: SrtpSuite, mki: bytes) -> None:
    ours, theirs = SrtpSender(key(suite)), SrtpDirection(key(suite))
    back, receiver = SrtpDirection(key(suite, 2, mki)), SrtpReceiver(key(suite, 2, mki))
    for n in range(65_400, 65_700):  # the numbers wrap
        assert theirs.unprotect(ours.protect(packet(n))) == packet(n)
        assert receiver.unprotect(back.protect(packet(n))) == packet(n)
    for _ in range(3):
        assert theirs.unprotect_rtcp(ours.protect_rtcp(report())) == report()
        assert receiver.unprotect_rtcp(back.protect_rtcp(report())) == report()
    assert receiver.rejected == 0


@pytest.mark.parametrize("suite", SrtpSuite)
def test_a_packet_of_another_key_or_a_changed_one_yields_nothing_and_is_counted(suite: SrtpSuite) -> None:
    receiver, sender = SrtpReceiver(key(suite)), SrtpSender(key(suite))
    good = sender.protect(packet(5))
    changed = [good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :] for at in (1, 5, 9, 20, len(good) - 1)]
    others = [
        SrtpSender(key(suite, 9)).protect(packet(5)),
        packet(5),
        good[:-1],
        good[:12],
        b"",
        b"\x80",
        bytes(1_999),
    ]
    assert [receiver.unprotect(data) for data in changed + others] == [b""] * 12
    assert receiver.rejected == 12
    assert [receiver.unprotect_rtcp(data) for data in (report(), b"", good)] == [b""] * 3
    assert receiver.unprotect(good) == packet(5)


def test_a_packet_counts_once_and_one_that_is_too_old_not_at_all() -> None:
    receiver, sender = SrtpReceiver(key(CM)), SrtpSender(key(CM))
    sent = [sender.protect(packet(n)) for n in range(3_000)]
    assert receiver.unprotect(sent[2_999]) == packet(2_999)
    assert receiver.unprotect(sent[2_500]) == packet(2_500)
    assert receiver.unprotect(sent[2_500]) == b""
    assert receiver.unprotect(sent[100]) == b""
    assert receiver.rejected == 2


def test_an_early_packet_of_the_next_key_and_a_late_one_of_the_last_are_both_read() -> None:
    before, after = SrtpSender(key(CM, 1)), SrtpSender(key(GCM, 2))
    receiver = SrtpReceiver(key(CM, 1))
    assert receiver.unprotect(before.protect(packet(1))) == packet(1)
    receiver = SrtpReceiver(key(GCM, 2), receiver)
    assert receiver.unprotect(before.protect(packet(2))) == packet(2)  # on its way when the key came
    assert receiver.unprotect(after.protect(packet(3))) == packet(3)
    assert receiver.unprotect(before.protect(packet(4))) == b""  # the old key is gone
    assert receiver.rejected == 1


def test_a_key_may_be_used_with_so_many_sources_and_no_more() -> None:
    receiver, sender = SrtpReceiver(key(CM)), SrtpSender(key(CM))
    read = [receiver.unprotect(sender.protect(packet(1, ssrc))) for ssrc in range(1, MOST_SOURCES + 4)]
    assert [bool(plain) for plain in read] == [True] * MOST_SOURCES + [False] * 3
    assert receiver.unprotect(sender.protect(packet(2, 1))) == packet(2, 1)


def test_what_cannot_be_encrypted_is_not_sent() -> None:
    sender = SrtpSender(key(CM))
    sender.protect(packet(5))
    with pytest.raises(OSError, match="replay"):
        sender.protect(packet(5))  # the same key stream twice
    with pytest.raises(OSError, match="too long"):
        sender.protect(packet(6, octets=1_400))
    with pytest.raises(OSError, match="SRTCP"):
        sender.protect_rtcp(b"")


def test_keys_are_never_printed() -> None:
    keys = SrtpKeys(key(CM, 1, b"\x61\x62"), key(GCM, 2))
    assert str(keys) == "SDES AEAD_AES_256_GCM"
    assert "ab" not in repr(keys) and "x0" not in repr(keys)
    with pytest.raises(ValueError, match="30 octets"):
        MasterKey(CM, bytes(29))


def test_the_independent_one_refuses_what_it_should() -> None:
    theirs = SrtpDirection(key(CM))
    for data in (b"", bytes(12), packet(1), b"\x9f" + packet(1)[1:]):
        with pytest.raises(SrtpError):
            theirs.unprotect(data)
