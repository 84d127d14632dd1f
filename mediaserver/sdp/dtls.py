"""DTLS-SRTP in SDP (:rfc:`5763`, :rfc:`8122`, :rfc:`4145`): fingerprints, and who begins the handshake.

Pure text. What cannot be used is as if it were not there; nothing is raised.
"""

from __future__ import annotations

import enum
import hashlib
import re
from typing import TypeAlias

from mediaserver.media.encryption import DtlsPeer
from mediaserver.sdp.description import Media, Section

Fingerprint: TypeAlias = tuple[str, bytes]
"""The hash function as in `hashlib`, and its digest."""

MOST_FINGERPRINTS = 8
"""Of one stream that are looked at."""

_HASHES = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
"""Older ones are no proof any more."""
_NAMES = {ours: theirs for theirs, ours in _HASHES.items()}
_LINE = re.compile(r"([A-Za-z0-9-]{3,16}+)[ \t]++([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){19,63}+)[ \t]*+")


class Setup(enum.Enum):
    """Whose part it is to begin (:rfc:`4145`, section 4)."""

    ACTIVE = "active"
    PASSIVE = "passive"
    ACTPASS = "actpass"
    """Whoever answers says."""


def fingerprints(session: Section, media: Media) -> tuple[Fingerprint, ...]:
    """Of the certificates that the other side may show for a stream: its own, or the session's."""
    return _fingerprints_of(media) or _fingerprints_of(session)


def _fingerprints_of(section: Section) -> tuple[Fingerprint, ...]:
    found: list[Fingerprint] = []
    lines = [value for kind, value in section.lines if kind == "a" and value[:12].lower() == "fingerprint:"]
    for value in lines[:MOST_FINGERPRINTS]:
        match = _LINE.fullmatch(value[12:].strip())
        if match is None or (name := _HASHES.get(match[1].lower())) is None:
            continue
        digest = bytes.fromhex(match[2].replace(":", ""))
        if len(digest) == hashlib.new(name).digest_size:
            found.append((name, digest))
    return tuple(found)


def setup_of(session: Section, media: Media) -> Setup | None:
    """None for holdconn and what nobody knows; left out means active in an answer, actpass in an offer."""
    said = media.attributes().get("setup") or session.attributes().get("setup")
    if said is None:
        return Setup.ACTPASS
    return next((setup for setup in Setup if setup.value == said.lower()), None)


def attributes(ours: Fingerprint, setup: Setup) -> tuple[str, ...]:
    """Our side of it."""
    name, digest = ours
    return (f"fingerprint:{_NAMES[name]} {digest.hex(':').upper()}", f"setup:{setup.value}")


def has_rtcp_mux(media: Media) -> bool:
    """RTCP may come by the port of RTP (:rfc:`5761`, section 5.1.1)."""
    return "rtcp-mux" in media.attributes()


def our_part(peer: DtlsPeer) -> Setup:
    return Setup.PASSIVE if peer.active else Setup.ACTIVE
