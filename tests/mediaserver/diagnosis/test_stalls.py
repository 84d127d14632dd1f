from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from mediaserver.diagnosis.stalls import (
    LINES_AT_ONCE,
    NOT_OURS,
    SECONDS_PER_LINE,
    HeldBy,
    LogLimit,
    Sighting,
    Spent,
    leg_served,
    places,
    told,
)

MS = 1_000_000


@pytest.mark.parametrize(
    ("spent", "cause"),
    [
        (Spent(40 * MS, running=38 * MS), HeldBy.COMPUTING),
        (Spent(40 * MS, running=38 * MS, collecting=30 * MS), HeldBy.COLLECTOR),
        (Spent(40 * MS, running=5 * MS, queued=34 * MS), HeldBy.PROCESSOR),
        (Spent(40 * MS, running=5 * MS, queued=4 * MS), HeldBy.WAITING),
    ],
)
def test_the_cause_is_what_most_of_the_time_went_by_with(spent: Spent, cause: HeldBy) -> None:
    assert spent.cause is cause


def test_the_line_says_who_how_long_and_with_what() -> None:
    holder = Sighting(
        "loads (json/decoder.py:337) < respond (examples/desk.py:12)", "Thinking._serve", "3f2a"
    )
    line = told(Spent(42 * MS, 30 * MS, 9 * MS), [holder, Sighting("other"), holder], in_tick=False)
    assert line == (
        "the media thread was held for 42 ms in the event loop (30 ms computing, 9 ms waiting for a "
        "processor, 3 ms blocked) by loads (json/decoder.py:337) < respond (examples/desk.py:12) in task "
        "Thinking._serve for call 3f2a"
    )


def test_a_stall_in_which_nobody_was_seen_is_told_too() -> None:
    assert told(Spent(12 * MS, 12 * MS), [], in_tick=True).endswith(
        "in a tick (12 ms computing); nobody was seen"
    )


@pytest.mark.parametrize("code", ["MediaClock._fire (media/clock.py:349)", "StallWatch.begins (a.py:1) < c"])
def test_the_tick_that_was_put_off_did_not_hold_the_thread_before_it_began(code: str) -> None:
    found = [Sighting(code)]
    assert told(Spent(12 * MS), found, in_tick=False).endswith(f"by {NOT_OURS}")
    assert told(Spent(12 * MS), found, in_tick=True).endswith(f"by {code}")


async def test_code_in_c_that_the_loop_calls_is_not_named_after_the_loop() -> None:
    seen: list[str] = []

    def look(number: int, frame: FrameType | None) -> None:
        seen.append(places(frame))

    before = signal.signal(signal.SIGUSR1, look)
    try:
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGUSR1)
        await asyncio.sleep(0.01)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [NOT_OURS]


def test_some_lines_are_written_at_once_then_one_now_and_then_and_the_rest_is_counted() -> None:
    limit = LogLimit()
    assert [limit.admits(100.0) for _ in range(LINES_AT_ONCE + 3)] == [0] * LINES_AT_ONCE + [None] * 3
    assert limit.admits(100.0 + SECONDS_PER_LINE) == 3
    assert limit.admits(100.0 + SECONDS_PER_LINE) is None
    assert limit.admits(1e6) == 1


def in_middle_of(look: Callable[[FrameType], str]) -> str:
    return look(sys._getframe())


def test_places_are_told_from_within_outwards() -> None:
    first, second, third = in_middle_of(places).split(" < ")
    assert first.startswith("in_middle_of (diagnosis/test_stalls.py:")
    assert second.startswith("test_places_are_told_from_within_outwards (diagnosis/test_stalls.py:")
    assert third


class Leg:
    ref = "call-id@phone"


class Member:
    leg = Leg()


def _run_group(member: Member) -> str:
    """Named as the clock's own."""
    return in_middle_of(leg_served)


def test_the_leg_that_a_tick_serves_is_known() -> None:
    assert _run_group(Member()) == "call-id@phone"
    assert in_middle_of(leg_served) == ""
