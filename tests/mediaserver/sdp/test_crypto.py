"""Keys of SRTP in SDP: lines of phones as they are, and lines that must not be taken."""

from __future__ import annotations

import pytest

from mediaserver.media.encryption import SrtpSuite
from mediaserver.sdp.crypto import CryptoLine, crypto_lines, new_key
from mediaserver.sdp.description import Media

RFC_4568 = "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4"
"""Its example, section 9.1 (Appendix)."""
INLINE = "inline:" + "QUJD" * 10


@pytest.mark.parametrize("suite", SrtpSuite)
def test_a_line_round_trips(suite: SrtpSuite) -> None:
    line = CryptoLine(3, new_key(suite))
    name, _, value = str(line).partition(":")
    assert name == "crypto" and CryptoLine.parse(value) == line
    assert CryptoLine.parse(value.replace("=", "")) == line  # some leave the padding out


def test_the_example_of_rfc_4568_has_a_lifetime_and_an_identifier() -> None:
    line = CryptoLine.parse(RFC_4568)
    assert line is not None and line.tag == 1
    assert line.key.suite is SrtpSuite.AES_CM_128_HMAC_SHA1_80
    assert line.key.material == b"YS___semctl () {\t220;}\n}\nunles"
    assert line.key.mki == b"\0\0\0\1"


@pytest.mark.parametrize(
    "rest", ["", "|2^48", "|281474976710656", "|1:1", "|2^31|1:4", " WSH=64", " KDR=0", " -UNKNOWN", "\t "]
)
def test_taken(rest: str) -> None:
    assert CryptoLine.parse(f"1 aes_cm_128_hmac_sha1_80 {INLINE}{rest}") is not None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        f"x AES_CM_128_HMAC_SHA1_80 {INLINE}",
        f"1 F8_128_HMAC_SHA1_80 {INLINE}",
        f"1 AES_256_CM_HMAC_SHA1_80 {INLINE}",
        "1 AES_CM_128_HMAC_SHA1_80 uri:https://example.org/key",
        "1 AES_CM_128_HMAC_SHA1_80 inline:QUJD",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE}QUJD",
        f"1 AES_CM_128_HMAC_SHA1_80 inline:{'!' * 40}",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE}|2^99",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE}|300:1",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE}|1:0",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE}|1:129",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE};{INLINE}",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE} UNENCRYPTED_SRTP",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE} UNAUTHENTICATED_SRTP",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE} KDR=4",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE} FEC_ORDER=FEC_SRTP",
        f"1 AES_CM_128_HMAC_SHA1_80 {INLINE} UNHEARD_OF=1",
    ],
)
def test_not_taken(value: str) -> None:
    assert CryptoLine.parse(value) is None


def test_of_a_thousand_lines_so_many_are_looked_at() -> None:
    lines = [("a", f"crypto:{n} AES_CM_128_HMAC_SHA1_80 {INLINE}") for n in range(1_000)]
    assert [line.tag for line in crypto_lines(Media(lines=lines))] == list(range(32))
