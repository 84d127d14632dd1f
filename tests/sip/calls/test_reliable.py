"""Reliable provisional responses (RFC 3262) on a clock of the test's own."""

from __future__ import annotations

from sip.calls.reliable import (
    HIGHEST_FIRST,
    ReliableArrival,
    ReliableReceiving,
    ReliableSending,
    SendingAction,
    SendingState,
)
from sip.messages.extensions import RAck, rseq
from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from sip.transactions.timing import Timing

TIMING = Timing(t1=1.0, t2=4.0)
"""64*T1 is 64 s."""


def test_a_response_is_repeated_at_ever_longer_intervals_and_given_up_after_64_t1() -> None:
    sending = ReliableSending(TIMING)
    sending.sent(0.0)
    repeats = []
    while (now := sending.deadline) is not None:
        if (action := sending.due(now)) is SendingAction.GIVE_UP:
            break
        assert action is SendingAction.REPEAT
        repeats.append(now)
    assert repeats == [1, 3, 7, 15, 31, 63], "no upper limit, unlike for a 200"
    assert now == 64.0 and sending.state is SendingState.LOST and sending.deadline is None


def test_its_prack_ends_that_and_only_its_own_does() -> None:
    sending = ReliableSending(TIMING)
    first = sending.sent(0.0)
    assert 1 <= first <= HIGHEST_FIRST
    assert not sending.acknowledged(first + 1) and sending.acknowledged(first)
    assert sending.deadline is None and not sending.acknowledged(first), (
        "a repeated PRACK is its transaction's"
    )
    assert sending.sent(5.0) == first + 1
    sending.stop()
    assert sending.due(99.0) is None, "the final response is out"
    assert sending.acknowledged(first + 1), "which its PRACK may have crossed"


def test_responses_are_taken_in_order_and_once() -> None:
    receiving = ReliableReceiving()
    assert [receiving.arrived(number) for number in (7, 7, 9, 8, 7, 9, 10)] == [
        ReliableArrival.NEXT,
        ReliableArrival.REPEATED,
        ReliableArrival.AHEAD,
        ReliableArrival.NEXT,
        ReliableArrival.REPEATED,
        ReliableArrival.NEXT,
        ReliableArrival.NEXT,
    ]


def test_what_a_prack_says_is_read_or_nothing() -> None:
    def said(value: str) -> RAck | None:
        return RAck.of(Request("PRACK", Uri.parse("sip:a@b"), [("RAck", value)]))

    assert said(" 776656\t1 INVITE ") == RAck(776656, 1, "INVITE")
    assert str(RAck(1, 2, "INVITE")) == "1 2 INVITE"
    for value in ("", "1 INVITE", "1 2", "-1 2 INVITE", f"{2**32} 1 INVITE", "1 2 INVITE x", "x 2 INVITE"):
        assert said(value) is None


def test_a_number_that_none_may_have_is_none() -> None:
    for value in ("0", "x", "-1", str(2**32), ""):
        assert rseq(Response(183, headers=[("RSeq", value)])) is None
    assert rseq(Response(183, headers=[("RSeq", " 5 ")])) == 5 and rseq(Response(180)) is None
