"""Audio that comes faster than it is heard: whole, in order, bounded."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.audio_queue import PATIENCE_TICKS, AudioQueue


def ramp(samples: int, since: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.arange(since, since + samples).astype(np.int16)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 900), max_size=30))
def test_all_of_it_is_heard_in_order_however_it_is_cut(sizes: list[int]) -> None:
    queue, at = AudioQueue(320, 100_000), 0
    for size in sizes:
        assert queue.push(ramp(size, at)) == 0
        at += size
    heard = []
    for _ in range(at // 320 + PATIENCE_TICKS + 2):
        if (frame := queue.pop()) is not None:
            assert frame.shape == (320,) and frame.dtype == np.int16
            heard.append(frame)
    said = np.concatenate([*heard, ramp(0)])
    assert np.array_equal(said[:at], ramp(at)) and not said[at:].any() and len(said) - at < 320


def test_what_is_too_much_is_refused_and_said() -> None:
    queue = AudioQueue(160, 1_000)
    assert queue.push(ramp(900)) == 0
    assert queue.push(ramp(300)) == 200
    assert queue.full
    assert queue.push(ramp(5)) == 5
    queue.pop()
    assert queue.push(ramp(160)) == 0


def test_the_last_of_it_is_forgotten() -> None:
    queue = AudioQueue(320, 10_000)
    queue.push(ramp(1_000))
    queue.keep(2_000)
    assert queue.waiting == 1_000
    queue.keep(320)
    frame = queue.pop()
    assert frame is not None and np.array_equal(frame, ramp(320)) and queue.pop() is None


def test_a_short_rest_waits_a_moment_for_more() -> None:
    queue = AudioQueue(320, 10_000)
    queue.push(ramp(100))
    assert [queue.pop() for _ in range(PATIENCE_TICKS)] == [None] * PATIENCE_TICKS
    queue.push(ramp(220, 100))
    frame = queue.pop()
    assert frame is not None and np.array_equal(frame, ramp(320))
    assert queue.pop() is None
