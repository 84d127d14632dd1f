"""The words that turn-taking knows, by language."""

from __future__ import annotations

import pytest

from mediaserver.config import Settings
from pipelines.conversation.briefing import WORDS
from pipelines.conversation.end_words import END_WORDS
from pipelines.conversation.line_words import LINE_WORDS
from pipelines.conversation.own_words import OWN_WORDS, own_words, words_of
from pipelines.conversation.session import GOODBYE
from pipelines.conversation.spotting import listening_grammar
from pipelines.engines.stt.pocketsphinx.engine import check_grammar
from pipelines.spoken.sentences import split_sentences
from tests.fakes import Conversation, Reply, ScriptedAgent


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
        ("pt", "Aham, entendi."),
        ("pt-BR", "Tá bom, tá bom"),
        ("hi", "हाँ जी, ठीक है।"),
        ("hi-IN", "अच्छा अच्छा"),
        ("ja", "はい、そうですか。"),
        ("ja-JP", "なるほどですね"),
        ("zh", "嗯，对对对，明白了。"),
        ("zh-CN", "好的好的"),
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
        ("pt", "não"),
        ("pt", "espera aí"),
        ("hi", "नहीं"),
        ("hi", "रुकिए"),
        ("ja", "いいえ"),
        ("ja", "ちょっと待ってください"),
        ("ja", "はい、でも"),
        ("zh", "不是"),
        ("zh", "等一下"),
        ("zh", "好的，不过"),
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


def test_vowel_signs_of_hindi_do_not_part_a_word() -> None:
    assert words_of("हाँ, ठीक है।") == ["हाँ", "ठीक", "है"]


NINE = {"en", "es", "fr", "de", "pt", "it", "hi", "ja", "zh"}


def test_all_that_the_server_says_by_itself_is_there_in_nine_languages() -> None:
    assert set(OWN_WORDS) == set(LINE_WORDS) == set(WORDS) == set(END_WORDS) == NINE
    for language in NINE:
        own = OWN_WORDS[language]
        assert own.goodbye and len(own.fillers) == 3
        assert LINE_WORDS[language].keys() == LINE_WORDS["en"].keys()
        assert WORDS[language].who.format("Ann").count("Ann") == 1


def test_the_usual_goodbye_of_the_settings_is_known_to_be_said_in_other_languages() -> None:
    assert Settings().agent.goodbye == own_words("en").goodbye == GOODBYE


async def test_a_server_that_stops_takes_leave_in_the_language_of_the_call() -> None:
    talk = Conversation(ScriptedAgent(Reply("Buenos días.")), language="es-MX")
    await talk.until_quiet()
    talk.session.say_goodbye()
    await talk.silence(400)
    assert talk.tts.spoken[1] == split_sentences(own_words("es").goodbye)[0]


def test_the_words_that_the_recogniser_is_asked_for_are_in_its_dictionary() -> None:
    assert check_grammar(listening_grammar(own_words("en"))) == []
