"""Which phones are asked when, which one becomes the call, and what is told when none does."""

from __future__ import annotations

import pytest

from sip.calls.forking import ForkAction, ForkMachine, ForkState, Step, best

ASK, RANG, TAKE = ForkAction.ASK, ForkAction.RANG, ForkAction.TAKE
STOP, DROP, END = ForkAction.STOP, ForkAction.DROP, ForkAction.END


def begun(*wanted: float, until: float = 30.0) -> ForkMachine:
    machine = ForkMachine(wanted, until)
    machine.begin(0.0)
    return machine


def test_the_most_wanted_ring_together_and_the_next_when_all_of_them_refused() -> None:
    machine = ForkMachine([1.0, 1.0, 0.5, 0.1], 30.0)
    assert machine.begin(0.0) == (Step(ASK, (0, 1), 10.0),)
    assert machine.refused(0, 486, 1.0) == ()
    assert machine.refused(1, 480, 10.0) == (Step(ASK, (2,), 10.0),)
    assert machine.refused(2, 408, 20.0) == (Step(ASK, (3,), 10.0),)
    assert machine.refused(3, 480, 21.0) == (Step(END, (3,)),)
    assert best(machine.refusals) == 0


def test_the_first_answer_is_the_call_and_the_others_are_stopped_first() -> None:
    machine = begun(1.0, 1.0, 1.0, 0.2)
    assert machine.rang(1, 1.0) == (Step(RANG, (1,)),)
    assert machine.rang(2, 1.0) == ()
    assert machine.answered(1, 2.0) == (Step(STOP, (0, 2)), Step(TAKE, (1,)))
    assert machine.answered(2, 2.1) == (Step(DROP, (2,)),), "its 200 crossed our CANCEL"
    assert machine.refused(0, 487, 2.2) == machine.rang(0, 2.2) == machine.give_up(3.0) == ()
    assert machine.state is ForkState.ANSWERED


def test_one_that_declines_for_all_ends_it() -> None:
    machine = begun(1.0, 1.0, 0.5)
    assert machine.refused(0, 603, 1.0) == (Step(STOP, (1,)), Step(END, (0,)))
    assert machine.refused(1, 487, 1.1) == ()
    assert best(machine.refusals) == 0


def test_nobody_is_asked_any_more_when_the_time_is_up() -> None:
    machine = begun(1.0, 0.5)
    assert machine.refused(0, 408, 30.0) == (Step(END, (0,)),)


@pytest.mark.parametrize("rings", [False, True])
def test_who_gives_up_stops_all_and_drops_who_answers_all_the_same(rings: bool) -> None:
    machine = begun(1.0, 1.0)
    if rings:
        machine.rang(0, 0.5)
    assert machine.give_up(1.0) == (Step(STOP, (0, 1)),)
    assert machine.answered(0, 1.1) == (Step(DROP, (0,)),)
    assert machine.refused(1, 603, 1.1) == ()


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ((480, 486), 486),
        ((503, 480), 480),
        ((503, 486, 302), 302),
        ((486, 407), 407),
        ((486, 600), 600),
        ((503, 500), 500),
        ((408, 404), 404),
        ((404, 486), 486),
        ((404, 488), 488),
        ((486, 484), 484),
        ((480, 404), 404),
        ((302, 603), 603),
        ((603, 404), 603),
    ],
)
def test_the_best_refusal_is_told(statuses: tuple[int, ...], told: int) -> None:
    assert statuses[best(dict(enumerate(statuses)))] == told


def test_600_is_for_all_phones_and_599_for_one() -> None:
    assert begun(1.0, 1.0).refused(0, 600, 1.0) == (Step(STOP, (1,)), Step(END, (0,)))
    assert begun(1.0, 1.0).refused(0, 599, 1.0) == ()


def test_a_group_that_is_asked_at_the_very_end_gets_what_is_left() -> None:
    machine = begun(1.0, 0.5)
    assert machine.refused(0, 408, 29.5) == (Step(ASK, (1,), 0.5),)
    assert ForkMachine([1.0], 30.0).begin(31.0) == (Step(ASK, (0,), 0.0),)
