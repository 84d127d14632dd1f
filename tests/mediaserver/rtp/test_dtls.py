"""DTLS handshakes between two machines, and what may be sent in one."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.media.encryption import DtlsPeer, SrtpSuite
from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.dtls import IS_DTLS, MOST_DATAGRAMS, MTU, PATIENCE_NS, DtlsIdentity, DtlsMachine
from mediaserver.rtp.handshaking import MOST_STRANGERS, STALLED_NS, Handshaking, HandshakingReceive
from mediaserver.rtp.permission import Permission
from mediaserver.rtp.source_lock import SourceLock

NEAR, FAR = DtlsIdentity(), DtlsIdentity()
PEER, ELSEWHERE = ("192.0.2.1", 4_000), ("203.0.113.5", 4_000)


def fits(identity: DtlsIdentity) -> tuple[tuple[str, bytes], ...]:
    return (("sha256", identity.fingerprint),)


def pair() -> tuple[DtlsMachine, DtlsMachine]:
    """The one that begins, and the other."""
    client = DtlsMachine(NEAR, DtlsPeer(False, fits(FAR)), 0)
    return client, DtlsMachine(FAR, DtlsPeer(True, fits(NEAR)), 0)


def talk(client: DtlsMachine, server: DtlsMachine, sent: list[bytes]) -> None:
    """Hand datagrams to and fro until nobody has more to say."""
    sides, at = (server, client), 0
    while sent:
        assert all(len(each) <= MTU and each[0] in IS_DTLS for each in sent)
        sent = [out for each in sent for out in sides[at % 2].received(each, 0)]
        at += 1


def test_both_sides_have_the_same_keys() -> None:
    client, server = pair()
    talk(client, server, client.begin(0))
    assert client.keys is not None and server.keys is not None
    assert (client.keys.ours, client.keys.theirs) == (server.keys.theirs, server.keys.ours)
    assert client.keys.ours.suite is SrtpSuite.AEAD_AES_256_GCM and client.keys.ours != client.keys.theirs
    assert str(client.keys) == "DTLS AEAD_AES_256_GCM"


def test_the_answer_to_the_first_datagram_is_no_more_than_three_times_as_long() -> None:
    client, server = pair()
    [hello] = client.begin(0)
    assert sum(map(len, server.received(hello, 0))) <= 3 * len(hello)


@pytest.mark.parametrize("wrong", [True, False])
def test_another_certificate_than_signalling_named_brings_no_keys(wrong: bool) -> None:
    client, server = pair()
    server.peer = DtlsPeer(True, (("sha256", bytes(32)), *(() if wrong else fits(NEAR))))
    talk(client, server, client.begin(0))
    if wrong:
        assert server.keys is None and server.failure is not None and "fingerprint" in server.failure
    else:
        assert server.keys is not None


def test_a_lost_flight_is_sent_again_in_time() -> None:
    """OpenSSL keeps its own time: this waits for it, a second."""
    client, server = pair()
    lost = client.begin(0)
    assert client.due(1) == []  # not yet
    connection = client._connection
    while (connection.DTLSv1_get_timeout() or 0) > 0:  # its clock
        pass
    again = client.due(2 * SECOND_NS)
    assert [len(each) for each in again] == [len(each) for each in lost]
    talk(client, server, again)
    assert client.keys is not None and server.keys is not None


def test_a_handshake_that_takes_too_long_has_failed() -> None:
    client, server = pair()
    client.begin(0)
    for machine in client, server:
        assert machine.due(PATIENCE_NS) == []
        assert machine.failure == "the handshake was not finished in time" and machine.over
        assert machine.received(b"\x16" + bytes(40), PATIENCE_NS) == []


def test_rubbish_is_no_end_and_so_many_datagrams_are() -> None:
    client, server = pair()
    hello = client.begin(0)
    for rubbish in (b"\x16", bytes((22, 254, 253)) + bytes(10), b"\x14" * 1_500, bytes(range(20, 60))):
        server.received(rubbish, 0)
    assert server.failure is None
    for _ in range(MOST_DATAGRAMS):
        server.received(b"\x16\xfe\xfd" + bytes(20), 0)
    assert server.received(hello[0], 0) == []


def test_who_has_said_that_nothing_more_comes_is_known_to_have_left() -> None:
    client, server = pair()
    talk(client, server, client.begin(0))
    forged = bytes((21, 254, 253, *bytes(8), 0, 2, 1, 0))  # in the clear: anybody could
    assert server.received(forged, 0) == []
    was_closed = server.closed
    for datagram in client.close():
        server.received(datagram, 0)
    assert (was_closed, server.closed) == (False, True) and client.close() == []


def test_who_has_no_keys_says_nothing_at_the_end() -> None:
    client, _ = pair()
    client.begin(0)
    assert client.close() == []


class Handshake:
    """A stream's DTLS, with what it sent."""

    def __init__(self, *, active: bool = True) -> None:
        self.sent: list[tuple[bytes, Any]] = []
        self.permission, self.lock = Permission(), SourceLock()
        self.lock.expect(PEER, frozenset({0}), None, 0)
        self.permission.announced(PEER[0], 0)
        self.permission.towards(PEER[0])
        self.peer = DtlsMachine(NEAR, DtlsPeer(not active, fits(FAR)), 0)
        machine = DtlsMachine(FAR, DtlsPeer(active, fits(NEAR)), 0)
        self.handshaking = Handshaking(FAR, machine, self.permission, self.lock, self._sendto)

    def _sendto(self, datagram: bytes, place: Any) -> int:
        self.sent.append((datagram, place))
        return len(datagram)


