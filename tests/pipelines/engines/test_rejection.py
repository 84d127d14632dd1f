"""From acoustic scores to how surely something was said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipelines.engines.stt.pocketsphinx.rejection import (
    QUIET_KEPT,
    Against,
    Belief,
    Scores,
    Span,
    evidence,
    features,
    quiet_within_first,
    verdict,
    wanted,
)

PHONES = [
    Span("SIL", 0, 19, -4.0),
    Span("T", 20, 39, -12.0),
    Span("UW", 40, 69, -18.0),
    Span("SIL", 70, 99, -3.0),
]


def words(per_frame: float) -> list[Span]:
    return [Span("<sil>", 0, 19, -5.0), Span("two", 20, 69, 50 * per_frame), Span("</s>", 70, 99, -5.0)]


def seen(per_frame: float, phones: list[Span] = PHONES, above_db: float = 30.0) -> Scores:
    return evidence(words(per_frame), phones, above_db)


GOOD = replace(seen(-1.5), sounds=5, nearest=5, over_other=60.0, over_rest=120.0)
"""Something long enough that fits well and stands far above its rivals."""


def test_words_that_fit_as_well_as_phones_are_believed() -> None:
    assert verdict(GOOD).understood and not verdict(GOOD).doubtful
    assert not verdict(replace(GOOD, fit=-8.0, gap=-7.0)).understood


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("fit", [-8.0, -5.0, -3.0, -1.0]),
        ("over_other", [-60.0, -20.0, 0.0, 40.0, 50.0]),
        ("over_rest", [-60.0, -20.0, 0.0, 40.0, 100.0]),
        ("odds", [-1.5, 0.0, 0.5]),
        ("above_db", [3.0, 8.0, 15.0, 30.0]),
        ("nearest", [1, 2, 4, 6]),
        ("unexplained", [1.0, 0.5, 0.0]),
    ],
)
def test_confidence_grows_with_all_that_speaks_for_the_words(field: str, values: list[float]) -> None:
    other: Any = replace
    found = [verdict(other(GOOD, **{field: value})).confidence for value in values]
    assert found == sorted(found) and found[0] < found[-1]
    assert all(0.0 <= value <= 1.0 for value in found)


def test_what_fits_in_quiet_is_doubted_in_noise() -> None:
    assert verdict(GOOD).confidence > verdict(replace(GOOD, above_db=6.0)).confidence


def test_a_doubtful_answer_names_what_else_it_may_have_been() -> None:
    doubted = replace(GOOD, nearest=1, fit=-2.5, over_rest=0.0, other="ten")
    close = verdict(replace(doubted, over_other=10.0))
    assert close.understood and close.doubtful and close.alternatives == ("ten",)
    assert verdict(replace(GOOD, over_other=10.0, other="ten")).alternatives == (), "nobody doubts it"
    far = verdict(replace(doubted, over_other=60.0, over_rest=-60.0, fit=-3.0))
    assert far.doubtful and far.alternatives == ()
    assert verdict(replace(doubted, over_other=10.0, other="")).alternatives == ()


def test_what_hardly_anybody_says_is_not_asked_about_in_place_of_a_yes() -> None:
    """Of "ten" nobody was asked, only whether it was two people."""
    doubted = replace(GOOD, nearest=1, fit=-2.5, over_rest=0.0, over_other=5.0, odds=0.3)
    assert verdict(replace(doubted, other="no", other_odds=0.3)).alternatives == ("no",)
    assert verdict(replace(doubted, other="ten", other_odds=-1.7)).alternatives == ()


def test_a_noise_that_no_other_sentence_fits_is_no_word_for_that() -> None:
    alone, apart = (verdict(replace(GOOD, over_other=margin)) for margin in (float("inf"), 50.0))
    assert alone.confidence == apart.confidence


@pytest.mark.parametrize(
    ("confidence", "known", "next_one"),
    [
        (0.05, (), None),
        (0.5, (), Against.GRAMMAR),
        (0.9, (), Against.GRAMMAR),
        (0.97, (), None),
        (0.5, (Against.GRAMMAR,), Against.ALL),
        (0.9, (Against.GRAMMAR,), None),
        (0.5, (Against.GRAMMAR, Against.ALL), None),
    ],
)
def test_what_is_neither_hopeless_nor_sure_is_compared_first_with_its_grammar_then_with_all(
    confidence: float, known: tuple[Against, ...], next_one: Against | None
) -> None:
    assert wanted(known, Belief(confidence)) is next_one


def test_the_quiet_that_a_first_word_has_swallowed_is_found() -> None:
    """The half second before "two people" was the beginning of "thirteen people"."""
    whole = [Span("thirteen", 0, 79, -90.0), Span("people", 80, 119, -60.0)]
    phones = [Span("SIL", 0, 45, -9.0), Span("T", 46, 60, -9.0), Span("UW", 61, 79, -9.0)]
    assert quiet_within_first(whole, phones) == 45 - QUIET_KEPT
    assert quiet_within_first([Span("<sil>", 0, 44, -9.0), Span("two", 45, 79, -9.0)], phones) == 0
    inside = [Span("TH", 0, 20, -9.0), Span("SIL", 21, 60, -9.0)]
    assert quiet_within_first(whole, inside) == 0, "a pause within the word is none before it"
    assert quiet_within_first(whole, [Span("+NSN+", 0, 45, -9.0)]) == 0
    assert quiet_within_first([], phones) == 0


def test_one_sound_that_tells_a_word_from_its_neighbour_is_not_enough_to_be_sure() -> None:
    assert verdict(replace(GOOD, nearest=1)).confidence < verdict(GOOD).confidence


def test_words_stretched_over_noise_are_not_believed() -> None:
    """A recogniser puts the pauses of a noisy line into the words beside them."""
    fair = replace(GOOD, fit=-3.0)
    assert verdict(replace(fair, frames=220)).confidence < verdict(fair).confidence - 0.15
    assert verdict(replace(fair, frames=30)).confidence == verdict(replace(fair, frames=20)).confidence


def test_a_word_that_is_mostly_silence_is_not_believed() -> None:
    """ "Two people" was "thirteen people", the first half second of it the quiet before."""
    for first, hollow in ((18, 2), (8, 12), (0, 20)):
        whole = [Span("thirteen", first, 69, -1.5 * (70 - first)), Span("</s>", 70, 99, -5.0)]
        found = evidence(whole, PHONES, 30.0)
        assert found.hollow == hollow
    assert verdict(replace(GOOD, hollow=20)).confidence == verdict(GOOD).confidence
    assert verdict(replace(GOOD, hollow=60)).doubtful and not verdict(replace(GOOD, hollow=80)).understood
    assert verdict(replace(GOOD, hollow=45)).confidence < verdict(replace(GOOD, hollow=30)).confidence


def test_silence_around_the_words_does_not_count() -> None:
    loud = [Span("<sil>", 0, 19, -900.0), Span("two", 20, 69, -75.0)]
    assert evidence(loud, PHONES, 30.0) == seen(-1.5)


def test_a_pause_between_words_counts() -> None:
    pause = [Span("two", 20, 39, -30.0), Span("<sil>", 40, 54, -150.0), Span("people", 55, 69, -22.5)]
    found = evidence(pause, PHONES, 30.0)
    assert found.fit < seen(-1.5).fit
    assert (found.words, found.frames) == (2, 35)


def test_speech_outside_the_words_counts_and_noise_does_not() -> None:
    more = [*PHONES[:3], Span("AH", 70, 99, -3.0)]
    noise = [*PHONES[:3], Span("+NSN+", 70, 99, -3.0)]
    assert seen(-1.5, more).unexplained == pytest.approx(30 / 80)
    assert seen(-1.5, noise).unexplained == 0.0


def test_a_step_of_the_grammar_without_a_word_is_none() -> None:
    assert evidence([*words(-1.5), Span("(NULL)", 99, 99, 0.0)], PHONES, 30.0) == seen(-1.5)


def test_clicks_steady_noise_and_nothing_are_no_words() -> None:
    click = evidence([Span("no", 20, 26, -7.0)], PHONES, 30.0)
    assert not verdict(replace(click, sounds=2, nearest=6, over_other=60.0, over_rest=160.0)).understood
    for nothing in (
        evidence([], [], 30.0),
        evidence([Span("[NOISE]", 0, 80, -1.0)], PHONES, 30.0),
        replace(GOOD, above_db=1.0),
    ):
        assert verdict(nothing).confidence == 0.0 and not verdict(nothing).understood


def test_scores_beyond_all_measure_stay_within_the_scale() -> None:
    worst = replace(GOOD, fit=-1e9, gap=-1e9, above_db=2.0, frames=6_000, sounds=1, odds=-1e9)
    worst = replace(worst, over_other=-1e9, over_rest=-1e9)
    best = replace(GOOD, fit=50.0, over_rest=float("inf"), above_db=1e9)
    assert 0.0 <= verdict(worst).confidence < 0.01
    assert 0.9 < verdict(best).confidence <= 1.0
    assert all(abs(value) < 100 for value in (*features(worst), *features(best)))


def test_free_speech_is_believed_by_the_probability_of_its_words() -> None:
    found = [verdict(replace(GOOD, posterior=value), free=True).confidence for value in (-5.0, -2.0, -0.1)]
    assert found == sorted(found) and found[0] < 0.3
    assert not verdict(replace(GOOD, fit=-4.5, above_db=9.0, posterior=-2.5), free=True).understood
