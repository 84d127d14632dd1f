"""What a first look at octets tells, and who is shed. All on a fake clock, without sockets."""

from __future__ import annotations

import pytest

from sip.transport.shedding import KNOWN_FOR_S, IntakeLimits, Shed, Shedder
from sip.transport.token_buckets import Rate, TokenBuckets
from sip.transport.triage import LONGEST_NEW, Standing, standing_of
from tests.sip.messages import torture
from tests.sip.transport.test_transport import options


class Known:
    """A call `mine` and a transaction `z9hG4bKours`."""

    def knows_branch(self, branch: str) -> bool:
        return branch == "z9hG4bKours"

    def knows_call(self, call_id: str) -> bool:
        return call_id == "mine"


def message(first: str, *lines: str) -> bytes:
    return "\r\n".join([first, *lines, "", ""]).encode()


VIA, OUR_VIA = "Via: SIP/2.0/UDP h;rport;branch=z9hG4bKx", "Via: SIP/2.0/UDP h;branch=z9hG4bKours;x=1"


@pytest.mark.parametrize(
    ("data", "standing"),
    [
        (b"", Standing.KEEPALIVE),
        (b"\r\n\r\n", Standing.KEEPALIVE),
        (b"\0\0\0\0", Standing.KEEPALIVE),
        (b"GET / HTTP/1.1\r\n\r\n", Standing.NOISE),
        (b"\x80\xc8" * 100, Standing.NOISE),
        (b"INVITE sip:a SIP/2.0", Standing.NOISE),
        (b"A" * 60_000 + b" sip:a SIP/2.0\r\n", Standing.NOISE),
        (message("INVITE sip:a SIP/2.0", VIA, "Call-ID: other"), Standing.NEW),
        (b"\r\n" + message("INVITE sip:a SIP/2.0", VIA, "Call-ID: other"), Standing.NEW),
        (message("invite sip:a sip/2.0", VIA), Standing.NEW),
        (message("INVITE sip:a SIP/7.0", VIA), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", "X: " + "y" * LONGEST_NEW), Standing.OVERSIZED),
        (message("BYE sip:a SIP/2.0", VIA, "Call-ID: mine"), Standing.RUNNING),
        (message("BYE sip:a SIP/2.0", VIA, "i:mine "), Standing.RUNNING),
        (message("ACK sip:a SIP/2.0", VIA, "call-id :  mine"), Standing.RUNNING),
        (message("ACK sip:a SIP/2.0", VIA, "Call-ID: other"), Standing.STRAY),
        (message("ACK sip:a SIP/2.0", OUR_VIA, "Call-ID: other"), Standing.RUNNING),
        (message("CANCEL sip:a SIP/2.0", OUR_VIA, "Call-ID: other"), Standing.RUNNING),
        (message("SIP/2.0 200 OK", OUR_VIA, "Call-ID: other"), Standing.RUNNING),
        (message("SIP/2.0 200 OK", VIA, "Call-ID: mine"), Standing.STRAY),
        (message("SIP/2.0 200 OK", "Call-ID: mine"), Standing.NEW),
    ],
)
def test_a_first_look(data: bytes, standing: Standing) -> None:
    assert standing_of(data, Known()) is standing


@pytest.mark.parametrize("name", torture.NAMES)
def test_no_message_of_rfc4475_is_noise_but_those_that_nobody_answers(name: str) -> None:
    standing = standing_of(torture.load(name), Known())
    answered = standing in (Standing.NEW, Standing.RUNNING)
    assert (
        answered
        or name in ("unreason", "noreason", "scalarlg", "bigcode", "badbranch")
        or (torture.load(name).startswith(b"SIP/2.0"))
    )


def test_a_bucket_fills_again_and_never_beyond_its_burst() -> None:
    buckets: TokenBuckets[str] = TokenBuckets()
    rate = Rate(per_s=10, burst=3)
    assert [buckets.take("a", rate, 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert buckets.take("b", rate, 0.0)
    assert [buckets.take("a", rate, 0.15) for _ in range(2)] == [True, False]
    assert [buckets.take("a", rate, 60.0) for _ in range(4)] == [True, True, True, False]


def test_ever_new_keys_take_no_more_memory() -> None:
    buckets: TokenBuckets[int] = TokenBuckets(most=10)
    for key in range(1000):
        assert buckets.take(key, Rate(1, 1), 0.0)
    assert len(buckets._buckets) == 10


LIMITS = IntakeLimits(
    source=Rate(10, 4),
    known_source=Rate(40, 8),
    strangers=Rate(10, 10),
    total=Rate(100, 20),
    running=Rate(100, 5),
)


def taken(
    shedder: Shedder, host: str, tries: int, standing: Standing = Standing.NEW, now: float = 0.0
) -> int:
    return sum(shedder.against(standing, host, 400, now) is None for _ in range(tries))


def test_one_address_gets_its_share_and_strangers_together_theirs() -> None:
    shedder = Shedder(LIMITS)
    assert taken(shedder, "192.0.2.1", 10) == 4
    assert [taken(shedder, f"198.51.100.{n}", 4) for n in range(3)] == [4, 2, 0]
    assert shedder.counts[Shed.SOURCE] == 6 and shedder.counts[Shed.STRANGERS] == 6


def test_what_strangers_cannot_have_is_not_taken_from_their_own_share() -> None:
    shedder = Shedder(LIMITS)
    for n in range(3):
        taken(shedder, f"198.51.100.{n}", 4)
    assert taken(shedder, "192.0.2.1", 4) == 0
    assert taken(shedder, "192.0.2.1", 4, now=0.4) == 4


def test_a_flood_under_ever_new_addresses_does_not_shut_out_who_is_known() -> None:
    shedder = Shedder(LIMITS)
    shedder.proved("192.0.2.1", 0.0)
    for n in range(1000):
        shedder.against(Standing.NEW, f"10.0.{n // 250}.{n % 250}", 400, 0.0)
    assert taken(shedder, "192.0.2.9", 1) == 0
    assert taken(shedder, "192.0.2.1", 10) == 8
    assert taken(shedder, "192.0.2.1", 10, now=KNOWN_FOR_S + 1) == 4


def test_running_calls_pass_while_new_ones_are_shed() -> None:
    shedder = Shedder(LIMITS)
    taken(shedder, "192.0.2.1", 100)
    assert taken(shedder, "192.0.2.1", 10, Standing.RUNNING) == 5
    assert shedder.counts[Shed.RUNNING] == 5


def test_long_and_broken_messages_cost_their_sender_more() -> None:
    shedder = Shedder(LIMITS)
    assert shedder.against(Standing.NEW, "192.0.2.1", 8000, 0.0) is None
    assert taken(shedder, "192.0.2.1", 1) == 0
    assert taken(shedder, "192.0.2.2", 1) == 1
    shedder.malformed("192.0.2.2")
    assert taken(shedder, "192.0.2.2", 1) == 0


def test_one_owner_of_ipv6_addresses_has_one_share() -> None:
    shedder = Shedder(LIMITS)
    assert sum(taken(shedder, f"2001:db8::{n}", 1) for n in range(1, 9)) == 4


def test_a_plain_request_is_new() -> None:
    assert standing_of(options("SIP/2.0/UDP h;branch=z9hG4bKq"), Known()) is Standing.NEW
