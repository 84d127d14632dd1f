"""Where texts are cut: a first clause soon, later ones whole, no word or number broken."""

from __future__ import annotations

import pytest

from pipelines.engines.tts.neural.worker.clauses import (
    CLAUSE_PAUSE_MS,
    LEAST_WEIGHT,
    MOST_WEIGHT,
    SENTENCE_PAUSE_MS,
    clauses,
    weight,
)


def said(text: str) -> list[str]:
    return [clause.text for clause in clauses(text)]


def test_the_first_sentence_comes_by_itself_and_the_rest_together() -> None:
    text = "Thank you for calling. Your table is free. It is by the window."
    assert said(text) == ["Thank you for calling.", "Your table is free. It is by the window."]


def test_the_first_clause_may_end_at_a_comma() -> None:
    text = "For the table that you asked for, we have two times on Friday evening."
    assert said(text) == ["For the table that you asked for,", "we have two times on Friday evening."]


def test_a_comma_after_a_word_or_two_cuts_nothing() -> None:
    assert said("Yes, of course.") == ["Yes, of course."]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith sees you at 3.30 p.m. on Monday.",
        "It costs 1,234.50 euros in all.",
        "Please ask J. R. Miller.",
    ],
)
def test_dots_and_commas_inside_words_and_numbers_cut_nothing(text: str) -> None:
    assert said(text) == [text]


def test_one_short_word_at_the_end_is_not_left_alone() -> None:
    assert said("I have put that down for you. Okay?") == ["I have put that down for you. Okay?"]


def test_chinese_is_cut_at_its_own_marks_without_spaces() -> None:
    assert said("您好，欢迎致电。请问您需要什么帮助？我们今天营业。")[0] == "您好，欢迎致电。"


def test_hindi_is_cut_at_the_danda() -> None:
    text = "नमस्ते! आपका स्वागत है। कहिए, मैं कैसे मदद कर सकता हूँ?"
    assert said(text)[0].endswith(("!", "।"))
    assert len(said(text)) >= 2


def test_a_long_sentence_without_marks_is_cut_between_words() -> None:
    text = " ".join(["wordless"] * 100)
    parts = said(text)
    assert " ".join(parts) == text
    assert all(weight(part) <= MOST_WEIGHT for part in parts)


def test_one_endless_word_is_cut_all_the_same() -> None:
    parts = said("a" * 1_000)
    assert "".join(parts) == "a" * 1_000
    assert max(map(weight, parts)) <= MOST_WEIGHT


def test_nothing_to_say_gives_no_clause() -> None:
    assert said(" ... \n ?! ") == []


def test_each_clause_knows_where_it_stands_and_what_pause_follows() -> None:
    text = "  For the table that you asked for, we have two times. Which one is it?"
    found = clauses(text)
    assert [text[each.start : each.start + len(each.text)] for each in found] == [e.text for e in found]
    assert found[0].pause_ms == CLAUSE_PAUSE_MS
    assert found[-1].pause_ms == SENTENCE_PAUSE_MS


@pytest.mark.parametrize("text", ["A. B. C. D. E. F.", "1. 2. 3.", "\n\n\nOne\n\nTwo\n", "Ha! " * 50])
def test_every_letter_is_in_exactly_one_clause(text: str) -> None:
    letters = [each for each in text if each.isalnum()]
    assert [each for part in said(text) for each in part if each.isalnum()] == letters
    assert all(weight(part) >= LEAST_WEIGHT for part in said(text)[:-1])
