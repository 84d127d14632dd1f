"""B7: phones behind a NAT. They write addresses that nobody can reach and come from others; the other address
is an alias of loopback here, and a real NAT between network namespaces in `real_nat`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.called import EXTENSIONS, PHONE, Answered, place
from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.messages import Message, sdp, status_of
from tests.attack.phone import Dialled, Phone
from tests.attack.sound import OURS_HZ, Part, Talker, listen, talk
from tests.attack.target import HOST, Target
from tests.attack.wire import UdpWire

CALLER = "127.7.0.5"
PRIVATE = "192.168.77.5"
EXTENSION: Mapping[str, Mapping[str, Any]] = {"sip": {"extensions": EXTENSIONS}}
EVERYWHERE: Mapping[str, Mapping[str, Any]] = {"sip": {"host": "::", "extensions": EXTENSIONS}}


def hears_itself(talker: Talker, for_s: float = 2.0) -> Measured:
    """Echo there and back."""
    talker.heard.clear()
    talker.sent = 0
    talk([Part(talker)], for_s)
    listen([talker])
    return at_least("% of the frames passed", min(100.0, 100.0 * talker.tones(OURS_HZ) / talker.sent), 97.0)


def hung_up(target: Target, dialled: Dialled, within_s: float = 3.0) -> bool:
    """Have the server end the call; whether its BYE reaches the phone."""
    phone = dialled.phone
    target.ask("DELETE", f"/api/telephony/calls/{_id(target, dialled)}")
    phone.listen(within_s, until=lambda: not dialled.up)
    return not dialled.up


def _id(target: Target, dialled: Dialled) -> str:
    """The server's name of the call: told in the answer, or the only one that lives."""
    if dialled.id:
        return dialled.id
    live = [each for each in target.get("/api/telephony/calls").get("items", []) if each["live"]]
    return str(live[0]["id"]) if len(live) == 1 else "unknown"


@attack("B7", EXTENSION)
def a_call_from_behind_a_nat(target: Target) -> Iterable[Measured]:
    """Via, Contact and SDP name 192.168.77.5: audio passes, and our BYE follows the flow."""
    talker = Talker(CALLER)
    with Phone(target.sip, CALLER, says_it_is=PRIVATE) as phone:
        dialled = phone.call("echo", (PRIVATE, talker.port))
        talker.to = dialled.media
        yield hears_itself(talker)
        yield is_true("our BYE arrives", hung_up(target, dialled))
    talker.close()


@attack("B7", EXTENSION)
def a_signalling_flow_that_moves(target: Target) -> Iterable[Measured]:
    """In mid-call the NAT gives the phone another port; it says so with a re-INVITE, and our BYE follows."""
    talker = Talker(CALLER)
    with Phone(target.sip, CALLER, says_it_is=PRIVATE) as phone:
        dialled = phone.call("echo", (PRIVATE, talker.port))
        talker.to = dialled.media
        old, phone.wire = phone.wire, UdpWire(CALLER)
        answer = dialled.ask("INVITE", sdp(PRIVATE, talker.port, version=2))
        yield is_true("the re-INVITE is answered", answer is not None and answer.status == 200)
        yield hears_itself(talker)
        yield is_true("our BYE arrives at the new place", hung_up(target, dialled))
        old.close()
    talker.close()


@attack("B7", EXTENSION)
def a_registered_phone_behind_a_nat_is_rung(target: Target) -> Iterable[Measured]:
    """Its Contact is 192.168.77.5: INVITE, ACK and BYE go to where the REGISTER came from."""
    talker = Talker(PHONE)
    with Phone(target.sip, PHONE, user="101", says_it_is=PRIVATE) as phone:
        yield told("REGISTER", phone.register(EXTENSIONS["101"]))
        call_id = place(target, "101")
        invite = phone.wait_for("INVITE", 5.0)
        yield is_true("it rings", invite is not None)
        if invite is not None:
            ack = Answered(phone, invite).answer(sdp(PRIVATE, talker.port))
            yield is_true("our ACK arrives", ack is not None)
            talker.to = invite.media
            yield hears_itself(talker)
            phone.asked.clear()
            target.ask("DELETE", f"/api/telephony/calls/{call_id}")
            phone.listen(3.0, until=lambda: bool(phone.asked))
            yield is_true("our BYE arrives", any(m.method == "BYE" for m in phone.asked))
    talker.close()


