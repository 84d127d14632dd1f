"""What strangers and dishonest browsers try: others' calls, others' addresses, wrong certificates, floods."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mediaserver.errors import CapacityError
from mediaserver.media.encryption import DtlsPeer
from mediaserver.media.leg import EndedBy, Why
from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.dtls import MOST_DATAGRAMS, DtlsIdentity, DtlsMachine
from mediaserver.rtp.packets import Address
from mediaserver.rtp.stun import binding_request
from mediaserver.sdp.description import SdpError, SessionDescription
from tests.webrtc.bench import HOST, Bench, calling, open_bench, over, until
from webrtc.door import BrowserCall, DoorLimits


class RawPeer:
    """A browser of a dishonest kind: sockets, checks and handshakes by hand."""

    def __init__(self, host: str = HOST) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.setblocking(False)
        self.identity = DtlsIdentity()
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(16)

    def offer(self, named: str = "0.0.0.0", port: int = 9) -> bytes:
        lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
            f"m=audio {port} UDP/TLS/RTP/SAVPF 0", f"c=IN IP4 {named}", "a=mid:0", "a=rtcp-mux", "a=sendrecv",
            f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.password}", "a=setup:actpass",
            f"a=fingerprint:sha-256 {self.identity.fingerprint.hex(':').upper()}", "a=rtpmap:0 PCMU/8000",
            f"a=candidate:1 1 udp 2130706431 {named} {port} typ host",
        ]  # fmt: skip
        return ("\r\n".join(lines) + "\r\n").encode()

    def check(self, call: BrowserCall, *, ufrag: str = "", password: str = "", use: bool = True) -> bytes:
        assert call.ice is not None
        name = f"{ufrag or call.ice.ours.ufrag}:{self.ufrag}"
        return binding_request(
            secrets.token_bytes(12), name, password or call.ice.ours.password, use_candidate=use, priority=9
        )

    def send(self, data: bytes, call: BrowserCall) -> None:
        self.socket.sendto(data, (HOST, call.stream.local_port))

    def heard(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(2_048))
            except BlockingIOError:
                return found

    async def shake(
        self, bench: Bench, call: BrowserCall, identity: DtlsIdentity | None = None
    ) -> DtlsMachine:
        """Hands as far as they are taken."""
        session = SessionDescription.parse(call.answer)
        known = session.media[0].attributes()["fingerprint"].split()[1]
        peer = DtlsPeer(False, (("sha256", bytes.fromhex(known.replace(":", ""))),))
        machine = DtlsMachine(identity or self.identity, peer, 0)
        for datagram in machine.begin(0):
            self.send(datagram, call)
        for _ in range(200):
            await asyncio.sleep(0.005)
            for data in self.heard():
                if 20 <= data[0] < 64:
                    for datagram in machine.received(data, 0):
                        self.send(datagram, call)
            if machine.over or call.leg.termination is not None:
                break
        return machine


@contextmanager
def peers(count: int) -> Iterator[list[RawPeer]]:
    made = [RawPeer() for _ in range(count)]
    try:
        yield made
    finally:
        for each in made:
            each.socket.close()


async def settled(bench: Bench) -> None:
    """What was sent has arrived, and the clock has looked at it."""
    for _ in range(20):
        await asyncio.sleep(0.01)


async def test_whose_address_an_offer_names_is_sent_nothing() -> None:
    async with open_bench() as bench:
        with peers(2) as (attacker, victim):
            place: Address = victim.socket.getsockname()
            call = await bench.offer(attacker.offer(place[0], place[1]))
            attacker.send(attacker.check(call), call)
            machine = await attacker.shake(bench, call)
            assert machine.keys is not None
            await until(lambda: call.leg.connected)
            await settled(bench)
            assert victim.heard() == [] and attacker.heard() != []
            assert call.stream.remote == attacker.socket.getsockname()


async def test_nor_is_it_asked_to_shake_hands() -> None:
    """Who offers to be passive has us begin: not before it has proven where it is."""
    async with open_bench() as bench:
        with peers(2) as (attacker, victim):
            place: Address = victim.socket.getsockname()
            offer = attacker.offer(place[0], place[1]).replace(b"a=setup:actpass", b"a=setup:passive")
            call = await bench.offer(offer)
            call.stream.sweep(bench.wire.now_ns(), 0)
            await settled(bench)
            assert victim.heard() == []
            attacker.send(attacker.check(call), call)
            await until(lambda: call.stream.nominated)
            call.stream.sweep(bench.wire.now_ns(), 0)
            await settled(bench)
            assert [each for each in attacker.heard() if each[0] == 22] and victim.heard() == []


async def test_checks_without_the_password_get_nothing_and_lead_nowhere() -> None:
    async with open_bench() as bench:
        with peers(1) as (stranger,):
            call = await bench.offer(stranger.offer())
            for wrong in (
                stranger.check(call, password="x" * 24),
                stranger.check(call, ufrag="wrong"),
                b"\x00\x01" + bytes(600),
                b"\x00\x01\x00\x00" + bytes(16),
                bytes(20),
            ):
                stranger.send(wrong, call)
            await settled(bench)
            assert stranger.heard() == [] and call.stream.nominated is None


async def test_a_call_cannot_be_taken_over_by_who_is_in_another() -> None:
    """Its own password is worth nothing on another call's port, and its certificate neither."""
    async with open_bench() as bench, calling(bench) as (browser, call):
        await until(lambda: call.leg.connected)
        with peers(1) as (other,):
            own = await bench.offer(other.offer())
            assert own.ice is not None
            before = call.stream.remote
            stolen = other.check(call, ufrag=own.ice.ours.ufrag, password=own.ice.ours.password)
            other.send(stolen, call)
            machine = await other.shake(bench, call)
            assert machine.keys is None and call.leg.termination is None
            assert call.stream.remote == before and other.heard() == []


