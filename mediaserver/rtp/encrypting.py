"""How one stream is encrypted: not at all, by keys, or by those that a handshake is going to bring.

What it says holds until it is told something else. It must never let a packet pass in the clear once anything
was agreed on.
"""

from __future__ import annotations

from collections.abc import Callable

from mediaserver.media.encryption import Encrypting, SrtpKeys
from mediaserver.rtp.handshaking import Handshaking, HandshakingReceive
from mediaserver.rtp.secured import Receive, SecuredReceive, StreamSecurity


class StreamEncryption:
    """Of both directions."""

    __slots__ = ("handshaking", "security")

    def __init__(self) -> None:
        self.security: StreamSecurity | None = None
        """None: there are no keys."""
        self.handshaking: Handshaking | None = None
        """That brings the keys, or brought them."""

    @property
    def how(self) -> Encrypting | None:
        """As it was agreed on; None: not at all."""
        if self.handshaking is not None:
            return self.handshaking.machine.peer
        return self.security.keys if self.security is not None else None

    @property
    def waiting(self) -> bool:
        """There are no keys yet."""
        return self.handshaking is not None and self.security is None

    @property
    def protect(self) -> Callable[[bytes], bytes] | None:
        """What encrypts RTP; None: nothing does."""
        return self.security.sender.protect if self.security is not None else None

    def wait(self, handshaking: Handshaking) -> None:
        """For the keys of a new handshake."""
        self.security, self.handshaking = None, handshaking

    def take(self, keys: SrtpKeys | None) -> bool:
        """Go on by these keys. Returns whether ours are others than before, so that the SSRC has to be."""
        security = self.security
        if keys is not None and security is not None:
            return security.take(keys)
        self.security = StreamSecurity(keys) if keys is not None else None
        return True

    def receivers(
        self, rtp: Receive, rtcp: Receive, muxed: bool, now_ns: Callable[[], int]
    ) -> tuple[Receive, Receive]:
        """In place of these two."""
        security, handshaking = self.security, self.handshaking
        if security is None:
            if handshaking is None:
                return rtp, rtcp
            return HandshakingReceive(rtp, handshaking, None, now_ns), SecuredReceive(rtcp, _nothing)
        unprotect = security.unprotect_either if muxed else security.receiver.unprotect
        reports = SecuredReceive(rtcp, security.receiver.unprotect_rtcp)
        if handshaking is None:
            return SecuredReceive(rtp, unprotect), reports
        return HandshakingReceive(rtp, handshaking, unprotect, now_ns), reports

    def report(self, data: bytes, muxed: bool) -> bytes | None:
        """A compound RTCP packet as it may be sent; None: it may not. Raises OSError."""
        if self.security is None:
            return data if self.handshaking is None else None
        if self.handshaking is not None and not muxed:
            return None  # the keys of a port of its own would be other ones (RFC 5764, section 4.1)
        return self.security.sender.protect_rtcp(data)

    def figures(self) -> tuple[str | None, int]:
        """How it is encrypted, in words, and how many packets were not the other side's."""
        security, handshaking = self.security, self.handshaking
        how = security.keys if security is not None else self.how
        rejected = security.receiver.rejected if security is not None else 0
        return None if how is None else str(how), rejected + (handshaking.rejected if handshaking else 0)


def _nothing(data: bytes) -> bytes:
    """Of a datagram that came before there were keys."""
    return b""
