"""The queue between two clocks that tick alike and not together."""

from __future__ import annotations

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from sip.pjsua2.frames import CUSHION, DEPTH, FrameQueue


def frame(number: int) -> Frame:
    return np.full(FRAME_SAMPLES, number, np.int16)


def taken(queue: FrameQueue, times: int) -> list[int | None]:
    return [None if (each := queue.take()) is None else int(each[0]) for _ in range(times)]


def test_nothing_is_given_out_before_a_cushion_is_there() -> None:
    queue = FrameQueue()
    for number in range(CUSHION):
        assert taken(queue, 1) == [None]
        queue.put(frame(number))
    assert taken(queue, CUSHION + 1) == [*range(CUSHION), None]


def test_after_it_ran_dry_a_cushion_is_waited_for_again() -> None:
    queue = FrameQueue()
    for number in range(CUSHION):
        queue.put(frame(number))
    taken(queue, CUSHION + 1)
    queue.put(frame(7))
    assert taken(queue, 1) == [None]
    queue.put(frame(8))
    assert taken(queue, 2) == [7, 8]


def test_who_is_too_far_behind_loses_the_oldest() -> None:
    queue = FrameQueue()
    for number in range(DEPTH + 3):
        queue.put(frame(number))
    assert taken(queue, DEPTH + 1) == [3, 4, 5, 6, 7, None]
    assert queue.put_samples == (DEPTH + 3) * FRAME_SAMPLES
    assert queue.taken_samples == DEPTH * FRAME_SAMPLES


def test_what_is_cleared_is_never_heard() -> None:
    queue = FrameQueue()
    for number in range(CUSHION + 1):
        queue.put(frame(number))
    taken(queue, 1)
    queue.clear()
    assert taken(queue, 1) == [None]
    assert queue.taken_samples == FRAME_SAMPLES
