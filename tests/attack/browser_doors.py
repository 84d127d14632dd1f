"""B11: the doors of browsers: offers, tickets, and whom offers name."""

from __future__ import annotations

import http.client
import secrets
import socket
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from tests.attack.case import Measured, at_most, attack, is_true, told
from tests.attack.target import Target

OFFER = "/api/webrtc/offer?to=echo"
VICTIM = "127.7.0.9"
FEW_SESSIONS: Mapping[str, Mapping[str, Any]] = {"gateway": {"max_sessions": 1}}
CONNECTIONS = 230
"""More than such a server has for all."""


def sdp(named: str = "0.0.0.0", port: int = 9, setup: str = "actpass") -> bytes:
    """As a browser's, but for the place that it names and who begins."""
    digest = ":".join(secrets.token_hex(1).upper() for _ in range(32))
    lines = [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
        f"m=audio {port} UDP/TLS/RTP/SAVPF 0", f"c=IN IP4 {named}", "a=mid:0", "a=rtcp-mux", "a=sendrecv",
        f"a=ice-ufrag:{secrets.token_hex(4)}", f"a=ice-pwd:{secrets.token_hex(16)}", f"a=setup:{setup}",
        f"a=fingerprint:sha-256 {digest}", "a=rtpmap:0 PCMU/8000",
        f"a=candidate:1 1 udp 2130706431 {named} {port} typ host",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n").encode()


def offer(
    target: Target, data: bytes, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str]]:
    """Status and headers of the answer; status 0: none came."""
    connection = _connection(target)
    try:
        connection.request("POST", OFFER, data, {"Content-Type": "application/sdp", **(headers or {})})
        answer = connection.getresponse()
        answer.read()
        return answer.status, dict(answer.getheaders())
    except OSError:
        return 0, {}
    finally:
        connection.close()


def _connection(target: Target) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(target.http.removeprefix("http://"), timeout=5)


@attack("B11", fresh=True)
def offers_that_nobody_may_make_open_nothing(target: Target) -> Iterable[Measured]:
    """Other sites' pages, rebound names, forwarded strangers; then offers that are none, or far too large."""
    open_before = target.descriptors()
    for name, headers in (
        ("another site's page", {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}),
        ("another port of this machine", {"Origin": "http://127.7.0.1:1", "Sec-Fetch-Site": "same-site"}),
        ("a page of no origin", {"Origin": "null"}),
        ("a rebound name", {"Host": "evil.example"}),
        ("forwarded", {"X-Forwarded-For": "203.0.113.9"}),
        ("a wrong key", {"Authorization": "Bearer wrong"}),
        ("a token of another process", {"Authorization": f"Bearer vfc_{'A' * 80}.{'B' * 22}"}),
    ):
        status, _ = offer(target, sdp(), headers)
        yield is_true(f"refused: {name} ({status})", status in (401, 403))
    for name, data in (
        ("1,000 media lines", sdp() + b"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 1_000),
        ("64 KB", sdp() + b"a=x:" + b"x" * (64 << 10)),
        ("2,000 lines", sdp() + b"a=x\r\n" * 2_000),
        ("no SDP", b"\x00\xff" * 500),
    ):
        status, _ = offer(target, data)
        yield is_true(f"refused: {name} ({status})", status in (400, 413))
    yield at_most("calls", target.calls_live(), 0)
    yield at_most("descriptors more", target.descriptors() - open_before, 4)


@attack("B11", fresh=True)
def a_flood_of_visitors_offers_is_a_few_calls(target: Target) -> Iterable[Measured]:
    """200 offers as fast as they go, from this machine without a key; nobody ever comes to the ports."""
    statuses: Counter[int] = Counter()
    for _ in range(200):
        statuses[offer(target, sdp())[0]] += 1
    yield told("answered", statuses[201])
    yield at_most(f"calls {dict(statuses)}", statuses[201], 4)
    yield is_true("all others refused", set(statuses) <= {201, 429, 503})
    yield is_true("the operator calls meanwhile", offer(target, sdp(), _key(target))[0] == 201)
    yield is_true("none is left when nobody comes", target.quiet(15.0))


@attack("B11", fresh=True)
def whom_an_offer_names_hears_nothing(target: Target) -> Iterable[Measured]:
    """c= and the candidate name a victim, and the offer has us begin the handshake."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim:
        victim.bind((VICTIM, 0))
        victim.settimeout(4.0)
        place = victim.getsockname()
        for setup in ("actpass", "active", "passive"):
            status, _ = offer(target, sdp(place[0], place[1], setup), _key(target))
            yield is_true(f"answered: {setup} ({status})", status == 201)
        try:
            heard = len(victim.recv(2_048))
        except TimeoutError:
            heard = 0
        yield at_most("bytes that the victim got", heard, 0)


@attack("B11", FEW_SESSIONS, fresh=True)
def a_callers_ticket_takes_no_one_elses_connections(target: Target) -> Iterable[Measured]:
    """A caller opens more connections with the ticket of the own call than there are, and follows the call on
    as many as it is let."""
    status, answer = offer(target, sdp(), {})
    yield is_true(f"a visitor calls ({status})", status == 201)
    path = f"/api/telephony/calls/{answer.get('X-Call-Id')}"
    ticket = answer.get("X-Call-Ticket", "")
    followed = 0
    with ExitStack() as held:
        for number in range(CONNECTIONS):
            connection = _connection(target)
            held.callback(connection.close)
            try:
                connection.request("GET", f"{path}{'/events' if number < 20 else ''}?ticket={ticket}")
                followed += connection.getresponse().status == 200 and number < 20
            except (OSError, http.client.HTTPException):
                continue
        yield at_most("streams of events", followed, 4)
        began = time.monotonic()
        yield is_true("the key gets in", target.ask("GET", "/api/telephony/calls")[0] == 200)
        yield told("after ms", (time.monotonic() - began) * 1000)
        watching = _connection(target)
        held.callback(watching.close)
        watching.request("GET", "/api/telephony/events", headers=_key(target))
        yield is_true("the operator watches live calls", watching.getresponse().status == 200)


def _key(target: Target) -> dict[str, str]:
    return {"Authorization": f"Bearer {target.key}"}
