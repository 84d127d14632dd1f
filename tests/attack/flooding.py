"""A flood in a process of its own: so many datagrams a second, for so long, then it ends.

`python -m tests.attack.flooding KIND HOST PORT RATE SECONDS SOURCE MESSAGE`; prints what it sent. Loopback
only. MESSAGE is what `repeated` and `streamed` send.
"""

from __future__ import annotations

import ipaddress
import random
import socket
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress

from tests.attack.messages import Address, branch, sdp, token, written

STEP_S = 0.01
BRANCH, HOST = "BRANCH", "SOURCE"
"""In a message that is repeated: a new branch each time, and the address that it comes from."""
SOURCES, CONNECTIONS, AT_ONCE = 30, 20, 40
"""Addresses that `repeated` comes from, connections that `streamed` uses, and messages in each write."""
STREAMED = "streamed"
"""The kind that writes as much as 20 TCP connections take."""
REPEATED = "repeated"
"""The kind that sends one message from 30 addresses."""
POSTED = "posted"
"""The kind that sends one message on a TCP connection of its own each time."""
UNREAD = 60
"""Connections of `posted` that wait for their answer."""
MOST_A_SECOND, LONGEST_S = 20_000, 120.0
SENT = 0.9
"""Of the rate that was asked for: less is another attack, and a weaker one."""


def invite(to: Address, source: Address, number: int) -> bytes:
    """For a call that the server would take."""
    return _invite(to, source, "echo")


def unknown(to: Address, source: Address, number: int) -> bytes:
    """For a number that nobody has."""
    return _invite(to, source, f"9{number:06d}")


def register(to: Address, source: Address, number: int) -> bytes:
    """Without proof: each makes the server name a nonce."""
    host, port = to
    return written(
        f"REGISTER sip:{host}:{port} SIP/2.0",
        _headers(source, "REGISTER", f"<sip:101@{host}>;tag={token()}", f"<sip:101@{host}>"),
    )


def malformed(to: Address, source: Address, number: int) -> bytes:
    """Something that is not SIP, or not quite."""
    return _MALFORMED[number % len(_MALFORMED)]


def foreign(to: Address, source: Address, number: int) -> bytes:
    """RTP that a call could take for its own, from another address."""
    return struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * 160 & 0xFFFFFFFF, 1) + bytes(160)


def _invite(to: Address, source: Address, user: str) -> bytes:
    host, port = to
    headers = _headers(source, "INVITE", f"<sip:f@{source[0]}>;tag={token()}", f"<sip:{user}@{host}>")
    return written(
        f"INVITE sip:{user}@{host}:{port} SIP/2.0",
        [*headers, f"Contact: <sip:f@{source[0]}:{source[1]}>", "Content-Type: application/sdp"],
        sdp(source[0], 42_000),
    )


def _headers(source: Address, method: str, from_: str, to: str) -> list[str]:
    return [
        f"Via: SIP/2.0/UDP {source[0]}:{source[1]};branch={branch()}",
        "Max-Forwards: 70",
        f"From: {from_}",
        f"To: {to}",
        f"Call-ID: {token()}",
        f"CSeq: 1 {method}",
    ]


_CHANCE = random.Random(1)
_MALFORMED = (
    b"INVITE sip:echo@a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nCSeq: 99999999999 INVITE\r\n\r\n",
    b"INVITE sip:echo@a SIP/2.0\r\n" + b"X: " + b"a" * 900 + b"\r\n\r\n",
    b"OPTIONS sip:a SIP/3.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\nVia: ;;;\r\n\r\n",
    b"REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a\r\nTo: sip:a>\r\nCall-ID: 1\r\n\r\n",
    b"INVITE sip:echo@a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKy\r\nFrom: <sip:a>;tag=1\r\n"
    b"To: <sip:a>\r\nCall-ID: m\r\nCSeq: 1 INVITE\r\nMax-Forwards: -1\r\nContent-Length: 90000\r\n\r\n",
    _CHANCE.randbytes(400),
    b"\x00" * 60,
)
KINDS: dict[str, Callable[[Address, Address, int], bytes]] = {
    "invite": invite,
    "unknown": unknown,
    "register": register,
    "malformed": malformed,
    "foreign": foreign,
}


