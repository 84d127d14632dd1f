"""In which language a text is: sure of sentences, unsure of what is too little, never wrong by a name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.languages.choice import SURE, VERY_SURE
from pipelines.languages.detecting import MOST_CHARS, detect

SENTENCES = {
    "en": ["I would like to book a table for two tomorrow evening", "can you tell me when you open",
           "no that is wrong", "my name is Giovanni Rossi", "do you have gewürztraminer"],
    "es": ["quiero reservar una mesa para dos personas mañana por la noche", "me puede ayudar por favor",
           "buenos días quería saber a qué hora abren"],
    "pt": ["queria reservar uma mesa para duas pessoas amanhã à noite", "bom dia, a que horas abrem",
           "não percebo nada, pode falar português"],
    "fr": ["je voudrais réserver une table pour deux personnes demain soir",
           "bonjour à quelle heure ouvrez-vous",
           "est-ce que vous pouvez m\u2019aider s\u2019il vous plaît"],
    "de": ["ich möchte morgen Abend einen Tisch für zwei Personen reservieren", "können Sie mir bitte helfen",
           "guten Tag wann machen Sie auf"],
    "it": ["vorrei prenotare un tavolo per due persone domani sera", "mi può aiutare per favore",
           "buongiorno a che ora aprite"],
    "hi": ["मुझे कल शाम के लिए एक मेज़ चाहिए", "क्या आप कल खुले हैं"],
    "ja": ["明日の夜、二名で予約したいのですが", "予約を変更できますか"],
    "zh": ["我想订明天晚上两个人的位子", "你们几点开门呢", "谢谢你们"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in SENTENCES.items() for text in texts]
)
@pytest.mark.parametrize("call", ["en", "es-MX", "de"])
def test_a_sentence_tells_its_language_surely(call: str, language: str, text: str) -> None:
    found = detect(text, (call, language))
    assert found is not None and found.language == language and found.probability >= SURE


@pytest.mark.parametrize(
    "text",
    ["", " ", "🎉🎉", "12 34", "?!", "ok", "okay", "hola", "gracias", "ciao", "merci", "हाँ", "はい", "你好",
     "好的", "Giovanni Rossi", "Kaiser Wilhelm Strasse", "Rue de la Paix", "a la carte",
     "I live in Los Angeles",
     "María Fernández de la Vega", "ok gracias bye", "pizza margherita"],
)  # fmt: skip
def test_a_word_a_name_and_nothing_tell_no_other_language(text: str) -> None:
    found = detect(text, ("en", "es", "it", "fr", "de", "ja", "zh", "hi"))
    assert found is None or found.probability < SURE or found.language == "en"


def test_of_two_languages_in_one_sentence_neither_is_very_sure() -> None:
    mixed = detect("quiero a table for two por favor tonight", ("en", "es"))
    assert mixed is not None and mixed.probability < VERY_SURE


@pytest.mark.parametrize(
    "text",
    ["ik wil graag een tafel reserveren voor vanavond", "jag skulle vilja boka ett bord för två personer",
     "chciałbym zarezerwować stolik na dwie osoby", "yarın akşam iki kişilik masa ayırtmak istiyorum"],
)  # fmt: skip
def test_a_language_that_it_does_not_know_is_taken_for_none_that_it_does(text: str) -> None:
    found = detect(text, ("en", "de", "es"))
    assert found is None or found.probability < SURE


def test_a_script_tells_the_one_language_of_the_call_that_has_it() -> None:
    text = "я хочу заказать столик на двоих"
    found = detect(text, ("en", "uk"))
    assert found is not None and found.language == "uk" and found.probability >= SURE
    assert detect(text, ("ru", "uk")) is None


def test_a_language_that_nobody_expects_has_to_be_told_more_surely() -> None:
    text = "queria reservar uma mesa para duas pessoas"
    expected, other = detect(text, ("en", "pt")), detect(text, ("en", "es"))
    assert expected is not None and other is not None
    assert expected.language == other.language == "pt"
    assert expected.probability > other.probability


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    found = detect(text, ("en", "es"))
    assert found is None or 0 <= found.probability <= 1


def test_of_a_long_text_only_its_beginning_is_read() -> None:
    german = "ich möchte einen Tisch reservieren und Sie können mir dabei sicher helfen "
    assert detect(german * 20 + "word " * 200_000) == detect((german * 20)[:MOST_CHARS])
