from __future__ import annotations

import pytest

from mediaserver.addresses import Networks
from mediaserver.rtp.permission import (
    LEAST,
    PATIENCE_NS,
    RATIO,
    VERIFIED_PATIENCE_NS,
    Permission,
    Sending,
)
from mediaserver.rtp.steady import PACKET

CALLER, GATEWAY, VICTIM = "192.0.2.1", "192.0.2.2", "198.51.100.9"
S = 1_000_000_000


def packets_let_through(permission: Permission, octets: int = PACKET, most: int = 10_000) -> int:
    sent = 0
    while sent < most and permission.sending(0) is not Sending.NOTHING and permission.spend(octets):
        sent += 1
    return sent


def test_nothing_goes_anywhere_before_anything_was_proven() -> None:
    permission = Permission()
    assert permission.sending(0) is Sending.NOTHING
    permission.towards(CALLER)
    assert permission.sending(0) is Sending.NOTHING and not permission.spend(1)


def test_to_the_host_that_signalling_proved_all_is_sent_and_for_good() -> None:
    permission = Permission()
    permission.towards(CALLER)
    permission.prove(CALLER)
    assert permission.sending(3_600 * S) is Sending.ALL


def test_a_host_that_is_only_announced_gets_what_signalling_is_worth_once() -> None:
    permission = Permission()
    permission.towards(VICTIM)
    permission.prove(CALLER, received=2_000)
    assert permission.sending(0) is Sending.ALLOWANCE
    assert packets_let_through(permission) == RATIO * 2_000 // PACKET
    assert permission.sending(0) is Sending.NOTHING
    permission.prove(CALLER, received=2_000)  # the ACK of a re-INVITE tells the same again
    for other in (CALLER, VICTIM, GATEWAY, VICTIM):
        permission.towards(other)
    assert packets_let_through(permission) == 0


def test_a_short_conversation_is_worth_little_and_one_that_was_not_counted_twenty_packets() -> None:
    for received, packets in ((300, 5), (50, 0), (0, 0), (None, 20)):
        permission = Permission()
        permission.towards(GATEWAY)
        permission.prove(CALLER, received)
        assert packets_let_through(permission) == packets
    assert LEAST == 20 * PACKET


def test_media_from_a_host_is_worth_three_times_as_much_towards_it() -> None:
    permission = Permission()
    permission.towards(GATEWAY)
    permission.came(10 * PACKET, 0)
    assert packets_let_through(permission) == 30
    permission.came(PACKET, 0)
    assert packets_let_through(permission) == 3


def test_and_not_towards_any_other() -> None:
    permission = Permission()
    permission.towards(CALLER)
    permission.came(1_000 * PACKET, 0)
    permission.towards(VICTIM)
    assert packets_let_through(permission) == 0
    permission.towards(CALLER)
    assert packets_let_through(permission) == 0


def test_a_host_that_reported_on_our_packets_gets_all_until_it_is_silent() -> None:
    permission = Permission()
    permission.towards(GATEWAY)
    permission.came(50, 7 * S)
    permission.witnessed()
    assert permission.sending(8 * S) is Sending.ALL
    permission.came(0, 9 * S)
    assert permission.sending(7 * S + PATIENCE_NS) is Sending.NOTHING
    permission.came(50, 60 * S)
    assert permission.sending(61 * S) is Sending.ALL
    permission.towards(VICTIM)
    assert permission.sending(61 * S) is Sending.NOTHING


@pytest.mark.parametrize(("host", "unknown"), [(CALLER, False), (VICTIM, True)])
def test_another_host_of_which_nothing_is_known_asks_for_a_new_ssrc(host: str, unknown: bool) -> None:
    permission = Permission()
    permission.prove(CALLER)
    assert not permission.towards(GATEWAY)
    assert not permission.towards(GATEWAY)
    assert permission.towards(host) is unknown


def test_media_in_both_directions_at_one_rate_never_ends() -> None:
    permission = Permission()
    permission.towards(GATEWAY)
    for _ in range(10_000):
        permission.came(PACKET, 0)
        assert permission.sending(0) is Sending.ALLOWANCE and permission.spend(PACKET)


def test_networks_that_the_operator_vouches_for_need_a_proven_call_and_no_more() -> None:
    permission = Permission(trusted=Networks(["192.0.2.2/31", "2001:db8::/32"]))
    permission.towards(GATEWAY)
    assert permission.sending(0) is Sending.NOTHING
    permission.prove(CALLER, 1)
    for host, trusted in ((GATEWAY, True), (VICTIM, False), ("2001:db8::5", True)):
        permission.towards(host)
        assert permission.sending(0) is (Sending.ALL if trusted else Sending.NOTHING)


def test_nothing_is_sent_to_nobody() -> None:
    permission = Permission()
    permission.witnessed()
    permission.prove(CALLER)
    assert permission.sending(0) is Sending.NOTHING and not permission.settled


def test_a_proof_that_counted_nothing_is_worth_twenty_packets() -> None:
    permission = Permission()
    permission.towards(GATEWAY)
    permission.prove(CALLER)
    assert packets_let_through(permission) == 20


