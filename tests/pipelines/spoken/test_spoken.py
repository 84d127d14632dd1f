"""What holds of the spoken form of any text, in any language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.spoken.forms import MOST_CHARS, spoken
from pipelines.spoken.speech import Spoken, as_written, joined
from pipelines.spoken.tongues import TONGUES

LANGUAGES = [*TONGUES, "en-GB", "sw", ""]
ALPHABET = st.sampled_from(
    "0123456789 ::..,,--//+$€£%°#@&()[]{}<>|*_`~'\"\\\n\t\x00\x1b\u200b\u202e\u00a0\u00b2½XIVabemopkhñéüß"
    "時分月日年円点元中字か।कम२٣１Ａ🎉👍🏽"
)
TEXTS = st.one_of(st.text(max_size=60), st.text(alphabet=ALPHABET, max_size=60))


def test_what_is_too_long_to_be_said_was_not_heard() -> None:
    form = spoken("word " * 2000, "en")
    assert len("".join(word.written for word in form.words)) < MOST_CHARS


def holds(form: Spoken, text: str) -> None:
    """Words in order, none lost, none overlapping."""
    assert form.written == text
    at = 0
    for word in form.words:
        assert at <= word.start < word.end <= len(form.spoken)
        at = word.end
    assert bool(form.words) == bool(form.spoken)
    if form.words:
        assert "".join("".join(w.written.split()) for w in form.words) == "".join(text.split())
        assert "".join(joined((w.written, w.glued) for w in form.words).split()) == "".join(text.split())


@settings(max_examples=300)
@given(TEXTS, st.sampled_from(LANGUAGES))
def test_any_text_can_be_spoken_and_no_written_word_is_lost(text: str, language: str) -> None:
    form = spoken(text, language)
    holds(form, text)
    assert not any(
        ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u200b\u202e" for char in form.spoken
    )
    assert not any(char in "`*_|~🎉👍" for char in form.spoken)


@settings(max_examples=200)
@given(TEXTS, st.sampled_from([*TONGUES]))
def test_what_is_words_already_stays_as_it_is(text: str, language: str) -> None:
    once = spoken(text, language).spoken
    if once.isalpha() or all(part.isalpha() for part in once.split()):
        assert spoken(once, language).spoken == once


@pytest.mark.parametrize("language", ["", "sw", "ko-KR", "xx"])
def test_a_language_that_is_not_known_gets_its_text_without_markup(language: str) -> None:
    form = spoken("**Saa 14:30**, 20 € 🎉 [hapa](http://x.y)", language)
    assert form.spoken == "Saa 14:30, 20 € hapa"


def test_plain_words_are_spoken_as_they_are_written() -> None:
    text = "Der Tisch ist frei, und das Essen auch."
    assert spoken(text, "de") == as_written(text)


def test_the_written_text_of_words_that_were_heard_has_no_spaces_that_it_had_not() -> None:
    form = spoken("会議は**明日**です。", "ja")
    assert joined((w.written, w.glued) for w in form.words) == "会議は**明日**です。"
    assert len(form.words) > 1, "it can be cut between words"


@pytest.mark.parametrize("language", ["en", "de", "ja"])
@pytest.mark.parametrize(
    "part",
    "1 1, 1. +1 ( ) [ ]( ![ < <a <!-- & &# ` ``` *** __ ~~~ | |- # a a@ a@a. www. a- A1 A1- 1- 1/ 1: $ $1 .. "
    "!? \u0301 \u200d 🎉 年 午後 ' X I Dr. 1月 < <think> \\".split(" "),
)
def test_hostile_text_takes_time_in_proportion(part: str, language: str) -> None:
    """A quadratic pattern would take minutes for this."""
    part = part or " "
    text = part * (1_000_000 // len(part))
    form = spoken(text, language)
    assert form.written == text
    assert len(form.spoken) <= 40 * MOST_CHARS
