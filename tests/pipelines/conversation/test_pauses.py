"""What is learnt of how a caller pauses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.conversation.pauses import LEAST, MOST, RANK, USUAL_MS, Pauses


def after(*pauses: int) -> float:
    """The stretch once these were heard."""
    learnt = Pauses()
    for ms in pauses:
        learnt.paused(ms)
    return learnt.stretch


def test_of_an_unknown_caller_the_usual_is_expected() -> None:
    assert after() == 1.0
    assert list(USUAL_MS) == sorted(USUAL_MS) and RANK < len(USUAL_MS)


def test_one_odd_pause_does_a_little_and_many_do_more() -> None:
    assert 1.0 < after(2_000) < after(2_000, 2_000) <= MOST


def test_a_caller_who_hardly_pauses_is_answered_sooner() -> None:
    assert after(*[150] * len(USUAL_MS)) == LEAST


def test_old_pauses_are_forgotten() -> None:
    assert after(*[900] * 5, *USUAL_MS) == 1.0


@given(st.lists(st.integers(0, 60_000), max_size=30))
def test_the_waits_stay_within_bounds(pauses: list[int]) -> None:
    assert LEAST <= after(*pauses) <= MOST
