"""To whom one stream may send, and how much: nobody is to aim our media at a stranger (:rfc:`8826`, section
4.3, asks the same of browsers).

Where audio goes is what the other side says, in SDP or by the source of its packets, and both can name a
victim. So what is known of the host decides:

    nobody proved anything               nothing is sent
    signalling's host, which proved that all is sent
      it gets what we send there
    a host that a verified caller, or    all is sent, until nothing came from there for half a minute, and
      whom we called, announces          again as soon as something does; to announce it anew, or another
                                         one, is worth half a minute more a few times only
    a host that sends us media           three bytes for each that came from there
    any other that is announced          three bytes for each that signalling received from where the other
                                         side proved to be, less our answers before that; once in a call
    a host whose RTCP reports on our     all is sent, until it was silent for too long: only who gets our
      SSRC                               packets knows that SSRC, which no other such host has seen
    the host that alone did the DTLS     the same: it has read what was sent to it and to no other
      handshake

Verified is who gave the password of an extension or is a trunk: the operator chose it, and its gateway may
listen for long before it speaks (VAD, muted phones). All others are held to the bytes that they sent. An
operator may vouch for networks, too (`rtp.trusted_networks`): they need a proven call and no more.

Pure: `now` and counts in, a decision out. It must never count less than was sent.
"""

from __future__ import annotations

import enum
from collections.abc import Container

from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.steady import PACKET

RATIO = 3
"""Bytes out for each byte in, to whom nothing was proven."""
LEAST = 20 * PACKET
"""Bytes that a call of ours may send to another host than signalling's: nobody counted its messages."""
PATIENCE_NS = 15 * SECOND_NS
"""A host that reported on our packets and is silent for so long may be gone."""
VERIFIED_PATIENCE_NS = 30 * SECOND_NS
"""So long a host that a verified caller announced may send nothing, neither RTP nor RTCP."""
MOST_IN_VAIN = 3
"""Announcements in a row, beside the first, of hosts from which nothing came, that are believed so long."""


NOWHERE = ("0.0.0.0", "::")
"""What the other side names while it does not know yet where its media is."""


class Sending(enum.Enum):
    """What may be sent now."""

    NOTHING = enum.auto()
    ALLOWANCE = enum.auto()
    """So much as `Permission.spend` lets pass."""
    ALL = enum.auto()


class Permission:
    """Of one stream. Hosts are IP addresses as text."""

    __slots__ = (
        "_announced",
        "_announced_at",
        "_came",
        "_came_at",
        "_granted",
        "_in_vain",
        "_is_trusted",
        "_patience_ns",
        "_proven",
        "_spent",
        "_spent_media",
        "_trusted",
        "_verified",
        "_witness",
        "host",
    )

    def __init__(self, patience_ns: int = PATIENCE_NS, trusted: Container[str] = ()) -> None:
        """`trusted`: hosts that an operator vouches for (gateways of a trunk, phones behind a proxy); once
        the call is proven, they need no proof of their own."""
        self._patience_ns = patience_ns
        self._trusted = trusted
        self._is_trusted = False
        self._proven: str | None = None
        self._verified = False
        self._announced: str | None = None
        self._announced_at = 0
        """Or when the call was proven, if that was later."""
        self._in_vain = 0
        """Announcements before the last one after which nothing came from there."""
        self.host: str | None = None
        """Towards whom."""
        self._granted = self._spent = 0
        """By what signalling received, and of that; for all hosts of the call together."""
        self._came = self._spent_media = self._came_at = 0
        """Bytes from the present host, and to it on their account; when the last of them came."""
        self._witness = False
        """The present host has reported on our packets."""

    def prove(
        self, host: str | None, received: int | None = None, *, verified: bool = False, now: int = 0
    ) -> None:
        """Signalling has proven that the other side is at `host`, and received so many bytes in this call so
        far; None: they were not counted. `verified`: it also knows who that is. `host` None: the call is
        proven, and where its media is signalling does not know (it comes through a proxy, or may)."""
        self._proven = host if host is not None else ""
        if verified and not self._verified:
            self._verified = True
            self._announced_at = now
        self._granted = max(self._granted, LEAST if received is None else RATIO * received)

    def announced(self, host: str, now: int) -> None:
        """The other side said, for the first time or again, that its media is there."""
        if self._announced is not None:
            came = self._came > 0 and self._came_at >= self._announced_at
            heard = came and self.host == self._announced
            self._in_vain = 0 if heard else self._in_vain + 1
        self._announced = host
        if self._in_vain <= MOST_IN_VAIN:
            self._announced_at = now

    def towards(self, host: str) -> bool:
        """Media goes there from now on. Returns whether that is another host than before, of which nothing is
        known by signalling: our SSRC is to be made anew."""
        if host == self.host:
            return False
        first, self.host = self.host is None, host
        self._came = self._spent_media = self._came_at = 0
        self._witness = False
        self._is_trusted = host in self._trusted
        return not first and host != self._proven

    def came(self, octets: int, now: int) -> None:
        """Media from the host, RTP or RTCP, which the source lock let pass."""
        if octets:
            self._came += octets
            self._came_at = now

    def witnessed(self) -> None:
        """The host has reported on our packets, by their SSRC, or has finished a handshake of which it can
        know only what was sent to it."""
        self._witness = True

    def sending(self, now: int) -> Sending:
        """What may be sent to the host."""
        if self.host is None or self.host in NOWHERE:
            return Sending.NOTHING
        if self.settled:
            return Sending.ALL
        if self._verified and self.host == self._announced:
            if now - max(self._announced_at, self._came_at) < VERIFIED_PATIENCE_NS:
                return Sending.ALL
        if self._witness and now - self._came_at < self._patience_ns:
            return Sending.ALL
        return Sending.ALLOWANCE if self._left >= PACKET else Sending.NOTHING

    @property
    def begun(self) -> bool:
        """The call is proven: what is withheld now is for want of a proof of its own."""
        return self._proven is not None

    @property
    def settled(self) -> bool:
        """All may be sent to the present host, however long it is silent."""
        if self._proven is None:
            return False
        return self.host == self._proven or self._is_trusted

    @property
    def _left(self) -> int:
        return RATIO * self._came - self._spent_media + self._granted - self._spent

    def spend(self, octets: int) -> bool:
        """So much is going to be sent, of an allowance; False when that is too much."""
        if octets > self._left:
            return False
        media = min(octets, RATIO * self._came - self._spent_media)
        self._spent_media += media
        self._spent += octets - media
        return True
