"""What encrypts a call's audio: suites and master keys of SRTP (:rfc:`3711`, :rfc:`7714`), and with whom keys
are to be agreed on by DTLS (:rfc:`5763`), as values.

Signalling agrees on them, whatever carries the audio uses them. They must never be printed: `repr` leaves the
keys out.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TypeAlias


class SrtpSuite(enum.Enum):
    """By the names of SDP (:rfc:`4568`, section 6.2; :rfc:`7714`, section 14.2)."""

    AEAD_AES_256_GCM = "AEAD_AES_256_GCM"
    AEAD_AES_128_GCM = "AEAD_AES_128_GCM"
    AES_CM_128_HMAC_SHA1_80 = "AES_CM_128_HMAC_SHA1_80"
    AES_CM_128_HMAC_SHA1_32 = "AES_CM_128_HMAC_SHA1_32"

    @property
    def key_octets(self) -> int:
        """Of the master key."""
        return 32 if self is SrtpSuite.AEAD_AES_256_GCM else 16

    @property
    def salt_octets(self) -> int:
        """Of the master salt."""
        return 12 if self.aead else 14

    @property
    def master_octets(self) -> int:
        """Of key and salt together."""
        return self.key_octets + self.salt_octets

    @property
    def aead(self) -> bool:
        """Its tag is part of what is encrypted, so that a key identifier follows it (:rfc:`7714`)."""
        return self in (SrtpSuite.AEAD_AES_256_GCM, SrtpSuite.AEAD_AES_128_GCM)

    @property
    def tag_octets(self) -> int:
        """Of the tag that follows a packet of audio; reports have 10 where this is 4."""
        if self.aead:
            return 16
        return 4 if self is SrtpSuite.AES_CM_128_HMAC_SHA1_32 else 10


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Of one direction."""

    suite: SrtpSuite
    material: bytes = field(repr=False)
    """Key and salt, `suite.master_octets` long."""
    mki: bytes = field(default=b"", repr=False)
    """The master key identifier that each packet carries; empty: none."""

    def __post_init__(self) -> None:
        """Raises ValueError for material of another length."""
        if len(self.material) != self.suite.master_octets:
            raise ValueError(f"{self.suite.value} has keys of {self.suite.master_octets} octets")


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Of both directions."""

    ours: MasterKey
    """For what we send."""
    theirs: MasterKey
    """For what they send."""
    exchange: str = "SDES"
    """How they were agreed on: SDES, or DTLS."""

    def __str__(self) -> str:
        """As the figures of a call have it."""
        return f"{self.exchange} {self.theirs.suite.value}"


@dataclass(frozen=True, slots=True)
class DtlsPeer:
    """The other side of a DTLS handshake that is to bring the keys."""

    active: bool
    """It begins; else we do."""
    fingerprints: tuple[tuple[str, bytes], ...]
    """Of its certificate: the hash function as in `hashlib`, and its digest. One of them has to fit."""

    def __str__(self) -> str:
        """As the figures of a call have it, until there are keys."""
        return "DTLS"


Encrypting: TypeAlias = SrtpKeys | DtlsPeer
"""How the audio of a call is encrypted, as signalling agreed on it."""
