"""SRTP and SRTCP of one stream (:rfc:`3711`, :rfc:`7714`) by libsrtp: one direction each.

A packet that does not prove to come from the holder of the key, or came before, yields nothing and is
counted. Neither class looks at a clock or a socket.
"""

from __future__ import annotations

import hmac
from typing import Final

from pylibsrtp import Error, Policy, Session

from mediaserver.media.encryption import MasterKey, SrtpSuite

REPLAY_WINDOW = 1_024
"""Packets: 20 s of audio may come late, none twice (section 3.3.2)."""
MOST_SOURCES = 64
"""SSRCs that one key may be used with. Each costs memory, and who has the key could send any number."""

_PROFILES: Final = {
    SrtpSuite.AEAD_AES_256_GCM: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    SrtpSuite.AEAD_AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpSuite.AES_CM_128_HMAC_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    SrtpSuite.AES_CM_128_HMAC_SHA1_32: Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
}
_RTCP_TAG = 10
"""Of HMAC-SHA1 suites: reports are never authenticated by less (:rfc:`4568`, section 6.2.2)."""
_SSRC_AT = {False: 8, True: 4}


def _session(key: MasterKey, direction: int) -> Session:
    policy = Policy(key.material, direction, 0, _PROFILES[key.suite])
    policy.window_size = REPLAY_WINDOW
    return Session(policy)


class SrtpSender:
    """Encrypts what goes out. A new one, with whatever key, needs a new SSRC: it begins to count anew, and a
    pair of key, SSRC and count must never come twice."""

    __slots__ = ("_session",)

    def __init__(self, key: MasterKey) -> None:
        self._session = _session(key, Policy.SSRC_ANY_OUTBOUND)

    def protect(self, packet: bytes) -> bytes:
        """An RTP packet, encrypted. Raises OSError when it cannot be, as a socket that cannot send it."""
        try:
            protected: bytes = self._session.protect(packet)
        except (Error, ValueError) as error:
            raise OSError(f"SRTP: {error}") from None
        return protected

    def protect_rtcp(self, packet: bytes) -> bytes:
        """A compound RTCP packet, encrypted. Raises OSError."""
        try:
            protected: bytes = self._session.protect_rtcp(packet)
        except (Error, ValueError) as error:
            raise OSError(f"SRTCP: {error}") from None
        return protected


class SrtpReceiver:
    """Decrypts what comes in, by one key and, for packets that were on their way when it came, the one
    before."""

    __slots__ = ("_before", "_key", "_session", "_sources", "_usual", "rejected")

    def __init__(self, key: MasterKey, before: SrtpReceiver | None = None) -> None:
        """`before`: of the key that this one takes the place of, until its first packet came."""
        self._key = key
        self._session = _session(key, Policy.SSRC_ANY_INBOUND)
        self._sources: set[bytes] = set()
        self._usual: set[bytes] = set()
        """Of these, while nothing else is to be thought of: nearly every packet is one of them."""
        self._before = before
        self.rejected: int = before.rejected if before is not None else 0
        """Packets that were not the other side's, or came again."""
        if before is not None:
            before._before = None

    def unprotect(self, data: bytes) -> bytes:
        """The RTP packet in a datagram; empty: there is none."""
        if data[8:12] not in self._usual:
            return self._open(data, rtcp=False)
        try:
            plain: bytes = self._session.unprotect(data)
        except (Error, ValueError):
            self.rejected += 1
            return b""
        return plain

    def unprotect_rtcp(self, data: bytes) -> bytes:
        """The compound RTCP packet in a datagram; empty: there is none."""
        return self._open(data, rtcp=True)

    def _open(self, data: bytes, *, rtcp: bool) -> bytes:
        before = self._before
        plain = self._opened(data, rtcp)
        if plain:
            self._before = None
            if not self._key.mki:
                self._usual = self._sources
        elif before is None or not (plain := before._opened(data, rtcp)):
            self.rejected += 1
        return plain

    def _opened(self, data: bytes, rtcp: bool) -> bytes:
        if self._key.mki:
            data = self._without_mki(data, rtcp)
        at = _SSRC_AT[rtcp]
        source = data[at : at + 4]
        known = source in self._sources
        if not known and len(self._sources) >= MOST_SOURCES:
            return b""
        try:
            session = self._session
            plain: bytes = session.unprotect_rtcp(data) if rtcp else session.unprotect(data)
        except (Error, ValueError):
            return b""
        if not known:
            self._sources.add(source)
        return plain

    def _without_mki(self, data: bytes, rtcp: bool) -> bytes:
        """The key identifier stands before the tag, and after the one of an AEAD suite (:rfc:`7714`,
        section 8.2), whose reports have their index before it. Empty when it is another one."""
        mki, suite = self._key.mki, self._key.suite
        after = 0 if suite.aead else (_RTCP_TAG if rtcp else suite.tag_octets)
        end = len(data) - after
        start = end - len(mki)
        if start < 12 or not hmac.compare_digest(data[start:end], mki):
            return b""
        return data[:start] + data[end:]
