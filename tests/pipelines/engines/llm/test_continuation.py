"""An answer that one model began and another ends: every word once, wherever it broke off."""

from __future__ import annotations

import random
import re

import pytest

from pipelines.engines.llm import continuation
from pipelines.engines.llm.continuation import GO_ON, Continuation, carried_on
from pipelines.engines.protocols import LlmMessage

ANSWER = (
    "Sure! I have a room for you on Tuesday, the fourth. It is on the second floor; would ten o'clock do? "
    "Otherwise there is one on Wednesday."
)


def heard(said: str, *pieces: str, continues: bool = False) -> str:
    """All that the caller hears."""
    new = Continuation(said, continues=continues)
    return said + "".join(new.feed(piece) for piece in pieces) + new.rest()


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.casefold())


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_who_begins_again_at_any_word_repeats_none_of_them(size: int) -> None:
    """Wherever the first one broke off, also in the middle of a word."""
    starts = [match.start() for match in re.finditer(r"[\w']+", ANSWER)]
    for cut in range(1, len(ANSWER)):
        said = ANSWER[:cut]
        last = said.rstrip("!,.;?' ").rsplit(" ", 1)[-1]
        if len(letters(last)) < 3:  # as good as nothing to know it by
            continue
        for start in [each for each in starts if each < cut]:
            again = ANSWER[start:]
            pieces = [again[at : at + size] for at in range(0, len(again), size)]
            assert letters(heard(said, *pieces)) == letters(ANSWER), (said, again)


def test_who_goes_on_at_the_next_word_loses_none() -> None:
    for match in re.finditer(r"\s", ANSWER):
        said, rest = ANSWER[: match.start()], ANSWER[match.end() :]
        assert words(heard(said, rest)) == words(ANSWER), said
        assert words(heard(f"{said} ", rest)) == words(ANSWER), said
        assert heard(said, f" {rest}", continues=True) == ANSWER


def test_what_is_new_is_not_held_back() -> None:
    new = Continuation(ANSWER[:40], continues=False)
    assert new.feed("Or") == "Or" or new.feed("x") != ""
    assert new.feed(" not.") == " not."


@pytest.mark.parametrize(
    ("said", "more", "all_of_it"),
    [
        ("Your number is 4 4", "4 2 7.", "Your number is 4 4 4 2 7."),
        ("It costs 2.", "30 euros.", "It costs 2.30 euros."),
        ("I have a", "at least two.", "I have a at least two."),
        ("Yes.", "", "Yes."),
        ("Yes", "...", "Yes..."),
        ("", "Yes.", "Yes."),
        ("Straße", "STRASSE 4", "Straße 4"),
        ("Das ist für S", "Sie da.", "Das ist für S Sie da."),
        ("東京の", "東京の天気は", "東京の天気は"),
    ],
)
def test_odd_ends(said: str, more: str, all_of_it: str) -> None:
    assert heard(said, more) == all_of_it
    assert heard(said, *more) == all_of_it


def test_nothing_is_lost_of_what_is_no_repetition() -> None:
    draw = random.Random(5)
    vocabulary = [
        "a",
        "room",
        "rooms",
        "roomy",
        "is",
        "free",
        "on",
        "one",
        "onward",
        "four",
        "fourth",
        "!",
        ".",
    ]
    for _ in range(3_000):
        said = " ".join(draw.choices(vocabulary, k=draw.randint(0, 6)))
        more = " ".join(draw.choices(vocabulary, k=draw.randint(0, 6)))
        told = heard(said, *re.findall(r"\s*\S", more))
        assert told.startswith(said)
        assert letters(more).endswith(letters(told[len(said) :]))


def test_one_letter_again_and_again_takes_no_time() -> None:
    """4,000 characters, each in a piece of its own: a check that compares all with all would take minutes."""
    text = "a " * 2_000
    assert letters(heard(text, *text)) == "a" * 2_000


def test_the_next_model_is_told_what_was_said() -> None:
    ask = [LlmMessage("user", "hi")]
    assert carried_on(ask, "Yes", continues=True) == [*ask, LlmMessage("assistant", "Yes")]
    assert carried_on(ask, "Yes", continues=False)[-1] == LlmMessage("user", GO_ON)


def test_what_has_no_letters_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece was looked at again with each that followed, on the loop of all calls."""
    looked, letters_of = 0, continuation._letters

    def counted(text: str, *, ends: bool = False) -> tuple[str, list[int]]:
        nonlocal looked
        looked += len(text)
        return letters_of(text, ends=ends)

    monkeypatch.setattr(continuation, "_letters", counted)
    assert heard("So it is", *["("] * 1_000, "and on") == "So it is" + "(" * 1_000 + "and on"
    assert looked < 2_000
