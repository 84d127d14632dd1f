"""Words that nobody said are found by what the model tells of itself, or by what no mouth can do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.engines.stt.rolling.guards import Checked, UnsoundModelError, checked, without_loop
from pipelines.engines.stt.rolling.hypothesis import Hypothesis, written
from pipelines.engines.stt.rolling.silence_phrases import is_silence_phrase
from tests.pipelines.engines.stt.heard import heard, words


def check(hypothesis: Hypothesis, audio_ms: int = 6_000, spoken_ms: int = 4_000) -> Checked:
    return checked(hypothesis, audio_ms=audio_ms, spoken_ms=spoken_ms)


def test_what_was_said_stays() -> None:
    found = check(heard("book a room for two"))
    assert (written(found.words), found.doubtful, found.why) == ("book a room for two", False, "")
    assert 0.8 < found.confidence < 0.83


def test_no_speech_counts_only_with_a_low_probability_beside_it() -> None:
    assert check(heard("the mountain", no_speech=0.9, log_probability=-1.3)).why == "no speech"
    assert check(heard("the mountain", no_speech=0.9)).words
    assert check(heard("the mountain", log_probability=-1.3)).doubtful


@pytest.mark.parametrize(
    "sign", [{"no_speech": 0.4}, {"log_probability": -0.8}], ids=["no speech", "improbable"]
)
def test_a_phrase_of_silence_goes_where_a_guard_agrees(sign: dict[str, float]) -> None:
    assert check(heard("Thank you.", **sign)).why == "a phrase of silence"
    assert check(heard("Thanks for watching! Thanks for watching!", **sign)).why == "a phrase of silence"
    assert check(heard("Thank you very kindly.", **sign)).words


def test_whoever_says_thank_you_is_heard() -> None:
    assert written(check(heard("Thank you.")).words) == "Thank you."
    assert check(heard("Thank you."), spoken_ms=80).why == "a phrase of silence"


def test_phrases_are_known_in_other_scripts_and_without_their_punctuation() -> None:
    assert is_silence_phrase("ご視聴ありがとうございました。")
    assert is_silence_phrase("Продолжение следует...")
    assert is_silence_phrase(" . ")
    assert not is_silence_phrase("book a room")


def test_sound_without_any_level_says_nothing() -> None:
    assert check(heard("hello there"), spoken_ms=0).why == "no sound"


def test_a_loop_is_said_once_and_leaves_doubt() -> None:
    found = check(heard("I want " + "to go to the bank and " * 6), audio_ms=20_000, spoken_ms=20_000)
    assert written(found.words) == "I want to go to the bank and"
    assert found.doubtful and found.why == "a loop"


def test_people_repeat_themselves_a_few_times() -> None:
    for said in ("no no no no no", "bye bye", "one two one two one two", "nineteen nineteen"):
        assert written(without_loop(words(said))) == said
    assert written(without_loop(words("no " * 9))) == "no"


def test_text_that_compresses_too_well_is_none() -> None:
    # Thue and Morse's sequence says nothing three times in a row.
    text = " ".join("nananana" if bin(at).count("1") % 2 else "nanana" for at in range(48))
    found = check(heard(text), audio_ms=20_000, spoken_ms=20_000)
    assert (found.words, found.doubtful, found.why) == ((), True, "repeats itself")


def test_words_beyond_the_end_of_the_audio_were_not_said() -> None:
    found = check(heard("book a room for two people"), audio_ms=1_000)
    assert written(found.words) == "book a room for two"
    assert found.words[-1].end_ms == 1_000 and found.doubtful


def test_more_words_than_a_mouth_can_say_were_not_said() -> None:
    text = "there are a great many words in this long answer to a very short sound"
    assert check(heard(text), spoken_ms=600).why == "too fast"
    assert check(heard(text), spoken_ms=4_000).words


def test_numbers_that_are_none_are_the_models_fault_and_say_how_to_mend_it() -> None:
    for broken in (heard("a", log_probability=float("nan")), heard("a", no_speech=float("nan"))):
        with pytest.raises(UnsoundModelError, match="pull them again, or set compute_type"):
            check(broken)


def test_another_language_than_the_calls_leaves_doubt() -> None:
    assert check(replace(heard("hola amigo"), foreign=True)).doubtful
