"""B10: the HTTP server's door, and what strangers' text does to the log and to third parties."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.case import Measured, at_most, attack, is_true, told
from tests.attack.messages import sdp
from tests.attack.phone import Phone
from tests.attack.target import STRANGER, Target

TOKEN = "a-long-and-random-text-for-tests-only"
CALLER = "127.7.0.5"
CALLS = "/api/telephony/calls"
EXPOSED: Mapping[str, Mapping[str, Any]] = {"http": {"admin_token": TOKEN, "allowed_hosts": ["pbx.example"]}}
LOGGED: Mapping[str, Mapping[str, Any]] = {"logging": {"format": "text", "level": "debug"}}
FORWARDED = (
    ("X-Forwarded-For", "203.0.113.9"),
    ("Forwarded", "for=203.0.113.9"),
    ("X-Real-IP", "203.0.113.9"),
    ("X-Forwarded-Host", "pbx.example"),
    ("X-Forwarded-Proto", "https"),
    ("Via", "1.1 proxy.example"),
)


@attack("B10")
def forwarded_requests_do_not_pass_for_local_ones(target: Target) -> Iterable[Measured]:
    """No token is set, so only this machine may do all: a proxy beside us forwards strangers."""
    yield is_true("this machine itself", target.ask("GET", CALLS)[0] == 200)
    for name, value in FORWARDED:
        status, _ = target.ask("GET", CALLS, headers={**STRANGER, name: value})
        yield is_true(f"refused: {name} ({status})", status in (401, 403))
        status, _ = target.ask("GET", "/api/keys", headers={name: value})
        yield is_true(f"refused with the key: {name} ({status})", status in (401, 403))
    status, _ = target.ask("GET", "/metrics", headers={**STRANGER, "X-Forwarded-For": "203.0.113.9"})
    yield is_true(f"refused: /metrics ({status})", status in (401, 403))


@attack("B10", EXPOSED)
def tokens_are_wanted_where_a_proxy_may_stand(target: Target) -> Iterable[Measured]:
    """A token is set: it is wanted from everybody, forwarded or not, and odd ones are plainly refused."""
    right = {"Authorization": f"Bearer {TOKEN}"}
    for name, headers, wanted in (
        ("none", STRANGER, 401),
        ("a wrong one", {"Authorization": "Bearer wrong"}, 401),
        ("another scheme", {"Authorization": f"Basic {TOKEN}"}, 401),
        ("none, forwarded", {**STRANGER, "X-Forwarded-For": "127.0.0.1"}, 401),
        ("the right one", right, 200),
        (
            "the right one, forwarded",
            {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"},
            200,
        ),
    ):
        status, _ = target.ask("GET", CALLS, headers=headers)
        yield is_true(f"{name}: {wanted} ({status})", status == wanted)


def _raw(target: Target, data: bytes) -> bytes:
    """The first line of what comes back."""
    host, _, port = target.http.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(data)
        try:
            return connection.recv(4096).partition(b"\r\n")[0]
        except OSError:
            return b""


@attack("B10", EXPOSED)
def odd_bytes_in_headers_are_no_faults(target: Target) -> Iterable[Measured]:
    """Tokens, hosts and paths of bytes that are no text: 4xx or a closed connection, never 500."""
    host = target.http.removeprefix("http://").encode()
    for name, line in (
        ("token", b"Authorization: Bearer \xff"),
        ("token of half a character", b"Authorization: Bearer \xc3"),
        ("token with NUL", b"Authorization: Bearer a\x00b"),
        ("a long token", b"Authorization: Bearer " + b"a" * 7000),
        ("scheme", b"Authorization: \xff\xfe"),
        ("two tokens", b"Authorization: Bearer a\r\nAuthorization: Bearer b"),
    ):
        answer = _raw(
            target, b"GET " + CALLS.encode() + b" HTTP/1.1\r\nHost: " + host + b"\r\n" + line + b"\r\n\r\n"
        )
        yield is_true(f"{name} ({answer[9:12].decode() or 'closed'})", answer == b"" or b" 4" in answer[:10])
    answer = _raw(target, b"GET / HTTP/1.1\r\nHost: \xff\xff\r\n\r\n")
    yield is_true(f"host ({answer[9:12].decode() or 'closed'})", answer == b"" or b" 4" in answer[:10])
    errors = [line for line in target.log().splitlines() if '"level": "error"' in line]
    yield at_most("errors of ours in the log", sum('"logger": "api' in line for line in errors), 0)
    yield told("errors of the HTTP library in the log", sum('"logger": "aiohttp' in line for line in errors))


@attack("B10")
def wrong_keys_by_the_thousand(target: Target) -> Iterable[Measured]:
    """As many wrong keys as one address can send in 20 s, more than 10,000 a minute: refusals, a line in the
    log, and nobody else notices."""
    statuses: Counter[int] = Counter()
    lines, slowest = target.log().count("a wrong key"), 0.0
    end, n = time.monotonic() + 20.0, 0
    while time.monotonic() < end:
        n += 1
        statuses[target.ask("GET", CALLS, headers={"Authorization": f"Bearer vf_{n}"})[0]] += 1
        if n % 200 == 0:
            began = time.monotonic()
            if target.ask("GET", CALLS)[0] != 200:
                statuses[0] += 1
            slowest = max(slowest, time.monotonic() - began)
    yield told("tried", n)
    yield is_true(f"refused, all of them {dict(statuses)}", set(statuses) == {401, 429})
    yield at_most("of which were told that they are wrong", statuses[401], 50)
    yield at_most("lines in the log", target.log().count("a wrong key") - lines, 2)
    yield told("slowest answer to a right key, ms", slowest * 1000)


@attack("B10")
def other_names_and_other_sites_are_refused(target: Target) -> Iterable[Measured]:
    """DNS rebinding and another site's page."""
    status, _ = target.ask("GET", CALLS, headers={"Host": "evil.example"})
    yield is_true(f"another name ({status})", status == 403)
    status, _ = target.ask("POST", CALLS, {"to": "x", "agent": "echo"}, {"Origin": "http://evil.example"})
    yield is_true(f"another site's page ({status})", status == 403)


