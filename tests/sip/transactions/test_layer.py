"""Matching, merging, fallback and the one timer heap, on fake time and without sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from sip.transactions.answered import AnsweredRequests
from sip.transactions.layer import TransactionLayer
from sip.transactions.requests import Hop, Peer
from sip.transactions.transaction import Cause


@dataclass(frozen=True)
class Caller:
    transport: str = "UDP"
    host: str = "127.0.0.1"
    port: int = 5070
    size: int = 400


class Carrier:
    """Keeps what was sent; refuses transports named in `refused`."""

    def __init__(self) -> None:
        self.requests: list[tuple[Request, Hop]] = []
        self.responses: list[Response] = []
        self.refused: set[str] = set()
        self.proven: list[str] = []

    def send_request(self, request: Request, hop: Hop, failed: Callable[[], None]) -> None:
        self.requests.append((request, hop))
        if hop.transport in self.refused:
            failed()

    def send_response(self, response: Response, peer: Peer, failed: Callable[[], None]) -> None:
        self.responses.append(response)

    def send_once(self, response: Response, peer: Peer) -> None:
        self.responses.append(response)

    def proved(self, peer: Peer) -> None:
        self.proven.append(peer.host)

    def sent_by(self, hop: Hop) -> str:
        return "127.0.0.1:5060"


class Bench:
    def __init__(self) -> None:
        self.now = 0.0
        self.wakes: list[float] = []
        self.carrier = Carrier()
        self.layer = TransactionLayer(self.carrier, lambda: self.now, self.wakes.append)
        self.answers: list[int] = []
        self.failures: list[Cause] = []

    def ask(self, request: Request, hop: Hop, fallback: Hop | None = None) -> None:
        self.layer.request(
            request, hop, lambda r: self.answers.append(r.status), self.failures.append, fallback=fallback
        )

    def pass_time(self, until: float) -> None:
        while self.wakes and self.wakes[-1] <= until:
            self.now = self.wakes[-1]
            self.wakes.clear()
            self.layer.run_timers()
        self.now = until


def request(
    method: str = "INVITE", *, branch: str | None = "z9hG4bKx", cseq: int = 1, to: str = ""
) -> Request:
    tail = f";branch={branch}" if branch else ""
    lines = [
        ("Via", f"SIP/2.0/UDP host:5070{tail}"),
        ("From", "<sip:a@x>;tag=1"),
        ("To", f"<sip:b@x>{to}"),
        ("Call-ID", "c"),
        ("CSeq", f"{cseq} {method}"),
    ]
    return Request(method, Uri.parse("sip:b@x"), lines)


def ours(method: str = "OPTIONS") -> Request:
    made = request(method)
    made.remove("Via")
    return made


UDP = Hop("UDP", "127.0.0.1", 5080)


def test_a_response_finds_its_request_by_branch_and_method() -> None:
    bench = Bench()
    bench.ask(ours(), UDP)
    sent = bench.carrier.requests[0][0]
    stranger = sent.response(200)
    stranger.set("CSeq", "1 BYE")
    assert not bench.layer.receive_response(stranger)
    assert bench.layer.receive_response(sent.response(200))
    assert bench.answers == [200]


def test_the_heap_runs_all_transactions_and_empties() -> None:
    bench = Bench()
    for _ in range(50):
        bench.ask(ours(), UDP)
    bench.pass_time(31.9)
    assert len(bench.carrier.requests) == 50 * 11
    bench.pass_time(100.0)
    assert bench.failures == [Cause.TIMEOUT] * 50
    assert len(bench.layer) == 0
    assert bench.wakes == []


@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_a_hop_that_was_never_heard_from_gets_few_packets_and_then_the_other_its_turn(method: str) -> None:
    bench = Bench()
    bench.ask(ours(method), Hop("UDP", "127.0.0.9", 5080, sends=2), fallback=UDP)
    bench.pass_time(1.4)
    assert [hop.host for _, hop in bench.carrier.requests] == ["127.0.0.9"] * 2
    bench.pass_time(2.1)
    assert [hop.host for _, hop in bench.carrier.requests[2:]] == ["127.0.0.1"] * 2
    assert bench.layer.receive_response(bench.carrier.requests[-1][0].response(200))
    assert bench.answers == [200] and not bench.failures


def test_a_hop_of_which_something_was_heard_keeps_its_turn() -> None:
    bench = Bench()
    bench.ask(ours("BYE"), Hop("UDP", "127.0.0.9", 5080, sends=2), fallback=UDP)
    bench.layer.receive_response(bench.carrier.requests[0][0].response(100))
    bench.pass_time(31.0)
    assert [hop.host for _, hop in bench.carrier.requests] == ["127.0.0.9"] * 2


def test_a_repetition_is_absorbed_and_answered_again() -> None:
    bench = Bench()
    assert not bench.layer.absorb(request("BYE"), Caller())
    server = bench.layer.serve(request("BYE"), Caller())
    assert bench.layer.unanswered == 1
    server.respond(server.request.response(200))
    assert bench.layer.unanswered == 0
    assert bench.layer.absorb(request("BYE"), Caller())
    assert [r.status for r in bench.carrier.responses] == [200, 200]
    assert len(bench.layer) == 0
    bench.pass_time(32.0)
    assert len(bench.layer.answered) == 0


@pytest.mark.parametrize("branch", ["z9hG4bKx", None, "old", "z9hG4bK"])
def test_the_ack_to_a_refusal_finds_its_invite_also_from_rfc2543_clients(branch: str | None) -> None:
    bench = Bench()
    server = bench.layer.serve(request(branch=branch), Caller())
    server.respond(server.request.response(486, to_tag="t"))
    assert not bench.layer.absorb(request("ACK", branch="z9hG4bKother", to=";tag=t"), Caller())
    if branch != "z9hG4bKx":
        assert not bench.layer.absorb(request("ACK", branch=branch, to=";tag=wrong"), Caller())
    assert bench.layer.absorb(request("ACK", branch=branch, to=";tag=t"), Caller())
    bench.pass_time(5.0)
    assert len(bench.layer) == 0


def test_a_cancel_finds_its_invite() -> None:
    bench = Bench()
    server = bench.layer.serve(request(), Caller())
    assert bench.layer.invite_of(request("CANCEL")) is server
    assert bench.layer.invite_of(request("CANCEL", branch="z9hG4bKy")) is None


def test_the_same_request_by_another_path_is_merged_and_one_in_a_dialog_is_not() -> None:
    bench = Bench()
    bench.layer.serve(request(), Caller())
    assert bench.layer.merged(request(branch="z9hG4bKy"))
    assert not bench.layer.merged(request(branch="z9hG4bKy", to=";tag=t"))
    assert not bench.layer.merged(request(branch="z9hG4bKy", cseq=2))


def test_a_refused_tcp_connection_falls_back_to_udp_once() -> None:
    bench = Bench()
    bench.carrier.refused = {"TCP"}
    bench.ask(ours(), Hop("TCP", "127.0.0.1", 5080), UDP)
    first, second = bench.carrier.requests
    assert second[1] == UDP
    assert second[0].via.transport == "UDP" and len(second[0].vias) == 1
    assert bench.failures == []
    assert len(bench.layer) == 1
    bench.carrier.refused = {"TCP", "UDP"}
    bench.ask(ours(), first[1], UDP)
    assert bench.failures == [Cause.TRANSPORT]
    assert len(bench.layer) == 1


def bytes_of(responses: list[Response]) -> int:
    return sum(len(bytes(response)) for response in responses)


def test_an_invite_that_was_refused_at_once_leaves_an_answer_and_no_transaction() -> None:
    bench = Bench()
    server = bench.layer.serve(request(), Caller())
    server.respond(server.request.response(404, to_tag="t", headers=[("X-Why", "nobody")]))
    assert len(bench.layer) == 0 and bench.layer.unanswered == 0 and not bench.layer._heap
    assert bench.layer.absorb(request(), Caller())
    first, again = bench.carrier.responses
    assert bytes(first) == bytes(again)
    assert bench.layer.absorb(request("ACK", to=";tag=t"), Caller())
    assert len(bench.carrier.responses) == 2


def test_an_invite_that_rang_is_refused_until_its_ack_comes() -> None:
    """Its sender does not repeat it any more (17.1.1.2): we must."""
    bench = Bench()
    server = bench.layer.serve(request(), Caller())
    server.prove()
    server.respond(server.request.response(180, to_tag="t"))
    server.respond(server.request.response(486, to_tag="t"))
    bench.pass_time(2.0)
    assert [response.status for response in bench.carrier.responses] == [180, 486, 486, 486]
    assert bench.layer.absorb(request("ACK", to=";tag=t"), Caller())
    bench.pass_time(8.0)
    assert len(bench.carrier.responses) == 4 and len(bench.layer) == 0


def test_answers_that_are_kept_are_bounded() -> None:
    bench = Bench()
    bench.layer.answered = AnsweredRequests(most=3)
    for n in range(5):
        server = bench.layer.serve(request("BYE", branch=f"z9hG4bK{n}"), Caller())
        server.respond(server.request.response(200))
    assert len(bench.layer.answered) == 3
    assert not bench.layer.absorb(request("BYE", branch="z9hG4bK1"), Caller())
    assert bench.layer.absorb(request("BYE", branch="z9hG4bK4"), Caller())


def test_a_kept_answer_takes_no_more_room_than_its_sender_wants() -> None:
    bench = Bench()
    for n in range(3):
        asked = request("OPTIONS", branch=f"z9hG4bK{n}" + "x" * 60_000, to=";tag=" + "y" * 60_000)
        bench.layer.serve(asked, Caller()).respond(asked.response(200))
        assert bench.layer.absorb(asked, Caller())
    assert all(len(key) == 16 for key in bench.layer.answered._answers)
    assert [answer.tag for answer in bench.layer.answered._answers.values()] == [None] * 3


def test_an_answer_whose_to_nobody_can_read_is_kept_all_the_same() -> None:
    bench = Bench()
    server = bench.layer.serve(request("BYE", to=";tag"), Caller())
    answer = server.request.response(481)
    answer.set("To", "<sip:b@x>;tag;tag=t")
    server.respond(answer)
    assert len(bench.layer.answered) == 1 and bench.layer.absorb(request("BYE", to=";tag"), Caller())
    assert [response.status for response in bench.carrier.responses] == [481, 481]


def test_over_tcp_nothing_is_kept_of_a_refused_invite() -> None:
    bench = Bench()
    server = bench.layer.serve(request(), Caller("TCP"))
    server.respond(server.request.response(100))
    server.respond(server.request.response(404, to_tag="t"))
    assert len(bench.layer) == 0 and len(bench.layer.answered) == 0


def test_an_unproven_caller_costs_at_most_three_bytes_for_each_of_its_own() -> None:
    bench = Bench()
    server = bench.layer.serve(request(), Caller(size=1200))
    for status in (180, 183, 180, 183, 180, 183):
        server.respond(server.request.response(status, to_tag="t", headers=[("X", "x" * 100)]))
    assert 0 < bytes_of(bench.carrier.responses) <= 1200
    rung = len(bench.carrier.responses)
    server.respond(server.request.response(486, to_tag="t", headers=[("X", "x" * 500)]))
    bench.pass_time(40.0)
    assert len(bench.carrier.responses) >= rung + 3  # and for its losses
    assert len(bench.layer) == 0
    assert bytes_of(bench.carrier.responses) <= 3600
    assert bench.layer.withheld > 0


def test_a_repeated_request_pays_for_more_answers() -> None:
    bench = Bench()
    server = bench.layer.serve(request(), Caller(size=100))
    server.respond(server.request.response(486, to_tag="t", headers=[("X", "x" * 200)]))
    assert bench.carrier.responses == []
    server = bench.layer.serve(request(branch="z9hG4bKy"), Caller(size=600))
    server.respond(server.request.response(180, to_tag="t", headers=[("X", "x" * 100)]))
    assert bench.carrier.responses == []
    assert bench.layer.absorb(request(branch="z9hG4bKy"), Caller(size=600))
    assert [response.status for response in bench.carrier.responses] == [180]


def test_a_short_invite_is_answered_whatever_it_heard_before() -> None:
    """An INVITE without an offer: whoever gets a provisional response does not repeat it."""
    bench = Bench()
    server = bench.layer.serve(request(), Caller(size=320))
    server.respond(server.request.response(100))
    server.respond(server.request.response(180, to_tag="t", headers=[("X", "x" * 100)]))
    server.respond(server.request.response(200, to_tag="t", headers=[("X", "x" * 500)]))
    assert [response.status for response in bench.carrier.responses] == [200]


def test_who_is_proven_is_repeated_to_as_the_rfc_wants() -> None:
    bench = Bench()
    server = bench.layer.serve(request(), Caller(size=100))
    server.respond(server.request.response(180, to_tag="t"))
    server.prove()
    assert bench.carrier.proven == ["127.0.0.1"]
    server.respond(server.request.response(486, to_tag="t"))
    bench.pass_time(31.9)
    assert len(bench.carrier.responses) == 11


def test_our_own_requests_to_an_unproven_caller_come_out_of_the_same_budget() -> None:
    bench = Bench()
    server = bench.layer.serve(request(), Caller(size=400))
    bench.layer.request(ours("BYE"), UDP, lambda _: None, bench.failures.append, budget=server.budget)
    bench.pass_time(40.0)
    sent = sum(len(bytes(message)) for message, _ in bench.carrier.requests)
    assert 0 < sent <= 1200 and len(bench.carrier.requests) < 11
    assert bench.failures == [Cause.TRANSPORT] and len(bench.layer) == 1  # the INVITE


def test_a_failure_is_told_when_the_last_repetition_and_the_time_out_come_together() -> None:
    """As after a stall: the repetition has no budget left, and the time is up as well."""
    bench = Bench()
    budget = bench.layer.serve(request(), Caller(size=100)).budget
    bench.layer.request(ours("BYE"), UDP, lambda _: None, bench.failures.append, budget=budget)
    bench.now = 100.0
    bench.layer.run_timers()
    assert bench.failures == [Cause.TIMEOUT]
