"""B1: what leaves the server towards somebody who never asked, for each byte that was sent to make it so.

Sources are spoofed by binding the victim's own address, which loopback allows: the victim counts all that
comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

from tests.attack.called import EXTENSIONS, PHONE
from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.messages import Address, branch, sdp, written
from tests.attack.phone import Phone
from tests.attack.sound import Part, Talker, talk
from tests.attack.target import Target
from tests.attack.wire import Victim

ATTACKER = "127.7.0.66"
VICTIM = "127.7.1.1"
SIP_PORT, RTP_PORT, RTCP_PORT = 5060, 40_000, 40_001
RATIO = 3.0
"""Bytes out at the victim per byte in."""
ENGINES_S = 0.05
"""Processor time of workers that have nothing to do but pings."""
UNANSWERED_S = 35.0
"""A little more than 64 * T1, after which the last transaction is given up."""
ACKED_S = 15.0
ROOM = {"sip": {"max_calls": 1000}}
SOON_SILENT = {**ROOM, "rtp": {"media_timeout_s": 4}}
"""Calls without audio end soon."""
TRUNKED: Mapping[str, Mapping[str, Any]] = {
    "sip": {
        "max_calls": 50,
        "anonymous": [],
        "extensions": EXTENSIONS,
        "trunks": {"carrier": {"networks": [f"{VICTIM}/32"]}},
    }
}
"""The victim is a trunk known by its network alone."""


def _victim() -> Victim:
    return Victim(VICTIM, SIP_PORT, RTP_PORT, RTCP_PORT)


def _ratio(victim: Victim, sent: int) -> list[Measured]:
    return [
        at_most("bytes out per byte in", victim.bytes / sent, RATIO),
        told("bytes in", sent),
        told("bytes out", victim.bytes),
    ]


def _spoofed(target: Target, make: Callable[[int], bytes], count: int, watch_s: float) -> list[Measured]:
    """Send what is made `count` times with the victim as its source."""
    with _victim() as victim:
        sent = 0
        for number in range(count):
            sent += victim.send_as(SIP_PORT, make(number), target.sip)
            time.sleep(0.005)  # a pace at which none is refused for overload
        time.sleep(watch_s)  # the attack: nothing answers, for as long as the server may go on
        return _ratio(victim, sent)


def _invite(target: Target, source: str, media: Address, user: str = "echo") -> bytes:
    """As few bytes as a call needs."""
    host, port = target.sip
    where = f"IN IP4 {media[0]}"
    body = f"v=0\r\no=- 1 1 {where}\r\ns=-\r\nc={where}\r\nt=0 0\r\nm=audio {media[1]} RTP/AVP 0\r\n"
    call = branch()
    return written(
        f"INVITE sip:{user}@{host}:{port} SIP/2.0",
        [
            f"Via: SIP/2.0/UDP {source};branch={call}",
            "Max-Forwards: 70",
            f"From: <sip:a@{source}>;tag=1",
            f"To: <sip:{user}@{host}>",
            f"Call-ID: {call}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:a@{source}>",
            "Content-Type: application/sdp",
        ],
        body,
    )


@attack("B1", ROOM, fresh=True)
def spoofed_invites_never_acked(target: Target) -> Iterable[Measured]:
    """200 INVITEs with the victim as source and in c=; nobody ever ACKs."""
    return _spoofed(
        target, lambda _: _invite(target, f"{VICTIM}:{SIP_PORT}", (VICTIM, RTP_PORT)), 200, UNANSWERED_S
    )


@attack("B1", ROOM, fresh=True)
def spoofed_invites_to_an_agent_never_acked(target: Target) -> Iterable[Measured]:
    """20 INVITEs for the demo agent, which speaks first, with the victim as source; nobody ever ACKs, so no
    engine is put to work. As many that are ACKed show that its work would be seen."""
    time.sleep(3.0)  # the workers have warmed up
    before = target.cpu_s(), target.engines_cpu_s()
    yield from _spoofed(
        target,
        lambda _: _invite(target, f"{VICTIM}:{SIP_PORT}", (VICTIM, RTP_PORT), "demo"),
        20,
        UNANSWERED_S,
    )
    yield told("processor seconds of the server", target.cpu_s() - before[0])
    spent = target.engines_cpu_s() - before[1]
    yield at_most("processor seconds of the engines", spent, ENGINES_S)
    working = target.engines_cpu_s()
    with ExitStack() as stack:
        phone = stack.enter_context(Phone(target.sip, ATTACKER))
        parts = [Part(stack.enter_context(closing(Talker(ATTACKER)))) for _ in range(20)]
        calls = [phone.call("demo", part.talker.address) for part in parts]
        for part, call in zip(parts, calls, strict=True):
            part.talker.to = call.media
        talk(parts, 4.0)
        for call in calls:
            call.bye()
    spent = target.engines_cpu_s() - working
    yield at_least("of as many calls that are ACKed, times the limit", spent / ENGINES_S, 1.0)


@attack("B1", TRUNKED, fresh=True)
def spoofed_invites_of_a_trunk_never_acked(target: Target) -> Iterable[Measured]:
    """120 INVITEs with the address of a trunk as their source, on a server for 50 calls; nobody ever ACKs. A
    phone with a password calls meanwhile."""
    with _victim() as victim:
        sent = 0
        for _ in range(120):
            invite = _invite(target, f"{VICTIM}:{SIP_PORT}", (VICTIM, RTP_PORT))
            sent += victim.send_as(SIP_PORT, invite, target.sip)
            time.sleep(0.01)  # a pace at which none is refused for overload
        yield at_most("of 50 places taken", target.calls_live(), 40)
        with Phone(target.sip, PHONE, user="101") as phone:
            dialled = phone.call("echo", (PHONE, 41_000), password=EXTENSIONS["101"])
            yield is_true(f"the phone calls ({dialled.status})", dialled.status == 200)
            dialled.bye()
        time.sleep(UNANSWERED_S)  # the attack
        yield from _ratio(victim, sent)


@attack("B1", ROOM, fresh=True)
def sdp_names_a_victim_never_acked(target: Target) -> Iterable[Measured]:
    """200 INVITEs from the attacker's own address with a victim in c=; never ACKed."""
    with _victim() as victim, Phone(target.sip, ATTACKER) as phone:
        for _ in range(200):
            phone.send(_invite(target, f"{ATTACKER}:{phone.wire.port}", (VICTIM, RTP_PORT)))
            phone.wire.receive(0.01)
        time.sleep(UNANSWERED_S)  # the attack
        return _ratio(victim, phone.wire.bytes_out)


