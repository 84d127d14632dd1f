"""B1, B2: connectivity checks (ICE) as a way to aim audio, or to take it. STUN is written here by hand."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import struct
import zlib
from collections.abc import Iterable
from contextlib import closing

from tests.attack.case import Measured, at_least, at_most, attack, told
from tests.attack.messages import sdp
from tests.attack.phone import Dialled, Phone
from tests.attack.sound import OURS_HZ, STRANGER_HZ, Part, Talker, listen, talk
from tests.attack.target import Target
from tests.attack.wire import UdpWire, Victim, readable

CALLER, VICTIM, STRANGER = "127.7.0.5", "127.7.1.1", "127.7.0.66"
RATIO = 3.0
_UFRAG, _PASSWORD = "them", "t" * 24


def _offer(port: int) -> str:
    lines = (f"a=ice-ufrag:{_UFRAG}", f"a=ice-pwd:{_PASSWORD}", "a=rtcp-mux")
    return sdp(CALLER, port, more=(*lines, f"a=candidate:1 1 UDP 2130706431 {CALLER} {port} typ host"))


def _attribute(name: int, value: bytes) -> bytes:
    return struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)


def _check(dialled: Dialled, password: str | None = None) -> bytes:
    """As the other side of that call nominates a way with; `password`: another one than ours."""
    assert dialled.answer is not None
    answer = dialled.answer.body
    ufrag = re.findall(r"a=ice-ufrag:(\S+)", answer)[0]
    key = (password or re.findall(r"a=ice-pwd:(\S+)", answer)[0]).encode()
    body = _attribute(0x0006, f"{ufrag}:{_UFRAG}".encode()) + _attribute(0x0024, b"\x6e\0\0\1")
    body += _attribute(0x802A, secrets.token_bytes(8)) + _attribute(0x0025, b"")
    head = b"\x21\x12\xa4\x42" + secrets.token_bytes(12)

    def begun(more: int) -> bytes:
        return struct.pack("!HH", 1, len(body) + more) + head + body

    body += _attribute(0x0008, hmac.digest(key, begun(24), hashlib.sha1))
    return begun(8) + _attribute(0x8028, struct.pack("!I", zlib.crc32(begun(8)) ^ 0x5354554E))


@attack("B1")
def checks_without_the_password_get_nothing(target: Target) -> Iterable[Measured]:
    """A thousand nominations of a victim by who has seen all but the password, and half of them broken."""
    with closing(Talker(CALLER)) as ours, Phone(target.sip, CALLER) as phone:
        dialled = phone.call("echo", ours.address, body=_offer(ours.port))
        ours.to = dialled.media
        ours.sock.sendto(_check(dialled), dialled.media)
        with Victim(VICTIM, 40_000) as victim, closing(UdpWire(STRANGER)) as stranger:
            for n in range(1_000):
                data = _check(dialled, "x" * 24)
                victim.send_as(40_000, data if n % 2 else data[: n % len(data)], dialled.media)
                stranger.send(_check(dialled, "y" * 24), dialled.media)
            talk([Part(ours)], 2)
            listen([ours])
            came = readable(stranger.socket, 0.1)
            yield at_most("bytes at the victim", victim.bytes, 0)
            yield at_most("datagrams at the stranger", came, 0)
        yield told("answer", dialled.status)
        yield at_least("% of the rightful frames passed", 100.0 * ours.tones(OURS_HZ) / ours.sent, 95)
        dialled.bye()


@attack("B1")
def nobody_aims_audio_by_checks(target: Target) -> Iterable[Measured]:
    """A caller that knows the password forges a victim's address, and nominates it again and again."""
    with closing(Talker(CALLER)) as ours, Phone(target.sip, CALLER) as phone:
        dialled = phone.call("demo", ours.address, body=_offer(ours.port))
        ours.to = dialled.media
        with Victim(VICTIM, 40_000) as victim:
            sent = 0
            for _ in range(20):
                data = _check(dialled)
                victim.send_as(40_000, data, dialled.media)
                sent += len(data)
                listen([ours], 0.2)
            yield at_most("bytes out per byte in", victim.bytes / (sent + phone.wire.bytes_out), RATIO)
            yield told("bytes at the victim", victim.bytes)
        dialled.bye()


@attack("B2")
def audio_of_nobody_who_checked_is_taken(target: Target) -> Iterable[Measured]:
    """A stranger speaks for long, and before the other side does, which has nominated where it is."""
    with closing(Talker(CALLER)) as ours, closing(Talker(STRANGER)) as theirs:
        with Phone(target.sip, CALLER) as phone:
            dialled = phone.call("echo", ours.address, body=_offer(ours.port))
            ours.to = theirs.to = dialled.media
            ours.sock.sendto(_check(dialled), dialled.media)
            listen([ours], 0.1)
            talk([Part(ours, silent=True), Part(theirs)], 1)
            let_in = ours.tones(STRANGER_HZ) + theirs.tones(OURS_HZ)
            theirs.sent = 0
            talk([Part(ours), Part(theirs, payload=b"\xff" * 160)], 3)
            listen([ours, theirs])
            yield at_most("frames let in", let_in + len(theirs.heard), 0)
            yield at_least("% of the rightful frames passed", 100.0 * ours.tones(OURS_HZ) / ours.sent, 95)
            dialled.bye()