def test_nothing_is_sent_before_the_call_is_proven_where_we_begin() -> None:
    unproven = Handshake(active=False)
    unproven.handshaking.due(PEER, 0)
    assert unproven.sent == [] and not unproven.handshaking.machine.begun
    unproven.permission.prove(PEER[0], 1_000, verified=True)
    unproven.handshaking.due(PEER, 0)
    assert [place for _, place in unproven.sent] == [PEER] and unproven.handshaking.machine.begun


def test_patience_begins_when_the_call_is_proven() -> None:
    world = Handshake()
    for now in (PATIENCE_NS, 3 * PATIENCE_NS, 5 * PATIENCE_NS):  # it rings for long
        world.handshaking.due(PEER, now)
    world.permission.prove(PEER[0], 1_000, verified=True)
    world.handshaking.due(PEER, 6 * PATIENCE_NS - 1)
    assert world.handshaking.failure() is None
    world.handshaking.due(PEER, 6 * PATIENCE_NS)
    assert world.handshaking.failure() == "the handshake was not finished in time"
    assert world.handshaking.failure() is None  # told once


def test_what_a_stranger_lost_is_sent_again_within_what_it_may_be_sent() -> None:
    world = Handshake()
    [hello] = world.peer.begin(0)
    world.handshaking.arrived(hello, ELSEWHERE, 0)
    [stranger] = world.handshaking._strangers.values()
    first = sum(len(each) for each, _ in world.sent)
    assert stranger.left < first  # what it was worth is spent
    stranger.left += 3 * len(hello)
    while (stranger.machine._connection.DTLSv1_get_timeout() or 0) > 0:  # OpenSSL's clock
        pass
    world.handshaking.due(PEER, 2 * SECOND_NS)
    assert sum(len(each) for each, _ in world.sent) == 2 * first
    assert {place for _, place in world.sent} == {ELSEWHERE}


def test_an_unproven_source_gets_no_more_than_three_bytes_for_each() -> None:
    world = Handshake()
    came = 0
    for _ in range(5):
        for datagram in DtlsMachine(NEAR, DtlsPeer(False, fits(FAR)), 0).begin(0):
            world.handshaking.arrived(datagram, PEER, 0)
            came += len(datagram)
    assert sum(len(datagram) for datagram, _ in world.sent) <= 3 * came


@pytest.mark.parametrize("signalling", [None, ELSEWHERE[0]])
def test_who_comes_from_another_place_is_known_by_its_certificate(signalling: str | None) -> None:
    """Also where its signalling is: a NAT hides the address that it names."""
    world = Handshake()
    if signalling is not None:
        world.lock.signalling_is(signalling)
        world.permission.prove(signalling, 1_000, verified=True)
    sent = world.peer.begin(0)
    while sent:
        for datagram in sent:
            world.handshaking.arrived(datagram, ELSEWHERE, 0)
        answers, world.sent = world.sent, []
        assert all(place == ELSEWHERE for _, place in answers)
        sent = [out for datagram, _ in answers for out in world.peer.received(datagram, 0)]
    keys = world.handshaking.machine.keys
    assert keys is not None and world.peer.keys is not None and keys.theirs == world.peer.keys.ours


