from __future__ import annotations

import numpy as np

from mediaserver.calls.bridge import DEPTH_FRAMES, BridgeSide
from mediaserver.media.leg import FRAME_SAMPLES, Digit, Ended, EndedBy, Frame, Termination, Why


class Ends:
    """Both sides and what they asked of their legs."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, Termination]] = []
        self.digits: list[tuple[str, str]] = []
        self.a = BridgeSide(lambda why: self.ended.append(("b", why)), lambda d: self.digits.append(("a", d)))
        self.b = BridgeSide(lambda why: self.ended.append(("a", why)), lambda d: self.digits.append(("b", d)))
        self.a.connect(self.b)


def frame(level: int) -> Frame:
    return np.full(FRAME_SAMPLES, level, np.int16)


def level(heard: Frame | None) -> int | None:
    return None if heard is None else int(heard[0])


def test_each_side_hears_the_other_and_never_itself() -> None:
    ends = Ends()
    ends.a.on_frame(frame(1))
    ends.b.on_frame(frame(2))
    assert level(ends.a.next_frame(0)) == 2
    assert level(ends.b.next_frame(0)) == 1
    assert ends.a.next_frame(320) is None


def test_a_side_that_runs_fast_loses_its_oldest_frames_and_gains_no_delay() -> None:
    ends = Ends()
    for number in range(DEPTH_FRAMES + 2):
        ends.a.on_frame(frame(number))
    heard = [level(ends.b.next_frame(0)) for _ in range(DEPTH_FRAMES)]
    assert heard == [2, 3, 4]


def test_keys_go_to_the_other_side() -> None:
    ends = Ends()
    ends.a.on_event(Digit("5", 0, 100))
    assert ends.digits == [("b", "5")]


def test_the_end_of_one_side_ends_the_other() -> None:
    ends = Ends()
    why = Termination(EndedBy.CALLER, Why.HANGUP)
    ends.a.on_event(Ended(why))
    assert ends.ended == [("b", why)]
