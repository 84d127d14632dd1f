"""The pace is asked with times and counts of the test's own; the collector itself is Python's."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Iterator

import pytest

from mediaserver.media.collector import (
    CAUTION,
    FADING,
    FIRST_GUESS_NS,
    FIRST_OLD_GUESS_NS,
    IDLE_SHARE,
    MIDDLE,
    MIDDLE_OBJECTS,
    OLD,
    OLD_OBJECTS,
    OLD_WAITS_MOST_NS,
    OLD_WAITS_NS,
    URGENT_MIDDLE_OBJECTS,
    URGENT_OBJECTS,
    WORTH,
    YOUNG,
    YOUNG_OBJECTS,
    Collector,
    Pace,
    none_while_loading,
    young_objects,
)

MS = 1_000_000
LONG = 1_000 * MS
"""Free time in which anything fits."""


def needed(objects: int, object_ns: float = FIRST_GUESS_NS) -> int:
    """Free time in which so many objects fit."""
    return int(objects * object_ns * CAUTION) + 1


def with_middle_objects(objects: int = MIDDLE_OBJECTS) -> Pace:
    """Objects that outlived the young."""
    pace = Pace(0)
    pace.took(YOUNG, 0, objects, 0, 0)
    return pace


def with_old_objects(pace: Pace | None = None) -> Pace:
    """Enough that the old are to be looked at."""
    pace = pace or Pace(0)
    pace.took(MIDDLE, 0, OLD_OBJECTS, 0, 0)
    return pace


def test_nothing_is_collected_while_there_is_little() -> None:
    assert Pace(0).due(0, LONG, YOUNG_OBJECTS - 1, 5) is None


def test_the_young_are_collected_where_there_is_time() -> None:
    pace = Pace(0)
    assert pace.due(0, needed(YOUNG_OBJECTS) // 2, YOUNG_OBJECTS, 5) is None
    assert pace.due(0, needed(YOUNG_OBJECTS), YOUNG_OBJECTS, 5) == YOUNG


def test_too_many_young_are_collected_where_there_is_none() -> None:
    assert Pace(0).due(0, 0, URGENT_OBJECTS, 5) == YOUNG


def test_what_took_longer_than_thought_waits_for_more_time_the_next_time() -> None:
    pace = Pace(0)
    pace.took(YOUNG, 2 * MS, YOUNG_OBJECTS, YOUNG_OBJECTS, 0)
    assert pace.due(0, needed(YOUNG_OBJECTS), YOUNG_OBJECTS, 5) is None
    assert pace.due(0, 3 * MS, YOUNG_OBJECTS, 5) == YOUNG


def test_one_that_took_long_once_is_forgotten() -> None:
    pace = Pace(0)
    pace.took(YOUNG, 20 * MS, YOUNG_OBJECTS, YOUNG_OBJECTS, 0)
    for _ in range(100):
        pace.took(YOUNG, MS // 10, YOUNG_OBJECTS, YOUNG_OBJECTS, 0)
    assert pace.due(0, needed(YOUNG_OBJECTS), YOUNG_OBJECTS, 5) == YOUNG


def test_a_collection_of_next_to_nothing_says_nothing_of_the_next() -> None:
    pace = Pace(0)
    pace.took(YOUNG, 20 * MS, 1, 0, 0)
    assert pace.due(0, needed(YOUNG_OBJECTS), YOUNG_OBJECTS, 5) == YOUNG


def test_what_outlived_the_young_is_looked_at_once_more_and_the_young_go_on_where_it_does_not_fit() -> None:
    pace = with_middle_objects()
    assert pace.due(0, needed(YOUNG_OBJECTS), YOUNG_OBJECTS, 5) == YOUNG
    assert pace.due(0, LONG, YOUNG_OBJECTS, 5) == MIDDLE
    pace.took(MIDDLE, 0, 0, 0, 0)
    assert pace.due(0, LONG, YOUNG_OBJECTS, 5) == YOUNG


def test_what_was_garbage_outlives_nothing() -> None:
    pace = Pace(0)
    pace.took(YOUNG, 0, MIDDLE_OBJECTS, MIDDLE_OBJECTS, 0)
    assert pace.due(0, LONG, 0, 5) is None


def test_too_many_in_the_middle_are_looked_at_where_there_is_no_time() -> None:
    assert with_middle_objects(URGENT_MIDDLE_OBJECTS - 1).due(0, 0, 0, 5) is None
    assert with_middle_objects(URGENT_MIDDLE_OBJECTS).due(0, 0, 0, 5) == MIDDLE


def test_the_old_wait_less_when_nobody_calls() -> None:
    pace, waits_ns = with_old_objects(), OLD_WAITS_NS // IDLE_SHARE
    assert pace.due(waits_ns - 1, 0, 0, 0) is None
    assert pace.due(waits_ns, 0, 0, 1) is None
    assert pace.due(waits_ns, 0, 0, 0) == OLD
    pace.took(OLD, 0, 0, 0, waits_ns)
    assert pace.due(OLD_WAITS_NS, 0, 0, 0) is None


def test_the_old_are_collected_where_it_fits() -> None:
    pace = with_old_objects()
    assert pace.due(0, FIRST_OLD_GUESS_NS, 0, 5) is None
    assert pace.due(0, int(FIRST_OLD_GUESS_NS * CAUTION), 0, 5) == OLD


def test_the_old_are_collected_at_last_and_less_often_when_it_was_for_nothing() -> None:
    pace = with_old_objects()
    assert pace.due(OLD_WAITS_NS - 1, 0, 0, 5) is None
    assert pace.due(OLD_WAITS_NS, 0, 0, 5) == OLD
    pace.took(OLD, 0, 0, 0, 0)
    with_old_objects(pace)
    assert pace.due(OLD_WAITS_NS, 0, 0, 5) is None
    assert pace.due(2 * OLD_WAITS_NS, 0, 0, 5) == OLD
    pace.took(OLD, 0, 0, WORTH, 0)
    with_old_objects(pace)
    assert pace.due(OLD_WAITS_NS, 0, 0, 5) == OLD


def test_the_old_never_wait_for_ever() -> None:
    pace = Pace(0)
    for _ in range(50):
        pace.took(OLD, 0, 0, 0, 0)
    with_old_objects(pace)
    assert pace.due(OLD_WAITS_MOST_NS, 0, 0, 5) == OLD


def old_objects(pace: Pace, objects: int) -> None:
    """Objects that outlive two looks."""
    pace.took(MIDDLE, 0, objects, 0, 0)


def test_each_generation_is_counted_over_several_collections_and_to_the_object() -> None:
    pace = Pace(0)
    pace.took(YOUNG, 0, MIDDLE_OBJECTS - 2, 0, 0)
    pace.took(YOUNG, 0, 3, 2, 0)
    assert pace.due(0, LONG, 0, 5) is None
    pace.took(YOUNG, 0, 5, 9, 0)
    assert pace.due(0, LONG, 0, 5) is None, "what others left is not taken off"
    pace.took(YOUNG, 0, 1, 0, 0)
    assert pace.due(0, LONG, 0, 5) == MIDDLE
    pace.took(MIDDLE, 0, 0, MIDDLE_OBJECTS, 0)
    pace.took(YOUNG, 0, MIDDLE_OBJECTS - 1, 0, 0)
    assert pace.due(0, LONG, 0, 5) is None


def test_so_are_the_old_ones() -> None:
    pace = Pace(0)
    for _ in range(2):
        old_objects(pace, OLD_OBJECTS // 2)
        old_objects(pace, OLD_OBJECTS // 2 - 1)
        assert pace.due(0, LONG, 0, 5) is None
        old_objects(pace, 1)
        assert pace.due(0, LONG, 0, 5) == OLD
        pace.took(YOUNG, 0, MIDDLE_OBJECTS - 1, 0, 0)
        pace.took(OLD, 0, 0, 0, 0)
        assert pace.due(0, LONG, 0, 5) is None
        pace.took(YOUNG, 0, MIDDLE_OBJECTS - 1, 0, 0)
        assert pace.due(0, LONG, 0, 5) is None, "they were looked at with the old"
        pace.took(OLD, 0, 0, 0, 0)


def test_the_middle_fits_with_the_young_that_are_looked_at_with_it() -> None:
    young = YOUNG_OBJECTS - 100
    exactly = int((MIDDLE_OBJECTS + young) * FIRST_GUESS_NS * FADING * CAUTION)
    assert with_middle_objects().due(0, exactly, young, 5) == MIDDLE
    assert with_middle_objects().due(0, exactly - 2, young, 5) is None


@pytest.mark.parametrize(
    ("generation", "young", "object_ns"),
    [
        (YOUNG, 500, 1_600_000 / 500),
        (MIDDLE, 100, 1_000),
        (YOUNG, 200, 8_000),
        (YOUNG, 199, FIRST_GUESS_NS * FADING),
    ],
)
def test_how_long_an_object_takes_is_learnt_from_all_that_were_looked_at(
    generation: int, young: int, object_ns: float
) -> None:
    pace = with_middle_objects()
    pace.took(generation, 1_600_000, young, 10_000, 0)
    if generation == YOUNG:
        pace.took(MIDDLE, 0, 0, MIDDLE_OBJECTS, 0)  # less, which is forgotten slowly
        object_ns *= FADING
    exactly = int(YOUNG_OBJECTS * object_ns * CAUTION)
    assert pace.due(0, exactly + 2, YOUNG_OBJECTS, 5) == YOUNG
    assert pace.due(0, exactly - 2, YOUNG_OBJECTS, 5) is None


def test_how_long_the_old_take_is_forgotten_slowly() -> None:
    pace = Pace(0)
    pace.took(OLD, 0, 0, WORTH, 0)
    with_old_objects(pace)
    exactly = int(FIRST_OLD_GUESS_NS * FADING * CAUTION)
    assert pace.due(0, exactly - 2, 0, 5) is None
    assert pace.due(0, exactly + 2, 0, 5) == OLD


def test_the_old_wait_from_the_last_look_at_them() -> None:
    begun = 7 * LONG
    pace = with_old_objects(Pace(begun))
    assert pace.due(begun + OLD_WAITS_NS - 1, 0, 0, 5) is None
    assert pace.due(begun + OLD_WAITS_NS, 0, 0, 5) == OLD


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    made.start()
    yield made
    made.stop()


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.self = self


def test_python_collects_nothing_by_itself_until_the_end(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.stop()
    collector.stop()
    assert gc.isenabled() and gc.get_freeze_count() == 0


def test_what_is_between_two_phases_is_collected_and_measured(collector: Collector) -> None:
    rings = [Ring() for _ in range(URGENT_OBJECTS)]
    del rings
    collector.ends(time.perf_counter_ns() + LONG, 5)
    assert collector.found >= URGENT_OBJECTS
    assert collector.pauses[YOUNG].count == 1 and collector.paused_ns > 0
    collector.ends(time.perf_counter_ns() + LONG, 5)
    assert collector.pauses[YOUNG].count == 1


def test_everything_is_collected_when_asked_for(collector: Collector) -> None:
    ring = Ring()
    gc.collect(MIDDLE)
    del ring
    found = collector.found
    collector.everything()
    assert collector.pauses[OLD].count == 1 and collector.found > found


def test_a_collection_that_others_ask_for_is_measured_too(collector: Collector) -> None:
    gc.collect()
    assert collector.pauses[OLD].count == 1


def test_nothing_is_collected_where_the_next_phase_is_due(collector: Collector) -> None:
    rings = [Ring() for _ in range(YOUNG_OBJECTS)]
    del rings
    collector.ends(time.perf_counter_ns(), 5)
    assert collector.pauses[YOUNG].count == collector.found == 0


def test_what_was_found_and_how_long_it_took_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(10**12, MS)
    collector = Collector()
    collector.start()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(time, "perf_counter_ns", lambda: next(clock))
            found = []
            for _ in range(3):
                rings = [Ring() for _ in range(50)]
                del rings
                gc.collect(YOUNG)
                found.append(collector.found)
    finally:
        collector.stop()
    assert found[1] - found[0] == found[2] - found[1] >= 50 and found[0] >= 50
    assert collector.pauses[YOUNG].total_ns == 3 * MS == collector.paused_ns


def test_young_objects_are_counted_while_old_ones_go(collector: Collector) -> None:
    """As many calls end as begin; `gc.get_count` has the difference."""
    old: list[list[int]] = [[] for _ in range(1_000)]
    gc.collect(YOUNG)
    before = young_objects()
    young: list[list[int]] = [[] for _ in range(1_000)]
    old.clear()
    assert young_objects() - before >= len(young)


@pytest.mark.parametrize("enabled", [True, False])
def test_nothing_is_collected_while_modules_are_loaded_and_then_it_is_as_before(enabled: bool) -> None:
    was_enabled = gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        with pytest.raises(ImportError), none_while_loading():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled() is enabled
    finally:
        gc.enable() if was_enabled else gc.disable()
