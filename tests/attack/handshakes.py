"""B5: TLS handshakes that stall, and as many as can be begun: do others still get through, and do running
calls notice?
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.floods import GAP_MS, LOST
from tests.attack.messages import Address
from tests.attack.phone import Phone
from tests.attack.running_calls import running
from tests.attack.target import Target, eventually
from tests.attack.wire import TlsWire

STRANGER, CALLER = "127.7.0.66", "127.7.0.5"
STALLED = 1000
CUT_OFF_S = 12.0
"""A message has to be whole within 5 s; connections are looked at every 2 s."""
CALLS = 20
FLOOD_S = 10.0
SOURCES = 20
SECURE: Mapping[str, Mapping[str, Any]] = {"sip": {"max_calls": 400, "tls": "self-made", "tls_port": 0}}


def _hello() -> bytes:
    """The first octets of a client, whole."""
    out = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="x")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return out.read()


def _a_call(target: Target) -> int:
    """Another host's call by TLS: the status of its answer, 0 for none."""
    assert target.sips is not None
    try:
        wire = TlsWire(CALLER, target.sips, target.authority)
        with Phone(target.sips, CALLER, wire=wire) as phone:
            dialled = phone.call("echo", (CALLER, 41_000), within_s=5.0)
            dialled.bye()
            return dialled.status
    except OSError:
        return 0


def _open(connections: list[socket.socket]) -> int:
    """Those that the server has not closed."""
    left = 0
    for sock in connections:
        try:
            while data := sock.recv(65_536):
                continue
            left += data != b""
        except BlockingIOError:
            left += 1
        except OSError:
            continue
    return left


@attack("B5", SECURE, fresh=True)
def stalled_handshakes_from_one_host(target: Target) -> Iterable[Measured]:
    """1,000 connections from one host that send nothing, half or all of a ClientHello; another's call."""
    assert target.sips is not None
    hello, descriptors = _hello(), target.descriptors()
    with ExitStack() as stack:
        connections = []
        for number in range(STALLED):
            sock = stack.enter_context(socket.socket())
            sock.settimeout(1.0)
            sock.bind((STRANGER, 0))
            try:
                sock.connect(target.sips)
                sock.sendall(hello[: (0, len(hello) // 2, len(hello))[number % 3]])
            except OSError:
                continue
            sock.setblocking(False)
            connections.append(sock)
        yield told("left open", _open(connections))
        yield at_most("descriptors more than before", target.descriptors() - descriptors, 100)
        yield is_true("another host's call by TLS", _a_call(target) == 200)
        closed = eventually(lambda: _open(connections) == 0, CUT_OFF_S, every_s=0.5)
        yield is_true(f"all closed within {CUT_OFF_S:g} s", closed)


@contextmanager
def _handshakes(to: Address, for_s: float) -> Iterator[list[int]]:
    """From many hosts whole ClientHellos, as fast as connections can be had, each left alone then. Gives
    the number begun."""
    begun, hello = [0], _hello()

    def flood() -> None:
        end, number = time.monotonic() + for_s, 0
        with selectors.DefaultSelector() as selector:
            while time.monotonic() < end:
                while len(selector.get_map()) < 100:
                    number += 1
                    sock = socket.socket()
                    sock.bind((f"127.7.4.{number % SOURCES + 1}", 0))
                    sock.setblocking(False)
                    with suppress(BlockingIOError):
                        sock.connect(to)
                    selector.register(sock, selectors.EVENT_WRITE)
                for key, events in selector.select(0.1):
                    sock = key.fileobj  # type: ignore[assignment]  # only sockets are registered
                    try:
                        if events & selectors.EVENT_WRITE:
                            sock.send(hello)
                            begun[0] += 1
                            selector.modify(sock, selectors.EVENT_READ)
                            continue
                        sock.recv(65_536)
                    except OSError:
                        pass
                    selector.unregister(sock)
                    sock.close()
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]  # as above

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield begun
    finally:
        thread.join()


@attack("B5", SECURE, fresh=True, timed=True)
def handshake_flood_beside_running_calls(target: Target) -> Iterable[Measured]:
    """20 echo calls run while 20 hosts begin as many TLS handshakes as are taken; then another's call."""
    assert target.sips is not None
    with running(target, CALLS) as calls:
        with _handshakes(target.sips, FLOOD_S) as begun:
            calls.talk(FLOOD_S / 2)
            status = _a_call(target)
            calls.forget()
            calls.talk(FLOOD_S / 2)
            noticed = calls.noticed(FLOOD_S / 2)
    yield at_least("handshakes begun a second", begun[0] / FLOOD_S, 50)
    yield is_true(f"another host's call by TLS meanwhile ({status})", status == 200)
    yield at_most("largest gap of any running call, ms", noticed.largest_gap_ms, GAP_MS)
    yield at_most("% of the frames lost by the worst call", noticed.lost, LOST)
    yield at_most("running calls that ended", noticed.ended, 0)
