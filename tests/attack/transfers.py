"""B8: transfers and places in calls, asked for by those who may not: nothing is called, nobody is replaced,
nothing is learned."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.called import EXTENSIONS
from tests.attack.case import Measured, at_most, attack, is_true
from tests.attack.messages import sdp, tag_of
from tests.attack.phone import Dialled, Phone
from tests.attack.target import Target

PHONE, CALLER, STRANGER = "127.7.0.11", "127.7.0.12", "127.7.0.66"
NUMBER = "+1900555"
GUARDED: Mapping[str, Mapping[str, Any]] = {
    "sip": {
        "extensions": {
            "101": {"password": EXTENSIONS["101"], "may_dial": ["echo"]},
            "102": EXTENSIONS["102"],
        },
        "digest": ["MD5"],
        "ban_after": 0,
        "anonymous": [f"{CALLER}/32"],
    }
}


def _refer(call: Dialled, to: str) -> int:
    """The status that a REFER in a call gets; while the agent is not there yet (480) it comes again."""
    status, until = 480, time.monotonic() + 4.0
    while status == 480 and time.monotonic() < until:
        call._cseq += 1
        answer = call.phone.ask(call.request("REFER", more=(f"Refer-To: <{to}>",)), 4.0)
        status = answer.status if answer else 0
    return status


def _replaces(call: Dialled, *, to_tag: str = "") -> str:
    assert call.answer is not None
    ours = tag_of(call.answer.get("From"))
    return f"Replaces: {call.call_id};to-tag={to_tag or tag_of(call.answer.get('To'))};from-tag={ours}"


@attack("B8", GUARDED)
def nobody_has_called_whom_it_may_not_call(target: Target) -> Iterable[Measured]:
    """REFERs to numbers, strangers and phones by who may not call there; the calls go on."""
    host, port = target.sip
    with Phone(target.sip, CALLER) as phone:
        call = phone.call("echo", (CALLER, 41_000))
        for to in (f"sip:{NUMBER}@{host}:{port}", f"tel:{NUMBER}", f"sip:eve@{STRANGER}", "sip:a@b@c"):
            status = _refer(call, to)
            yield is_true(f"without a password, {to} ({status})", status in (400, 403, 404))
        answer = call.ask("OPTIONS")
        yield is_true("the call goes on", answer is not None and answer.status == 200)
        call.bye()
    with Phone(target.sip, PHONE, user="101") as phone:
        call = phone.call("echo", (PHONE, 41_000), password=EXTENSIONS["101"])
        for to in (f"sip:102@{host}:{port}", f"sip:demo@{host}:{port}", f"tel:{NUMBER}"):
            status = _refer(call, to)
            yield is_true(f"beyond its list, {to} ({status})", status == 403)
        call.bye()


@attack("B8", GUARDED)
def nobody_has_anybody_called_out_of_a_call(target: Target) -> Iterable[Measured]:
    """REFERs outside of calls, with and without a password; few bytes for each."""
    host, port = target.sip
    with Phone(target.sip, STRANGER) as phone:
        refer = phone.request("REFER", "echo", more=(f"Refer-To: <sip:102@{host}:{port}>",))
        answer = phone.ask(refer, 4.0)
        yield is_true("refused", answer is not None and answer.status == 403)
        yield at_most("bytes out per byte in", phone.wire.bytes_in / max(phone.wire.bytes_out, 1), 3.0)


@attack("B8", GUARDED)
def nobody_takes_a_place_that_is_not_its_own(target: Target) -> Iterable[Measured]:
    """Replaces with tags that were overheard, and with guessed ones: the answers do not differ."""
    with Phone(target.sip, CALLER) as phone, Phone(target.sip, STRANGER, user="102") as other:
        call = phone.call("echo", (CALLER, 41_000))
        yield is_true("the call is up", call.up)
        known = other.call(
            "echo",
            (STRANGER, 41_002),
            password=EXTENSIONS["102"],
            more=(_replaces(call), "Require: replaces"),
        )
        guessed = other.call(
            "echo", (STRANGER, 41_002), password=EXTENSIONS["102"],
            more=(_replaces(call, to_tag="guessed"), "Require: replaces"),
        )  # fmt: skip
        yield is_true(f"overheard ({known.status})", known.status == 481)
        yield is_true(f"guessed ({guessed.status})", guessed.status == 481)
        answer = call.ask("OPTIONS")
        yield is_true("the call goes on", call.up and answer is not None and answer.status == 200)
        call.bye()
    with Phone(target.sip, STRANGER) as stranger:
        data = stranger.request("INVITE", "echo", sdp(STRANGER, 41_000), more=(_replaces(call),))
        answer = stranger.ask(data, 4.0)
        yield is_true("without a password it is asked for one", answer is not None and answer.status == 401)
