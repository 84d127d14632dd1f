"""What providers' recognisers say, made into what was heard: pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.errors import ProviderFault
from pipelines.engines.stt.assemblyai import messages as assemblyai
from pipelines.engines.stt.deepgram import messages as deepgram
from pipelines.engines.stt.streamed.keyterms import LONGEST, MOST, keyterms, within
from pipelines.engines.stt.streamed.transcript import HeardStretch, HeardWord, StreamedTranscript


def results(text: str, start: float, duration: float, **more: Any) -> dict[str, Any]:
    """A message of Deepgram's."""
    spoken = [
        {
            "word": word.lower(),
            "punctuated_word": word,
            "start": start + at / 10,
            "end": start + at / 10 + 0.1,
        }
        for at, word in enumerate(text.split())
    ]
    alternative = {"transcript": text, "confidence": 0.9, "words": spoken, **more.pop("alternative", {})}
    return {
        "type": "Results",
        "start": start,
        "duration": duration,
        "channel": {"alternatives": [alternative]},
        **more,
    }


def turn(text: str, order: int, end: bool, start: int = 0, **more: Any) -> dict[str, Any]:
    """A message of AssemblyAI's."""
    spoken = [
        {"text": word, "start": start + at * 100, "end": start + at * 100 + 90, "confidence": 0.8}
        for at, word in enumerate(text.split())
    ]
    return {
        "turn_order": order,
        "end_of_turn": end,
        "transcript": text if end else "",
        "words": spoken,
        **more,
    }


def test_deepgrams_times_count_from_the_utterance() -> None:
    message = results("Hello there.", 5.0, 1.0, is_final=True)
    assert deepgram.end_ms(message) == 6000
    assert deepgram.heard(message, 5000) == HeardStretch(
        "Hello there.",
        True,
        1000,
        (HeardWord("Hello", 0, 100, 0.0), HeardWord("there.", 100, 200, 0.0)),
        0.9,
    )


def test_what_deepgram_says_of_an_utterance_before_is_not_of_this_one() -> None:
    assert deepgram.heard(results("old", 3.0, 2.0, is_final=True, from_finalize=True), 5000) is None


def test_deepgrams_languages() -> None:
    words = [{"word": "hola", "start": 0, "end": 1, "language": "es"}, {"word": "x", "start": 1, "end": 2}]
    told = deepgram.heard(results("", 0, 2, alternative={"words": words, "languages": ["es"]}), 0)
    assert told is not None
    assert (told.language, told.language_probability, told.final) == ("es", 1.0, False)
    assert deepgram.language_of("en-GB", []) == "en-GB"
    assert deepgram.language_of("de-AT", []) == "de"
    assert deepgram.language_of("en-US", ["es-MX"]) == "multi"
    assert deepgram.language_of("en-US", ["tr"]) == "en-US"


def test_assemblyais_partial_turn_holds_words_that_are_not_final() -> None:
    told = assemblyai.heard(turn("book a", 3, False, 4100), 4000)
    assert told is not None
    assert (told.text, told.final, told.turn, told.end_ms) == ("book a", False, 3, 290)
    assert told.words[0].start_ms == 100
    assert assemblyai.heard(turn("old", 2, True, 3000), 4000) is None


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (1008, "Unauthorized Connection", ProviderFault.KEY),
        (1008, "Too many concurrent sessions", ProviderFault.LIMIT),
        (4002, "Insufficient Funds", ProviderFault.QUOTA),
        (3007, "Input Duration Violation", ProviderFault.REFUSED),
        (503, "", ProviderFault.DOWN),
        (3008, "Session expired", None),
        (1006, "", None),
        (None, "Connection failed", None),
    ],
)
def test_assemblyais_codes(code: int | None, reason: str, kind: ProviderFault | None) -> None:
    assert assemblyai.fault_of_code(code, reason) is kind


def test_finals_are_joined_and_a_partial_stands_behind_them() -> None:
    transcript = StreamedTranscript()
    transcript.take(HeardStretch("to", False, 300))
    transcript.take(HeardStretch("to the", True, 700, confidence=0.9))
    transcript.take(HeardStretch("station", False, 1200, confidence=0.5))
    assert transcript.fields()["text"] == "to the station"
    assert not transcript.settled
    transcript.take(HeardStretch("station.", True, 1300, confidence=0.8))
    assert transcript.fields() == {
        "text": "to the station.",
        "understood": True,
        "confidence": 0.8,
        "words": [],
    }
    assert (transcript.answered_ms, transcript.settled) == (1300, True)


def test_another_final_of_the_same_turn_takes_its_place() -> None:
    transcript = StreamedTranscript()
    transcript.take(HeardStretch("book a room", True, 900, turn=0))
    transcript.take(HeardStretch("Book a room.", True, 900, turn=0))
    assert transcript.fields()["text"] == "Book a room."
    transcript.reconnected()
    transcript.take(HeardStretch("Please.", True, 400, turn=0))
    assert transcript.fields()["text"] == "Book a room. Please."


def test_another_connections_times_go_on_where_the_last_ended() -> None:
    transcript = StreamedTranscript()
    transcript.take(HeardStretch("one", True, 700, (HeardWord("one", 100, 600, 1.0),)))
    transcript.take(HeardStretch("tw", False, 900))
    assert transcript.reconnected() == 700
    assert transcript.fields()["text"] == "one"
    transcript.take(HeardStretch("two", True, 500, (HeardWord("two", 50, 400, 1.0),)))
    assert transcript.fields()["words"] == [["one", 100, 600, 1.0], ["two", 750, 1100, 1.0]]


def test_nothing_heard_is_not_understood() -> None:
    transcript = StreamedTranscript()
    transcript.take(HeardStretch("", True, 1000))
    assert transcript.fields() == {"text": "", "understood": False, "confidence": 0.0, "words": []}


def test_key_terms_are_the_phrases_of_a_grammar() -> None:
    document = """#JSGF V1.0 UTF-8 en;
    grammar rooms; // which
    import <other.rule>;
    public <room> = /3/ mountain view {v = "x; y"} | the [big] garden suite | <number> nights | mountain view;
    <number> = ( two | three )+;"""
    assert keyterms(document) == ["mountain view", "the", "big", "garden suite", "nights", "two", "three"]


@given(st.text(max_size=300))
def test_key_terms_of_anything_are_short_and_few(text: str) -> None:
    found = keyterms(text)
    assert len(found) <= MOST
    assert all(3 <= len(term) <= LONGEST and not set(term) & set("<>{}|;") for term in found)


def test_key_terms_are_no_more_tokens_than_a_provider_takes() -> None:
    sentences = [f"i would like to book room number {each} for tonight" for each in range(100)]
    kept = within(sentences, 500)
    assert kept == sentences[: len(kept)] and 500 / 2.5 < sum(len(each) for each in kept) / 2 <= 500
    assert within(["RYR73AH", "RYR73AH", "Praha"], 500) == ["RYR73AH", "Praha"]
    assert within(["x" * 2_000, "short"], 500) == ["short"]
