"""B5: what one stranger can use up, and whether others still get through."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.flooding import SENT, Flood
from tests.attack.messages import sdp
from tests.attack.phone import Phone
from tests.attack.sound import Talker
from tests.attack.target import Target, eventually
from tests.attack.wire import TcpWire, readable

STRANGER, CALLER = "127.7.0.66", "127.7.0.5"
IDLE = 1000
HALF_SENT = 1131
PER_SOURCE = 20
"""TCP connections that one stranger may hold."""
HALF_S = 12.0
"""A message has to be whole within 5 s; connections are looked at every 2 s."""
RECOVERED_MB = 20.0
RECOVERY_S = 60.0
TOKEN = "a-long-and-random-text-for-tests-only"
GUARDED: Mapping[str, Mapping[str, Any]] = {"http": {"admin_token": TOKEN}}
"""Whoever has not shown the token is a stranger."""
ROOM: Mapping[str, Mapping[str, Any]] = {"sip": {"max_calls": 400}}


def _a_call(target: Target, *, tcp: bool = False) -> int:
    """Another host's call: the status of its answer, 0 for none."""
    try:
        wire = TcpWire(CALLER, target.sip) if tcp else None
        with Phone(target.sip, CALLER, wire=wire) as phone:
            dialled = phone.call("echo", (CALLER, 41_000), within_s=5.0)
            dialled.bye()
            return dialled.status
    except OSError:
        return 0


def _connect(stack: ExitStack, count: int, to: tuple[str, int], first: bytes = b"") -> list[socket.socket]:
    """As many connections from one host as are let in."""
    made = []
    for _ in range(count):
        sock = stack.enter_context(socket.socket())
        sock.settimeout(1.0)
        sock.bind((STRANGER, 0))
        try:
            sock.connect(to)
            if first:
                sock.sendall(first)
        except OSError:
            continue
        sock.setblocking(False)
        made.append(sock)
    return made


def _open(connections: list[socket.socket]) -> int:
    """Those that the server has not closed."""
    left = 0
    for sock in connections:
        try:
            left += sock.recv(4096) != b""
        except BlockingIOError:
            left += 1
        except OSError:
            continue
    return left


@attack("B5", ROOM, fresh=True)
def idle_tcp_connections_from_one_host(target: Target) -> Iterable[Measured]:
    """1,000 idle connections to the SIP port from one host, then another host's call over TCP and UDP."""
    with ExitStack() as stack:
        connections = _connect(stack, IDLE, target.sip)
        time.sleep(0.5)  # for those that are to be turned away at once
        yield told("left open", _open(connections))
        yield is_true("another host's call over TCP", _a_call(target, tcp=True) == 200)
        yield is_true("a call over UDP", _a_call(target) == 200)


@attack("B5", ROOM, fresh=True)
def half_sent_sip_over_tcp(target: Target) -> Iterable[Measured]:
    """1,000 connections from one host that send half a message each, then another host's call."""
    with ExitStack() as stack:
        half = b"INVITE sip:echo@x SIP/2.0\r\nContent-Length: 60000\r\n\r\n" + b"a" * 2000
        connections = _connect(stack, IDLE, target.sip, half)
        yield told("memory, MB", target.rss_mb())
        yield is_true("another host's call over TCP", _a_call(target, tcp=True) == 200)
        closed = eventually(lambda: _open(connections) == 0, 45.0, every_s=1.0)
        yield is_true("all closed within 45 s", closed)


@attack("B5", ROOM, fresh=True)
def half_sent_sip_after_a_whole_message(target: Target) -> Iterable[Measured]:
    """20 connections from one host send a whole OPTIONS, which proves nothing, and then half a message."""
    with ExitStack() as stack, Phone(target.sip, STRANGER) as phone:
        half = b"INVITE sip:echo@x SIP/2.0\r\nContent-Length: 60000\r\n\r\n" + b"a" * 2000
        whole = phone.request("OPTIONS", "", via=phone.via.replace("UDP", "TCP"))
        connections = _connect(stack, PER_SOURCE, target.sip, whole)
        answered = sum(
            readable(sock, 2.0) and sock.recv(4096)[:12] == b"SIP/2.0 200 " for sock in connections
        )
        yield at_least("answered to the whole one", answered, PER_SOURCE)
        for sock in connections:
            sock.send(half)
        closed = eventually(lambda: _open(connections) == 0, HALF_S, every_s=0.5)
        yield is_true(f"all closed within {HALF_S:g} s", closed)


@attack("B5", GUARDED, fresh=True)
def half_sent_http_requests(target: Target) -> Iterable[Measured]:
    """1,131 connections from one host with half an HTTP request each, then a good request and a good call."""
    host, _, port = target.http.removeprefix("http://").rpartition(":")
    before = target.descriptors()
    with ExitStack() as stack:
        half = f"GET /api/health HTTP/1.1\r\nHost: {host}\r\nX-Slow: ".encode()
        connections = _connect(stack, HALF_SENT, (host, int(port)), half)
        time.sleep(0.5)  # for those that are to be turned away at once
        yield told("left open", _open(connections))
        yield told("descriptors taken", target.descriptors() - before)
        yield is_true("a good call", _a_call(target) == 200)
        served = eventually(lambda: _asked(target), 10.0, every_s=0.5)
        yield is_true("another's good request within 10 s", served)
        closed = eventually(lambda: _open(connections) == 0, 45.0, every_s=1.0)
        yield is_true("all closed within 45 s", closed)


