"""From acoustic scores to a confidence."""

from __future__ import annotations

import math

from pipelines.engines.stt.pocketsphinx.rejection import Span, confidence, score

PHONES = [
    Span("SIL", 0, 19, -4.0),
    Span("T", 20, 39, -12.0),
    Span("UW", 40, 69, -18.0),
    Span("SIL", 70, 99, -3.0),
]


def words(per_frame: float) -> list[Span]:
    return [Span("<sil>", 0, 19, -5.0), Span("two", 20, 69, 50 * per_frame), Span("</s>", 70, 99, -5.0)]


def test_words_that_fit_as_well_as_phones_are_believed() -> None:
    assert confidence(words(-1.5), PHONES) > 0.9
    assert confidence(words(-6.0), PHONES) < 0.1


def test_confidence_grows_with_the_fit() -> None:
    found = [confidence(words(fit), PHONES) for fit in (-8.0, -5.0, -3.5, -3.0, -2.0, -1.0)]
    assert found == sorted(found)
    assert all(0.0 <= value <= 1.0 for value in found)


def test_silence_around_the_words_does_not_count() -> None:
    loud = [Span("<sil>", 0, 19, -900.0), Span("two", 20, 69, -75.0)]
    assert score(loud, PHONES) == score(words(-1.5), PHONES)


def test_a_pause_between_words_counts() -> None:
    pause = [Span("two", 20, 39, -30.0), Span("<sil>", 40, 54, -150.0), Span("people", 55, 69, -22.5)]
    assert score(pause, PHONES) < score(words(-1.5), PHONES)


def test_speech_outside_the_words_counts_and_noise_does_not() -> None:
    more = [*PHONES[:3], Span("AH", 70, 99, -3.0)]
    noise = [*PHONES[:3], Span("+NSN+", 70, 99, -3.0)]
    assert score(words(-1.5), more) < score(words(-1.5), PHONES) - 0.5
    assert score(words(-1.5), noise) == score(words(-1.5), PHONES)


def test_a_click_is_no_word() -> None:
    assert score([Span("no", 20, 26, -7.0)], PHONES) == -math.inf
    assert confidence([Span("no", 20, 26, -7.0)], PHONES) == 0.0
    assert confidence([], []) == 0.0
    assert confidence([Span("[NOISE]", 0, 80, -1.0)], PHONES) == 0.0
