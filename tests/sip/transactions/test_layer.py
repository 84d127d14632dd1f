"""Matching, merging, fallback and the one timer heap, on fake time and without sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from sip.transactions.layer import Hop, Peer, TransactionLayer
from sip.transactions.transaction import Cause


@dataclass(frozen=True)
class Caller:
    transport: str = "UDP"
    host: str = "127.0.0.1"
    port: int = 5070


class Carrier:
    """Keeps what was sent; refuses transports named in `refused`."""

    def __init__(self) -> None:
        self.requests: list[tuple[Request, Hop]] = []
        self.responses: list[Response] = []
        self.refused: set[str] = set()

    def send_request(self, request: Request, hop: Hop, failed: Callable[[], None]) -> None:
        self.requests.append((request, hop))
        if hop.transport in self.refused:
            failed()

    def send_response(self, response: Response, peer: Peer, failed: Callable[[], None]) -> None:
        self.responses.append(response)

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
    bench.pass_time(31.9)
    assert [hop.host for _, hop in bench.carrier.requests] == ["127.0.0.9"] * 2
    bench.pass_time(33.0)
    assert [hop.host for _, hop in bench.carrier.requests[2:]] == ["127.0.0.1"] * 2
    assert bench.layer.receive_response(bench.carrier.requests[-1][0].response(200))
    assert bench.answers == [200] and not bench.failures


def test_a_repetition_is_absorbed_and_answered_again() -> None:
    bench = Bench()
    assert not bench.layer.absorb(request("BYE"))
    server = bench.layer.serve(request("BYE"), Caller())
    assert bench.layer.unanswered == 1
    server.respond(server.request.response(200))
    assert bench.layer.unanswered == 0
    assert bench.layer.absorb(request("BYE"))
    assert [r.status for r in bench.carrier.responses] == [200, 200]
    bench.pass_time(32.0)
    assert len(bench.layer) == 0


@pytest.mark.parametrize("branch", ["z9hG4bKx", None, "old", "z9hG4bK"])
def test_the_ack_to_a_refusal_finds_its_invite_also_from_rfc2543_clients(branch: str | None) -> None:
    bench = Bench()
    server = bench.layer.serve(request(branch=branch), Caller())
    server.respond(server.request.response(486, to_tag="t"))
    assert not bench.layer.absorb(request("ACK", branch="z9hG4bKother", to=";tag=t"))
    if branch != "z9hG4bKx":
        assert not bench.layer.absorb(request("ACK", branch=branch, to=";tag=wrong"))
    assert bench.layer.absorb(request("ACK", branch=branch, to=";tag=t"))
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