def shaken(world: Handshake, place: Any, last: Any) -> None:
    """The whole handshake from one place, but for its last flight."""
    sent = world.peer.begin(0)
    while sent:
        for datagram in sent:
            world.handshaking.arrived(datagram, place, 0)
        answers, world.sent = world.sent, []
        sent = [out for datagram, _ in answers for out in world.peer.received(datagram, 0)]
        place = last


@pytest.mark.parametrize("place", [PEER, ELSEWHERE])
def test_who_did_the_whole_handshake_is_there(place: Any) -> None:
    world = Handshake()
    shaken(world, place, place)
    assert world.handshaking.machine.keys is not None and world.handshaking.proven_host == place[0]


def test_a_handshake_that_moved_proves_no_place() -> None:
    """Its last flight may have been sent under a forged address: nobody there has read anything."""
    world = Handshake()
    world.lock.expect((PEER[0], 5_000), frozenset({0}), None, 0)
    world.handshaking.arrived(world.peer.begin(0)[0], PEER, 0)
    world.permission.towards(ELSEWHERE[0])
    world.lock.expect(ELSEWHERE, frozenset({0}), None, 0)
    answers, world.sent = world.sent, []
    for last in [out for datagram, _ in answers for out in world.peer.received(datagram, 0)]:
        world.handshaking.arrived(last, ELSEWHERE, 0)
    assert world.handshaking.machine.keys is not None and world.handshaking.proven_host is None


def test_strangers_disturb_nobody_and_are_few() -> None:
    world = Handshake()
    for port in range(MOST_STRANGERS + 2):
        [hello] = DtlsMachine(NEAR, DtlsPeer(False, fits(FAR)), 0).begin(0)
        came, before = len(hello), len(world.sent)
        world.handshaking.arrived(hello, (ELSEWHERE[0], port), 0)
        assert sum(len(each) for each, _ in world.sent[before:]) <= 3 * came
    assert world.handshaking.rejected == 2 and not world.handshaking.machine.begun
    wrong = DtlsMachine(DtlsIdentity(), DtlsPeer(False, fits(FAR)), 0)
    world.handshaking._strangers.clear()
    sent = wrong.begin(0)
    while sent:
        world.sent = []
        for datagram in sent:
            world.handshaking.arrived(datagram, ELSEWHERE, 0)
        sent = [out for datagram, _ in world.sent for out in wrong.received(datagram, 0)]
    assert world.handshaking.machine.keys is None and world.handshaking.failure() is None


def test_who_forges_strangers_does_not_keep_the_other_side_out() -> None:
    world = Handshake()
    for port in range(MOST_STRANGERS):
        world.handshaking.arrived(b"\x14" + bytes(13), (ELSEWHERE[0], 100 + port), 0)
    assert not world.handshaking._strangers and world.handshaking.rejected == MOST_STRANGERS
    [hello] = DtlsMachine(NEAR, DtlsPeer(False, fits(FAR)), 0).begin(0)
    for port in range(MOST_STRANGERS):
        world.handshaking.arrived(hello, (ELSEWHERE[0], 200 + port), port)
    sent, now = world.peer.begin(0), STALLED_NS - 1
    world.handshaking.arrived(sent[0], ELSEWHERE, now)
    assert ELSEWHERE not in world.handshaking._strangers, "they may be busy with it"
    while sent:
        now += 1
        world.sent = []
        for datagram in sent:
            world.handshaking.arrived(datagram, ELSEWHERE, now)
        sent = [out for datagram, _ in world.sent for out in world.peer.received(datagram, 0)]
    assert world.handshaking.machine.keys is not None


def test_what_comes_before_there_are_keys_is_counted_and_goes_nowhere() -> None:
    world = Handshake()
    [hello] = world.peer.begin(0)
    queue = [bytes(172), hello, b"\x80" * 20]

    def receive(size: int, space: int) -> Any:
        return queue.pop(0), [], 0, PEER

    reading = HandshakingReceive(receive, world.handshaking, None, lambda: 0)
    assert [reading(2_048, 0)[0] for _ in range(3)] == [b"", b"", b""]
    assert world.handshaking.rejected == 2
