"""What may be sent because of a request whose sender nobody has proven."""

from __future__ import annotations

from sip.transactions.budget import FACTOR, FINAL, AnswerBudget


def heard(size: int) -> AnswerBudget:
    budget = AnswerBudget()
    budget.heard(size)
    return budget


def test_no_more_than_the_factor_goes_out_until_the_sender_is_proven() -> None:
    budget = heard(400)
    assert budget.take(FACTOR * 400) and not budget.take(1)
    budget.heard(400)
    assert budget.take(FACTOR * 400) and not budget.take(1)
    budget.prove()
    assert budget.take(10_000)


def test_a_short_invite_gets_its_answer_and_no_100_that_would_leave_no_room_for_it() -> None:
    """Such as one without an offer; a 100 would stop its repetitions, and they make room."""
    budget = heard(330)
    assert not budget.take(260, provisional=True)
    assert budget.take(FINAL)
    budget = heard(330)
    budget.heard(330)
    assert budget.take(260, provisional=True) and budget.take(FINAL)
