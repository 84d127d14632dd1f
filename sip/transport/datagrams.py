"""UDP sockets that carry SIP, one for each family of addresses. Bytes in, bytes out; it reads no message."""

from __future__ import annotations

import asyncio
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from sip.transport.undelivered import undelivered

MAX_DATAGRAM = 65_535
READ_BUDGET_S = 0.001
"""So long datagrams are read before the loop gets its turn again: a flood must not starve media."""
_STAMP = struct.Struct("@qq")
"""The kernel's struct timespec (SO_TIMESTAMPNS)."""
_STAMP_SPACE = socket.CMSG_SPACE(_STAMP.size)


class DatagramReader(Protocol):
    def arrived(self, data: bytes, host: str, port: int, arrived_at: float) -> None:
        """One datagram; never raises. `arrived_at`: when the kernel had it, in seconds of time.time."""

    def returned(self, quote: bytes) -> None:
        """Nobody was there for a datagram that began so; never raises."""


class DatagramSockets:
    """What we listen on and send from."""

    def __init__(self, reader: DatagramReader) -> None:
        self._reader = reader
        self._sockets: dict[int, socket.socket] = {}
        """By family."""
        self._by_fd: dict[int, socket.socket] = {}
        # The loop watches this and not the sockets: libuv stops watching a socket that has an error to tell.
        self._epoll: select.epoll | None = None
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
        self._epoll = select.epoll()
        for each in sockets:
            self._sockets[each.family] = self._by_fd[each.fileno()] = each
            self._epoll.register(each, select.EPOLLIN)
        asyncio.get_running_loop().add_reader(self._epoll.fileno(), self._ready)

    def stop(self) -> None:
        if self._epoll is not None:
            asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None
        for each in self._sockets.values():
            each.close()
        self._sockets.clear()
        self._by_fd.clear()

    def send(self, data: bytes, host: str, port: int, failed: Callable[[], None]) -> None:
        """By the socket of the address's family: an answer leaves by the socket its request came to."""
        sock = self._sockets.get(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if sock is None:
            if self._sockets:
                self.unsent += 1
                failed()
            return
        try:
            try:
                sock.sendto(data, (host, port))
            except BlockingIOError:
                raise
            except OSError:
                # Maybe what the network says of another datagram. Once that is read, ours may go.
                self._return(sock)
                sock.sendto(data, (host, port))
            self.sent += 1
        except BlockingIOError:
            self.unsent += 1  # the socket's buffer is full: as good as lost on the way
        except OSError:
            self.unsent += 1
            failed()

    def _ready(self) -> None:
        if self._epoll is None:
            return
        for fd, events in self._epoll.poll(0):
            if (sock := self._by_fd.get(fd)) is None:
                continue
            if events & select.EPOLLERR:
                self._return(sock)
            if events & select.EPOLLIN:
                self._read(sock)

    def _return(self, sock: socket.socket) -> None:
        """Tell what came back, after all that is being done now."""
        loop = asyncio.get_running_loop()
        for quote in undelivered(sock):
            loop.call_soon(self._reader.returned, quote)

    def _read(self, sock: socket.socket) -> None:
        end = time.perf_counter() + READ_BUDGET_S
        arrived = self._reader.arrived
        while sock.fileno() >= 0:
            try:
                data, extra, _, address = sock.recvmsg(MAX_DATAGRAM, _STAMP_SPACE)
            except OSError:
                return  # empty, or an error that the next round reads
            at = 0.0
            if extra:
                seconds, nanoseconds = _STAMP.unpack(extra[0][2])
                at = seconds + nanoseconds / 1e9
            arrived(data, address[0], address[1], at)
            if time.perf_counter() > end:
                return
