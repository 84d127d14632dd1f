"""B12: the sockets of media streams: who has no token, who has a used one, and what is no frame."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from typing import Any

from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.phone import Phone
from tests.attack.provider import (
    BINARY,
    CONTINUED,
    DESK,
    FAR,
    HOOKS,
    LAST,
    NEAR,
    PING,
    TEXT,
    Ringing,
    Stream,
    account,
    ask,
    call_form,
    frame,
    handshake,
    place,
    ring,
    ringing,
)
from tests.attack.sound import MULAW, OURS_HZ
from tests.attack.target import Target, eventually

CALLER = "127.7.0.5"
GUESSES, HALF_OPEN, SLOW = 300, 2_000, 10
FEW_SESSIONS: Mapping[str, Mapping[str, Any]] = {"gateway": {"max_sessions": 1}}
CONNECTIONS = 201
"""That such a server has for HTTP; one is the provider's."""
OTHERS = 20
"""Descriptors that a call by SIP and the server's own work may take meanwhile."""
HOSTS = 60
"""Addresses that half-open sockets come from."""
CLOSED_S = 30.0
"""A stranger's connection lives for 15 s, and connections are looked at every 2 s."""
GROWN_MB = 20.0
LINES = 8
"""In the log, of a flood of one kind."""
REFUSED, RATE, PROTOCOL = 4001, 4003, 4004
"""Codes with which streams are closed (docs/providers.md)."""
ENDS = {REFUSED, RATE, PROTOCOL, 1002, 1003, 1006, 1007, 1009}
"""For what is wrong with it, by us or by the WebSocket's own rules."""


def _speaks(target: Target, call: Ringing) -> Stream:
    """The provider's stream of that call, which is heard."""
    stream = Stream(target, call.path)
    stream.start(call.ref, call.token)
    for chunk in range(10):
        stream.speak(MULAW[OURS_HZ], chunk)
    return stream


def _hears(stream: Stream, within_s: float = 5.0) -> bool:
    """Whether the echo comes back."""
    end = time.monotonic() + within_s
    chunk = 10
    while time.monotonic() < end:
        chunk += 1
        if not stream.speak(MULAW[OURS_HZ], chunk):
            return False
        if stream.audio(0.02):
            return True
    return False


@attack("B12", fresh=True)
def nobody_guesses_a_streams_token(target: Target) -> Iterable[Measured]:
    """Whoever knows a call's address opens 300 streams with guessed and odd tokens; then the provider opens
    the call's own, and one with the token that it has used."""
    account(target)
    call = ring(target)
    lines = len(target.log().splitlines())
    odd = ["", call.token[:-1], call.token + "A", call.token.swapcase(), "\u00e9" * 9, "x" * 5_000, "\x00"]
    codes: Counter[int] = Counter()
    for number in range(GUESSES):
        token = odd[number] if number < len(odd) else secrets.token_urlsafe(24)
        with suppress(OSError), Stream(target, call.path, f"127.7.3.{number % 200 + 1}") as stream:
            stream.start(call.ref, token)
            codes[stream.closed(5.0)] += 1
    yield is_true(f"refused, all of them {dict(codes)}", set(codes) <= {REFUSED})
    with _speaks(target, call) as own:
        yield is_true("the provider's own is let in", _hears(own))
        with Stream(target, call.path, FAR) as again:
            again.start(call.ref, call.token)
            yield at_most("code for a token that was used", abs(again.closed(5.0) - REFUSED), 0)
        yield is_true("and goes on", _hears(own))
    call.over(target)
    yield at_most("lines in the log", len(target.log().splitlines()) - lines, LINES)
    yield is_true("none is left", target.quiet(15.0))


