"""When a silence is filled: the machine alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.dead_air import DeadAir, Fill, Owed


def fills(air: DeadAir, owed: Owed, ms: int, *, began: int = 0) -> list[tuple[int, Fill]]:
    """What is due while nothing sounds for so long, and after how many ms."""
    due = []
    for t in range(began, began + ms * SAMPLES_PER_MS, FRAME_SAMPLES):
        fill = air.tick(t, owed)
        if fill is not None:
            due.append(((t - began) // SAMPLES_PER_MS, fill))
    return due


def asked(filler_ms: int = 1500, *, words: bool = True, silent_ms: int = 200) -> DeadAir:
    air = DeadAir(filler_ms, words=words)
    air.asked(0, silent_ms * SAMPLES_PER_MS)
    return air


def test_words_come_after_a_second_and_a_half_of_thought() -> None:
    assert fills(asked(), Owed.THOUGHT, 1_500) == []
    assert fills(asked(), Owed.THOUGHT, 1_900) == [(1_500, Fill.WORDS)]


def test_who_was_kept_waiting_by_the_recogniser_is_not_kept_waiting_again() -> None:
    assert fills(asked(silent_ms=1_500), Owed.THOUGHT, 1_400) == [(1_000, Fill.WORDS)]
    assert fills(asked(silent_ms=4_000), Owed.THOUGHT, 500) == [(300, Fill.WORDS)]


def test_after_the_words_the_agent_has_another_two_seconds_and_a_half() -> None:
    air = asked()
    fills(air, Owed.THOUGHT, 1_520)
    began = 3_000 * SAMPLES_PER_MS
    air.tick(began, Owed.NOTHING)
    assert fills(air, Owed.THOUGHT, 2_900, began=began) == [(2_500, Fill.WORDS)]


def test_a_voice_that_is_late_has_half_a_second_more_and_gets_no_more_to_say() -> None:
    assert fills(asked(), Owed.VOICE, 4_400) == [(2_000, Fill.SIGNAL)]


def test_words_that_the_voice_does_not_say_in_time_are_followed_by_a_signal() -> None:
    air = asked()
    (said,) = fills(air, Owed.THOUGHT, 1_520)
    assert said == (1_500, Fill.WORDS)
    assert fills(air, Owed.VOICE, 1_000, began=1_520 * SAMPLES_PER_MS) == [(780, Fill.SIGNAL)]


def test_a_recogniser_that_makes_up_its_mind_is_no_reason_for_words() -> None:
    air = DeadAir(1_500, words=True)
    air.tick(0, Owed.NOTHING)
    assert fills(air, Owed.HEARING, 4_900) == [(2_500, Fill.SIGNAL)]


def test_in_a_language_without_words_there_is_a_signal() -> None:
    assert fills(asked(words=False), Owed.THOUGHT, 6_600) == [
        (1_500, Fill.SIGNAL),
        (4_000, Fill.SIGNAL),
        (6_500, Fill.SIGNAL),
    ]


def test_it_can_be_switched_off_and_slowed_down() -> None:
    assert fills(asked(0), Owed.THOUGHT, 60_000) == []
    (first, *_) = fills(asked(5_000), Owed.THOUGHT, 6_000)
    assert first == (4_800, Fill.WORDS), "counted from the caller's last word"


@pytest.mark.parametrize("silent_ms", [0, 160, 2_400])
def test_the_callers_own_silence_is_left_alone(silent_ms: int) -> None:
    assert fills(asked(silent_ms=silent_ms), Owed.NOTHING, 60_000) == []


STEPS = st.lists(st.tuples(st.sampled_from(list(Owed)), st.integers(1, 300)), max_size=12)


@settings(deadline=None, max_examples=150)
@given(STEPS, st.booleans(), st.integers(0, 4_000))
def test_whatever_is_owed_no_silence_is_longer_than_three_seconds(
    steps: list[tuple[Owed, int]], words: bool, silent_ms: int
) -> None:
    """Words begin to be heard within 100 ms and take a second; a signal sounds at once."""
    air = asked(words=words, silent_ms=silent_ms)
    last, sounds_until, t = -silent_ms * SAMPLES_PER_MS, -1, 0
    longest = silent_ms if silent_ms > 2_500 else 0
    for owed, frames in steps:
        for _ in range(frames):
            sounds = t < sounds_until and t >= sounds_until - 1_000 * SAMPLES_PER_MS
            if sounds or owed is Owed.NOTHING:
                last = t
            fill = air.tick(t, Owed.NOTHING if sounds else owed)
            if fill is Fill.SIGNAL:
                last = t
            elif fill is Fill.WORDS:
                sounds_until = t + 1_100 * SAMPLES_PER_MS
            assert (t - last) // SAMPLES_PER_MS <= max(3_000, longest + 420)
            t += FRAME_SAMPLES
