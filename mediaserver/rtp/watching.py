"""Who looks at the packets of a stream as they are on the wire, for a while and by the operator's wish.

What is not watched has none of this on its way. A look must return at once; what it raises is logged once and
ends it. It must never hold the stream that it looks at.
"""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable
from typing import Any, TypeAlias

from mediaserver.rtp.packets import Address
from mediaserver.rtp.secured import Receive

log = logging.getLogger(__name__)

PacketLook: TypeAlias = Callable[[float, bool, int, Address, bytes], None]
"""Of each datagram: when, in seconds of time.time; whether it was sent; our port; the other side; the octets,
encrypted where the stream is."""
_STAMP = struct.Struct("@qq")
"""The kernel's struct timespec (SO_TIMESTAMPNS)."""


class PacketLooks:
    """All that look at one stream."""

    __slots__ = ("_looks",)

    def __init__(self) -> None:
        self._looks: tuple[PacketLook, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._looks)

    def add(self, look: PacketLook) -> None:
        if look not in self._looks:
            self._looks = (*self._looks, look)

    def remove(self, look: PacketLook) -> None:
        self._looks = tuple(each for each in self._looks if each != look)

    def clear(self) -> None:
        self._looks = ()

    def __call__(self, at: float, sent: bool, port: int, remote: Address, data: bytes) -> None:
        for look in self._looks:
            try:
                look(at, sent, port, remote, data)
            except Exception:
                log.exception("audio cannot be watched any longer")
                self.remove(look)


class WatchedReceive:
    """As `socket.recvmsg`."""

    __slots__ = ("_looks", "_port", "_receive")

    def __init__(self, receive: Receive, looks: PacketLooks, port: int) -> None:
        self._receive = receive
        self._looks = looks
        self._port = port

    def __call__(self, size: int, space: int) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        received = self._receive(size, space)
        data, extra, _, source = received
        if extra:
            seconds, nanoseconds = _STAMP.unpack(extra[0][2])
            at = seconds + nanoseconds / 1e9
        else:
            at = time.time()
        self._looks(at, False, self._port, (source[0], source[1]), data)
        return received


class WatchedSend:
    """As `socket.sendto`."""

    __slots__ = ("_looks", "_port", "_send")

    def __init__(self, send: Callable[[bytes, Address], int], looks: PacketLooks, port: int) -> None:
        self._send = send
        self._looks = looks
        self._port = port

    def __call__(self, packet: bytes, remote: Address) -> int:
        sent = self._send(packet, remote)
        if sent:
            self._looks(time.time(), True, self._port, remote, packet)
        return sent