async def test_another_certificate_than_the_offers_ends_nothing_but_its_own_hopes() -> None:
    async with open_bench(limits=DoorLimits(connect_s=8)) as bench:
        with peers(1) as (rogue,):
            call = await bench.offer(rogue.offer())
            rogue.send(rogue.check(call), call)
            machine = await rogue.shake(bench, call, DtlsIdentity())
            await until(lambda: call.leg.termination)
            assert over(call.leg) == (EndedBy.NETWORK, Why.INSECURE)
            assert call.leg.termination is not None and "fingerprint" in call.leg.termination.detail
            assert bench.counted == ["insecure"] and bench.wire.active == 0
            del machine


async def test_nobody_beside_the_browser_breaks_off_its_handshake() -> None:
    """As somebody behind the same NAT could, who guesses the port: an alert is in the clear until it is over,
    and so many datagrams are the end of a handshake."""
    fatal = bytes.fromhex("15fefd000000000000000100020228")
    async with open_bench() as bench:
        with peers(2) as (browser, neighbour):
            call = await bench.offer(browser.offer())
            browser.send(browser.check(call), call)
            await until(lambda: call.stream.nominated)
            for _ in range(MOST_DATAGRAMS + 1):
                neighbour.send(fatal, call)
            await settled(bench)
            assert call.leg.termination is None and neighbour.heard() == []
            machine = await browser.shake(bench, call)
            assert machine.keys is not None
            await until(lambda: call.leg.connected)


async def test_a_stranger_has_no_handshake_once_the_browser_has_checked_a_way() -> None:
    async with open_bench() as bench:
        with peers(2) as (browser, stranger):
            call = await bench.offer(browser.offer())
            browser.send(browser.check(call), call)
            await until(lambda: call.stream.nominated)
            machine = await stranger.shake(bench, call)
            assert machine.keys is None and stranger.heard() == [] and call.leg.termination is None


async def test_a_flood_of_garbage_is_counted_and_the_call_goes_on() -> None:
    async with open_bench() as bench, calling(bench) as (browser, call):
        await until(lambda: call.leg.connected)
        await until(browser.speaks.is_set)
        with peers(1) as (stranger,):
            for first in (0x00, 0x16, 0x80, 0xFF):
                for size in (1, 13, 60, 1_400):
                    for _ in range(20):
                        stranger.send(bytes([first]) + secrets.token_bytes(size), call)
            await settled(bench)
            assert sum(map(len, stranger.heard())) == 0
        stats = call.leg.stats()
        assert call.leg.termination is None
        assert stats.detail["rejected_packets"] + stats.detail["foreign_packets"] >= 100


