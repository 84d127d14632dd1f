"""UDP sockets that carry SIP, one for each family of addresses. Bytes in, bytes out; it reads no message."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import Protocol

MAX_DATAGRAM = 65_535
READ_BUDGET_S = 0.001
"""So long datagrams are read before the loop gets its turn again: a flood must not starve media."""
_STAMP = struct.Struct("@qq")
"""The kernel's struct timespec (SO_TIMESTAMPNS)."""
_STAMP_SPACE = socket.CMSG_SPACE(_STAMP.size)


class DatagramReader(Protocol):
    def arrived(self, data: bytes, host: str, port: int, arrived_at: float) -> None:
        """One datagram; never raises. `arrived_at`: when the kernel had it, in seconds of time.time."""


class DatagramSockets:
    """What we listen on and send from."""

    def __init__(self, reader: DatagramReader) -> None:
        self._reader = reader
        self._sockets: dict[int, socket.socket] = {}
        """By family."""
        self.sent = 0
        self.unsent = 0
        """What the kernel would not take."""

    @property
    def families(self) -> tuple[int, ...]:
        return tuple(self._sockets)

    @property
    def hosts(self) -> list[str]:
        """The addresses that we are bound to."""
        return [each.getsockname()[0] for each in self._sockets.values()]

    def listen(self, sockets: Iterable[socket.socket]) -> None:
        loop = asyncio.get_running_loop()
        for each in sockets:
            self._sockets[each.family] = each
            loop.add_reader(each.fileno(), self._read, each)

    def stop(self) -> None:
        for each in self._sockets.values():
            asyncio.get_running_loop().remove_reader(each.fileno())
            each.close()
        self._sockets.clear()

    def send(self, data: bytes, host: str, port: int, failed: Callable[[], None]) -> None:
        """By the socket of the address's family: an answer leaves by the socket its request came to."""
        sock = self._sockets.get(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if sock is None:
            if self._sockets:
                self.unsent += 1
                failed()
            return
        try:
            sock.sendto(data, (host, port))
            self.sent += 1
        except BlockingIOError:
            self.unsent += 1  # the socket's buffer is full: as good as lost on the way
        except OSError:
            self.unsent += 1
            failed()

    def _read(self, sock: socket.socket) -> None:
        end = time.perf_counter() + READ_BUDGET_S
        arrived = self._reader.arrived
        while sock.fileno() >= 0:
            try:
                data, extra, _, address = sock.recvmsg(MAX_DATAGRAM, _STAMP_SPACE)
            except OSError:
                # Empty, or an ICMP error of something sent before: the transaction's timers deal with that.
                return
            at = 0.0
            if extra:
                seconds, nanoseconds = _STAMP.unpack(extra[0][2])
                at = seconds + nanoseconds / 1e9
            arrived(data, address[0], address[1], at)
            if time.perf_counter() > end:
                return
