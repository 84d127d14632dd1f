"""Whether the caller asks for a language, in nine of them."""

from __future__ import annotations

import pytest

from pipelines.languages.asking import asked_for

OFFERED = ("en", "de-AT", "fr", "es-MX", "it", "pt-BR", "hi", "ja", "zh")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Do you speak German?", "de-AT"),
        ("hello, can we speak in Portuguese please, I need help", "pt-BR"),
        ("I'd rather speak French", "fr"),
        ("English please", "en"),
        ("please switch back to english", "en"),
        ("sprechen Sie auch Französisch", "fr"),
        ("auf Deutsch bitte", "de-AT"),
        ("parlez-vous français ?", "fr"),
        ("est-ce que vous parlez anglais", "en"),
        ("en français, s\u2019il vous plaît", "fr"),
        ("¿Habla español?", "es-MX"),
        ("En castellano, por favor.", "es-MX"),
        ("inglés por favor", "en"),
        ("Parla italiano?", "it"),
        ("posso parlare in tedesco", "de-AT"),
        ("você fala português?", "pt-BR"),
        ("pode falar inglês por favor", "en"),
        ("क्या आप हिंदी बोलते हैं?", "hi"),
        ("अंग्रेज़ी में बात करें", "en"),
        ("日本語でお願いします", "ja"),
        ("英語は話せますか", "en"),
        ("会说中文吗？", "zh"),
        ("你会说英语吗", "en"),
        ("español", "es-MX"),
        ("Deutsch", "de-AT"),
        ("中文", "zh"),
    ],
)
def test_who_asks_for_a_language_gets_it(text: str, language: str) -> None:
    assert asked_for(text, OFFERED) == language


@pytest.mark.parametrize(
    "text",
    [
        "", "ok", "hola", "Spanish", "my daughter speaks German", "I don't speak German",
        "ich spreche kein Englisch",
        "no hablo inglés", "do you speak German or French", "how do you say hello in Spanish",
        "I want a Spanish omelette please", "I don't want to speak German", "the German embassy",
        "I have a question about my German lessons", "do you have German beer",
        "you do not speak english do you",
        "我的女儿学英语", "do you speak Klingon", "German " * 2_000,
    ],
)  # fmt: skip
def test_who_only_mentions_one_does_not(text: str) -> None:
    assert asked_for(text, OFFERED) == ""


def test_what_is_not_offered_is_not_asked_for() -> None:
    assert asked_for("do you speak Italian", ("en", "de")) == ""


def test_of_two_regions_the_first_is_meant() -> None:
    assert asked_for("¿habla español?", ("en", "es-MX", "es-ES")) == "es-MX"
