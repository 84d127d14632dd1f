"""When a call goes on in another language: not for a word, not to and fro, and back when it was no wish."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.languages.choice import LanguageChange, LanguageChoice, Why, words_in
from pipelines.languages.detecting import DetectedLanguage, detect

LONG = "quiero reservar una mesa para dos personas mañana"
SHORT = "me puede ayudar"
ENGLISH = "I would like to know what it costs"


def choice(*languages: str) -> LanguageChoice:
    return LanguageChoice("en", languages or ("en", "es-MX", "de"))


def heard(language: str, probability: float = 0.9) -> DetectedLanguage:
    return DetectedLanguage(language, probability)


def test_one_long_and_sure_utterance_changes_the_language() -> None:
    it = choice()
    assert it.said(LONG, heard("es")) == LanguageChange("es-MX", "en", "heard")
    assert it.language == "es-MX"


def test_two_that_agree_change_it_and_one_does_not() -> None:
    it = choice()
    assert it.said(SHORT, heard("es", 0.7)) is None
    assert it.said(SHORT, heard("es", 0.7)) == LanguageChange("es-MX", "en", "heard")


def test_between_them_what_tells_nothing_may_stand_and_the_present_language_may_not() -> None:
    it = choice()
    assert it.said(SHORT, heard("es")) is None
    assert it.said("okay", None) is None
    assert it.said(SHORT, heard("es")) is not None
    it = choice()
    assert it.said(SHORT, heard("es")) is None
    assert it.said(ENGLISH, heard("en")) is None
    assert it.said(SHORT, heard("es")) is None


def test_two_others_do_not_agree() -> None:
    it = choice()
    assert it.said(SHORT, heard("es")) is None
    assert it.said("können Sie helfen", heard("de")) is None
    assert it.said(SHORT, heard("es")) is None


@pytest.mark.parametrize("text", ["", "gracias", "ok", "Fernández", "5", "🎉", "はい", "好的"])
def test_a_word_or_a_name_never_changes_it(text: str) -> None:
    it = choice("en", "es", "ja", "zh")
    assert [it.said(text, heard("es", 1.0)) for _ in range(9)] == [None] * 9


@pytest.mark.parametrize("probability", [0.0, 0.59])
def test_what_is_not_sure_never_changes_it(probability: float) -> None:
    it = choice()
    assert [it.said(LONG, heard("es", probability)) for _ in range(9)] == [None] * 9


def test_a_language_that_is_not_offered_never_is_spoken() -> None:
    it = choice()
    assert [it.said(LONG, heard("fr", 1.0)) for _ in range(9)] == [None] * 9
    assert it.wish("fr", "asked") is None and it.language == "en"


def test_a_wish_counts_at_once_and_outweighs_what_is_heard() -> None:
    it = choice()
    assert it.wish("de", "asked") == LanguageChange("de", "en", "asked")
    assert [it.said(LONG, heard("es", 1.0)) is not None for _ in range(4)] == [False, False, False, True]


def test_a_wish_for_what_is_spoken_already_keeps_it() -> None:
    it = choice()
    assert it.wish("en", "asked") is None
    assert [it.said(LONG, heard("es", 1.0)) is not None for _ in range(4)] == [False, False, False, True]


def test_a_change_that_was_not_wanted_is_taken_back_by_a_word() -> None:
    it = choice()
    it.said(LONG, heard("es"))
    assert it.wish("en", "asked") == LanguageChange("en", "es-MX", "asked")
    assert it.said(LONG, heard("es", 1.0)) is None


def test_a_change_after_which_nothing_is_understood_is_taken_back() -> None:
    it = choice()
    it.wish("de", "key")
    assert it.said("", None, understood=False) is None
    assert it.said("", None, understood=False) == LanguageChange("en", "de", "not understood")
    assert [it.said("", None, understood=False) for _ in range(5)] == [None] * 5


def test_what_is_understood_after_it_settles_a_change() -> None:
    it = choice()
    it.wish("de", "key")
    it.said("ja", None)
    assert [it.said("", None, understood=False) for _ in range(5)] == [None] * 5


def test_who_mixes_languages_is_not_thrown_to_and_fro() -> None:
    it = choice("en", "es")
    changes = 0
    for turn in range(40):
        language, text = (("es", LONG), ("en", ENGLISH))[turn % 2]
        changes += it.said(text, heard(language, 1.0)) is not None
    assert changes == 1


def test_each_change_makes_the_next_harder() -> None:
    it, needed = choice("en", "es"), []
    for language, text in (("es", LONG), ("en", ENGLISH), ("es", LONG)):
        tries = 1
        while it.said(text, heard(language, 1.0)) is None:
            tries += 1
        needed.append(tries)
    assert needed == [1, 3, 4]


def test_an_utterance_that_is_amended_counts_once() -> None:
    it = choice()
    assert it.said(SHORT, heard("es", 0.7)) is None
    assert it.said(SHORT, heard("es", 0.7), amends=True) is None
    assert it.said(SHORT, heard("es", 0.7)) is not None


@pytest.mark.parametrize("why", ["asked", "key", "model"])
def test_who_wished_for_it_is_told(why: Why) -> None:
    change = choice().wish("es-ES", why)
    assert change is not None and (change.language, change.why) == ("es-MX", why)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("I'm fine", 2),
        ("parlez-vous", 1),
        ("明日の夜です", 3),
        ("好", 0),
        ("5 €", 0),
        ("मुझे चाहिए", 2),
    ],
)
def test_words_are_counted(text: str, words: int) -> None:
    assert words_in(text) == words


UTTERANCES = st.lists(
    st.tuples(
        st.sampled_from(["", "ok", SHORT, LONG, ENGLISH]),
        st.sampled_from([None, "en", "es", "de", "fr", "zh"]),
        st.floats(0, 1),
        st.booleans(),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=100)
@given(UTTERANCES)
def test_whatever_is_heard_only_what_is_offered_is_spoken_and_changes_grow_rare(
    utterances: list[tuple[str, str | None, float, bool, bool]],
) -> None:
    it, heard_changes = choice(), 0
    for text, language, probability, understood, amends in utterances:
        before = it.language
        found = DetectedLanguage(language, probability) if language else None
        change = it.said(text, found, understood=understood, amends=amends)
        assert it.language in it.offered
        assert (change is None) == (it.language == before)
        if change is not None:
            assert (change.before, change.language) == (before, it.language)
            heard_changes += change.why == "heard"
    assert heard_changes * (heard_changes - 1) <= 2 * len(utterances)


def test_sentences_as_callers_say_them() -> None:
    """From the text alone: a Spanish caller at an English desk, who thanks in English once."""
    it = choice("en", "es")
    said = ["hello", "no hablo", "quisiera saber a qué hora abren mañana por favor",
            "okay thank you very much",
            "y también necesito una mesa para dos"]  # fmt: skip
    changes = [it.said(text, detect(text, it.offered)) for text in said]
    assert [change is not None for change in changes] == [False, False, True, False, False]
    assert it.language == "es"
