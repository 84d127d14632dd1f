"""B5: floods that look like what has the right of way: responses, calls that run, proven phones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tests.attack.case import Measured, at_least, at_most, attack
from tests.attack.flooding import BRANCH, HOST, REPEATED, SENT, STREAMED, Flood
from tests.attack.floods import FLOOD_S, GAP_MS, LOST, ROOM
from tests.attack.messages import sdp, written
from tests.attack.phone import Dialled, Phone
from tests.attack.running_calls import running
from tests.attack.target import Target
from tests.attack.wire import Victim

CALLS = 10
MALLORY = "127.7.0.66"


def _text(first: str, method: str, transport: str, call_id: str, body: str = "") -> str:
    headers = [
        f"Via: SIP/2.0/{transport} {HOST}:5060;branch={BRANCH}",
        "Max-Forwards: 70",
        f"From: <sip:f@{HOST}>;tag=flood",
        "To: <sip:echo@127.0.0.1>",
        f"Call-ID: {call_id}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:f@{HOST}:5060>",
    ]
    if body:
        headers.append("Content-Type: application/sdp")
    return written(first, headers, body).decode()


@contextmanager
def _call_of_mallory(target: Target) -> Iterator[Dialled]:
    with Phone(target.sip, MALLORY) as phone:
        yield phone.call("echo", (MALLORY, 41_000), body=sdp(MALLORY, 41_000, direction="inactive"))


def _beside(target: Target, kind: str, rate: int, message: str) -> Iterable[Measured]:
    with running(target, CALLS) as calls:
        with Flood(kind, target.sip, rate, FLOOD_S, MALLORY, message) as flood:
            calls.talk(FLOOD_S)
            noticed = calls.noticed(FLOOD_S)
            sent = flood.wait()
    yield at_most("largest gap of any running call, ms", noticed.largest_gap_ms, GAP_MS)
    yield at_most("% of the frames lost by the worst call", noticed.lost, LOST)
    yield at_most("running calls that ended", noticed.ended, 0)
    # Over TCP as many are taken as we let in.
    yield at_least("messages a second", sent / FLOOD_S, SENT * rate if rate else 1)


@attack("B5", ROOM, fresh=True, timed=True)
def responses_over_many_connections(target: Target) -> Iterable[Measured]:
    """10 echo calls run while 20 TCP connections of one stranger bring responses that nobody asked for."""
    return _beside(target, STREAMED, 0, _text("SIP/2.0 200 OK", "OPTIONS", "TCP", "stray"))


@attack("B5", ROOM, fresh=True, timed=True)
def requests_named_like_a_call_over_many_connections(target: Target) -> Iterable[Measured]:
    """10 echo calls run while 20 TCP connections bring OPTIONS with the Call-ID of a call of the attacker."""
    with _call_of_mallory(target) as own:
        asking = f"OPTIONS sip:echo@{target.sip[0]} SIP/2.0"
        yield from _beside(target, STREAMED, 0, _text(asking, "OPTIONS", "TCP", own.call_id))


@attack("B5", ROOM, fresh=True, timed=True)
def requests_within_a_call_over_many_connections(target: Target) -> Iterable[Measured]:
    """10 echo calls run while 20 TCP connections bring OPTIONS within the attacker's own call."""
    with _call_of_mallory(target) as own:
        yield from _beside(target, STREAMED, 0, own.request("OPTIONS").decode().replace("/UDP ", "/TCP "))


@attack("B5", ROOM, fresh=True, timed=True)
def new_calls_named_like_one_that_runs(target: Target) -> Iterable[Measured]:
    """10 echo calls run while 9,000 INVITEs a second with the Call-ID of the attacker's own call come from 30
    addresses."""
    with _call_of_mallory(target) as own:
        inviting = f"INVITE sip:echo@{target.sip[0]} SIP/2.0"
        text = _text(inviting, "INVITE", "UDP", own.call_id, sdp("127.0.0.1", 42_000))
        yield from _beside(target, REPEATED, 9000, text)


@attack("B5", ROOM, fresh=True, timed=True)
def requests_within_a_call_from_everywhere(target: Target) -> Iterable[Measured]:
    """10 echo calls run while 9,000 OPTIONS a second within a call of the attacker come from 30 addresses."""
    with _call_of_mallory(target) as own:
        yield from _beside(target, REPEATED, 9000, own.request("OPTIONS").decode())


PASSWORD = "correct-horse-battery"
PHONES = {"sip": {"anonymous": [], "extensions": {"101": PASSWORD}}}
RUBBISH = b"A B SIP/2.0\r\n\r\n"
TRIES = 4


@attack("B5", PHONES, fresh=True, timed=True)
def rubbish_in_a_phones_name(target: Target) -> Iterable[Measured]:
    """15 bytes of rubbish with the address of a phone come 50 and 150 times a second while it registers."""
    for number, rate in enumerate((50, 150)):
        host = f"127.7.6.{number + 1}"
        with Victim(host, 5999) as victim, _rubbish(victim, target, rate):
            time.sleep(2.0)
            registered = 0
            for _ in range(TRIES):
                with Phone(target.sip, host, user="101") as phone:
                    registered += phone.register(PASSWORD) == 200
        yield at_least(f"of {TRIES} registrations beside {rate} datagrams a second", registered, TRIES)


@contextmanager
def _rubbish(victim: Victim, target: Target, rate: int) -> Iterator[None]:
    over = threading.Event()

    def send() -> None:
        begun, sent = time.monotonic(), 0
        while not over.wait(0.002):
            while sent < (time.monotonic() - begun) * rate:
                victim.send_as(5999, RUBBISH, target.sip)
                sent += 1

    sending = threading.Thread(target=send)
    sending.start()
    try:
        yield
    finally:
        over.set()
        sending.join()
