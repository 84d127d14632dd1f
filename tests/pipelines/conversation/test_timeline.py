"""The session's time against the clock's and the leg's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.timeline import Timeline

SECOND = 1_000 * SAMPLES_PER_MS


def run(timeline: Timeline, t: int, samples: int, *, held: bool = False) -> int:
    """So many samples of the clock pass from `t` on; returns where it is then."""
    for at in range(t, t + samples, FRAME_SAMPLES):
        if held:
            timeline.stand_still()
        else:
            timeline.frame(at)
    return t + samples


def test_without_a_hold_all_scales_are_one() -> None:
    timeline = Timeline()
    timeline.begin(0, 0, 0)
    run(timeline, 0, SECOND)
    assert timeline.t == SECOND
    assert timeline.of_leg(SECOND // 2) == SECOND // 2
    assert timeline.began_ms(SECOND) == timeline.ended_ms(SECOND) == 1_000


def test_what_the_leg_wrote_before_is_not_the_sessions() -> None:
    timeline = Timeline()
    timeline.begin(5 * SECOND, 7 * SECOND, 9_000)
    assert timeline.frame(5 * SECOND) == 5 * SECOND
    assert timeline.of_leg(7 * SECOND) == 5 * SECOND
    assert timeline.heard(6 * SECOND) == 4 * SECOND, "somebody else's audio"
    assert timeline.began_ms(5 * SECOND) == 9_000


def test_a_hold_lies_between_what_came_before_and_after_it() -> None:
    timeline = Timeline()
    timeline.begin(0, 0, 0)
    t = run(timeline, 0, SECOND)
    timeline.hold()
    t = run(timeline, t, 3 * SECOND, held=True)
    assert timeline.t == SECOND
    run(timeline, t, SECOND)
    assert [timeline.of_leg(at * SECOND) for at in (1, 2, 4, 5)] == [SECOND, SECOND, SECOND, 2 * SECOND]
    assert timeline.ended_ms(SECOND) == 1_000
    assert timeline.began_ms(SECOND) == 4_000
    assert timeline.began_ms(2 * SECOND) == 5_000


def test_a_hold_before_the_first_frame_counts() -> None:
    timeline = Timeline()
    timeline.hold()
    t = run(timeline, 0, SECOND, held=True)
    timeline.begin(t, t, 1_000)
    assert timeline.frame(t) == 0
    assert timeline.began_ms(0) == 1_000


def test_what_was_heard_is_never_taken_back() -> None:
    timeline = Timeline()
    timeline.begin(0, 0, 0)
    assert [timeline.heard(samples) for samples in (500, 300, 700)] == [500, 500, 700]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=12), st.integers(0, 9))
def test_positions_and_the_clock_agree(spans: list[tuple[bool, int]], begun_s: int) -> None:
    """Each frame that was not on hold is found again at its place."""
    timeline = Timeline()
    t = begun_s * SECOND
    timeline.begin(t, 0, 0)
    positions: dict[int, int] = {}
    for held, frames in spans:
        if held:
            timeline.hold()
        for _ in range(frames):
            if held:
                timeline.stand_still()
            else:
                positions[t - begun_s * SECOND] = timeline.frame(t)
            t += FRAME_SAMPLES
    for samples, position in positions.items():
        assert timeline.of_leg(samples) == position
        assert timeline.began_ms(position) == samples // SAMPLES_PER_MS
