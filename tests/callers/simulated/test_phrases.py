"""Phrases that are looked for in what an agent says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callers.simulated.phrases import GAP, LONGEST, Phrase, words_in


def found(phrase: str, text: str) -> bool:
    return Phrase.parse(phrase).is_in(words_in(text))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("which office", "Which office would you like?"),
        ("10:30 a.m.", "London, tomorrow at 10:30 a.m., one hour."),
        ("how many * people", "How many of your dear people will there be?"),
        ("how many * people", "how many people?"),
        ("i have * is that right", "I have four two seven, one zero six. Is that right?"),
        ("don't", "I don’t know"),
        ("何時", "何時に始まりますか"),
        ("e-mail", "Your E-Mail, please."),
        ("a * c", "a a x c"),
    ],
)
def test_a_phrase_is_found_in_other_punctuation_and_case(phrase: str, text: str) -> None:
    assert found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("8 people", "18 people"),
        ("office", "officer"),
        ("which office", "office, which"),
        ("how * people", "people? how"),
        ("which office", ""),
        ("a * b", "a " + "x " * (GAP + 1) + "b"),
    ],
)
def test_what_is_not_said_is_not_found(phrase: str, text: str) -> None:
    assert not found(phrase, text)


def test_a_star_reaches_from_any_occurrence_and_no_farther_than_its_gap() -> None:
    far = "x " * GAP
    assert found("a * b", f"a {far} b")
    assert found("a * b * c", f"a {far} b a b {far} c")
    assert not found("a * b * c", f"a {far} b {far} x c")


def test_the_last_occurrence_counts() -> None:
    words = words_in("one two one two three")
    assert Phrase.parse("one two").ends_in(words) == 4
    assert Phrase.parse("one * three").ends_in(words) == 5
    assert Phrase.parse("four").ends_in(words) == 0


@pytest.mark.parametrize("text", ["", "  ", "*", "?!", "x" * (LONGEST + 1)])
def test_a_phrase_without_a_word_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="phrase"):
        Phrase.parse(text)


def test_looking_is_linear_where_an_expression_would_go_back_for_ever() -> None:
    words = words_in("a " * 20_000)
    assert not Phrase.parse("a * a * a * a * a * a * a * a * b").is_in(words)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from(["a", "b", "c", "*"]), min_size=1)
)
def test_stars_find_what_trying_everything_finds(words: list[str], parts: list[str]) -> None:
    if set(parts) == {"*"}:
        return
    phrase = Phrase.parse(" ".join(parts))
    assert phrase.is_in(words) == _tried(words, phrase.chunks)


def _tried(words: list[str], chunks: tuple[tuple[str, ...], ...]) -> bool:
    """Texts are shorter than a gap here."""

    def at(place: int, rest: tuple[tuple[str, ...], ...]) -> bool:
        if not rest:
            return True
        size = len(rest[0])
        places = range(place, len(words) - size + 1)
        return any(tuple(words[p : p + size]) == rest[0] and at(p + size, rest[1:]) for p in places)

    return at(0, chunks)
