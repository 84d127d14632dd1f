"""Words that stop and start texts, and who is taken for a machine."""

from __future__ import annotations

import pytest

from providers.messages.budgets import MOST_AN_HOUR, MOST_IN_BURST, PeopleBudget
from providers.messages.keywords import Keyword, keyword_of


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Stop!", "UNSUBSCRIBE", "arrêt", "СТОП", "إيقاف"])
def test_stop_is_understood_however_it_is_written(text: str) -> None:
    assert keyword_of(text) is Keyword.STOP


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("START", Keyword.START), ("unstop", Keyword.START), ("Help?", Keyword.HELP), ("hilfe", Keyword.HELP),
        ("stop the music", None), ("please help me with my order", None), ("yes", None), ("", None),
        ("...", None), ("stop" * 20, None),
    ],
)  # fmt: skip
def test_other_words_are_the_agents(text: str, word: Keyword | None) -> None:
    assert keyword_of(text) is word


def test_who_says_the_same_again_and_again_is_a_machine_and_rests() -> None:
    budget = PeopleBudget()
    for turn in range(3):
        assert budget.against("a", "I am away.", 60.0 * turn) == ""
    assert "the same" in budget.against("a", "i am  AWAY.", 200)
    assert "rests" in budget.against("a", "hello", 300)
    assert budget.against("b", "hello", 300) == ""
    assert budget.against("a", "hello", 200 + 3601) == ""


def test_who_writes_faster_than_people_do_is_a_machine() -> None:
    budget = PeopleBudget()
    for turn in range(MOST_IN_BURST):
        assert budget.against("a", f"{turn}", turn) == ""
    assert "in a minute" in budget.against("a", "more", MOST_IN_BURST)


def test_a_person_is_answered_so_often_an_hour() -> None:
    budget = PeopleBudget()
    for turn in range(MOST_AN_HOUR):
        assert budget.against("a", f"{turn}", 60.0 * turn) == ""
    assert "within the hour" in budget.against("a", "more", 60.0 * MOST_AN_HOUR)
    assert budget.against("a", "later", 60.0 * MOST_AN_HOUR + 1900) == ""
