"""Long texts are cut where a speaker would breathe."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.synthesis.portions import MOST_CHARACTERS, portions


def test_a_short_text_is_one_portion() -> None:
    assert list(portions("Good morning.")) == [(0, "Good morning.")]
    assert list(portions("")) == [(0, "")]


def test_a_long_text_is_cut_behind_sentences() -> None:
    text = "This is a sentence of some length. " * 200
    made = list(portions(text))
    assert len(made) > 3 and all(portion.rstrip().endswith(".") for _, portion in made)


def test_a_paragraph_is_a_better_place_than_a_sentence() -> None:
    first = "One sentence. " * 30
    assert next(portions(first + "\n\n" + "Another sentence. " * 200))[1].strip() == first.strip()


@settings(max_examples=60)
@given(st.text(alphabet="ab .,\n!\u0964\u3002", max_size=50), st.integers(1, 400))
def test_nothing_is_lost_and_none_is_too_long(text: str, times: int) -> None:
    made = list(portions(text * times))
    assert "".join(portion for _, portion in made) == text * times
    assert all(len(portion) <= MOST_CHARACTERS for _, portion in made)
    assert all((text * times)[at:].startswith(portion) for at, portion in made)