def _acked(target: Target, direction: str, user: str, watch_s: float) -> list[Measured]:
    with _victim() as victim, Phone(target.sip, ATTACKER) as phone:
        for _ in range(10):
            phone.call(user, ("", 0), body=sdp(VICTIM, RTP_PORT, direction=direction))
        phone.listen(watch_s)
        return [*_ratio(victim, phone.wire.bytes_out), told("calls that the server ended", len(phone.asked))]


@attack("B1", ROOM, fresh=True)
def acked_recvonly_names_a_victim(target: Target) -> Iterable[Measured]:
    """10 calls that the attacker ACKs, with a=recvonly and a victim in c=: we would speak for ever."""
    return _acked(target, "recvonly", "demo", ACKED_S)


@attack("B1", ROOM, fresh=True)
def acked_sendrecv_names_a_victim(target: Target) -> Iterable[Measured]:
    """10 calls that the attacker ACKs, with a victim in c= that never speaks."""
    return _acked(target, "sendrecv", "demo", ACKED_S)


@attack("B1", ROOM, fresh=True)
def reinvite_moves_audio_to_a_victim(target: Target) -> Iterable[Measured]:
    """10 good calls, then a re-INVITE in each that names a victim in c= and wants to hear only."""
    with _victim() as victim, Phone(target.sip, ATTACKER) as phone:
        calls = [phone.call("demo", (ATTACKER, 41_000)) for _ in range(10)]
        for call in calls:
            call.ask("INVITE", sdp(VICTIM, RTP_PORT, direction="recvonly", version=2))
        phone.listen(ACKED_S)
        return _ratio(victim, phone.wire.bytes_out)


_BROKEN = (
    (b"CSeq: 1 OPTIONS", b"CSeq: x OPTIONS"),
    (b"CSeq: 1 OPTIONS", b"CSeq: 1 INVITE"),
    (b"Max-Forwards: 70", b"Max-Forwards: many"),
    (b"From: ", b"From: <"),
    (b"Content-Length: 0", b"Content-Length: 9999"),
)
"""What makes a request malformed that is answered all the same."""


def _by_via(target: Target, number: int, via: str) -> list[Measured]:
    """Requests of all kinds whose responses a victim would get; it has to get none. `via`: what follows the
    transport, with `{victim}` and `{us}` for the addresses."""
    with Victim(f"127.7.1.{10 + number}", SIP_PORT) as victim, Phone(target.sip, ATTACKER) as phone:

        def written() -> str:
            us = f"{phone.host}:{phone.wire.port}"
            return f"Via: SIP/2.0/UDP {via.format(victim=victim.host, us=us)};branch={branch()}"

        for method, user in (("OPTIONS", ""), ("REGISTER", ""), ("INVITE", "nobody"), ("BYE", "echo")):
            for _ in range(5):
                phone.send(phone.request(method, user, via=written()))
                phone.wire.receive(0.05)
        for _ in range(5):
            phone.send(phone.request("INVITE", "echo", sdp(ATTACKER, 41_000), via=written()))
            for line, broken in _BROKEN:
                phone.send(phone.request("OPTIONS", "echo", via=written()).replace(line, broken))
        phone.listen(8.0)
        return [
            at_most("packets at the victim", victim.packets, 0),
            *_ratio(victim, phone.wire.bytes_out)[1:],
        ]