@attack("B12", fresh=True)
def a_second_stream_takes_no_call(target: Target) -> Iterable[Measured]:
    """Who has kept the request that a call began with gets a token by it, and opens a second stream; then
    one of another call."""
    account(target)
    call, other = ring(target), ring(target)
    with _speaks(target, call) as own:
        yield is_true("the provider's own is heard", _hears(own))
        with suppress(RuntimeError):
            kept = ringing(ask(target, HOOKS + "voice", call_form(call.ref)), call.ref)
            with Stream(target, kept.path, FAR) as second:
                second.start(kept.ref, kept.token)
                deadline = time.monotonic() + 5.0
                while (code := second.closed(0.1)) == 0 and time.monotonic() < deadline:
                    own.speak(MULAW[OURS_HZ])
                yield is_true(f"a second one is refused ({code})", code == REFUSED)
        with Stream(target, other.path, FAR) as wrong:
            wrong.start(call.ref, other.token)
            yield is_true("a token of another call", wrong.closed(5.0) == REFUSED)
        yield is_true("the first goes on", _hears(own))
    call.over(target)
    other.over(target)
    yield is_true("none is left", target.quiet(90.0))


@attack("B12", FEW_SESSIONS, fresh=True)
def half_open_media_sockets_keep_nobody_out(target: Target) -> Iterable[Measured]:
    """2,000 connections from 60 hosts: half a handshake, a whole one and nothing more, one message that
    starts nothing. The provider's stream comes in between, and a call by SIP."""
    account(target)
    call = ring(target)
    before, memory = target.descriptors(), target.rss_mb()
    connected = frame(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}).encode())
    whole = handshake(target, call.path)
    sent = (whole[:60], whole, whole + connected)
    with ExitStack() as stack:
        held = []
        for number in range(HALF_OPEN):
            made = stack.enter_context(socket.socket())
            made.settimeout(1.0)
            with suppress(OSError):
                made.bind((f"127.7.4.{number % HOSTS + 1}", 0))
                made.connect(place(target))
                made.sendall(sent[number % 3])
                made.setblocking(False)
                held.append(made)
        began = time.monotonic()
        with _speaks(target, call) as own:
            yield is_true("the provider's stream is heard", _hears(own))
            yield told("after ms", (time.monotonic() - began) * 1000)
            with Phone(target.sip, CALLER) as phone:
                dialled = phone.call("echo", (CALLER, 41_000))
                yield is_true(f"a call by SIP ({dialled.status})", dialled.status == 200)
                dialled.bye()
            yield told("connections made", len(held))
            yield at_most("descriptors taken", target.descriptors() - before, CONNECTIONS + OTHERS)
            closed = eventually(lambda: own.speak(MULAW[OURS_HZ]) and not _open(held), CLOSED_S)
            yield is_true(f"all closed within {CLOSED_S:g} s", closed)
            yield is_true("the provider's stream goes on", _hears(own))
        yield at_most("memory grown, MB", target.rss_mb() - memory, GROWN_MB)
    call.over(target)
    yield is_true("no call is left", target.quiet(15.0))


def _open(connections: list[socket.socket]) -> bool:
    """Whether the server has left one open."""
    for each in connections:
        try:
            while each.recv(4_096):
                pass
        except BlockingIOError:
            return True
        except OSError:
            continue
    return False


def _deep(depth: int) -> bytes:
    return frame(b'{"event":"media","media":' + b"[" * depth)


def _unended() -> bytes:
    """A message in 200 fragments of 1,000 octets, none of which is the last."""
    return frame(b"x" * 1_000, TEXT) + frame(b"x" * 1_000, CONTINUED) * 199


_FIRST: dict[str, Callable[[], bytes]] = {
    "a message beyond the limit": lambda: frame(b"x" * (65 << 10)),
    "a length of 2^62": lambda: frame(b"x", size=1 << 62),
    "a length with its first bit set": lambda: frame(b"x", size=(1 << 64) - 1),
    "frames without a mask": lambda: frame(b"{}", masked=False) * 9,
    "reserved bits": lambda: frame(b"{}", LAST | 0x70 | TEXT),
    "an opcode that there is not": lambda: frame(b"{}", LAST | 0x5),
    "a ping in fragments": lambda: frame(b"x", PING),
    "a ping of 200 octets": lambda: frame(b"x" * 200, LAST | PING),
    "a continuation of nothing": lambda: frame(b"x", LAST | CONTINUED) * 9,
    "fragments without end": _unended,
    "no text": lambda: frame(b"\xff\xfe\xfd") * 9,
    "JSON 30,000 deep": lambda: _deep(30_000) * 9,
    "JSON that is no object": lambda: frame(b"[1,2,3]") * 9,
    "numbers without end": lambda: frame(b'{"event":"start","sequenceNumber":' + b"9" * 50_000) * 9,
    "binary messages": lambda: frame(b"\x00" * 640, LAST | BINARY) * 9,
    "empty messages": lambda: frame(b"") * 20,
    "20,000 pings": lambda: frame(b"", LAST | PING) * 20_000,
}