def test_what_a_host_sent_pays_first_and_what_signalling_paid_is_paid_for_good() -> None:
    permission = Permission()
    permission.towards(GATEWAY)
    permission.prove(CALLER, received=10 * PACKET)
    permission.came(PACKET, 0)
    assert all(permission.spend(PACKET) for _ in range(8))  # three by its packet, five by signalling
    permission.towards(VICTIM)
    assert packets_let_through(permission) == 25


def verified(now: int = 0) -> Permission:
    """Of a call of a trunk's, whose gateway is apart and was announced before the call was proven."""
    permission = Permission()
    permission.announced(GATEWAY, 0)
    permission.towards(GATEWAY)
    assert permission.sending(now) is Sending.NOTHING
    permission.prove(CALLER, 300, verified=True, now=now)
    return permission


def test_what_a_verified_caller_announces_gets_all_while_it_listens() -> None:
    permission = verified(60 * S)
    assert permission.sending(60 * S) is Sending.ALL
    assert permission.sending(59 * S + VERIFIED_PATIENCE_NS) is Sending.ALL
    assert permission.sending(60 * S + VERIFIED_PATIENCE_NS) is Sending.ALLOWANCE
    assert packets_let_through(permission) == 5
    assert permission.sending(60 * S + VERIFIED_PATIENCE_NS) is Sending.NOTHING
    permission.came(10, 100 * S)
    assert permission.sending(99 * S + VERIFIED_PATIENCE_NS) is Sending.ALL
    assert permission.sending(100 * S + VERIFIED_PATIENCE_NS) is Sending.NOTHING
    permission.prove(CALLER, 300, verified=True, now=200 * S)
    assert permission.sending(200 * S) is Sending.NOTHING, "an ACK says nothing of the gateway"


def test_and_so_does_the_next_host_that_it_announces_but_no_host_that_it_does_not() -> None:
    permission = verified()
    permission.came(50, 10 * S)
    permission.towards(VICTIM)
    assert packets_let_through(permission) == 5, "media came from there, of which nobody said anything"
    permission.towards(GATEWAY)
    assert permission.sending(29 * S) is Sending.ALL
    assert permission.sending(31 * S) is Sending.NOTHING, "what came was before it left"
    permission.announced(VICTIM, 40 * S)
    permission.towards(VICTIM)
    assert permission.sending(69 * S) is Sending.ALL
    permission.towards(GATEWAY)
    assert permission.sending(41 * S) is Sending.NOTHING


def test_a_caller_that_is_not_verified_announces_in_vain() -> None:
    permission = Permission()
    permission.announced(VICTIM, 0)
    permission.towards(VICTIM)
    permission.prove(CALLER, 300)
    assert packets_let_through(permission) == 5


def test_to_announce_again_and_again_sends_no_endless_stream_to_who_is_silent() -> None:
    permission = Permission()
    permission.announced(VICTIM, 0)
    permission.towards(VICTIM)
    permission.prove(CALLER, 0, verified=True)
    sent_s, now = 0, 0
    for _ in range(100):  # a re-INVITE just before the patience ends, each time
        for _ in range(25):
            now += S
            sent_s += permission.sending(now) is Sending.ALL
        permission.announced(VICTIM, now)
    assert sent_s < 5 * VERIFIED_PATIENCE_NS // S
    permission.came(PACKET, now)
    assert permission.sending(now) is Sending.ALL, "who is there after all is sent all"


def test_other_hosts_in_turn_are_worth_no_more() -> None:
    permission = Permission()
    permission.prove(CALLER, 0, verified=True)
    sent_s = 0
    for number in range(100):
        for second in range(25):
            now = (25 * number + second) * S
            if not second:
                permission.announced(f"198.51.100.{number}", now)
                permission.towards(f"198.51.100.{number}")
            sent_s += permission.sending(now) is Sending.ALL
    assert sent_s < 5 * VERIFIED_PATIENCE_NS // S


def test_a_gateway_that_speaks_between_its_holds_is_believed_each_time() -> None:
    permission = Permission()
    permission.announced(GATEWAY, 0)
    permission.towards(GATEWAY)
    permission.prove(CALLER, 0, verified=True)
    for number in range(1, 50):
        permission.came(PACKET, number * 60 * S)
        permission.announced(GATEWAY, number * 60 * S + 40 * S)
        assert permission.sending(number * 60 * S + 55 * S) is Sending.ALL


def test_a_call_that_is_proven_by_nobodys_address_proves_no_host() -> None:
    permission = Permission()
    permission.prove(None, 1_000)
    permission.towards(CALLER)
    assert permission.begun and not permission.settled
    assert permission.sending(0) is Sending.ALLOWANCE and packets_let_through(permission) == 3_000 // PACKET
    permission.came(PACKET, 0)
    permission.witnessed()
    assert permission.sending(0) is Sending.ALL and permission.sending(PATIENCE_NS) is not Sending.ALL


@pytest.mark.parametrize("nowhere", ["0.0.0.0", "::"])
def test_an_address_of_zeroes_is_sent_nothing(nowhere: str) -> None:
    permission = Permission(trusted=Networks(["0.0.0.0/0", "::/0"]))
    permission.prove(nowhere, 1_000, verified=True)
    permission.announced(nowhere, 0)
    permission.towards(nowhere)
    assert permission.sending(0) is Sending.NOTHING
