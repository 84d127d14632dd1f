"""When a look is due, what it is given, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.engines.stt.rolling.guards import UnsoundModelError
from pipelines.engines.stt.rolling.hypothesis import Hypothesis
from pipelines.engines.stt.rolling.window import RollingWindow, WindowResult, WindowSettings
from tests.pipelines.engines.stt.heard import WORD_MS, heard, silence, speech, words


def hear(window: RollingWindow, spoken_ms: int, then_silent_ms: int = 0) -> RollingWindow:
    window.hear(speech(spoken_ms).tobytes())
    window.hear(silence(then_silent_ms).tobytes())
    return window


def look(window: RollingWindow, text: str) -> WindowResult | None:
    assert window.ripe()
    return window.heard(window.look(), heard(text))


def test_a_look_is_due_after_so_much_more_speech() -> None:
    window = hear(RollingWindow(), 460)
    assert not window.ripe()
    assert hear(window, 60).ripe() and not window.ripe(pace_ms=900)
    look(window, "book")
    assert not window.ripe()
    assert not hear(window, 400).ripe()
    assert hear(window, 120).ripe()


def test_a_pause_makes_a_look_due_once_and_silence_none_at_all() -> None:
    window = hear(RollingWindow(), 420, then_silent_ms=100)
    assert not window.ripe()
    window.hear(silence(60).tobytes())
    assert window.ripe() and window.look().timed
    look(window, "book")
    window.hear(silence(5_000).tobytes())
    assert not window.ripe()


def test_noise_of_the_line_is_a_pause_where_its_level_is_known() -> None:
    noise = (speech(2_000) / 12).astype(np.int16)
    known, unknown = RollingWindow(noise_db=-42.0), RollingWindow()
    for window in (known, unknown):
        look(hear(window, 600), "book")
        window.hear(noise.tobytes())
    assert unknown.ripe() and not known.ripe()


def test_partials_are_what_two_looks_agree_on_and_only_news_is_told() -> None:
    window = RollingWindow()
    told = [look(hear(window, 600), text) for text in ("book", "book a room", "book a room", "book a room")]
    assert [each and each.text for each in told] == [None, "book", "book a room", None]
    assert told[1] is not None and not told[1].final


def test_a_look_begins_with_what_is_committed() -> None:
    window = RollingWindow()
    for text in ("book a", "book a room for"):
        look(hear(window, 900), text)
    asked = hear(window, 900).look()
    assert [word.tokens for word in asked.prefix] == [(1,), (2,)]
    assert asked.audio_ms == 2_700 and not asked.final


def test_the_final_needs_no_look_when_only_silence_came_since_the_last() -> None:
    window = hear(RollingWindow(), 600, then_silent_ms=200)
    look(window, "book a")
    window.hear(silence(400).tobytes())
    assert window.answer() is None  # it was not asked for
    window.finish()
    told = window.answer()
    assert told is not None and told.final and told.text == "book a"
    assert told.fields()["understood"] and told.fields()["words"][1] == ["a", 300, 600, None]


def test_a_last_syllable_behind_the_last_look_is_looked_at() -> None:
    window = hear(RollingWindow(), 600)
    look(window, "book a")
    hear(window, 100, then_silent_ms=100).finish()
    assert window.answer() is None and window.look().final and window.look().timed
    told = look(window, "book a room")
    assert told is not None and told.final and told.text == "book a room"


def test_nothing_but_silence_is_nothing_without_asking_a_model() -> None:
    window = hear(RollingWindow(), 0, then_silent_ms=3_000)
    assert not window.ripe()
    window.finish()
    told = window.answer()
    assert told is not None and told.text == "" and not told.fields()["understood"]


def test_segments_leave_a_long_window_and_stay_in_the_result() -> None:
    window = RollingWindow(WindowSettings(trim_ms=2_000))
    for text in ("one two three four. five", "one two three four. five six"):
        look(hear(window, 1_200), text)
    asked = hear(window, 1_200).look()
    assert asked.before == "one two three four." and asked.audio_ms == 3_600 - 4 * WORD_MS
    assert [word.text for word in asked.prefix] == [" five"]
    window.finish()
    told = window.heard(window.look(), heard("five six seven"))
    assert told is not None and told.final and told.text == "one two three four. five six seven"
    assert [(word.start_ms, word.end_ms) for word in told.words] == [
        (at * WORD_MS, (at + 1) * WORD_MS) for at in range(7)
    ]


def test_words_of_many_tokens_leave_sooner() -> None:
    """An answer that begins with all of them had no room for what came then."""
    window = RollingWindow(WindowSettings(trim_ms=60_000, trim_tokens=5))
    for text in ("one two three four. five", "one two three four. five six"):
        look(hear(window, 1_200), text)
    assert window.look().before == ""
    look(hear(window, 600), "one two three four. five six seven")
    assert window.look().before == "one two three four."


def test_a_full_window_lets_go_of_what_it_has_even_without_agreement() -> None:
    window = RollingWindow(WindowSettings(trim_ms=2_000, full_ms=4_000))
    told = look(hear(window, 4_200), " ".join("abcdefghijklm"))
    assert told is not None and told.text == "a b c d e f g h i j"
    assert window.look().audio_ms == 4_200 - 3_000


def test_a_full_window_keeps_what_two_looks_agreed_on_where_the_third_hears_nothing() -> None:
    window = RollingWindow(WindowSettings(trim_ms=2_000, full_ms=4_000))
    for text in ("book a room", "book a room"):
        look(hear(window, 1_500), text)
    told = window.heard(hear(window, 1_200).look(), heard("you", no_speech=0.9, log_probability=-2.0))
    assert told is None, "what was told stays as it is"
    window.finish()
    final = window.heard(window.look(), heard("for two"))
    assert final is not None and final.text == "book a room for two"


def test_a_backlog_longer_than_the_model_hears_is_heard_piece_by_piece() -> None:
    window = RollingWindow(WindowSettings(trim_ms=2_000, full_ms=4_000))
    hear(window, 9_000).finish()
    told: WindowResult | None = None
    looks = 0
    while looks < 9 and not (told and told.final):
        looks += 1
        told = window.heard(window.look(), Hypothesis(words("na nu ne"), (), -0.1, 0.0))
    assert told is not None and told.final and looks == 4
    assert told.text == " ".join(["na nu ne"] * 4)


def test_what_two_looks_agreed_on_survives_a_last_look_that_hears_nothing() -> None:
    window = RollingWindow()
    for text in ("book a", "book a"):
        look(hear(window, 900), text)
    hear(window, 600).finish()
    told = window.heard(window.look(), heard("you", no_speech=0.9, log_probability=-2.0))
    assert told is not None and told.text == "book a" and told.doubtful


def test_the_language_that_was_heard_is_told() -> None:
    window = hear(RollingWindow(), 600)
    window.finish()
    told = window.heard(window.look(), replace(heard("hola amigo"), language="es", language_probability=0.93))
    assert told is not None
    assert {"language": "es", "language_probability": 0.93}.items() <= told.fields().items()


def test_a_model_without_numbers_is_no_hearing() -> None:
    window = hear(RollingWindow(), 600)
    with pytest.raises(UnsoundModelError):
        window.heard(window.look(), heard("a", log_probability=float("nan")))