@attack("B12", fresh=True)
def frames_that_are_none_are_no_faults(target: Target) -> Iterable[Measured]:
    """Seventeen kinds of frames that are broken, dear or endless, before a stream has begun and, with the
    right token, within one; a call of the provider's goes on beside them."""
    account(target)
    errors, memory = target.log().count('"level": "error"'), target.rss_mb()
    beside = ring(target)
    with _speaks(target, beside) as own:
        for name, made in _FIRST.items():
            call = ring(target)
            with Stream(target, call.path, FAR) as stream:
                stream.send(made())
                code = _until_closed(stream, own)
                yield is_true(f"before it begins: {name} ({code})", code in ENDS)
            with Stream(target, call.path, NEAR) as stream:
                stream.start(call.ref, call.token)
                for _ in range(8):
                    stream.send(made())
                code = _until_closed(stream, own)
                yield is_true(f"within it: {name} ({code})", code in ENDS)
            call.over(target)
        for name, messages in (
            ("audio that is no base64", [("media", {"payload": "!" * 400})] * 60),
            ("5,000 messages at once", [("mark", {"name": "x"})] * 5_000),
        ):
            call = ring(target)
            with Stream(target, call.path, NEAR) as stream:
                stream.start(call.ref, call.token)
                sent = sum(stream.tell(*message) for message in messages)
                code = _until_closed(stream, own)
                yield is_true(f"{name}: closed ({code}, {sent} sent)", code in ENDS)
            call.over(target)
        yield is_true("the call beside them goes on", _hears(own))
    beside.over(target)
    yield at_most("errors of ours in the log", target.log().count('"level": "error"') - errors, 0)
    yield at_most("memory grown, MB", target.rss_mb() - memory, GROWN_MB)
    yield is_true("none is left", target.quiet(90.0))


def _until_closed(stream: Stream, own: Stream, within_s: float = 12.0) -> int:
    """The code, while the other one goes on speaking."""
    end = time.monotonic() + within_s
    while (code := stream.closed(0.05)) == 0 and time.monotonic() < end:
        own.speak(MULAW[OURS_HZ])
        own.audio(0.0)
    return code


@attack("B12", fresh=True)
def who_reads_nothing_holds_nothing_up(target: Target) -> Iterable[Measured]:
    """Ten streams on which the demo speaks take nothing of it, for 15 s; another call's audio comes beside
    them."""
    account(target)
    memory = target.rss_mb()
    with ExitStack() as stack:
        calls = []
        for _ in range(SLOW):
            call = ring(target, DESK)
            stream = stack.enter_context(Stream(target, call.path, buffer=2_048))
            stream.start(call.ref, call.token)
            calls.append((call, stream))
        beside = ring(target)
        own = stack.enter_context(_speaks(target, beside))
        heard, end = 0, time.monotonic() + 15.0
        due = time.monotonic()
        while time.monotonic() < end:
            for _, stream in calls:
                stream.speak(b"\xff" * 160)
            own.speak(MULAW[OURS_HZ])
            due += 0.02
            while own.audio(max(0.0, due - time.monotonic())):
                heard += 1
        yield at_least("% of the frames of the call beside them", 100 * heard / (15.0 / 0.02), 90.0)
        yield at_most("memory grown, MB", target.rss_mb() - memory, GROWN_MB)
        for call, _ in calls:
            yield from [] if call.over(target).status == 204 else [is_true("each is ended", False)]
        beside.over(target)
        yield is_true("all end, though nobody reads", target.quiet(15.0))
