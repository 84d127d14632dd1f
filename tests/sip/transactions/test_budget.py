"""How much a sender that nobody has proven may have us send."""

from __future__ import annotations

from sip.transactions.budget import FACTOR, FINAL, RINGING, AnswerBudget

FINAL_SIZE = 800
"""About the 200 to an INVITE without an offer."""


def heard(size: int) -> AnswerBudget:
    budget = AnswerBudget()
    budget.heard(size)
    return budget


def test_no_provisional_response_takes_the_room_of_the_final_one() -> None:
    short = heard(320)
    assert not short.take(300, 100) and not short.take(300, 180)
    assert short.take(FINAL_SIZE, 200)
    assert not short.take(FINAL_SIZE, 200)


def test_ringing_leaves_three_tries_of_the_answer() -> None:
    for size in (900, 1200):
        budget = heard(size)
        assert budget.take(300, 180)
        assert all(budget.take(FINAL_SIZE, 200) for _ in range(FINAL // FINAL_SIZE))


def test_a_repetition_pays_for_what_it_could_not_be_told_before() -> None:
    budget = heard(500)
    assert not budget.take(300, 180)
    budget.heard(500)
    assert budget.take(300, 180) and budget.take(FINAL_SIZE, 200)


def test_a_100_leaves_room_for_ringing() -> None:
    size = -(-(FINAL + RINGING + 300) // FACTOR)
    assert heard(size).take(300, 100)
    assert not heard(size - 1).take(300, 100)
    assert heard(size - 1).take(300, 180)


def test_never_more_than_three_bytes_for_one_until_proven() -> None:
    budget = heard(100)
    assert budget.take(300) and not budget.take(1)
    budget.prove()
    assert budget.take(10_000)


def test_what_is_refused_is_not_counted_and_what_is_sent_is() -> None:
    budget = heard(1_000)
    assert not budget.take(601, 199) and budget.take(600, 199)
    assert not budget.take(1, 180) and not budget.take(1, 100)
    assert budget.fits(2_400) and not budget.fits(2_401)
    assert budget.take(2_400, 200) and not budget.take(1, 200)


def test_a_sender_that_is_proven_from_the_start_needs_no_budget() -> None:
    assert AnswerBudget(True).take(10_000, 100) and AnswerBudget(True).fits(10_000)
