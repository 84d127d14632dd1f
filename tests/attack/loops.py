"""B6: calls that lead back to us."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.called import EXTENSIONS, PHONE, registered
from tests.attack.case import Measured, at_most, attack, is_true, told
from tests.attack.messages import Message, sdp
from tests.attack.phone import Phone
from tests.attack.target import Target

CALLER = "127.7.0.5"
WATCH_S = 3.0
LOOPING: Mapping[str, Mapping[str, Any]] = {
    "sip": {"extensions": EXTENSIONS, "allowed_targets": ["*@*"], "max_calls": 400}
}
MOST_CALLS = 4
"""What one INVITE may begin: the caller's leg and the one that it is connected to, each tried again once."""


def _calls(target: Target) -> float:
    """Begun so far, whether they live or not."""
    return target.calls_live() + target.metric("voiceforge_calls_total")


@attack("B6", LOOPING, fresh=True)
def an_extension_registered_at_ourselves(target: Target) -> Iterable[Measured]:
    """Extension 101 registers with our own address as its Contact; one INVITE calls it."""
    host, port = target.sip
    with Phone(target.sip, PHONE, user="101") as phone:
        status = phone.register(EXTENSIONS["101"], contact=f"Contact: <sip:101@{host}:{port}>")
        yield told("answer to the REGISTER", status)
        before = _calls(target)
        with Phone(target.sip, CALLER) as caller:
            caller.send(caller.request("INVITE", "101", sdp(CALLER, 41_000)))
            begun, most = time.monotonic(), 0.0
            while time.monotonic() < begun + WATCH_S:
                caller.listen(0.2)
                most = max(most, float(target.calls_live()))
        yield at_most("calls begun by one INVITE", max(most, _calls(target) - before), MOST_CALLS)


@attack("B6", LOOPING, fresh=True)
def a_contact_that_is_the_server(target: Target) -> Iterable[Measured]:
    """INVITE whose Contact is our own address: everything in the dialog would come back to us."""
    host, port = target.sip
    with Phone(target.sip, CALLER) as phone:
        before = _calls(target)
        dialled = phone.call("echo", (CALLER, 41_000), contact=f"Contact: <sip:echo@{host}:{port}>")
        phone.listen(WATCH_S)
        yield told("answer", dialled.status)
        yield is_true("refused", dialled.status >= 400)
        yield at_most("calls begun", _calls(target) - before, 1)


@attack("B6", LOOPING, fresh=True)
def a_call_placed_to_ourselves(target: Target) -> Iterable[Measured]:
    """The API is told to call our own address, which an operator's pattern allows."""
    host, port = target.sip
    before = _calls(target)
    for name in (f"{host}:{port}", f"localhost:{port}", f"127.0.0.1:{port}"):
        target.ask("POST", "/api/telephony/calls", {"to": f"sip:echo@{name}", "agent": "echo"})
    time.sleep(WATCH_S)  # the attack
    yield at_most("calls begun", _calls(target) - before, MOST_CALLS)


ANYWHERE: Mapping[str, Mapping[str, Any]] = {
    "sip": {"extensions": EXTENSIONS, "host": "0.0.0.0", "public_host": "127.7.0.1", "max_calls": 400},
    "rtp": {"host": "127.7.0.1"},
}


@attack("B6", ANYWHERE, fresh=True)
def an_extension_registered_at_another_name_of_ours(target: Target) -> Iterable[Measured]:
    """The server listens on all addresses; extension 101 registers with another one of them."""
    with Phone(target.sip, PHONE, user="101") as phone, Phone(target.sip, CALLER) as caller:
        for host in ("127.7.0.77", "localhost"):
            phone.register(EXTENSIONS["101"], contact=f"Contact: <sip:101@{host}:{target.sip[1]}>")
        before, most = _calls(target), 0.0
        caller.send(caller.request("INVITE", "101", sdp(CALLER, 41_000)))
        end = time.monotonic() + WATCH_S
        while time.monotonic() < end:
            caller.listen(0.2)
            most = max(most, float(target.calls_live()))
        yield at_most("calls begun by one INVITE", max(most, _calls(target) - before), MOST_CALLS)


REFLECTED_HOPS = 10


@attack("B6", LOOPING, fresh=True)
def a_reflector_is_stopped_by_hops(target: Target) -> Iterable[Measured]:
    """A phone sends each INVITE that it gets back to us as a new call, one hop less; it began with 10."""
    with registered(target) as phone:
        calls: set[str] = set()

        def reflect(asked: Message) -> bytes | None:
            if asked.method != "INVITE":
                return phone.ok(asked)
            if asked.get("Call-ID") in calls:
                return None  # repeated, since nobody answers
            calls.add(asked.get("Call-ID"))
            hops = int(asked.get("Max-Forwards") or 70) - 1
            if len(calls) < 200 and hops >= 0:
                phone.send(phone.request("INVITE", "101", sdp(PHONE, 41_000), max_forwards=hops))
            return None

        phone.answer_with = reflect
        phone.send(phone.request("INVITE", "101", sdp(PHONE, 41_000), max_forwards=REFLECTED_HOPS))
        phone.listen(WATCH_S)
        yield at_most("calls that came back", len(calls), REFLECTED_HOPS)


def _hops(target: Target, hops: int) -> tuple[int, int | None]:
    """Call an extension with so many hops left: the answer's status, and the hops that its phone saw."""
    with registered(target) as phone, Phone(target.sip, CALLER) as caller:
        answers: list[int] = []
        caller.send(caller.request("INVITE", "101", sdp(CALLER, 41_000), max_forwards=hops))
        invite = phone.wait_for("INVITE", 2.0)
        if invite is not None:
            phone.wire.send(phone.respond(invite, 486, "Busy Here"), invite.source)
        end = time.monotonic() + 3.0
        while time.monotonic() < end and not any(status >= 200 for status in answers):
            message = caller.wire.receive(0.5)
            if message is not None and message.status:
                answers.append(message.status)
        phone.listen(0.2)
    left = re.fullmatch(r"\d+", invite.get("Max-Forwards")) if invite is not None else None
    return (answers[-1] if answers else 0), (int(left[0]) if left else None)


@attack("B6", LOOPING, fresh=True)
def hops_are_counted_through_us(target: Target) -> Iterable[Measured]:
    """An INVITE for an extension with 17, 1 and 0 hops left: the phone sees one less, and 483 is the end."""
    _, seen = _hops(target, 17)
    yield told("hops at the phone, of 17", -1 if seen is None else seen)
    yield is_true("one less", seen == 16)
    status, seen = _hops(target, 1)
    yield is_true("1: the phone sees 0, or 483", seen == 0 or status == 483)
    status, seen = _hops(target, 0)
    yield told("answer to 0 hops", status)
    yield is_true("0: 483, and the phone is not called", status == 483 and seen is None)
