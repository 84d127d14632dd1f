"""B1, B5: proofs that are none. RTCP to every port, requests in another's name within a call of one's own,
connections whose calls are over: none of these buys what only somebody who is there may have.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable
from contextlib import ExitStack, closing

from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.messages import branch, sdp, written
from tests.attack.never_a_weapon import (
    ATTACKER,
    RATIO,
    ROOM,
    RTCP_PORT,
    RTP_PORT,
    SIP_PORT,
    UNANSWERED_S,
    VICTIM,
)
from tests.attack.phone import Phone
from tests.attack.target import Target, eventually
from tests.attack.wire import TcpWire, UdpWire, Victim

OTHER = "127.7.0.5"
CALLS, CONNECTIONS, STRANGERS = 95, 60, 20
RTCP_PORTS = range(10_001, 20_000, 2)


def _offer() -> str:
    where = f"IN IP4 {VICTIM}"
    return f"v=0\r\no=- 1 1 {where}\r\ns=-\r\nc={where}\r\nt=0 0\r\nm=audio {RTP_PORT} RTP/AVP 0\r\n"


def _short(method: str, cseq: int, call_id: str, tag: str = "", body: str = "", via: str = "UDP a") -> bytes:
    """As few bytes as it needs."""
    headers = [
        f"v:SIP/2.0/{via};branch={branch()[:15]}",
        "f:<sip:a>;tag=1",
        "t:<sip:e>" + (f";tag={tag}" if tag else ""),
        f"i:{call_id}",
        f"CSeq:{cseq} {method}",
    ]
    headers += [f"m:<sip:{VICTIM}>"] if method == "INVITE" else []
    headers += ["c:application/sdp"] if body else []
    return written(f"{method} sip:echo@h SIP/2.0", headers, body)


def _ratio(victim: Victim, sent: int) -> list[Measured]:
    return [
        at_most("bytes out per byte in", victim.bytes / sent, RATIO),
        told("bytes in", sent),
        told("bytes out", victim.bytes),
    ]


@attack("B1", ROOM, fresh=True)
def rtcp_in_a_victims_name(target: Target) -> Iterable[Measured]:
    """95 INVITEs in the victim's name, and then 8 bytes of RTCP in its name to every RTCP port."""
    report = struct.pack("!BBHI", 0x80, 201, 1, 7)
    with Victim(VICTIM, SIP_PORT, RTP_PORT, RTCP_PORT) as victim:
        sent = 0
        for number in range(CALLS):
            sent += victim.send_as(SIP_PORT, _short("INVITE", 1, f"v{number}", body=_offer()), target.sip)
            time.sleep(0.02)
        for port in RTCP_PORTS:
            try:
                sent += victim.send_as(RTCP_PORT, report, (target.sip[0], port))
            except OSError:
                continue  # nobody is there, the system says
            if port % 200 == 1:
                time.sleep(0.002)
        time.sleep(UNANSWERED_S)  # the attack: nothing answers, for as long as the server may go on
        yield from _ratio(victim, sent)


@attack("B1", ROOM)
def answers_and_audio_together(target: Target) -> Iterable[Measured]:
    """A call with the victim in c= and Contact; small UPDATEs and re-INVITEs within it in the victim's
    name, whose 200s the attacker acknowledges."""
    with Victim(VICTIM, SIP_PORT, RTP_PORT, RTCP_PORT) as victim, closing(UdpWire(ATTACKER, SIP_PORT)) as own:
        call_id, sent = branch(), 0
        own.send(_short("INVITE", 1, call_id, body=_offer()), target.sip)
        answer = own.receive(3.0)
        while answer is not None and answer.status != 200:
            answer = own.receive(3.0)
        assert answer is not None
        tag, cseq = answer.to_tag, 1
        own.send(_short("ACK", 1, call_id, tag), target.sip)
        for _ in range(8):
            for _ in range(17):
                cseq += 1
                sent += victim.send_as(SIP_PORT, _short("UPDATE", cseq, call_id, tag), target.sip)
                time.sleep(0.05)
            cseq += 1
            sent += victim.send_as(SIP_PORT, _short("INVITE", cseq, call_id, tag, _offer()), target.sip)
            time.sleep(0.05)
            own.send(_short("ACK", cseq, call_id, tag), target.sip)
        time.sleep(2.0)  # the attack: what is sent is sent
        own.send(_short("BYE", cseq + 1, call_id, tag), target.sip)
        own.receive(0.5)
        yield from _ratio(victim, sent + own.bytes_out)


@attack("B1", ROOM)
def media_of_calls_over_tcp(target: Target) -> Iterable[Measured]:
    """40 calls over one TCP connection with the victim in c=."""
    with Victim(VICTIM, RTP_PORT, RTCP_PORT) as victim, closing(TcpWire(ATTACKER, target.sip)) as own:
        for number in range(40):
            call_id = f"{branch()}{number}"
            own.send(_short("INVITE", 1, call_id, body=_offer(), via="TCP a"), target.sip)
            answer = own.receive(3.0)
            while answer is not None and answer.status < 200:
                answer = own.receive(3.0)
            assert answer is not None and answer.status == 200
            own.send(_short("ACK", 1, call_id, answer.to_tag, via="TCP a"), target.sip)
        time.sleep(2.0)  # the attack: what is sent is sent
        yield from _ratio(victim, own.bytes_out)


@attack("B5", ROOM, fresh=True)
def connections_of_short_calls(target: Target) -> Iterable[Measured]:
    """One host makes 60 TCP connections with a short call on each, and keeps them."""
    with ExitStack() as stack:
        wires = []
        for _ in range(CONNECTIONS):
            wire = TcpWire(ATTACKER, target.sip)
            phone = stack.enter_context(Phone(target.sip, ATTACKER, wire=wire))
            call = phone.call("echo", (ATTACKER, 41_000), body=sdp(ATTACKER, 41_000, direction="inactive"))
            wires.append(wire)
            yield from [] if call.bye() == 200 else [is_true("each call was made", False)]
        eventually(lambda: _connections(target) <= STRANGERS, 6.0)
        yield at_most("connections that stay", _connections(target), STRANGERS)
        with Phone(target.sip, OTHER, wire=TcpWire(OTHER, target.sip)) as phone:
            call = phone.call("echo", (OTHER, 41_000))
            yield is_true(f"another host calls over TCP ({call.status})", call.status == 200)
            call.bye()
        yield at_least("connections made", len(wires), CONNECTIONS)


def _connections(target: Target) -> float:
    return target.metrics()['voiceforge_sip_held{what="connections"}']
