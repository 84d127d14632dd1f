"""Whoever has words by language finds them by any tag of it, labels of recognisers and voices included."""

from __future__ import annotations

import pytest

from pipelines.assistant.consent import means_yes
from pipelines.assistant.phrases import phrases
from pipelines.conversation.briefing import known
from pipelines.conversation.end_words import end_words
from pipelines.conversation.line_words import line_words
from pipelines.conversation.own_words import own_words
from pipelines.insight.language_words import phrases_of
from pipelines.knowledge.terms import configuration
from pipelines.spoken.forms import spoken
from pipelines.spoken.hearing.dictations import dictation

TAGS = [("cmn", "zh"), ("cmn-Hans-CN", "zh"), ("de_AT", "de"), ("DE", "de")]


@pytest.mark.parametrize(
    ("tag", "language"), [("cmn", "zh"), ("cmn-Hans-CN", "zh"), ("de_AT", "de"), ("DE", "de")]
)
def test_the_words_of_a_language_are_found_by_its_tags(tag: str, language: str) -> None:
    for words in (own_words, end_words, line_words, phrases, phrases_of, dictation, configuration):
        assert words(tag) is words(language), words
    assert known(tag, "", {}, "") == known(language, "", {}, "")
    assert spoken("3 km", tag).spoken == spoken("3 km", language).spoken != "3 km"
    assert means_yes({"zh": "好的", "de": "ja"}[language], tag)
