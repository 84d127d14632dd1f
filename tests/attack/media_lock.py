"""B2: whose packets a call takes. Caller and stranger speak in tones that the echo gives back; what of whom
comes back, and to whom, is counted at both.
"""

from __future__ import annotations

import secrets
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from tests.attack.case import Measured, at_least, at_most, attack, told
from tests.attack.messages import sdp
from tests.attack.phone import Dialled, Phone
from tests.attack.sound import FRAME_S, MULAW, OURS_HZ, STRANGER_HZ, Part, Talker, listen, talk
from tests.attack.target import Target

CALLER, GATEWAY, STRANGER = "127.7.0.5", "127.7.0.77", "127.7.0.66"
PRIVATE = "192.168.77.5"
"""What a phone behind a NAT says of itself; nobody is there."""
PASSED = 99.0
"""Per cent of the rightful frames that come back."""
LEARNING_S = 0.3
"""Where the SDP has a private address, a few packets in sequence are wanted before the caller is known."""
HEALS_MS = 2000.0
LOUD = MULAW[STRANGER_HZ]


@contextmanager
def _call(
    target: Target, announced: str | None = None, gateway: str = CALLER
) -> Iterator[tuple[Phone, Dialled, Talker, Talker]]:
    """An echo call, the caller's audio (sent by `gateway`) and the stranger's."""
    ours, theirs = Talker(gateway), Talker(STRANGER)
    with Phone(target.sip, CALLER, says_it_is=announced) as phone:
        dialled = phone.call("echo", (announced or CALLER, ours.port))
        try:
            if dialled.status != 200:
                raise RuntimeError(f"the call was answered with {dialled.status}")
            ours.to = theirs.to = dialled.media
            yield phone, dialled, ours, theirs
        finally:
            dialled.bye()
            ours.close()
            theirs.close()


def _verdict(ours: Talker, theirs: Talker, sent: int | None = None) -> list[Measured]:
    """What came back where, of what was sent since the lists of packets were emptied."""
    let_in = ours.tones(STRANGER_HZ) + theirs.tones(STRANGER_HZ)
    passed = 100.0 * ours.tones(OURS_HZ) / (sent if sent is not None else ours.sent)
    return [
        at_most("frames let in", let_in, 0),
        at_least("% of the rightful frames passed", min(100.0, passed), PASSED),
        at_most("packets sent to the stranger", len(theirs.heard), 0),
    ]


def _forget(*talkers: Talker) -> None:
    for talker in talkers:
        talker.heard.clear()
        talker.sent = 0


@attack("B2")
def one_foreign_packet_takes_no_call(target: Target) -> Iterable[Measured]:
    """The SDP has a private address; a stranger sends one packet before the caller speaks."""
    with _call(target, PRIVATE) as (_, _, ours, theirs):
        theirs.say(LOUD)
        listen([theirs], 0.1)
        talk([Part(ours), Part(theirs, silent=True)], LEARNING_S)
        let_in = ours.tones(STRANGER_HZ) + theirs.tones(STRANGER_HZ)
        _forget(ours, theirs)
        talk([Part(ours), Part(theirs, silent=True)], 4)
        listen([ours, theirs])
        return [at_most("frames let in while the caller was learned", let_in, 0), *_verdict(ours, theirs)]


@attack("B2")
def one_foreign_packet_in_mid_call_takes_no_call(target: Target) -> Iterable[Measured]:
    """The SDP has a private address, the caller speaks; a stranger sends one packet in between."""
    with _call(target, PRIVATE) as (_, _, ours, theirs):
        talk([Part(ours), Part(theirs, silent=True)], 1)
        listen([ours], 0.1)
        _forget(ours, theirs)
        talk([Part(ours), Part(theirs, silent=True)], 1)
        theirs.say(LOUD)
        talk([Part(ours), Part(theirs, silent=True)], 3)
        listen([ours, theirs])
        return _verdict(ours, theirs)


@attack("B2")
def a_stranger_who_is_first_loses(target: Target) -> Iterable[Measured]:
    """A stranger speaks for a second before the announced address does, and goes on; counted from 0.3 s after
    the rightful's first packet."""
    with _call(target) as (_, _, ours, theirs):
        talk([Part(ours, silent=True), Part(theirs, LOUD)], 1)
        talk([Part(ours), Part(theirs, LOUD)], 0.3)
        listen([ours, theirs], 0.1)
        _forget(ours, theirs)
        talk([Part(ours), Part(theirs, LOUD)], 4)
        listen([ours, theirs])
        return _verdict(ours, theirs)


