"""Up and down on a fake clock."""

from __future__ import annotations

import pytest

from sip.trunks.keep_alive import OptionsPings


def standing(machine: OptionsPings) -> bool | None:
    return machine.reachable


def due(machine: OptionsPings) -> float | None:
    return machine.deadline


def asked(period_s: float = 30.0, draw: float = 0.5) -> OptionsPings:
    machine = OptionsPings(period_s, lambda: draw)
    machine.begin(0.0)
    assert 0 <= (due(machine) or 0.0) <= 1
    machine.asked()
    assert due(machine) is None
    return machine


def test_two_silences_are_down_and_one_answer_is_up() -> None:
    machine = asked()
    machine.answered(200, 0.0)
    assert standing(machine) is True and due(machine) == 30
    machine.answered(None, 30.0)
    assert standing(machine) is True and due(machine) == 37.5  # sooner, since it is in doubt
    machine.answered(None, 37.5)
    assert standing(machine) is False and due(machine) == 67.5
    machine.answered(None, 67.5)
    assert standing(machine) is False and due(machine) == 97.5
    machine.answered(200, 97.5)
    assert standing(machine) is True


def test_an_answer_between_two_silences_keeps_it_up() -> None:
    machine = asked()
    for status in (None, 200, None, 200, None):
        machine.answered(status, 0.0)
    assert standing(machine) is True


def test_one_silence_at_the_start_says_nothing_yet() -> None:
    machine = asked()
    machine.answered(None, 0.0)
    assert standing(machine) is None


@pytest.mark.parametrize("status", [200, 401, 403, 404, 405, 481, 486, 500, 501, 504, 600])
def test_any_answer_of_its_own_is_a_sign_of_life(status: int) -> None:
    machine = asked()
    machine.answered(status, 0.0)
    assert standing(machine) is True


@pytest.mark.parametrize("status", [408, 503])
def test_a_proxy_that_says_nobody_is_there_is_none(status: int) -> None:
    machine = asked()
    machine.answered(status, 0.0)
    machine.answered(status, 1.0)
    assert standing(machine) is False


@pytest.mark.parametrize(("draw", "at"), [(0.0, 27.0), (0.5, 30.0), (0.999999, 33.0)])
def test_questions_are_spread(draw: float, at: float) -> None:
    machine = asked(draw=draw)
    machine.answered(200, 0.0)
    assert due(machine) == pytest.approx(at, abs=0.01)


def test_one_question_is_never_waited_for_longer_than_the_period() -> None:
    assert asked(1.0).patience_s == 1.0 and asked(600.0).patience_s <= 5.0
