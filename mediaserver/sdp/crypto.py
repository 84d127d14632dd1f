"""Keys of SRTP in SDP (SDES, :rfc:`4568`): one `a=crypto` line as a value.

Pure text. Lines that we could not keep to are no lines for us, whatever else they hold; nothing is raised.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from mediaserver.media.encryption import MasterKey, SrtpSuite
from mediaserver.sdp.description import Media

OFFERED = (SrtpSuite.AEAD_AES_256_GCM, SrtpSuite.AES_CM_128_HMAC_SHA1_80)
"""What we offer, the best first; what is offered to us is taken in the peer's order."""
MOST_LINES = 32
"""Of one stream that are looked at."""
MOST_MKI = 128

_SUITES = {suite.value: suite for suite in SrtpSuite}
_LINE = re.compile(
    r"([0-9]{1,9}+)[ \t]++([A-Za-z0-9_]{1,64}+)[ \t]++inline:([A-Za-z0-9+/]{1,128}+={0,2}+)"
    r"((?:\|[0-9^:]{1,60}+){0,2}+)((?:[ \t]++[^ \t]++)*+)[ \t]*+",
    re.IGNORECASE,
)
_LIFETIME = re.compile(r"(?:2\^([0-9]{1,2}+)|[0-9]{1,15}+)")
_MKI = re.compile(r"([0-9]{1,40}+):([0-9]{1,3}+)")


@dataclass(frozen=True, slots=True)
class CryptoLine:
    """One suite, and the sender's key for it."""

    tag: int
    key: MasterKey

    @classmethod
    def parse(cls, value: str) -> CryptoLine | None:
        """Of `a=crypto:` what follows the colon. None for what we cannot keep to: another suite, several
        keys, parameters (6.3) that weaken it or that we do not know.

        Lifetimes are read and need no more: they bind the sender, who has to bring another key in time.
        """
        match = _LINE.fullmatch(value.strip())
        if match is None or (suite := _SUITES.get(match[2].upper())) is None:
            return None
        mki: bytes | None = b""
        for part in match[4].split("|")[1:]:
            if ":" in part:
                mki = _mki(part)
            elif not _is_lifetime(part):
                return None
        if mki is None or not all(_is_harmless(each.upper()) for each in match[5].split()):
            return None
        encoded = match[3].rstrip("=")
        try:
            material = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
            return cls(int(match[1]), MasterKey(suite, material, mki))
        except (binascii.Error, ValueError):
            return None

    def __str__(self) -> str:
        """As an attribute, with its name."""
        inline = base64.b64encode(self.key.material).decode()
        return f"crypto:{self.tag} {self.key.suite.value} inline:{inline}"


def crypto_lines(media: Media) -> Iterator[CryptoLine]:
    """Those of a stream that we can keep to, in its order."""
    looked_at = 0
    for kind, value in media.lines:
        if kind == "a" and value[:7].lower() == "crypto:" and looked_at < MOST_LINES:
            looked_at += 1
            if (line := CryptoLine.parse(value[7:])) is not None:
                yield line


def new_key(suite: SrtpSuite) -> MasterKey:
    return MasterKey(suite, secrets.token_bytes(suite.master_octets))


def _is_lifetime(text: str) -> bool:
    match = _LIFETIME.fullmatch(text)
    return match is not None and (match[1] is None or int(match[1]) <= 48)


def _mki(text: str) -> bytes | None:
    """`value:length`, as octets; None when it does not fit, or is none."""
    match = _MKI.fullmatch(text)
    if match is None or not 0 < int(match[2]) <= MOST_MKI:
        return None
    value, length = int(match[1]), int(match[2])
    return value.to_bytes(length, "big") if value.bit_length() <= 8 * length else None


def _is_harmless(parameter: str) -> bool:
    """WSH is a hint, KDR=0 the default, and what begins with a dash may be ignored (6.3)."""
    return parameter.startswith(("WSH=", "-")) or parameter == "KDR=0"
