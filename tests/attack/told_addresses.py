"""B7: which of our addresses a peer is told, for signalling and for audio: the public ones beyond the local
networks, the reachable ones within, and those of another interface where audio has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from tests.attack.called import EXTENSIONS
from tests.attack.case import Measured, attack, is_true
from tests.attack.messages import Message
from tests.attack.network_address_translation import hears_itself
from tests.attack.phone import Phone
from tests.attack.private_network import OUTSIDE, SERVER, Neighbour, inside
from tests.attack.sound import Talker
from tests.attack.target import HOST, Target
from tests.attack.wire import UdpWire

CALLER, AUDIO = "127.7.0.5", "127.7.0.2"
PUBLIC, PUBLIC_AUDIO = "203.0.113.9", "203.0.113.10"


def _public(*local_networks: str) -> Mapping[str, Mapping[str, Any]]:
    """A server whose public addresses are not its own."""
    return {
        "sip": {
            "host": "0.0.0.0",
            "public_host": PUBLIC,
            "local_networks": list(local_networks),
            "extensions": EXTENSIONS,
        },
        "rtp": {"public_host": PUBLIC_AUDIO},
    }


FAR, NEAR = _public("192.168.0.0/16"), _public("10.203.7.0/24")
APART: Mapping[str, Mapping[str, Any]] = {"rtp": {"host": AUDIO}}


def _told(answer: Message | None, signalling: str, audio: str) -> list[Measured]:
    contact = answer.contact if answer is not None else ""
    host = contact.removeprefix("sip:").rpartition("@")[2].partition(";")[0].rpartition(":")[0]
    media = answer.media[0] if answer is not None else "none"
    return [
        is_true(f"Contact is {signalling} ({contact})", host == signalling),
        is_true(f"c= is {audio} ({media})", media == audio),
    ]


def _called(target: Target, signalling: str, audio: str) -> Iterable[Measured]:
    """A phone on another machine calls; the audio goes to where the server can really be reached."""
    with Neighbour() as other:
        wire = inside(other.phone, lambda: UdpWire(OUTSIDE))
        with closing(inside(other.phone, lambda: Talker(OUTSIDE))) as talker:
            with Phone((SERVER, target.sip[1]), OUTSIDE, user="101", wire=wire) as phone:
                dialled = phone.call("echo", talker.address, password=EXTENSIONS["101"])
                yield is_true(f"answered ({dialled.status})", dialled.status == 200)
                yield from _told(dialled.answer, signalling, audio)
                if dialled.status == 200:
                    talker.to = (SERVER, dialled.media[1])
                    yield hears_itself(talker)
                    dialled.bye()


@attack("B7", FAR, private=True)
def a_peer_out_there_is_told_the_public_addresses(target: Target) -> Iterable[Measured]:
    """The caller is in none of `sip.local_networks`: Contact has `sip.public_host`, c= `rtp.public_host`."""
    return _called(target, PUBLIC, PUBLIC_AUDIO)


@attack("B7", NEAR, private=True)
def a_peer_nearby_is_told_the_local_address(target: Target) -> Iterable[Measured]:
    """The caller is in `sip.local_networks`: it is told the address by which it reaches us, for both."""
    return _called(target, SERVER, SERVER)


@attack("B7", APART)
def audio_has_an_address_of_its_own(target: Target) -> Iterable[Measured]:
    """`rtp.host` is another than `sip.host`: c= names it, and audio is heard there and comes from there."""
    with closing(Talker(CALLER)) as talker, Phone(target.sip, CALLER) as phone:
        dialled = phone.call("echo", talker.address)
        yield from _told(dialled.answer, HOST, AUDIO)
        talker.to = dialled.media
        yield hears_itself(talker)
        heard_from = {packet.source[0] for packet in talker.heard}
        yield is_true(f"audio comes from there ({sorted(heard_from)})", heard_from == {AUDIO})
        dialled.bye()
