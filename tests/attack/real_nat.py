"""B7 with a real NAT: the phone is in a network of its own behind a router that masquerades (nftables).

The server of these cases listens on all addresses; it is reached over the router's outer network.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.attack.called import EXTENSIONS, Answered, place
from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.messages import sdp, status_of
from tests.attack.network_address_translation import hears_itself, hung_up
from tests.attack.phone import Dialled, Phone
from tests.attack.private_network import OUTSIDE, PHONE, SERVER, Nat, inside
from tests.attack.sound import OURS_HZ, Part, Talker, listen, talk
from tests.attack.target import Target
from tests.attack.wire import UdpWire

OTHER_OUTSIDE = "10.203.7.200"
HEALS_MS = 2000.0
OUT_THERE: Mapping[str, Mapping[str, Any]] = {"sip": {"host": "0.0.0.0", "extensions": EXTENSIONS}}


@contextmanager
def _phone(target: Target, nat: Nat, user: str = "mallory") -> Iterator[tuple[Phone, Talker]]:
    wire = inside(nat.phone, lambda: UdpWire(PHONE))
    talker = inside(nat.phone, lambda: Talker(PHONE))
    with Phone((SERVER, target.sip[1]), PHONE, user=user, wire=wire) as phone:
        yield phone, talker
    talker.close()


@contextmanager
def _call(target: Target) -> Iterator[tuple[Nat, Dialled, Talker]]:
    with Nat() as nat, _phone(target, nat, "101") as (phone, talker):
        dialled = phone.call("echo", talker.address, password=EXTENSIONS["101"])
        if dialled.status != 200:
            raise RuntimeError(f"the call was answered with {dialled.status}")
        talker.to = dialled.media
        yield nat, dialled, talker
        dialled.bye()


@attack("B7", OUT_THERE, private=True)
def a_call_through_a_real_nat(target: Target) -> Iterable[Measured]:
    """A phone at 192.168.77.5 calls through a masquerading router: audio passes, our BYE reaches it."""
    with _call(target) as (_, dialled, talker):
        yield hears_itself(talker)
        yield is_true("our BYE arrives", hung_up(target, dialled))


def _rebound(target: Target, outside: str) -> Iterable[Measured]:
    with _call(target) as (nat, dialled, talker):
        talk([Part(talker)], 2)
        listen([talker], 0.1)
        nat.rebind(outside)
        talker.heard.clear()
        at = time.time()
        talk([Part(talker)], 3)
        first = min((packet.at for packet in talker.heard if packet.is_tone(OURS_HZ)), default=at + 99)
        yield at_most("ms until the caller is heard and hears again", 1000 * (first - at), HEALS_MS)
        talker.heard.clear()
        talker.sent = 0
        talk([Part(talker)], 3)
        listen([talker])
        passed = 100.0 * talker.tones(OURS_HZ) / talker.sent
        yield at_least("% of the frames passed afterwards", min(100.0, passed), 99.0)
        answer = dialled.ask("OPTIONS", within_s=4.0, password=EXTENSIONS["101"])
        yield is_true(f"OPTIONS in the call by the new way ({status_of(answer)})", status_of(answer) == 200)
        yield is_true("our BYE arrives", hung_up(target, dialled))


@attack("B7", OUT_THERE, private=True)
def a_real_nat_forgets_in_mid_call(target: Target) -> Iterable[Measured]:
    """The router forgets its mappings in mid-call: other ports, the same address."""
    return _rebound(target, OUTSIDE)


@attack("B7", OUT_THERE, private=True)
def a_real_nat_gets_another_address_in_mid_call(target: Target) -> Iterable[Measured]:
    """The router gets another address in mid-call."""
    return _rebound(target, OTHER_OUTSIDE)


@attack("B7", OUT_THERE, private=True)
def a_registered_phone_behind_a_real_nat_is_rung(target: Target) -> Iterable[Measured]:
    """INVITE, ACK and BYE of a call that the server places come through the mapping of the REGISTER."""
    with Nat() as nat, _phone(target, nat, "101") as (phone, talker):
        yield told("REGISTER", phone.register(EXTENSIONS["101"]))
        call_id = place(target, "101")
        invite = phone.wait_for("INVITE", 5.0)
        yield is_true("it rings", invite is not None)
        if invite is None:
            return
        yield is_true("our ACK arrives", Answered(phone, invite).answer(sdp(PHONE, talker.port)) is not None)
        talker.to = invite.media
        yield hears_itself(talker)
        phone.asked.clear()
        target.ask("DELETE", f"/api/telephony/calls/{call_id}")
        phone.listen(3.0, until=lambda: bool(phone.asked))
        yield is_true("our BYE arrives", any(message.method == "BYE" for message in phone.asked))
