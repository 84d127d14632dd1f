"""Ducked, stopped, gone on with: read from tracks that are made so."""

from __future__ import annotations

import numpy as np
import pytest

from callers.cases.floor_marks import find, levels, line_level, mark
from callers.sound import RATE, Samples, clipped

LINE_S = 8.0
LEAD_S = 0.5
AT_MS = 3_000.0
"""When the caller's sound begins, on the track."""


def line(seed: int = 1) -> Samples:
    """Saying-like: syllables of noise of changing loudness, 100 to 250 ms each."""
    draw = np.random.default_rng(seed)
    whole = np.zeros(0)
    while len(whole) < LINE_S * RATE:
        size = int(RATE * draw.uniform(0.1, 0.25))
        syllable = draw.normal(size=size) * np.hanning(size) * draw.uniform(1_500, 7_000)
        whole = np.concatenate([whole, syllable])
    return clipped(whole[: int(LINE_S * RATE)])


LINE = line()


def track(*parts: Samples) -> Samples:
    return np.concatenate([np.zeros(int(LEAD_S * RATE), np.int16), *parts, np.zeros(3 * RATE, np.int16)])


def at(ms: float) -> int:
    """The sample of the line that is said at this time of the track."""
    return int((ms / 1000 - LEAD_S) * RATE)


def test_nothing_is_marked_where_the_agent_is_silent() -> None:
    assert not mark(np.zeros(10 * RATE, np.int16), AT_MS, LINE).speaking


def test_an_undisturbed_line_is_neither_ducked_nor_cut() -> None:
    seen = mark(track(LINE), AT_MS, LINE)
    assert (seen.speaking, seen.duck_ms, seen.cut, seen.silence_ms) == (True, None, False, 0.0)


def test_a_line_that_stops_is_cut_and_the_time_is_known() -> None:
    seen = mark(track(LINE[: at(AT_MS + 200)]), AT_MS, LINE)
    assert seen.cut is True
    assert seen.stop_ms == pytest.approx(200, abs=60)
    assert seen.duck_ms == pytest.approx(200, abs=60)


def test_an_answer_soon_after_the_stop_hides_it_not() -> None:
    pause = np.zeros(RATE * 3 // 10, np.int16)
    seen = mark(track(LINE[: at(AT_MS + 100)], pause, line(2)), AT_MS, LINE)
    assert seen.stop_ms == pytest.approx(100, abs=60)


def test_a_ducked_line_that_goes_on_has_lost_nothing() -> None:
    first, last = at(AT_MS + 50), at(AT_MS + 350)
    ducked = LINE.copy()
    ducked[first:last] = (ducked[first:last] * 0.126).astype(np.int16)
    seen = mark(track(ducked), AT_MS, LINE)
    assert seen.cut is False
    assert seen.duck_ms == pytest.approx(50, abs=60)
    assert seen.back_ms == pytest.approx(350, abs=150)
    assert seen.silence_ms == 0.0


def test_a_paused_line_tells_the_silence_and_is_not_cut() -> None:
    pause = np.zeros(int(0.7 * RATE), np.int16)
    cut = at(AT_MS + 100)
    seen = mark(track(LINE[:cut], pause, LINE[cut:]), AT_MS, LINE)
    assert seen.cut is False
    assert seen.silence_ms == pytest.approx(700, abs=80)


def test_another_line_after_the_stop_is_no_resumption() -> None:
    pause = np.zeros(RATE, np.int16)
    seen = mark(track(LINE[: at(AT_MS + 100)], pause, line(2)), AT_MS, LINE)
    assert seen.cut is True


def test_a_call_that_ends_right_after_the_sound_tells_nothing_of_it() -> None:
    whole = track(LINE)
    assert mark(whole[: int((AT_MS + 1_000) * RATE / 1000)], AT_MS, LINE).cut is None


def test_the_end_of_a_line_is_not_cut_by_what_comes_over_its_last_word() -> None:
    near_end = (LEAD_S + LINE_S) * 1000 - 350
    assert mark(track(LINE), near_end, LINE).cut is False


def test_a_line_that_goes_on_for_a_second_after_a_cough_is_not_said_to_be_cut() -> None:
    near_end = (LEAD_S + LINE_S) * 1000 - 1_000
    assert mark(track(LINE), near_end, LINE).cut is None, "too little is left to be found"


def test_when_a_line_was_ducked_in_a_dip_of_its_own_is_not_known() -> None:
    dip, since = slice(at(AT_MS), at(AT_MS + 150)), at(AT_MS + 30)
    dipping = LINE.copy()
    dipping[dip] = (dipping[dip] * 0.02).astype(np.int16)
    ducked = dipping.copy()
    ducked[since:] = (ducked[since:] * 0.126).astype(np.int16)
    assert mark(track(ducked), AT_MS, dipping).duck_ms is None


def test_without_the_undisturbed_line_only_silence_tells() -> None:
    seen = mark(track(LINE[: at(AT_MS + 200)]), AT_MS, None)
    assert seen.cut is None
    assert seen.stop_ms == pytest.approx(200, abs=60)


def test_speech_is_found_by_its_loudness_however_loud() -> None:
    whole = levels(LINE)
    score, place = find(whole[200:300] - 18, whole)
    assert (round(score, 2), place) == (1.0, 200)
    assert find(whole[:5], whole) == (0.0, 0)
    assert line_level(levels(np.zeros(0, np.int16))) == -100.0
