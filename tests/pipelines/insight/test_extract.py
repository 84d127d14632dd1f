"""What a call came to in the caller's own words: the same always, in any language, without a model."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.insight.extract import MOST, centrality, exchanges, extracted, likeness
from pipelines.insight.language_words import PHRASES, terms
from pipelines.insight.summary import CHARACTERS
from pipelines.insight.transcript import EndedCall
from pipelines.languages.function_words import FUNCTION_WORDS
from tests.pipelines.insight.calls import BOOKING, ROOM, ended


def test_a_booking_is_told_by_its_wish_and_its_outcome() -> None:
    made = extracted(ended(*BOOKING, outcomes=(ROOM,)))
    assert "i would like to book a meeting room in mountain view" in made.text
    assert made.text.endswith("booking: confirmed (place mountain view, time 14:30).")
    assert made.outcome == "achieved"
    assert "“yes”" not in made.text


def test_a_short_answer_stands_with_its_question() -> None:
    made = extracted(ended("A: Welcome.", "A: Which city?", "C: berlin"))
    assert made.text == "Agent: “Which city?” – Caller: “berlin”."
    assert made.outcome == "unknown"


def test_what_was_said_again_and_again_is_told_once() -> None:
    said = ["C: my parcel from hamburg never arrived", "A: I see."] * 4
    made = extracted(ended(*said, "C: please send the money to my account instead", "A: I will."))
    assert made.text.count("hamburg") == 1 and "money" in made.text


def test_the_same_call_gives_the_same_words() -> None:
    call = ended(*BOOKING * 20)
    assert extracted(call) == extracted(call)


@pytest.mark.parametrize("language", [*PHRASES, "sw", "de-AT", "zh-Hant-TW", ""])
def test_a_call_without_words_says_so(language: str) -> None:
    for call in (ended(language=language), ended("A: Hello?", "O: Anybody there?", language=language)):
        made = extracted(call)
        assert made.outcome == "no conversation"
        assert made.text == PHRASES.get(language.partition("-")[0], PHRASES["en"]).nothing


@pytest.mark.parametrize(
    ("language", "wish", "other", "label"),
    [
        ("es", "quiero cambiar la dirección de entrega de mi pedido", "gracias", "Cliente"),
        ("fr", "je voudrais annuler la réservation de la chambre double", "oui merci", "Appelant"),
        ("de", "ich möchte die rechnung vom oktober noch einmal haben", "ja bitte", "Anrufer"),
        ("pt", "queria marcar uma consulta com a dentista na sexta", "sim obrigada", "Cliente"),
        ("it", "vorrei sapere quando arriva il tecnico della caldaia", "sì grazie", "Chiamante"),
        ("hi", "मुझे अपने बिजली के बिल की शिकायत दर्ज करनी है", "जी हाँ", "कॉलर"),
        ("ja", "明日の会議室の予約を取り消したいです", "はい", "発信者"),
        ("zh", "我想取消明天下午的会议室预订", "是的", "来电者"),
    ],
)
def test_it_is_in_the_language_of_the_call(language: str, wish: str, other: str, label: str) -> None:
    made = extracted(ended("A: …?", f"C: {wish}", "A: …?", f"C: {other}", language=language))
    assert f"{label}: “{wish}”" in made.text


def test_hindi_words_are_not_torn_apart_at_their_vowel_signs() -> None:
    assert terms("बिजली के बिल की शिकायत", "hi") == ["बिजली", "बिल", "शिकायत"]


def test_words_that_say_nothing_count_for_nothing() -> None:
    assert all(not terms(" ".join(words), language) for language, words in FUNCTION_WORDS.items())
    assert terms("I'd like THE INVOICE, please!", "en-GB") == ["invoice"]


def test_a_call_of_nothing_but_small_words_has_a_summary_all_the_same() -> None:
    assert extracted(ended("A: Is it?", "C: yes", "A: Really?", "C: no")).text


def test_a_call_of_hours_is_bounded() -> None:
    call = ended(*[f"C: point {n} of a long list about thing{n} " + "x" * 900 for n in range(5000)])
    assert len(exchanges(call)) == MOST
    made = extracted(call)
    assert len(made.text) <= CHARACTERS and "point 0" in made.text


def test_a_transfer_is_a_fact() -> None:
    call = ended(*BOOKING, outcomes=({**ROOM, "status": "held"},))
    assert extracted(call).outcome == "not achieved"
    assert (
        extracted(EndedCall(call.lines, call.outcomes, transferred=True, language="en")).outcome
        == "transferred"
    )


def test_what_is_like_most_of_the_others_weighs_most() -> None:
    bags = [terms(text, "en") for text in ("parrot seed", "red car", "red car door", "car door lock")]
    from collections import Counter

    weights = centrality(likeness([Counter(bag) for bag in bags]))
    assert np.isclose(weights.sum(), 1.0) and int(np.argmax(weights[1:])) == 1
