"""Words of a voice that does not say when it begins them: by letters, and by the pauses that can be heard."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.tts.worker.placing import placed, words_in


def tone(ms: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return (8_000 * np.sin(np.arange(16 * ms) / 5)).astype(np.int16)


def silence(ms: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.zeros(16 * ms, np.int16)


def test_words_are_found_without_their_marks() -> None:
    text = '"Mr. O\'Neil", at 2:30 - naïve & co.'
    assert [text[a:b] for a, b in words_in(text)] == ["Mr", "O'Neil", "at", "2:30", "naïve", "co"]


def test_a_pause_stands_where_the_comma_does() -> None:
    text = "Yes, I have booked it."
    audio = np.concatenate([tone(900), silence(200), tone(300)])
    marks = placed(text, audio)
    assert [text[a:b] for a, b, _ in marks] == ["Yes", "I", "have", "booked", "it"]
    assert marks[0][2] == 0 and abs(marks[1][2] - 16 * 1_100) <= 160, "letters alone would place it at 300 ms"


def test_a_pause_that_the_text_does_not_have_moves_nothing() -> None:
    text = "Book a room"
    with_pause = placed(text, np.concatenate([tone(200), silence(200), tone(200)]))
    assert with_pause == placed(text, tone(600))


@given(st.text("ab ,.1é", max_size=40), st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=6))
def test_marks_are_in_order_and_within(text: str, parts: list[tuple[int, bool]]) -> None:
    audio = np.concatenate([silence(0), *(tone(ms) if loud else silence(ms) for ms, loud in parts)])
    marks = placed(text, audio)
    assert [mark[:2] for mark in marks] == words_in(text)
    at = [mark[2] for mark in marks]
    assert at == sorted(at) and all(0 <= each <= len(audio) for each in at)