@attack("B5", GUARDED, fresh=True)
def half_sent_http_bodies(target: Target) -> Iterable[Measured]:
    """300 connections whose request announces a body that comes a byte at a time."""
    host, _, port = target.http.removeprefix("http://").rpartition(":")
    head = f"POST /api/telephony/calls HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    with ExitStack() as stack:
        connections = _connect(
            stack, 300, (host, int(port)), f"{head}Content-Length: 5000\r\n\r\n{{".encode()
        )
        end = time.monotonic() + 45.0
        served = False
        while time.monotonic() < end and _open(connections):
            for sock in connections:
                try:
                    sock.send(b" ")
                except OSError:
                    continue
            served = served or _asked(target)
            time.sleep(1.0)  # the pace of the attack
        yield is_true("another's good request meanwhile", served)
        yield at_most("open after 45 s", _open(connections), 0)


def _asked(target: Target) -> bool:
    """Somebody with the token, from another address, is answered."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return target.ask("GET", "/api/telephony/calls", headers=headers)[0] == 200


def _memory(target: Target, kind: str, rate: int, for_s: float) -> Iterable[Measured]:
    """What a flood leaves behind."""
    _a_call(target)  # what is made once is made
    before = target.rss_mb()
    most = before
    with Flood(kind, target.sip, rate, for_s) as flood:
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            most = max(most, target.rss_mb())
            time.sleep(0.2)  # how often it is looked at
        sent = flood.wait()
    most = max(most, target.rss_mb())
    yield at_least("datagrams sent", sent, SENT * rate * for_s)
    yield told("memory before, MB", before)
    yield told("most, MB", most)
    eventually(lambda: target.rss_mb() - before <= RECOVERED_MB, RECOVERY_S, every_s=1.0)
    yield at_most(f"more than before within {RECOVERY_S:g} s, MB", target.rss_mb() - before, RECOVERED_MB)
    yield is_true("a call afterwards", _a_call(target) == 200)


@attack("B5", ROOM, fresh=True)
def refused_invites_leave_nothing_behind(target: Target) -> Iterable[Measured]:
    """1,050 INVITEs for numbers that nobody has; whoever sent them never ACKs."""
    _a_call(target)
    before = target.rss_mb()
    with Flood("unknown", target.sip, 300, 3.5) as flood:
        sent = flood.wait()
    grown = target.rss_mb() - before
    yield at_least("sent", sent, SENT * 1050)
    yield at_most("KB kept for each, 1 s afterwards", 1024 * max(0.0, grown) / max(1, sent), 2.0)


@attack("B5", ROOM, fresh=True)
def memory_after_an_invite_flood(target: Target) -> Iterable[Measured]:
    """1,000 INVITEs a second for 20 s that nobody ACKs."""
    return _memory(target, "invite", 1000, 20.0)


@attack("B5", ROOM, fresh=True)
def memory_after_a_flood_of_unknown_numbers(target: Target) -> Iterable[Measured]:
    """1,000 INVITEs a second for 20 s for numbers that nobody has."""
    return _memory(target, "unknown", 1000, 20.0)


@attack("B5", ROOM, fresh=True)
def calls_never_acked_do_not_fill_the_server(target: Target) -> Iterable[Measured]:
    """500 INVITEs from one host that are answered and never ACKed, then another host's call."""
    with Phone(target.sip, STRANGER) as phone:
        for _ in range(500):
            phone.send(phone.request("INVITE", "echo", sdp(STRANGER, 41_000)))
            phone.wire.receive(0.004)
        phone.listen(0.5)
        yield told("calls up", target.calls_live())
        yield is_true("another host's call", _a_call(target) == 200)
        begun = time.monotonic()
        gone = target.quiet(45.0)
        yield at_most("s until none is left", time.monotonic() - begun if gone else 999.0, 40.0)


@attack("B5", {"sip": {"max_calls": 10}}, fresh=True)
def an_odd_to_keeps_no_place(target: Target) -> Iterable[Measured]:
    """INVITEs whose To ends in a tag without a value or in a semicolon, for a number that nobody has, from
    four addresses: more of them than there are places. Then another host's calls."""
    for name, tail in (("a tag without a value", b">;tag"), ("a semicolon", b">;"), ("both", b">;tag;")):
        for number in range(44):
            with Phone(target.sip, f"127.7.5.{number % 4 + 1}") as phone:
                said = phone.request("INVITE", "nobody", sdp(phone.host, 41_000))
                phone.ask(said.replace(b">\r\nCall-ID", tail + b"\r\nCall-ID", 1), 0.2, repeat=False)
        yield is_true(f"a call after {name}", _a_call(target) == 200)
    yield at_most("places left taken", target.calls_live(), 0)
    yield at_most("errors in the log", target.log().count("Traceback"), 0)


@attack("B5", ROOM, fresh=True)
def one_dialog_is_not_flooded(target: Target) -> Iterable[Measured]:
    """2,000 re-INVITEs, INFOs and UPDATEs in one call at once, never ACKed: the call and others go on."""
    talker = Talker(STRANGER)
    before = target.rss_mb()
    with Phone(target.sip, STRANGER) as phone:
        dialled = phone.call("echo", talker.address)
        for number in range(2000):
            method = ("INVITE", "INFO", "UPDATE")[number % 3]
            body = sdp(STRANGER, talker.port, version=number + 2) if method != "INFO" else ""
            phone.send(dialled.request(method, body, cseq=number + 2))
            phone.wire.receive(0.0)
        served = eventually(lambda: _a_call(target) == 200, 5.0)
        yield is_true("another host's call within 5 s", served)
        phone.listen(1.0)
        yield told("memory grown, MB", target.rss_mb() - before)
        yield is_true("the server lives", target.alive)
    talker.close()