async def test_who_nominates_a_victim_in_mid_call_aims_less_at_it_than_it_sends() -> None:
    """With its own call's password, and a forged source: here the victim's own socket stands for that."""
    async with open_bench() as bench:
        with peers(1) as (attacker,):
            call = await bench.offer(attacker.offer())
            attacker.send(attacker.check(call), call)
            machine = await attacker.shake(bench, call)
            assert machine.keys is not None
            await until(lambda: call.leg.connected)
        victim = RawPeer("127.0.0.9")
        try:
            forged = attacker.check(call)
            victim.send(forged, call)
            await until(lambda: call.stream.remote == victim.socket.getsockname())
            for _ in range(50):
                await asyncio.sleep(0.01)
            octets = sum(map(len, victim.heard()))
            # Three bytes for each of the check, and what the offer itself was worth, once.
            assert octets <= 3 * len(forged) + 3 * len(attacker.offer())
        finally:
            victim.socket.close()


async def test_offers_that_never_connect_leave_nothing_behind() -> None:
    async with open_bench(limits=DoorLimits(connect_s=60, calls=20)) as bench:
        with peers(1) as (attacker,):
            for _ in range(20):
                await bench.offer(attacker.offer())
            with pytest.raises(CapacityError, match="places"):
                await bench.offer(attacker.offer())
            for call in list(bench.door._calls.values()):
                call.leg._never_connected()  # a minute later
            assert len(bench.door) == 0 == bench.wire.active and set(bench.counted) == {
                "refused",
                "never connected",
            }
            assert (await bench.offer(attacker.offer())).leg.termination is None


async def test_an_offer_without_usable_ice_opens_nothing() -> None:
    async with open_bench() as bench:
        with peers(1) as (odd,):
            odd.password = "short"
            with pytest.raises(SdpError, match="8839"):
                await bench.offer(odd.offer())
            assert len(bench.door) == 0 and bench.wire.active == 0


async def test_a_browser_that_falls_silent_is_gone_and_one_that_checks_is_not() -> None:
    async with open_bench(limits=DoorLimits(silent_s=15)) as bench:
        with peers(1) as (peer,):
            call = await bench.offer(peer.offer())
            peer.send(peer.check(call), call)
            await peer.shake(bench, call)
            await until(lambda: call.leg.connected)
            before = call.stream._last_sign
            assert before is not None
            peer.send(peer.check(call, use=False), call)  # who is muted sends checks alone
            await until(lambda: (call.stream._last_sign or 0) > before)
            last = call.stream._last_sign
            assert last is not None
            call.stream.sweep(last + 14 * SECOND_NS, 0)
            still_there = call.leg.termination is None
            call.stream.sweep(last + 16 * SECOND_NS, 0)
            assert still_there and over(call.leg) == (EndedBy.NETWORK, Why.LOST)
            assert bench.counted == ["lost"] and len(bench.door) == 0


async def test_ice_that_begins_anew_moves_the_call_to_another_network() -> None:
    async with open_bench() as bench:
        with peers(1) as (peer,):
            call = await bench.offer(peer.offer())
            peer.send(peer.check(call), call)
            await peer.shake(bench, call)
            await until(lambda: call.leg.connected)
            moved = RawPeer("127.0.0.7")
            try:
                fragment = f"a=ice-ufrag:{moved.ufrag}\r\na=ice-pwd:{moved.password}\r\n".encode()
                bench.door.restart(call, fragment)
                peer.send(peer.check(call), call)  # of the round before: worth nothing now
                moved.send(moved.check(call), call)
                await until(lambda: call.stream.remote == moved.socket.getsockname())
                assert call.leg.termination is None and call.leg.connected
                await settled(bench)
                assert [each for each in moved.heard() if each[0] & 0xC0 == 0x80]  # the audio, too
            finally:
                moved.socket.close()


async def test_a_server_that_stops_ends_all() -> None:
    async with open_bench() as bench, calling(bench) as (browser, call):
        await until(lambda: call.leg.connected)
        bench.door.close()
        assert over(call.leg) == (EndedBy.SERVER, Why.SHUTDOWN) and len(bench.door) == 0
        await until(lambda: browser.pc.connectionState in ("closed", "failed"))
