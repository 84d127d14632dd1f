"""Sockets that count: a UDP socket for SIP, a TCP connection for it, and a victim that only hears."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.attack.messages import Address, Message, parse

LARGEST = 65_535
BUFFER = 8 << 20
"""Bytes that the system may hold for a victim: its count must not suffer from our own slowness."""


def readable(sock: socket.socket, within_s: float) -> bool:
    """Whether something comes in time (select knows no descriptor above 1,023)."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(max(0.0, within_s) * 1000))


class UdpWire:
    """One UDP socket on an address of our own."""

    def __init__(self, host: str, port: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.socket.bind((host, port))
        self.host, self.port = host, int(self.socket.getsockname()[1])
        self.bytes_out = self.bytes_in = self.packets_in = 0

    transport = "UDP"

    def send(self, data: bytes, to: Address) -> None:
        self.bytes_out += len(data)
        self.socket.sendto(data, to)

    def receive(self, within_s: float) -> Message | None:
        """The next message, None when there is none in time."""
        if not readable(self.socket, within_s):
            return None
        data, source = self.socket.recvfrom(LARGEST)
        self.bytes_in += len(data)
        self.packets_in += 1
        return parse(data, (source[0], source[1]))

    def close(self) -> None:
        self.socket.close()


class TcpWire:
    """One connection from an address of our own; `to` is where it was made to. `port` 0: any of ours."""

    transport = "TCP"

    def __init__(self, host: str, to: Address, within_s: float = 3.0, port: int = 0) -> None:
        self.socket = socket.create_connection(to, within_s, (host, port))
        self.host, self.port = host, int(self.socket.getsockname()[1])
        self.bytes_out = self.bytes_in = self.packets_in = 0
        self._rest = b""
        self._to = to

    def send(self, data: bytes, to: Address) -> None:
        self.bytes_out += len(data)
        self.socket.sendall(data)

    def receive(self, within_s: float) -> Message | None:
        end = time.monotonic() + within_s
        while (whole := self._whole()) is None:
            if not readable(self.socket, end - time.monotonic()):
                return None
            data = self.socket.recv(LARGEST)
            if not data:
                return None
            self.bytes_in += len(data)
            self._rest += data
        self.packets_in += 1
        return parse(whole, self._to)

    def _whole(self) -> bytes | None:
        self._rest = self._rest.lstrip(b"\r\n")
        head, blank, _ = self._rest.partition(b"\r\n\r\n")
        if not blank:
            return None
        length = len(head) + 4 + int(parse(head).get("Content-Length") or 0)
        if len(self._rest) < length:
            return None
        message, self._rest = self._rest[:length], self._rest[length:]
        return message

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Cut it off; its port is free at once."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class TlsWire(TcpWire):
    """The same by TLS; what the server shows is verified."""

    transport = "TLS"

    def __init__(self, host: str, to: Address, authority: Path, within_s: float = 3.0) -> None:
        super().__init__(host, to, within_s)
        context = ssl.create_default_context(cafile=str(authority))
        self.socket = context.wrap_socket(self.socket, server_hostname=to[0])

    def receive(self, within_s: float) -> Message | None:
        """As that of TCP; what was deciphered before does not wait in the socket."""
        self.socket.settimeout(within_s)
        try:
            while (whole := self._whole()) is None:
                data = self.socket.recv(LARGEST)
                if not data:
                    return None
                self.bytes_in += len(data)
                self._rest += data
        except TimeoutError:
            return None
        finally:
            self.socket.settimeout(None)
        self.packets_in += 1
        return parse(whole, self._to)


class Victim:
    """An address that never asked for anything. It counts what reaches its ports, whoever sends it, and can
    be spoofed: `send_as` sends from one of its ports."""

    def __init__(self, host: str, *ports: int) -> None:
        self.host = host
        self.bytes = self.packets = 0
        self._sockets: dict[int, socket.socket] = {}
        for port in ports:
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            made.bind((host, port))
            self._sockets[port] = made
        self._wake, self._woken = socket.socketpair()
        self._counting = threading.Thread(target=self._count, daemon=True)
        self._counting.start()

    def send_as(self, port: int, data: bytes, to: Address) -> int:
        """Bytes sent with the victim's address as their source."""
        return self._sockets[port].sendto(data, to)

    def _count(self) -> None:
        watched = {each.fileno(): each for each in self._sockets.values()}
        poll = select.poll()
        for descriptor in (*watched, self._woken.fileno()):
            poll.register(descriptor, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor not in watched:
                    return
                self.bytes += len(watched[descriptor].recv(LARGEST))
                self.packets += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wake.send(b"x")
        self._counting.join()
        for each in (*self._sockets.values(), self._wake, self._woken):
            each.close()
