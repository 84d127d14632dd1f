"""B4: which calls live and which end, with limits short enough to wait for."""

from __future__ import annotations

import secrets
import struct
import time
from collections.abc import Callable, Iterable

from tests.attack.called import EXTENSIONS, PHONE, called
from tests.attack.calling import calling
from tests.attack.case import Measured, at_most, attack, is_true, told
from tests.attack.messages import sdp
from tests.attack.phone import Dialled, Phone
from tests.attack.sound import Part, Talker, talk
from tests.attack.target import Target

CALLER = "127.7.0.5"
SILENCE_S = 3
"""Short for a call that is to end; some times of it for one that is to live."""
LIVES_S = 3.0 * SILENCE_S
SOON = {
    "rtp": {"media_timeout_s": SILENCE_S, "first_packet_timeout_s": SILENCE_S},
    "sip": {"max_call_s": 25, "max_inactive_s": 15, "keep_alive_s": 4},
}


def rtcp_report(ssrc: int, about: int) -> bytes:
    """An empty receiver report and a name: somebody is there."""
    name = b"\x01\x04here\x00\x00"
    return (
        struct.pack("!BBHIIIIIII", 0x81, 201, 7, ssrc, about, 0, 0, 0, 0, 0)
        + struct.pack("!BBHI", 0x81, 202, 1 + len(name) // 4, ssrc)
        + name
    )


def _held(target: Target, hold: Callable[[Talker], str]) -> list[Measured]:
    """A call that speaks, is held, is silent for long, and comes back."""
    with calling(target, CALLER) as (phone, dialled, talker):
        talk([Part(talker)], 1)
        answer = dialled.ask("INVITE", hold(talker))
        phone.listen(LIVES_S, until=lambda: not dialled.up)
        survived = dialled.up
        back = dialled.ask("INVITE", sdp(CALLER, talker.port, version=3)) if survived else None
        talker.heard.clear()
        talk([Part(talker)], 1)
        heard_again = len(talker.heard)
        dialled.bye()
    return [
        told("answer to the hold", answer.status if answer else 0),
        is_true(f"lives after {LIVES_S:g} s without a packet", survived),
        is_true("is taken back", back is not None and back.status == 200 and heard_again > 25),
    ]


@attack("B4", SOON)
def hold_by_sendonly_survives_silence(target: Target) -> Iterable[Measured]:
    """The phone holds with a=sendonly and sends no music."""
    return _held(target, lambda talker: sdp(CALLER, talker.port, direction="sendonly", version=2))


@attack("B4", SOON)
def hold_by_inactive_survives_silence(target: Target) -> Iterable[Measured]:
    """The phone holds with a=inactive."""
    return _held(target, lambda talker: sdp(CALLER, talker.port, direction="inactive", version=2))


@attack("B4", SOON)
def hold_by_zero_address_survives_silence(target: Target) -> Iterable[Measured]:
    """The phone holds the old way, with c=0.0.0.0."""
    return _held(target, lambda talker: sdp("0.0.0.0", talker.port, version=2))


@attack("B4", SOON)
def rtcp_alone_keeps_a_call(target: Target) -> Iterable[Measured]:
    """After a second of speech a phone is silent but for RTCP, as one with DTX and no comfort noise is."""
    with calling(target, CALLER) as (phone, dialled, talker):
        talk([Part(talker)], 1)
        control = Talker(CALLER, talker.port + 1, to=(talker.to[0], talker.to[1] + 1))
        about = secrets.randbits(32)
        end = time.monotonic() + LIVES_S
        while dialled.up and time.monotonic() < end:
            control.sock.sendto(rtcp_report(talker.ssrc, about), control.to)
            phone.listen(0.5)
        survived = dialled.up
        dialled.bye()
    control.close()
    yield is_true(f"lives after {LIVES_S:g} s of RTCP alone", survived)


@attack("B4", SOON)
def a_packet_now_and_then_keeps_a_call(target: Target) -> Iterable[Measured]:
    """A DTX phone: one comfort noise packet every two seconds."""
    with calling(target, CALLER) as (phone, dialled, talker):
        talk([Part(talker)], 1)
        end = time.monotonic() + LIVES_S
        while dialled.up and time.monotonic() < end:
            talker.say(b"\x40", 13)
            phone.listen(2.0)
        survived = dialled.up
        dialled.bye()
    yield is_true(f"lives after {LIVES_S:g} s with a packet every 2 s", survived)


def _ends_within(phone: Phone, dialled: Dialled, limit_s: float) -> Measured:
    phone.answer_with = lambda asked: phone.ok(asked) if asked.method == "BYE" else None
    begun = time.monotonic()
    phone.listen(limit_s + 4, until=lambda: not dialled.up)
    took = time.monotonic() - begun
    return at_most("s until the server ended it", took if not dialled.up else 999.0, limit_s)


@attack("B4", SOON)
def a_muted_phone_that_answers_lives(target: Target) -> Iterable[Measured]:
    """A second of speech, then nothing, not even RTCP; but it answers OPTIONS."""
    with calling(target, CALLER) as (phone, dialled, talker):
        talk([Part(talker)], 1)
        phone.listen(LIVES_S, until=lambda: not dialled.up)
        survived = dialled.up
        dialled.bye()
    yield is_true(f"lives after {LIVES_S:g} s without a packet", survived)


@attack("B4", SOON)
def a_call_without_a_first_packet_ends(target: Target) -> Iterable[Measured]:
    """Answered, and nothing ever comes, no answer to OPTIONS either."""
    with Phone(target.sip, CALLER) as phone:
        dialled = phone.call("echo", (CALLER, 41_000))
        yield _ends_within(phone, dialled, 3.0 * SILENCE_S)


@attack("B4", SOON)
def a_call_that_falls_silent_ends(target: Target) -> Iterable[Measured]:
    """A second of speech, then nothing, not even RTCP or an answer to OPTIONS."""
    with calling(target, CALLER) as (phone, dialled, talker):
        talk([Part(talker)], 1)
        yield _ends_within(phone, dialled, 3.0 * SILENCE_S)


@attack("B4", SOON)
def inactive_calls_do_not_fill_the_server(target: Target) -> Iterable[Measured]:
    """30 calls offered a=inactive, ACKed and left alone; an inactive call may last 15 s here."""
    with Phone(target.sip, CALLER) as phone:
        calls = [
            phone.call("echo", ("", 0), body=sdp(CALLER, 41_000, direction="inactive")) for _ in range(30)
        ]
        taken = sum(call.status == 200 for call in calls)
        phone.listen(30.0, until=lambda: not any(call.up for call in calls))
        yield told("taken", taken)
        yield at_most("still up after the longest time", sum(call.up for call in calls), 0)


@attack("B4", SOON)
def a_phone_that_vanished_from_a_hold_is_noticed(target: Target) -> Iterable[Measured]:
    """A call is held, and then its phone answers nothing more: it is asked for a sign of life, and ends."""
    with calling(target, CALLER) as (_, dialled, talker):
        talk([Part(talker)], 1)
        dialled.ask("INVITE", sdp(CALLER, talker.port, direction="inactive", version=2))
    begun = time.monotonic()
    gone = target.quiet(40.0)
    yield at_most("s until no call is left", time.monotonic() - begun if gone else 999.0, 36.0)


SHORT = {"sip": {"max_call_s": 6, "extensions": EXTENSIONS}}
"""No call may last for longer, in or out."""


def _talks_until_ended(phone: Phone, talker: Talker, over: Callable[[], bool]) -> Measured:
    """It never falls silent, so nothing but the limit ends it."""
    begun = time.monotonic()
    while not over() and time.monotonic() < begun + 12.0:
        talk([Part(talker)], 0.2)
        phone.listen(0.02, until=over)
    return at_most("s until the server ended it", time.monotonic() - begun if over() else 999.0, 9.0)


@attack("B4", SHORT)
def a_call_that_talks_for_ever_ends(target: Target) -> Iterable[Measured]:
    """Somebody calls and talks on and on; a call may last 6 s here."""
    with calling(target, CALLER) as (phone, dialled, talker):
        yield _talks_until_ended(phone, talker, lambda: not dialled.up)


@attack("B4", SHORT)
def a_call_that_we_placed_ends_too(target: Target) -> Iterable[Measured]:
    """The server calls a phone that talks on and on; a call may last 6 s here."""
    talker = Talker(PHONE)
    with called(target) as (answered, _):
        answered.answer(sdp(PHONE, talker.port))
        talker.to = answered.invite.media
        phone = answered.phone
        phone.asked.clear()
        yield _talks_until_ended(phone, talker, lambda: any(m.method == "BYE" for m in phone.asked))
    talker.close()
