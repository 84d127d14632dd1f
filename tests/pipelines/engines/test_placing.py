"""Words of a voice that does not say when it begins them: by letters, and by the pauses that can be heard."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.tts.hibari.worker.locating import located
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


def test_words_that_were_read_as_they_are_written_lie_where_they_began() -> None:
    text = 'Yes, Mr. "O\'Neil"!'
    said = [("Yes", 100), (",", 900), ("Mr.", 1_000), ("O'Neil", 2_000), ("!", 2_900)]
    assert [(text[a:b], at) for a, b, at in located(text, said, 3_000)] == [
        ("Yes", 100),
        ("Mr", 1_000),
        ("O'Neil", 2_000),
    ]


def test_figures_share_the_time_of_the_words_that_they_were_read_as() -> None:
    text = "at 2:30 pm then"
    said = [("at", 0), ("two", 500), ("thirty", 700), ("P", 1_200), ("M", 1_400), ("then", 2_000)]
    marks = [(text[a:b], at) for a, b, at in located(text, said, 2_500)]
    assert [word for word, _ in marks] == ["at", "2:30", "pm", "then"]
    assert [marks[0][1], marks[1][1], marks[3][1]] == [0, 500, 2_000] and 500 < marks[2][1] < 2_000


@given(
    st.text("ab 1é,.", max_size=40),
    st.lists(st.tuples(st.text("ab1,", max_size=3), st.integers(0, 100)), max_size=12),
)
def test_located_words_are_in_order_and_within(text: str, steps: list[tuple[str, int]]) -> None:
    said, at = [], 0
    for word, step in steps:
        said.append((word, at))
        at += step
    marks = located(text, said, at)
    assert [(a, b) for a, b, _ in marks] == words_in(text)
    samples = [sample for _, _, sample in marks]
    assert samples == sorted(samples) and all(0 <= sample <= at for sample in samples)