@attack("B1", ROOM)
def via_received_names_a_victim(target: Target) -> Iterable[Measured]:
    """Via says received=VICTIM, which only we may write (RFC 3261 18.2.1)."""
    return _by_via(target, 1, "{us};received={victim}")


@attack("B1", ROOM)
def via_received_and_rport_name_a_victim(target: Target) -> Iterable[Measured]:
    """Via says received=VICTIM;rport=5060."""
    return _by_via(target, 2, "{us};received={victim};rport=5060")


@attack("B1", ROOM)
def via_maddr_names_a_victim(target: Target) -> Iterable[Measured]:
    """Via says maddr=VICTIM, where responses would go."""
    return _by_via(target, 3, "{us};maddr={victim};ttl=1")


@attack("B1", ROOM)
def via_parameters_twice_and_in_capitals(target: Target) -> Iterable[Measured]:
    """received and maddr written so that a careless reader keeps the wrong one."""
    written = "{us};RECEIVED={victim};received={victim};Maddr={victim};received=127.7.0.66;rport;rport=5060"
    return _by_via(target, 6, written)


@attack("B1", ROOM)
def via_sent_by_names_a_victim(target: Target) -> Iterable[Measured]:
    """Via's own host is the victim, with and without rport."""
    results = _by_via(target, 4, "{victim}:5060")
    return results + _by_via(target, 5, "{victim}:5060;rport")


def _in_dialog(target: Target, contact: str | None, more: Sequence[str]) -> list[Measured]:
    """Calls that the server ends for want of audio: its BYEs go where Contact or the route set say."""
    with _victim() as victim, Phone(target.sip, ATTACKER) as phone:
        for _ in range(5):
            phone.call("echo", (ATTACKER, 41_000), contact=contact, more=more)
        phone.listen(6.0)
        time.sleep(20)  # BYEs are repeated
        return _ratio(victim, phone.wire.bytes_out)


@attack("B1", SOON_SILENT, fresh=True)
def contact_names_a_victim(target: Target) -> Iterable[Measured]:
    """5 calls whose Contact is the victim, then silence: where does the BYE go?"""
    return _in_dialog(target, f"Contact: <sip:v@{VICTIM}:{SIP_PORT}>", ())


@attack("B1", SOON_SILENT, fresh=True)
def record_route_names_a_victim(target: Target) -> Iterable[Measured]:
    """5 calls whose Record-Route is the victim, then silence: where does the BYE go?"""
    return _in_dialog(target, None, (f"Record-Route: <sip:{VICTIM}:{SIP_PORT};lr>",))


def _least(method: str, to: str = "<sip:a>", *more: str, uri: str = "sip:a", number: str = "1") -> bytes:
    """The shortest request that has all that RFC 3261 8.1.1 wants of it, or nearly."""
    lines = [f"{method} {uri} SIP/2.0", "v:SIP/2.0/UDP a;branch=z9hG4bK1", "f:<sip:a>;tag=1", f"t:{to}"]
    return "\r\n".join([*lines, "i:1", f"CSeq:{number} {method}", *more, "", ""]).encode()


TINY: tuple[bytes, ...] = (
    b"A",
    b"\r\n\r\n",
    b"INVITE\r\n\r\n",
    b"OPTIONS sip:a SIP/2.0\r\n\r\n",
    b"OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP a\r\n\r\n",
    b"SIP/2.0 200 OK\r\nv:SIP/2.0/UDP a\r\n\r\n",
    _least("OPTIONS"),
    _least("REGISTER"),
    _least("INVITE"),
    _least("INVITE", "<sip:a>", "m:<sip:a>", uri="sip:echo@a"),
    _least("INVITE", number="x"),
    _least("BYE", "<sip:a>;tag=2"),
    _least("CANCEL"),
    _least("NOVEL"),
)
"""From one byte to the least that is a request."""


@attack("B1", ROOM, fresh=True)
def tiny_requests(target: Target) -> Iterable[Measured]:
    """Malformed and shortest requests from a spoofed source, each answered with as little as that."""
    worst = 0.0
    total_in = total_out = 0
    for number, request in enumerate(TINY):
        with Victim(f"127.7.2.{number + 1}", SIP_PORT) as victim:
            sent = victim.send_as(
                SIP_PORT, request.replace(b"UDP a", f"UDP {victim.host}".encode()), target.sip
            )
            time.sleep(3.0 if b"INVITE" in request else 0.3)  # final responses to INVITE are repeated
            worst = max(worst, victim.bytes / sent)
            total_in, total_out = total_in + sent, total_out + victim.bytes
    yield at_most("bytes out per byte in, of the worst request", worst, RATIO)
    yield at_most("of all together", total_out / total_in, RATIO)
    yield told("bytes in", total_in)