@attack("B2")
def a_stranger_who_is_first_loses_behind_a_nat(target: Target) -> Iterable[Measured]:
    """The same where the SDP has a private address: signalling's own address has to win."""
    with _call(target, PRIVATE) as (_, _, ours, theirs):
        talk([Part(ours, silent=True), Part(theirs, LOUD)], 1)
        talk([Part(ours), Part(theirs, LOUD)], 0.3)
        listen([ours, theirs], 0.1)
        _forget(ours, theirs)
        talk([Part(ours), Part(theirs, LOUD)], 4)
        listen([ours, theirs])
        return _verdict(ours, theirs)


@attack("B2")
def a_late_packet_after_reinvite_locks_nobody_out(target: Target) -> Iterable[Measured]:
    """A re-INVITE moves the audio to another port; one late packet comes from the old one, then the new
    speaks."""
    with _call(target) as (_, dialled, ours, theirs):
        talk([Part(ours)], 1)
        moved = Talker(CALLER, to=ours.to)
        answer = dialled.ask("INVITE", sdp(CALLER, moved.port, version=2))
        ours.say(LOUD)
        talk([Part(moved), Part(ours, silent=True)], 4)
        listen([moved, ours])
        yield told("answer to the re-INVITE", answer.status if answer else 0)
        yield at_least(
            "% of the rightful frames passed", min(100.0, 100.0 * moved.tones(OURS_HZ) / moved.sent), PASSED
        )
        yield at_most("late frames let in", moved.tones(STRANGER_HZ), 0)
        moved.close()


@attack("B2")
def a_late_packet_after_reinvite_behind_a_nat(target: Target) -> Iterable[Measured]:
    """The same with private addresses in both descriptions, and the late packet 1.5 s after the re-INVITE."""
    with _call(target, PRIVATE) as (_, dialled, ours, _):
        talk([Part(ours)], 1)
        moved = Talker(CALLER, to=ours.to)
        dialled.ask("INVITE", sdp(PRIVATE, moved.port, version=2))
        listen([ours], 1.5)
        ours.say(LOUD)
        talk([Part(moved), Part(ours, silent=True)], 4)
        listen([moved, ours])
        yield at_least(
            "% of the rightful frames passed", min(100.0, 100.0 * moved.tones(OURS_HZ) / moved.sent), PASSED
        )
        yield at_most("late frames let in", moved.tones(STRANGER_HZ), 0)
        moved.close()


@attack("B2")
def late_packets_for_a_second_after_reinvite(target: Target) -> Iterable[Measured]:
    """The same with the old place speaking on for a second, beside the new one, in the same numbering."""
    with _call(target) as (_, dialled, ours, theirs):
        talk([Part(ours)], 1)
        moved = Talker(CALLER, to=ours.to)
        dialled.ask("INVITE", sdp(CALLER, moved.port, version=2))
        talk([Part(moved), Part(ours, LOUD, packets=50)], 4)
        listen([moved, ours])
        yield at_least(
            "% of the rightful frames passed", min(100.0, 100.0 * moved.tones(OURS_HZ) / moved.sent), PASSED
        )
        yield at_most("late frames let in", moved.tones(STRANGER_HZ), 0)
        moved.close()


def _bursts(ours: Talker, theirs: Talker, count: int) -> None:
    """Five packets of the stranger, back to back, between each two of the caller."""
    for _ in range(count):
        talk([Part(ours), Part(theirs, silent=True)], FRAME_S)
        for _ in range(5):
            theirs.say(LOUD)


@attack("B2")
def bursts_after_a_refresh_take_no_call(target: Target) -> Iterable[Measured]:
    """A re-INVITE that moves nothing; a stranger sends bursts of five packets between those of the caller."""
    with _call(target) as (_, dialled, ours, theirs):
        talk([Part(ours)], 1)
        answer = dialled.ask("INVITE", sdp(CALLER, ours.port, version=2))
        _forget(ours, theirs)
        _bursts(ours, theirs, 140)
        listen([ours, theirs])
        yield told("answer to the re-INVITE", answer.status if answer else 0)
        yield from _verdict(ours, theirs)


