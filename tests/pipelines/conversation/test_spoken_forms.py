"""Sentence splitting and spoken forms."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.conversation.spoken_forms import (
    cardinal,
    clock_time,
    day,
    digits,
    ordinal,
    speak_form,
    split_sentences,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello. How are you?", ["Hello.", "How are you?"]),
        ("Dr. Smith is in. Wait!", ["Dr. Smith is in.", "Wait!"]),
        ("It is 2:30 p.m. today. Fine.", ["It is 2:30 p.m. today.", "Fine."]),
        ("Come at 5 p.m. Then wait.", ["Come at 5 p.m.", "Then wait."]),
        ("That is 3.5 hours, e.g. a lot.", ["That is 3.5 hours, e.g. a lot."]),
        ("Ask J. Doe. Bye", ["Ask J. Doe.", "Bye"]),
        ('He said "no." Then left.', ['He said "no."', "Then left."]),
        ("So should I. Now go.", ["So should I.", "Now go."]),
        ("See no. 5. It is free.", ["See no. 5.", "It is free."]),
        ("no end", ["no end"]),
        ("", []),
        (" ... ", ["..."]),
    ],
)
def test_split_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("At 2:30 p.m. today.", "At two thirty p m today."),
        ("At 14:05 sharp", "At two oh five p m sharp"),
        ("At 12:00.", "At noon."),
        ("by 9am", "by nine a m"),
        ("on 2026-11-24,", "on Tuesday, November twenty-fourth,"),
        ("on 2026-13-99", "on 2026-13-99"),
        ("call +1 650 253 0000", "call plus one six five zero two five three zero zero zero zero"),
        ("room 42", "room forty-two"),
        ("code 007", "code zero zero seven"),
        ("1,200 people", "one thousand two hundred people"),
        ("3.5% or 20%", "three point five percent or twenty percent"),
        ("$20.50", "twenty dollars fifty"),
        ("the 3rd and 20th", "the third and twentieth"),
        ("99:99", "99:99"),
        ("plain words stay", "plain words stay"),
    ],
)
def test_spoken_forms(written: str, spoken: str) -> None:
    assert speak_form(written, "en").spoken == spoken


def test_written_words_know_their_place_in_the_spoken_text() -> None:
    form = speak_form("At 2:30 p.m. in room 42.", "en-gb")
    assert [(word.written, form.spoken[word.start : word.end]) for word in form.words] == [
        ("At", "At"),
        ("2:30 p.m.", "two thirty p m"),
        ("in", "in"),
        ("room", "room"),
        ("42.", "forty-two."),
    ]


def test_numbers() -> None:
    assert cardinal(0) == "zero"
    assert cardinal(1_000_342) == "one million three hundred forty-two"
    assert cardinal(-5) == "minus five"
    assert ordinal(31) == "thirty-first"
    assert ordinal(12) == "twelfth"
    assert ordinal(100) == "one hundredth"
    assert digits("+4 0") == "plus four zero"
    assert clock_time(0, 0) == "midnight"
    assert clock_time(0, 15) == "twelve fifteen a m"
    assert day(date(2026, 11, 21)) == "Saturday, November twenty-first"


@given(st.text(max_size=120))
def test_any_text_can_be_spoken_and_no_written_word_is_lost(text: str) -> None:
    for sentence in split_sentences(text):
        form = speak_form(sentence, "en")
        assert "".join("".join(w.written.split()) for w in form.words) == "".join(sentence.split())
        assert all(0 <= w.start <= w.end <= len(form.spoken) for w in form.words)
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


def test_another_language_gets_its_text_as_it_is_written() -> None:
    form = speak_form("Der Termin ist um 14:30 und kostet 20 Euro.", "de-at")
    assert form.spoken == form.written == "Der Termin ist um 14:30 und kostet 20 Euro."
    assert [form.spoken[word.start : word.end] for word in form.words] == form.written.split()
