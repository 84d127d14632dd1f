from __future__ import annotations

from mediaserver.heap import APART_S, MB, STEADY_BYTES, WORTH_BYTES, Peaks, few_arenas, give_back, resident

START = 100 * MB
PEAK = START + 5 * WORTH_BYTES


def test_nothing_is_asked_for_little() -> None:
    assert not Peaks(START).over(0.0, START + WORTH_BYTES - 1, 0)


def test_a_peak_is_over_when_it_grows_no_more() -> None:
    peaks = Peaks(START)
    assert not peaks.over(0.0, PEAK, 0), "it has just grown"
    assert peaks.over(5.0, PEAK + STEADY_BYTES, 0)


def test_what_cannot_be_given_back_is_not_asked_for_again() -> None:
    peaks = Peaks(START)
    peaks.over(0.0, PEAK, 0)
    assert peaks.over(5.0, PEAK, 0)
    peaks.given_back(5.0, PEAK)
    assert not peaks.over(10.0, PEAK, 0)
    peaks.over(15.0, PEAK + 2 * WORTH_BYTES, 0)
    assert peaks.over(20.0, PEAK + 2 * WORTH_BYTES, 0)


def test_what_went_by_itself_counts_from_there() -> None:
    peaks = Peaks(PEAK)
    peaks.over(0.0, START, 0)
    peaks.over(5.0, START + WORTH_BYTES, 0)
    assert peaks.over(10.0, START + WORTH_BYTES, 0)


def test_while_calls_are_up_it_is_asked_now_and_then_only() -> None:
    peaks = Peaks(START)
    peaks.given_back(0.0, START)
    peaks.over(5.0, PEAK, 3)
    assert not peaks.over(10.0, PEAK, 3)
    assert peaks.over(10.0, PEAK, 0)
    assert peaks.over(APART_S, PEAK, 3)


def test_the_system_can_be_asked() -> None:
    few_arenas()
    give_back()
    assert resident() > MB