@attack("B2")
def bursts_after_a_refresh_take_no_call_of_a_gateway(target: Target) -> Iterable[Measured]:
    """The same where the caller's audio comes from a host that neither SDP nor signalling names; afterwards
    the stranger sends 50 packets a second."""
    with _call(target, PRIVATE, GATEWAY) as (_, dialled, ours, theirs):
        talk([Part(ours)], 1)
        dialled.ask("INVITE", sdp(PRIVATE, ours.port, version=2))
        _forget(ours, theirs)
        _bursts(ours, theirs, 25)
        talk([Part(ours), Part(theirs, LOUD)], 4)
        listen([ours, theirs])
        yield from _verdict(ours, theirs)


def _rebind(target: Target, host: str | None) -> Iterable[Measured]:
    with _call(target, PRIVATE) as (_, _, ours, theirs):
        talk([Part(ours)], 2)
        listen([ours], 0.1)
        ours.move(host)
        _forget(ours)
        at = time.time()
        talk([Part(ours)], 3)
        first = min((packet.at for packet in ours.heard if packet.is_tone(OURS_HZ)), default=at + 99)
        yield at_most("ms until the caller is heard and hears again", (first - at) * 1000, HEALS_MS)
        _forget(ours, theirs)
        talk([Part(ours), Part(theirs, LOUD)], 3)
        listen([ours, theirs])
        yield from _verdict(ours, theirs)


@attack("B2")
def a_rebinding_in_mid_call_heals(target: Target) -> Iterable[Measured]:
    """The caller's NAT gives another port in mid-call; afterwards a stranger sends 50 packets a second."""
    return _rebind(target, None)


@attack("B2")
def a_rebinding_to_another_address_heals(target: Target) -> Iterable[Measured]:
    """The caller's NAT gives another address in mid-call; afterwards the same."""
    return _rebind(target, "127.7.0.7")


@attack("B2")
def fifty_foreign_packets_a_second(target: Target) -> Iterable[Measured]:
    """A stranger sends 50 packets a second beside the caller, with a right payload type."""
    with _call(target) as (_, _, ours, theirs):
        talk([Part(ours)], 1)
        listen([ours], 0.1)
        _forget(ours, theirs)
        talk([Part(ours), Part(theirs, LOUD)], 5)
        listen([ours, theirs])
        return _verdict(ours, theirs)


@attack("B2")
def foreign_packets_in_our_numbering(target: Target) -> Iterable[Measured]:
    """The same with the caller's SSRC, sequence numbers and timestamps, as one who sees them could."""
    with _call(target, PRIVATE) as (_, _, ours, theirs):
        talk([Part(ours)], 1)
        listen([ours], 0.1)
        theirs.ssrc, theirs.sequence, theirs.timestamp = ours.ssrc, ours.sequence, ours.timestamp
        _forget(ours, theirs)
        talk([Part(theirs, LOUD), Part(ours)], 5)
        listen([ours, theirs])
        return _verdict(ours, theirs)


@attack("B2")
def forged_rtcp_bye(target: Target) -> Iterable[Measured]:
    """A stranger sends RTCP BYE and reports for the caller's SSRC to the call's RTCP and RTP ports."""
    with _call(target) as (_, _, ours, theirs):
        talk([Part(ours)], 1)
        report = struct.pack("!BBHIQIII", 0x80, 200, 6, ours.ssrc, secrets.randbits(64), 0, 1, 1)
        bye = report + struct.pack("!BBHI", 0x81, 203, 1, ours.ssrc)
        for _ in range(10):
            for port in (ours.to[1], ours.to[1] + 1):
                theirs.sock.sendto(bye, (ours.to[0], port))
        listen([ours], 0.1)
        _forget(ours, theirs)
        talk([Part(ours), Part(theirs, silent=True)], 3)
        listen([ours, theirs])
        return _verdict(ours, theirs)


@attack("B2")
def ports_are_not_in_sequence(target: Target) -> Iterable[Measured]:
    """16 calls, one after the other: how often is the next call's port the neighbour of the last one's?"""
    ports = []
    with Phone(target.sip, CALLER) as phone:
        for _ in range(16):
            dialled = phone.call("echo", (CALLER, 41_000))
            ports.append(dialled.media[1])
            dialled.bye()
    return [
        at_most("neighbours of 15", _neighbours(ports), 2),
        told("smallest port", min(ports)),
        told("largest port", max(ports)),
    ]


def _neighbours(ports: Sequence[int]) -> int:
    return sum(abs(after - before) <= 2 for before, after in zip(ports, ports[1:], strict=False))