class Flood:
    """`with Flood(...)`: it runs beside what is done meanwhile, and ends with it at the latest. One that does
    not flood raises RuntimeError: nothing is easier to withstand."""

    def __init__(
        self, kind: str, to: Address, rate: int, for_s: float, source: str = "127.7.0.99", message: str = ""
    ) -> None:
        command = [sys.executable, "-m", "tests.attack.flooding", kind, to[0], str(to[1])]
        command += [str(rate), str(for_s), source, message]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._said = self._process.stdout
        if self._said.readline() != b"begun\n":
            self.close()
            raise RuntimeError(f"the flood of {kind} did not begin")

    def wait(self) -> int:
        """Datagrams sent, once all are."""
        said = self._said.readline()
        if self._process.wait(LONGEST_S) != 0 or not said.strip().isdigit():
            raise RuntimeError(f"the flood ended before its time: {said!r}, code {self._process.returncode}")
        return int(said)

    def kill(self) -> None:
        """End it before its time."""
        self._process.kill()

    def close(self) -> None:
        self.kill()
        self._process.wait()
        self._said.close()

    def __enter__(self) -> Flood:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def main(kind: str, host: str, port: str, rate: str, for_s: str, source: str, message: str) -> None:
    assert ipaddress.ip_address(host).is_loopback, "loopback only"
    to, lasts = (host, int(port)), min(float(for_s), LONGEST_S)
    if kind == STREAMED:
        sent = _stream(to, source, message, lasts)
    elif kind == POSTED:
        sent = _post(to, int(rate), source, message, lasts)
    else:
        sent = _datagrams(kind, to, min(int(rate), MOST_A_SECOND), source, message, lasts)
    print(sent, flush=True)  # noqa: T201 - read by Flood


def _datagrams(kind: str, to: Address, rate: int, source: str, message: str, for_s: float) -> int:
    def repeated(to: Address, source: Address, number: int) -> bytes:
        return message.replace(BRANCH, branch()).replace(HOST, source[0]).encode()

    make = repeated if kind == REPEATED else KINDS[kind]
    hosts = [f"127.8.0.{n}" for n in range(1, SOURCES + 1)] if kind == REPEATED else [source]
    with ExitStack() as stack:
        froms = []
        for host in hosts:
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.bind((host, 0))
            froms.append((sock, (host, int(sock.getsockname()[1]))))
        print("begun", flush=True)  # noqa: T201 - read by Flood
        begun, sent = time.monotonic(), 0
        for step in range(int(for_s / STEP_S)):
            while sent < (step + 1) * rate * STEP_S:
                sock, named = froms[sent % len(froms)]
                sock.sendto(make(to, named, sent), to)
                sent += 1
            time.sleep(max(0.0, begun + (step + 1) * STEP_S - time.monotonic()))
    return sent


def _stream(to: Address, source: str, message: str, for_s: float) -> int:
    """Whole messages that were taken."""
    one = message.replace(BRANCH, branch()).replace(HOST, source).encode()
    data = one * AT_ONCE
    with ExitStack() as stack:
        streams = []
        for _ in range(CONNECTIONS):
            made = stack.enter_context(socket.create_connection(to, 3.0, (source, 0)))
            made.setblocking(False)
            streams.append(made)
        print("begun", flush=True)  # noqa: T201 - read by Flood
        end, taken = time.monotonic() + for_s, [0] * CONNECTIONS
        while time.monotonic() < end:
            for n, stream in enumerate(streams):
                with suppress(OSError):  # it is full, or was closed: the others go on
                    taken[n] += stream.send(data[taken[n] % len(data) :])
                with suppress(OSError):
                    while stream.recv(65_536):
                        pass
            time.sleep(0.001)
    return sum(taken) // len(one)


def _post(to: Address, rate: int, source: str, message: str, for_s: float) -> int:
    """Messages that were sent. BRANCH is a number below 256 here."""
    waiting: deque[socket.socket] = deque()
    begun, tried, sent = time.monotonic(), 0, 0
    print("begun", flush=True)  # noqa: T201 - read by Flood
    for step in range(int(for_s / STEP_S)):
        while tried < (step + 1) * rate * STEP_S:
            tried += 1
            with suppress(OSError):
                made = socket.create_connection(to, 1.0, (source, 0))
                made.sendall(message.replace(BRANCH, str(sent % 256)).encode())
                waiting.append(made)
                sent += 1
            if len(waiting) > UNREAD:
                waiting.popleft().close()
        time.sleep(max(0.0, begun + (step + 1) * STEP_S - time.monotonic()))
    for each in waiting:
        each.close()
    return sent


if __name__ == "__main__":
    main(*sys.argv[1:])
