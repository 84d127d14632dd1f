"""The encryption of one stream, put around its sockets: plain packets inside, encrypted ones on the wire.

What is not the other side's ends here, and reaches neither source lock nor jitter buffer. Streams that are
not encrypted have none of this on their way. It must never send or return what was not encrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from mediaserver.media.encryption import SrtpKeys
from mediaserver.rtp.packets import Address
from mediaserver.rtp.srtp import SrtpReceiver, SrtpSender

Receive: TypeAlias = Callable[[int, int], tuple[bytes, list[tuple[int, int, bytes]], int, Any]]
"""As `socket.recvmsg`."""


def is_rtcp(data: bytes) -> bool:
    """Whether a datagram on a port of both is RTCP (:rfc:`5761`, section 4)."""
    return len(data) > 1 and 192 <= data[1] <= 223


class SecuredReceive:
    """As `socket.recvmsg`, with the packet that was in the datagram; empty: there was none for us."""

    __slots__ = ("_receive", "_unprotect")

    def __init__(self, receive: Receive, unprotect: Callable[[bytes], bytes]) -> None:
        self._receive = receive
        self._unprotect = unprotect

    def __call__(self, size: int, space: int) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        data, extra, flags, source = self._receive(size, space)
        return self._unprotect(data) if data else data, extra, flags, source


class SecuredSend:
    """As `socket.sendto`. Allowances behind it count what is really sent."""

    __slots__ = ("_protect", "_send")

    def __init__(self, send: Callable[[bytes, Address], int], protect: Callable[[bytes], bytes]) -> None:
        self._send = send
        self._protect = protect

    def __call__(self, packet: bytes, remote: Address) -> int:
        return self._send(self._protect(packet), remote)


class StreamSecurity:
    """Both directions, by the keys that were agreed on last."""

    __slots__ = ("keys", "receiver", "sender")

    def __init__(self, keys: SrtpKeys) -> None:
        self.keys = keys
        self.sender = SrtpSender(keys.ours)
        self.receiver = SrtpReceiver(keys.theirs)

    def unprotect_either(self, data: bytes) -> bytes:
        """Of a datagram on a port of both RTP and RTCP."""
        receiver = self.receiver
        return receiver.unprotect_rtcp(data) if is_rtcp(data) else receiver.unprotect(data)

    def take(self, keys: SrtpKeys) -> bool:
        """Go on by other keys, or the same. Returns whether our own is another one: the SSRC must be, too."""
        if keys.theirs != self.keys.theirs:
            self.receiver = SrtpReceiver(keys.theirs, self.receiver)
        another = keys.ours != self.keys.ours
        if another:
            self.sender = SrtpSender(keys.ours)
        self.keys = keys
        return another
