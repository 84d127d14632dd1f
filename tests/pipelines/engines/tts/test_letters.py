"""An "a" that stands alone: the article, or the letter of a time, a code, a spelled name."""

from __future__ import annotations

import pytest

from pipelines.engines.tts.worker.letters import with_letters_read, with_times_read
from pipelines.spoken.forms import spoken

READ = [
    ("at nine a m on Monday", "at nine ay m on Monday"),
    ("open from nine a m.", "open from nine ay m."),
    ("Ref A B one", "Ref ay B one"),
    ("S A M", "S ay M"),
    ("M A R I A", "M ay R I ay"),
    ("flight A one two", "flight ay one two"),
    ("room twelve, row two A", "room twelve, row two ay"),
    ("a grade A", "a grade ay"),
    ("Press A, or B.", "Press ay, or B."),
]
ARTICLES = [
    "Have a good day.", "A dog, and a cat.", "Is that a yes?", "THIS IS A TEST", "A five minute walk.",
    "What a mess", "I am a manager", "Yes. A dog.", "Once a month",
]  # fmt: skip


@pytest.mark.parametrize(("text", "read"), READ)
def test_letters_are_told_as_letters(text: str, read: str) -> None:
    assert with_letters_read(text) == read


@pytest.mark.parametrize("text", ARTICLES)
def test_articles_stay(text: str) -> None:
    assert with_letters_read(text) == text == with_times_read(text)


def test_times_as_our_forms_write_them_keep_their_places() -> None:
    text = spoken("Open from 9 AM to 11:30 am, not a minute more.", "en-US").spoken
    read = with_times_read(text)
    assert read == "Open from nine AM  to eleven thirty AM , not a minute more."
    assert len(read) == len(text)