@attack("B7", EXTENSION, fresh=True)
def all_contacts_ring(target: Target) -> Iterable[Measured]:
    """Two phones of one extension: both ring, one answers, the other is told that it is over."""
    hosts = ("127.7.0.13", "127.7.0.14")
    with Phone(target.sip, hosts[0], user="102") as one, Phone(target.sip, hosts[1], user="102") as other:
        for phone in (one, other):
            phone.register(EXTENSIONS["102"])
        call_id = place(target, "102")
        rung = [(phone, phone.wait_for("INVITE", 3.0)) for phone in (one, other)]
        yield at_least("phones that ring", sum(invite is not None for _, invite in rung), 2)
        for phone, invite in rung:
            if invite is not None:
                phone.wire.send(phone.respond(invite, 180, "Ringing"), invite.source)
        answering = next(((phone, invite) for phone, invite in rung if invite is not None), None)
        if answering is not None and all(invite is not None for _, invite in rung):
            ack = Answered(*answering).answer(sdp(hosts[0], 41_000))
            yield is_true("the one that answers is ACKed", ack is not None)
            cancelled = other.wait_for("CANCEL", 3.0)
            yield is_true("the other is cancelled", cancelled is not None)
        target.ask("DELETE", f"/api/telephony/calls/{call_id}")


@attack("B7", EXTENSION, fresh=True)
def a_dead_phone_is_noticed_at_once(target: Target) -> Iterable[Measured]:
    """A registered phone died: its port answers with ICMP, and the caller is not left to wait."""
    with Phone(target.sip, PHONE, user="101") as phone:
        phone.register(EXTENSIONS["101"])
    with Phone(target.sip, CALLER) as caller:
        begun = time.monotonic()
        answer = caller.ask(caller.request("INVITE", "101", sdp(CALLER, 41_000)), 40.0)
        yield told("answer", status_of(answer))
        yield at_most("s until the caller is told", time.monotonic() - begun, 3.0)


@attack("B7", EVERYWHERE, fresh=True)
def an_ipv4_caller_of_a_dual_stack_server(target: Target) -> Iterable[Measured]:
    """sip.host is `::`: an IPv4 caller gets IPv4 addresses, an IPv6 caller IPv6 ones, and both hear."""
    talker = Talker(CALLER)
    with Phone((HOST, target.sip[1]), CALLER) as phone:
        dialled = phone.call("echo", talker.address)
        yield is_true(f"IPv4 is answered ({dialled.status})", dialled.status == 200)
        if dialled.answer is not None and dialled.status == 200:
            yield is_true("no mapped address is told", not _mapped(dialled.answer))
            yield is_true("c=IN IP4", "c=IN IP4 " in dialled.answer.body)
            talker.to = (HOST, dialled.media[1])
            yield hears_itself(talker)
            dialled.bye()
    talker.close()
    with Phone(("::1", target.sip[1]), "::1", wire=UdpWire("::1")) as phone:
        said = phone.request("INVITE", "echo", sdp("::1", 41_000), uri=f"sip:echo@[::1]:{target.sip[1]}")
        said = said.replace(b"UDP ::1:", b"UDP [::1]:").replace(b"@::1", b"@[::1]")
        answer = phone.ask(said, 4.0)
        yield is_true(
            f"IPv6 is answered ({answer.status if answer else 0})",
            answer is not None and answer.status == 200,
        )
        yield is_true("c=IN IP6 ::1", answer is not None and "c=IN IP6 ::1" in answer.body)


def _mapped(message: Message) -> bool:
    return "::ffff:" in message.body or any("::ffff:" in value for _, value in message.headers)
