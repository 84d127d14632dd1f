"""What the far end has heard, by what it says of marks; all in 16 kHz samples of what was written."""

from __future__ import annotations

from mediaserver.media.marks import MOST_MARKS, Marks

MS = 16


def after(ms: int) -> Marks:
    marks = Marks()
    write(marks, ms)
    return marks


def write(marks: Marks, ms: int) -> None:
    for _ in range(ms // 20):
        marks.wrote()


def test_until_something_is_known_of_the_path_80_ms_are_on_their_way() -> None:
    assert after(40).played() == 0
    assert after(400).played() == 320 * MS


def test_a_mark_tells_how_long_the_path_is() -> None:
    marks = after(100)
    marks.put("a")
    write(marks, 300)
    assert marks.reached("a")
    assert marks.played() == 100 * MS
    write(marks, 500)
    assert marks.played() == 600 * MS, "300 ms lie between writing and hearing"


def test_nothing_beyond_a_mark_that_was_not_reached_was_heard() -> None:
    marks = after(200)
    marks.put("a")
    write(marks, 1_000)
    assert marks.played() == 200 * MS
    marks.put("b")
    assert marks.reached("a") and marks.played() == 200 * MS
    assert marks.reached("b") and marks.played() == 1_200 * MS


def test_a_later_mark_stands_for_those_before_it() -> None:
    marks = after(200)
    marks.put("a")
    write(marks, 200)
    marks.put("b")
    assert marks.reached("b") and marks.played() == 400 * MS
    assert not marks.reached("a")


def test_what_was_cleared_was_not_heard_and_its_marks_mean_nothing() -> None:
    marks = after(100)
    marks.put("a")
    write(marks, 100)
    assert marks.reached("a")
    write(marks, 300)
    marks.put("z")
    assert marks.clear() == 400 * MS, "500 written, of which 100 are on their way"
    assert not marks.reached("z"), "it comes back with the clear, unheard"
    assert marks.played() == 400 * MS
    write(marks, 80)
    assert marks.played() == 400 * MS, "nothing that was written after the clear can have been heard yet"
    write(marks, 60)
    assert marks.played() == 540 * MS


def test_marks_in_what_is_sent_once_more_mean_nothing_and_hold_nothing_back() -> None:
    marks = after(100)
    marks.put("a")
    write(marks, 100)
    assert marks.reached("a") and marks.played() == 100 * MS
    marks.put("b")
    marks.again()
    marks.put("c")
    write(marks, 60)
    assert not marks.reached("b"), "it comes back with the clear, unheard"
    assert marks.played() == 160 * MS, "what was sent once more is as far ahead as it was"
    write(marks, 100)
    assert marks.played() == 200 * MS, "never beyond the mark in what was sent once more"
    assert marks.reached("c") and marks.played() == 200 * MS


def test_what_was_heard_is_not_taken_back_when_the_path_turns_out_longer() -> None:
    marks = after(1_000)
    marks.put("a")
    assert marks.reached("a") and marks.played() == 1_000 * MS
    write(marks, 100)
    marks.put("b")
    write(marks, 600)
    assert marks.reached("b") and marks.played() == 1_100 * MS
    marks.put("c")
    write(marks, 900)
    assert marks.reached("c")
    assert marks.played() == 1_700 * MS


def test_a_far_end_that_never_answers_fills_nothing() -> None:
    marks = Marks()
    for number in range(1_000):
        marks.wrote()
        marks.put(str(number))
    assert marks.played() == (1_000 - MOST_MARKS + 1) * 320
    assert not marks.reached("0") and not marks.reached("never put")
