from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.circuit import FAILURES, FORGET_S, MOST_OPEN_S, OPEN_S, Circuit, CircuitState
from mediaserver.fetching.circuits import MOST_HOSTS, Circuits


def ticket(circuit: Circuit, now: float) -> int:
    given = circuit.enter(now)
    assert given is not None
    return given


def broken(now: float = 0.0) -> Circuit:
    circuit = Circuit()
    opened = [circuit.failed(ticket(circuit, now), now, "it was late") for _ in range(FAILURES)]
    assert opened == [False] * (FAILURES - 1) + [True]
    return circuit


def test_failures_in_a_row_open_it_and_time_lets_one_through() -> None:
    circuit = broken()
    assert circuit.enter(0.1) is None
    assert circuit.opens_in(4.0) == OPEN_S - 4.0
    assert circuit.enter(OPEN_S) is not None
    assert circuit.state(OPEN_S) is CircuitState.HALF_OPEN
    assert circuit.enter(OPEN_S) is None  # one at a time


def test_a_success_in_between_counts_from_the_beginning() -> None:
    circuit = Circuit()
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert not circuit.failed(ticket(circuit, 0), 0, "")
        circuit.succeeded(ticket(circuit, 0))
    assert circuit.state(0) is CircuitState.CLOSED


def test_failures_that_are_far_apart_are_no_row() -> None:
    circuit = Circuit()
    for n in range(20):
        assert not circuit.failed(ticket(circuit, n * (FORGET_S + 1)), n * (FORGET_S + 1), "")


def test_what_is_let_through_mends_it_or_keeps_it_open_twice_as_long() -> None:
    circuit, now = broken(), 0.0
    for wait in (OPEN_S, 2 * OPEN_S, 4 * OPEN_S, 8 * OPEN_S, MOST_OPEN_S, MOST_OPEN_S):
        assert circuit.opens_in(now) == wait
        now += wait
        assert circuit.failed(ticket(circuit, now), now, "again")
    now += MOST_OPEN_S
    circuit.succeeded(ticket(circuit, now))
    assert circuit.state(now) is CircuitState.CLOSED
    for _ in range(FAILURES):
        circuit.failed(ticket(circuit, now), now, "")
    assert circuit.opens_in(now) == OPEN_S  # as at first


def test_who_gives_up_leaves_the_way_to_the_next() -> None:
    circuit = broken()
    circuit.abandoned(ticket(circuit, OPEN_S))
    assert circuit.enter(OPEN_S) is not None


def test_what_began_before_it_changed_says_nothing_any_more() -> None:
    circuit = Circuit()
    early = ticket(circuit, 0)
    for _ in range(FAILURES):
        circuit.failed(ticket(circuit, 0), 0, "")
    circuit.succeeded(early)
    assert circuit.state(0) is CircuitState.OPEN
    trial = ticket(circuit, OPEN_S)
    circuit.abandoned(early)
    assert circuit.enter(OPEN_S) is None
    circuit.succeeded(trial)
    assert not circuit.failed(early, OPEN_S, "")


@settings(max_examples=100)
@given(st.lists(st.sampled_from("enter ok fail drop wait".split()), max_size=60))
def test_it_never_stays_shut(steps: list[str]) -> None:
    circuit, now, held = Circuit(), 0.0, list[int]()
    for step in steps:
        if step == "wait":
            now += 7.0
        elif step == "enter":
            if (entered := circuit.enter(now)) is not None:
                held.append(entered)
        elif held and step == "ok":
            circuit.succeeded(held.pop())
        elif held and step == "fail":
            circuit.failed(held.pop(), now, "")
        elif held:
            circuit.abandoned(held.pop())
    for entered in held:
        circuit.abandoned(entered)
    assert circuit.opens_in(now) <= MOST_OPEN_S
    assert circuit.enter(now + MOST_OPEN_S) is not None


def test_each_host_and_port_has_its_own_and_the_oldest_is_forgotten() -> None:
    circuits = Circuits()
    for _ in range(FAILURES):
        circuit, entered = circuits.enter("a.example", 443, 0.0)
        circuit.failed(entered, 0.0, "it was late")
    circuits.enter("a.example", 8443, 0.0)
    assert circuits.open_at(0.0) == [("a.example:443", "it was late")]
    with pytest.raises(
        FetchError, match="a.example failed time and again and is not asked for 10 s"
    ) as caught:
        circuits.enter("a.example", 443, 0.0)
    assert caught.value.kind is FetchFault.CIRCUIT_OPEN
    for n in range(MOST_HOSTS):
        circuits.enter(f"h{n}.example", 443, 0.0)
    assert circuits.open_at(0.0) == []
