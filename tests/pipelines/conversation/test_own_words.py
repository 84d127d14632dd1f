"""The words that turn-taking knows, by language."""

from __future__ import annotations

import pytest

from pipelines.conversation.own_words import OWN_WORDS, own_words, words_of
from pipelines.conversation.spotting import listening_grammar
from pipelines.engines.stt.pocketsphinx.engine import check_grammar


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "mhm"),
        ("en-GB", "Mm-hmm."),
        ("en", "Okay, right."),
        ("en", "uh huh yeah I see"),
        ("de-at", "Ach so, ja"),
        ("fr", "D\u2019accord !"),
        ("es", "Sí, sí, claro"),
        ("it", "Ho capito"),
    ],
)
def test_a_caller_who_only_listens_is_known_by_the_words(language: str, text: str) -> None:
    assert own_words(language).is_backchannel(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ""),
        ("en", "..."),
        ("en", "no"),
        ("en", "stop"),
        ("en", "okay stop"),
        ("en", "wait"),
        ("en", "right now"),
        ("en", "two"),
        ("de", "nein"),
        ("de", "halt"),
        ("es", "no"),
        ("xx", "mhm"),
    ],
)
def test_words_that_want_something_are_no_sign_of_listening(language: str, text: str) -> None:
    assert not own_words(language).is_backchannel(text)


@pytest.mark.parametrize("language", sorted(OWN_WORDS))
def test_every_row_is_written_as_it_is_compared(language: str) -> None:
    own = OWN_WORDS[language]
    assert own.apology and own.surrender and own.hesitations and own.backchannels
    for phrase in own.hesitations | own.backchannels:
        assert " ".join(words_of(phrase)) == phrase
    assert all(map(own.is_backchannel, set(own.spotted) - {"yes"}))
    assert not any(map(own.is_backchannel, own.others))


def test_the_words_that_the_recogniser_is_asked_for_are_in_its_dictionary() -> None:
    assert check_grammar(listening_grammar(own_words("en"))) == []
