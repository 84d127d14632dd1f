"""The four machines on fake time."""

from __future__ import annotations

import pytest

from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from sip.transactions.tables import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    Table,
    Timer,
    TransactionState,
)
from sip.transactions.transaction import (
    Cause,
    ClientTransaction,
    Deliver,
    Failed,
    InviteClient,
    InviteServer,
    NonInviteClient,
    NonInviteServer,
    Output,
    Send,
    Transaction,
)


def request(method: str = "INVITE") -> Request:
    lines = [
        ("Via", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKx"),
        ("Route", "<sip:127.0.0.9;lr>"),
        ("From", "<sip:a@x>;tag=1"),
        ("To", "<sip:b@x>"),
        ("Call-ID", "c"),
        ("CSeq", f"7 {method}"),
    ]
    return Request(method, Uri.parse("sip:b@x"), lines)


def response(status: int, to: Request) -> Response:
    return to.response(status, to_tag="2")


def run(machine: Transaction, until: float) -> list[tuple[float, Output]]:
    """Run the timers up to `until`; what came out, and when."""
    out: list[tuple[float, Output]] = []
    while (at := machine.deadline) is not None and at <= until:
        out += [(at, output) for output in machine.tick(at)]
    return out


def times(out: list[tuple[float, Output]]) -> list[float]:
    return [round(at, 6) for at, output in out if isinstance(output, Send)]


def test_an_unanswered_invite_is_repeated_with_doubling_pauses_and_fails_after_64_t1() -> None:
    machine = InviteClient(request(), reliable=False)
    assert machine.begin(0.0) == [Send(machine.request)]
    out = run(machine, 100)
    assert times(out) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert out[-1] == (32.0, Failed(Cause.TIMEOUT))
    assert machine.terminated and machine.deadline is None


def test_an_unanswered_request_is_repeated_up_to_every_t2() -> None:
    machine = NonInviteClient(request("OPTIONS"), reliable=False)
    machine.begin(0.0)
    out = run(machine, 100)
    assert times(out) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert out[-1] == (32.0, Failed(Cause.TIMEOUT))


@pytest.mark.parametrize("kind", [InviteClient, NonInviteClient])
def test_over_a_reliable_transport_nothing_is_repeated(kind: type[ClientTransaction]) -> None:
    machine = kind(request("INVITE" if kind is InviteClient else "BYE"), reliable=True)
    machine.begin(0.0)
    assert run(machine, 100) == [(32.0, Failed(Cause.TIMEOUT))]


def test_a_provisional_response_stops_the_repetition_of_an_invite_for_good() -> None:
    machine = InviteClient(request(), reliable=False)
    machine.begin(0.0)
    ringing = response(180, machine.request)
    assert machine.receive(ringing, 0.1) == [Deliver(ringing)]
    assert machine.deadline is None
    assert machine.receive(ringing, 0.2) == [Deliver(ringing)]


def test_a_provisional_response_slows_a_request_down_to_t2_and_keeps_its_end() -> None:
    machine = NonInviteClient(request("OPTIONS"), reliable=False)
    machine.begin(0.0)
    machine.receive(response(100, machine.request), 1.0)
    out = run(machine, 100)
    assert times(out) == [5.0, 9.0, 13.0, 17.0, 21.0, 25.0, 29.0]
    assert out[-1] == (32.0, Failed(Cause.TIMEOUT))


def test_every_2xx_is_delivered_for_64_t1_and_no_ack_is_made() -> None:
    machine = InviteClient(request(), reliable=False)
    machine.begin(0.0)
    one, two = response(200, machine.request), machine.request.response(200, to_tag="fork")
    assert machine.receive(one, 1.0) == [Deliver(one)]
    assert machine.state is TransactionState.ACCEPTED
    assert machine.receive(two, 2.0) == [Deliver(two)]
    assert machine.receive(response(486, machine.request), 3.0) == []
    assert machine.deadline == 33.0
    run(machine, 33.0)
    assert machine.terminated


def test_a_refusal_is_acknowledged_each_time_and_delivered_once() -> None:
    machine = InviteClient(request(), reliable=False)
    machine.begin(0.0)
    busy = response(486, machine.request)
    sent, delivered = machine.receive(busy, 1.0)
    assert isinstance(sent, Send) and isinstance(sent.message, Request)
    ack = sent.message
    assert (ack.method, str(ack.cseq), ack.via.branch) == ("ACK", "7 ACK", "z9hG4bKx")
    assert ack.uri == machine.request.uri
    assert ack.headers == [
        ("Via", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKx"),
        ("Max-Forwards", "70"),
        ("Route", "<sip:127.0.0.9;lr>"),
        ("From", "<sip:a@x>;tag=1"),
        ("To", "<sip:b@x>;tag=2"),
        ("Call-ID", "c"),
        ("CSeq", "7 ACK"),
    ]
    assert delivered == Deliver(busy)
    assert [type(output) for output in machine.receive(busy, 2.0)] == [Send]
    assert machine.deadline == 33.0
    run(machine, 33.0)
    assert machine.terminated


def test_lingering_states_end_at_once_over_a_reliable_transport() -> None:
    client = InviteClient(request(), reliable=True)
    client.begin(0.0)
    client.receive(response(486, client.request), 1.0)
    assert client.terminated
    other = NonInviteClient(request("BYE"), reliable=True)
    other.begin(0.0)
    other.receive(response(200, other.request), 1.0)
    assert other.terminated
    server = NonInviteServer(request("BYE"), reliable=True)
    server.respond(response(200, server.request), 1.0)
    assert server.terminated


def test_a_transport_error_fails_the_request() -> None:
    machine = InviteClient(request(), reliable=True)
    machine.begin(0.0)
    assert machine.transport_failed(0.1) == [Failed(Cause.TRANSPORT)]
    assert machine.terminated


def test_a_refused_invite_is_answered_again_until_the_ack() -> None:
    machine = InviteServer(request(), reliable=False)
    busy = response(486, machine.request)
    assert machine.respond(busy, 0.0) == [Send(busy)]
    assert times(run(machine, 3.6)) == [0.5, 1.5, 3.5]
    assert machine.receive(machine.request, 3.7) == [Send(busy)]
    assert machine.receive(request("ACK"), 4.0) == []
    assert machine.state is TransactionState.CONFIRMED
    assert machine.receive(request("ACK"), 4.1) == []
    assert machine.deadline == 9.0
    run(machine, 9.0)
    assert machine.terminated


def test_a_refused_invite_without_ack_fails_after_64_t1_and_pauses_reach_t2() -> None:
    machine = InviteServer(request(), reliable=False)
    machine.respond(response(486, machine.request), 0.0)
    out = run(machine, 100)
    assert times(out) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert out[-1] == (32.0, Failed(Cause.TIMEOUT))


def test_an_accepted_invite_absorbs_repetitions_and_passes_2xx_and_acks() -> None:
    machine = InviteServer(request(), reliable=False)
    ok, ack = response(200, machine.request), request("ACK")
    assert machine.respond(ok, 0.0) == [Send(ok)]
    assert machine.receive(machine.request, 0.5) == []
    assert machine.respond(ok, 0.6) == [Send(ok)]
    assert machine.receive(ack, 0.7) == [Deliver(ack)]
    assert machine.respond(response(486, machine.request), 1.0) == []
    assert machine.deadline == 32.0
    run(machine, 32.0)
    assert machine.terminated


def test_a_repeated_invite_gets_the_last_provisional_response() -> None:
    machine = InviteServer(request(), reliable=False)
    assert machine.receive(machine.request, 0.1) == []
    ringing = response(180, machine.request)
    machine.respond(ringing, 0.2)
    assert machine.receive(machine.request, 0.5) == [Send(ringing)]


def test_a_repeated_request_gets_the_same_answer_until_timer_j() -> None:
    machine = NonInviteServer(request("BYE"), reliable=False)
    assert machine.receive(machine.request, 0.0) == []
    ok = response(200, machine.request)
    assert machine.respond(ok, 1.0) == [Send(ok)]
    assert machine.receive(machine.request, 2.0) == [Send(ok)]
    assert machine.respond(response(500, machine.request), 2.0) == []
    assert machine.last is ok
    assert machine.deadline == 33.0
    run(machine, 33.0)
    assert machine.receive(machine.request, 34.0) == []


@pytest.mark.parametrize("table", [INVITE_CLIENT, INVITE_SERVER, NON_INVITE_CLIENT, NON_INVITE_SERVER])
def test_every_timer_that_a_table_starts_is_handled_where_it_fires(table: Table) -> None:
    for state, actions in table.values():
        for action in actions:
            if isinstance(action, Timer):
                assert (state, action) in table