def _call_info(target: Target, more: tuple[str, ...], via: str = "") -> str:
    with Phone(target.sip, CALLER) as phone:
        said = phone.request("INVITE", "echo", sdp(CALLER, 41_000), more=more)
        if via:
            head, _, rest = said.partition(b"\r\n")
            first_via, _, rest = rest.partition(b"\r\n")
            said = b"\r\n".join([head, first_via, via.encode(), rest])
        answer = phone.ask(said, 5.0)
        return answer.get("Call-Info") if answer is not None else "no answer"


@attack("B10")
def transcript_addresses_go_to_no_proxy(target: Target) -> Iterable[Measured]:
    """Call-Info names where the transcript can be read: for the caller on this machine, not for one whose
    call came through others."""
    yield is_true("told to the caller itself", "/api/telephony/calls/" in _call_info(target, ()))
    route = ("Record-Route: <sip:203.0.113.9;lr>",)
    yield is_true("not with Record-Route", not _call_info(target, route))
    via = "Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKfar"
    yield is_true("not with a second Via", not _call_info(target, (), via))


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202eevil\u2066\x9b31m\r"


@attack("B10", LOGGED)
def control_characters_do_not_reach_the_log(target: Target) -> Iterable[Measured]:
    """From, To, User-Agent, Subject, Call-ID, a method and a header's name with terminal controls and
    bidirectional marks; HTTP the same."""
    with Phone(target.sip, CALLER) as phone:
        text = HOSTILE.replace("\r", "")
        for data in (
            phone.request(
                "INVITE", "echo", sdp(CALLER, 41_000), more=(f"User-Agent: {text}", f"Subject: {text}")
            ),
            phone.request("INVITE", f"nobody{text}", sdp(CALLER, 41_000)),
            phone.request("INVITE", "nobody", sdp(CALLER, 41_000), from_=f'"{text}" <sip:{text}@x>;tag=1'),
            phone.request("INVITE", "nobody", sdp(CALLER, 41_000), call_id=f"x{text}"),
            phone.request("REGISTER", "", from_=f'"{text}" <sip:a@x>;tag=1'),
            phone.request(f"NOVEL{text}", "echo"),
            phone.request("OPTIONS", "echo", more=(f"X-{text}: {text}",)),
        ):
            phone.send(data)
            phone.listen(0.2)
    for path in (f"/{text}", f"{CALLS}/{text}"):
        _raw(target, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {text}\r\n\r\n".encode())
    log = target.log()
    bad = {hex(ord(c)) for c in log if _is_control(c)}
    yield at_most(f"kinds of control characters in the log {sorted(bad)}", len(bad), 0)


DIRECTIONS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that turn text round (Unicode annex 9)."""


def _is_control(c: str) -> bool:
    return (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or c in DIRECTIONS
