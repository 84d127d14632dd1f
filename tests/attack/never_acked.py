"""B5: calls that are answered and never ACKed, from one network and from many at once. Whoever proves who it
is gets in all the same, and what strangers hold comes back.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from tests.attack.called import EXTENSIONS, PHONE
from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.messages import sdp
from tests.attack.phone import Phone
from tests.attack.target import Target

OTHER = "127.7.0.5"
INVITES = 600
"""In all; more than the largest server here may hold."""
GONE_S = 40.0
"""After the last repetition of an answer, 32 s (RFC 3261 13.3.1.4)."""


def _server(max_calls: int) -> Mapping[str, Mapping[str, Any]]:
    return {
        "sip": {
            "max_calls": max_calls,
            "extensions": EXTENSIONS,
            "digest": ["MD5"],
            "anonymous": [f"{OTHER}/32", "127.7.3.0/24"],
        }
    }


ROOM, SMALL = _server(400), _server(8)


def _fill(target: Target, sources: int, max_calls: int) -> Iterable[Measured]:
    """INVITEs by turns from so many hosts at a pace that is looked at, then the others' calls."""
    with ExitStack() as stack:
        phones = [
            stack.enter_context(Phone(target.sip, f"127.7.3.{number + 1}")) for number in range(sources)
        ]
        for number in range(INVITES):
            phone = phones[number % sources]
            phone.send(phone.request("INVITE", "echo", sdp(phone.host, 41_000)))
            phone.wire.receive(0.004)
        phones[0].listen(0.5)
        held = target.calls_live()
        yield at_most("of the places, held by strangers", held / max_calls, 0.5)
        yield at_least("calls held: they were answered at all", held, 1)
        with Phone(target.sip, PHONE, user="101") as phone:
            dialled = phone.call("echo", (PHONE, 41_000), password=EXTENSIONS["101"])
            yield is_true(f"an extension with its password calls ({dialled.status})", dialled.status == 200)
            dialled.bye()
        with Phone(target.sip, OTHER) as phone:
            dialled = phone.call("echo", (OTHER, 41_000), within_s=5.0)
            if sources == 1:  # several fill the share of those who have proven nothing
                yield is_true(f"another stranger calls ({dialled.status})", dialled.status == 200)
            else:
                yield told("another stranger's call", dialled.status)
            dialled.bye()
        begun = time.monotonic()
        gone = target.quiet(GONE_S + 5)
        yield at_most("s until none is left", time.monotonic() - begun if gone else 999.0, GONE_S)
        with Phone(target.sip, OTHER) as phone:
            dialled = phone.call("echo", (OTHER, 41_000), within_s=5.0)
            yield is_true(f"a stranger calls afterwards ({dialled.status})", dialled.status == 200)
            dialled.bye()


@attack("B5", ROOM, fresh=True)
def never_acked_from_two_sources(target: Target) -> Iterable[Measured]:
    """600 INVITEs from 2 hosts, answered and never ACKed, at a server for 400 calls."""
    return _fill(target, 2, 400)


@attack("B5", ROOM, fresh=True)
def never_acked_from_four_sources(target: Target) -> Iterable[Measured]:
    """600 INVITEs from 4 hosts, answered and never ACKed, at a server for 400 calls."""
    return _fill(target, 4, 400)


@attack("B5", ROOM, fresh=True)
def never_acked_from_fifty_sources(target: Target) -> Iterable[Measured]:
    """600 INVITEs from 50 hosts, answered and never ACKed, at a server for 400 calls."""
    return _fill(target, 50, 400)


@attack("B5", SMALL, fresh=True)
def never_acked_at_a_small_server(target: Target) -> Iterable[Measured]:
    """600 INVITEs from one host, answered and never ACKed, at a server for 8 calls."""
    return _fill(target, 1, 8)


@attack("B5", SMALL, fresh=True)
def never_acked_at_a_small_server_from_many(target: Target) -> Iterable[Measured]:
    """600 INVITEs from 50 hosts, answered and never ACKed, at a server for 8 calls."""
    return _fill(target, 50, 8)
