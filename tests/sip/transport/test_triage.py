"""What a first look at octets tells, and who is shed. All on a fake clock, without sockets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sip.messages.parsing import parse
from sip.transactions.matching import TransactionKey
from sip.transport.shedding import KNOWN_FOR_S, IntakeLimits, Shed, Shedder
from sip.transport.token_buckets import Rate, TokenBuckets
from sip.transport.triage import LONGEST_NEW, Look, Standing, looked_at, of_message
from tests.sip.agents import PLENTY
from tests.sip.messages import torture
from tests.sip.transport.test_transport import options

HERE = "192.0.2.1"
INVITED = ("z9hG4bKtheirs", "h", "0", "INVITE")
PROOF = 'Authorization: Digest username="a;b", realm="x", nonce="abc", response="0"'


class Known:
    """A call `mine` with the tag `t`, a transaction `z9hG4bKours` and an INVITE of `z9hG4bKtheirs` by h, all
    with HERE, and a nonce that went there."""

    def asked(self, branch: str, host: str) -> bool | None:
        return host == HERE if branch == "z9hG4bKours" else None

    def serves(self, transaction: TransactionKey, host: str) -> bool:
        return (transaction, host) == (INVITED, HERE)

    def talks(self, call_id: str, tag: str, host: str) -> bool | None:
        return host == HERE if (call_id, tag) == ("mine", "t") else None

    def challenged(self, nonce: str, host: str) -> bool:
        return (nonce, host) == ("abc", HERE)


def message(first: str, *lines: str) -> bytes:
    return "\r\n".join([first, *lines, "", ""]).encode()


VIA, OUR_VIA = "Via: SIP/2.0/UDP h;rport;branch=z9hG4bKx", "Via: SIP/2.0/UDP h;branch=z9hG4bKours;x=1"
THEIR_VIA = "Via: SIP/2.0/UDP h;branch=z9hG4bKtheirs"
MINE, OURS = "Call-ID: mine", "To: <sip:us@h>;tag=t"


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
        (message("BYE sip:a SIP/2.0", VIA, MINE, OURS), Standing.RUNNING),
        (message("BYE sip:a SIP/2.0", VIA, "i:mine ", 't : "a;b" <sip:us@h> ; TAG = t;x'), Standing.RUNNING),
        (message("BYE sip:a SIP/2.0", VIA, MINE, "To: <sip:us@h>;tag=u"), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", VIA, MINE, "To: <sip:us@h>"), Standing.NEW),
        (message("ACK sip:a SIP/2.0", VIA, "call-id :  mine", OURS), Standing.RUNNING),
        (message("ACK sip:a SIP/2.0", VIA, "Call-ID: other"), Standing.STRAY),
        (message("ACK sip:a SIP/2.0", VIA, MINE), Standing.STRAY),
        (message("ACK sip:a SIP/2.0", THEIR_VIA, "Call-ID: other"), Standing.RUNNING),
        (message("CANCEL sip:a SIP/2.0", THEIR_VIA, "Call-ID: other"), Standing.RUNNING),
        (message("INVITE sip:a SIP/2.0", THEIR_VIA, "Call-ID: other"), Standing.RUNNING),
        (
            message("INVITE sip:a SIP/2.0", "v:  SIP / 2.0 / UDP H ;x=y ; BRANCH = z9hG4bKtheirs"),
            Standing.RUNNING,
        ),
        (message("OPTIONS sip:a SIP/2.0", THEIR_VIA, "Call-ID: other"), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", THEIR_VIA.replace(" h;", " h:9;")), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", "X: ;branch=z9hG4bKtheirs", VIA), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", VIA, THEIR_VIA), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", f"{VIA}, {THEIR_VIA[5:]}"), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", THEIR_VIA, "X: " + "y" * LONGEST_NEW), Standing.OVERSIZED),
        (message("INFO sip:a SIP/2.0", VIA, MINE, OURS, "X: " + "y" * LONGEST_NEW), Standing.RUNNING),
        (message("INVITE sip:a SIP/2.0", OUR_VIA, "Call-ID: other"), Standing.NEW),
        (message("SIP/2.0 200 OK", THEIR_VIA, "Call-ID: other"), Standing.STRAY),
        (message("REGISTER sip:a SIP/2.0", VIA, PROOF), Standing.CHALLENGED),
        (message("REGISTER sip:a SIP/2.0", VIA, f"proxy-{PROOF}"), Standing.CHALLENGED),
        (message("REGISTER sip:a SIP/2.0", VIA, PROOF.replace("abc", "abcd")), Standing.NEW),
        (message("INVITE sip:a SIP/2.0", PROOF, "X: " + "y" * LONGEST_NEW), Standing.OVERSIZED),
        (message("SIP/2.0 200 OK", OUR_VIA, "Call-ID: other"), Standing.RUNNING),
        (message("SIP/2.0 200 OK", VIA, "Call-ID: mine"), Standing.STRAY),
        (message("SIP/2.0 200 OK", "Call-ID: mine"), Standing.NEW),
    ],
)
def test_a_first_look(data: bytes, standing: Standing) -> None:
    assert looked_at(data, HERE, Known()).standing is standing


@pytest.mark.parametrize(
    ("data", "standing"),
    [
        (message("BYE sip:a SIP/2.0", VIA, MINE, OURS), Standing.ROAMING),
        (message("SIP/2.0 200 OK", OUR_VIA, MINE), Standing.ROAMING),
        (message("CANCEL sip:a SIP/2.0", THEIR_VIA, "Call-ID: other"), Standing.NEW),
        (message("REGISTER sip:a SIP/2.0", VIA, PROOF), Standing.NEW),
    ],
)
def test_the_same_from_elsewhere(data: bytes, standing: Standing) -> None:
    assert looked_at(data, "198.51.100.1", Known()).standing is standing


def test_what_came_by_tcp_is_told_apart_in_the_same_way() -> None:
    request = options("SIP/2.0/TCP h;branch=z9hG4bKq").replace(b"Call-ID: c", b"Call-ID: mine")
    within = request.replace(b"To: <sip:b@x>", b"To: <sip:b@x>;tag=t")
    response = request.replace(b"OPTIONS sip:b@127.0.0.1 SIP/2.0", b"SIP/2.0 200 OK")
    ours = response.replace(b"z9hG4bKq", b"z9hG4bKours")
    looks = [of_message(parse(each), HERE, Known()).standing for each in (request, within, response, ours)]
    assert looks == [Standing.NEW, Standing.RUNNING, Standing.STRAY, Standing.RUNNING]
    assert of_message(parse(within), "198.51.100.1", Known()) == Look(Standing.ROAMING, "mine")
    repeated = request.replace(b"TCP h", b"UDP h").replace(b"OPTIONS", b"INVITE").replace(b"Kq", b"Ktheirs")
    assert of_message(parse(repeated), HERE, Known()) == looked_at(repeated, HERE, Known())
    assert looked_at(repeated, HERE, Known()) == Look(Standing.RUNNING, transaction=INVITED)


@pytest.mark.parametrize("name", torture.NAMES)
def test_no_message_of_rfc4475_is_noise_but_those_that_nobody_answers(name: str) -> None:
    standing = looked_at(torture.load(name), HERE, Known()).standing
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


NEW = Look(Standing.NEW)


def taken(
    shedder: Shedder, host: str, tries: int, standing: Standing = Standing.NEW, now: float = 0.0
) -> int:
    return sum(shedder.against(Look(standing), host, 400, now) is None for _ in range(tries))


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
        shedder.against(NEW, f"10.0.{n // 250}.{n % 250}", 400, 0.0)
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
    assert shedder.against(NEW, "192.0.2.1", 8000, 0.0) is None
    assert taken(shedder, "192.0.2.1", 1) == 0
    assert taken(shedder, "192.0.2.2", 1) == 1
    shedder.malformed("192.0.2.2", 0.0, proven=True)
    assert taken(shedder, "192.0.2.2", 1) == 0


def test_rubbish_in_the_name_of_an_address_is_not_its_own() -> None:
    shedder = Shedder(replace(LIMITS, strangers=PLENTY, rubbish=Rate(0, 10)))
    for _ in range(10):
        assert taken(shedder, "192.0.2.2", 1) == 1
        shedder.malformed("192.0.2.2", 0.0, proven=False)
    assert taken(shedder, "192.0.2.2", 1) == 1
    shedder.malformed("192.0.2.2", 0.0, proven=False)  # of much rubbish each costs what any message costs
    assert taken(shedder, "192.0.2.2", 9) == 3


def test_who_answers_a_challenge_is_heard_whatever_comes_in_its_name() -> None:
    shedder = Shedder(LIMITS)
    for n in range(1000):
        shedder.against(NEW, "192.0.2.2", 400, n / 1000)
        shedder.malformed("192.0.2.2", n / 1000, proven=False)
    assert taken(shedder, "192.0.2.2", 1, now=1.0) == 0
    assert taken(shedder, "192.0.2.2", 9, Standing.CHALLENGED, now=1.0) == 4


def test_all_who_roam_share_one_bucket_and_leave_those_who_stay_alone() -> None:
    shedder = Shedder(replace(LIMITS, roaming=Rate(0, 6)))
    heard = [taken(shedder, f"198.51.100.{n}", 4, Standing.ROAMING) for n in range(3)]
    assert heard == [4, 2, 0] and shedder.counts[Shed.RUNNING] == 6
    assert taken(shedder, "198.51.100.1", 4, Standing.RUNNING) == 4
    shedder.proved("192.0.2.7", 0.0)
    assert taken(shedder, "192.0.2.7", 4, Standing.ROAMING) == 4  # a carrier's other server


def test_one_call_says_no_more_than_a_call_has_to_say() -> None:
    shedder = Shedder(replace(LIMITS, running=PLENTY, call=Rate(0, 7)))
    mine, other = Look(Standing.RUNNING, "mine"), Look(Standing.RUNNING, "other")
    assert sum(shedder.against(mine, "192.0.2.1", 400, 0.0) is None for _ in range(20)) == 7
    assert shedder.against(other, "192.0.2.1", 400, 0.0) is None


def test_a_request_is_repeated_no_more_often_than_its_timers_want() -> None:
    shedder = Shedder(replace(LIMITS, running=PLENTY, repeated=Rate(1, 6)))
    again = Look(Standing.RUNNING, transaction=INVITED)
    assert sum(shedder.against(again, HERE, 400, 0.0) is None for _ in range(20)) == 6
    other = Look(Standing.RUNNING, transaction=("z9hG4bKother", "h", "0", "INVITE"))
    assert shedder.against(other, HERE, 400, 0.0) is None
    assert shedder.against(again, HERE, 400, 2.0) is None
    assert shedder.against(again, "192.0.2.9", 400, 0.0) is None  # of another host with the same key


def test_repetitions_in_the_name_of_an_address_leave_its_calls_their_share() -> None:
    shedder = Shedder(LIMITS)
    for n in range(1000):
        again = Look(Standing.RUNNING, transaction=(f"z9hG4bK{n}", "h", "0", "INVITE"))
        assert shedder.against(again, HERE, 400, 0.0) is (None if n < 5 else Shed.RUNNING)
    assert taken(shedder, HERE, 10, Standing.RUNNING) == 5


def test_long_messages_within_calls_cost_more() -> None:
    shedder = Shedder(replace(LIMITS, call=Rate(0, 40)))
    within = Look(Standing.RUNNING, "mine")
    assert shedder.against(within, HERE, 8192, 0.0) is None  # all five of this address
    assert shedder.against(within, HERE, 400, 0.0) is Shed.RUNNING


def test_one_owner_of_ipv6_addresses_runs_no_faster_than_one_address() -> None:
    shedder = Shedder(LIMITS)
    assert sum(taken(shedder, f"2001:db8::{n}", 1, Standing.RUNNING) for n in range(1, 9)) == 5


def test_one_owner_of_ipv6_addresses_has_one_share() -> None:
    shedder = Shedder(LIMITS)
    assert sum(taken(shedder, f"2001:db8::{n}", 1) for n in range(1, 9)) == 4


def test_a_plain_request_is_new() -> None:
    assert looked_at(options("SIP/2.0/UDP h;branch=z9hG4bKq"), HERE, Known()) == NEW
