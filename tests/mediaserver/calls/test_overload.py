"""When new calls are refused for the sake of those that are up, and when no more."""

from __future__ import annotations

import pytest

from mediaserver.calls.overload import CALM, FEW, SUSTAINED, Overload, Strain
from mediaserver.calls.registry import CallRegistry
from mediaserver.errors import CapacityError
from mediaserver.metrics import Metrics

WELL = Strain(250, 1, 0.4, 100)
LATE = Strain(250, 10, 0.4, 100)
BUSY = Strain(250, 0, 0.9, 100)


def seen(overload: Overload, *looks: Strain) -> None:
    for each in looks:
        overload.look(each)


@pytest.mark.parametrize(("bad", "said"), [(LATE, "4 % of the ticks"), (BUSY, "busy 90 %")])
def test_it_begins_when_it_lasts_and_ends_when_it_was_calm_for_a_while(bad: Strain, said: str) -> None:
    overload = Overload()
    assert [overload.look(bad) for _ in range(SUSTAINED)] == [False] * (SUSTAINED - 1) + [True]
    assert said in overload.why and overload.refuses(100) and overload.begun == 1
    assert not any(overload.look(WELL) for _ in range(CALM - 1)) and overload.refuses(100)
    assert overload.look(WELL) and not overload.why


def test_one_stall_is_no_overload() -> None:
    overload = Overload()
    seen(overload, LATE, WELL, LATE, WELL)
    assert not overload.refuses(100)


def test_afterwards_as_many_are_let_in_as_were_carried_well_and_then_more_bit_by_bit() -> None:
    overload = Overload()
    seen(overload, *[LATE] * SUSTAINED, *[WELL] * CALM)
    assert overload.refuses(95) and not overload.refuses(85)
    seen(overload, *[WELL] * 5)
    assert not overload.refuses(95)
    seen(overload, *[WELL] * 60)
    assert overload.room is None and not overload.refuses(10_000)


def test_a_second_wave_that_is_too_large_lowers_what_is_let_in() -> None:
    overload = Overload()
    seen(overload, *[LATE] * SUSTAINED, *[WELL] * CALM, *[Strain(250, 10, 0.4, 80)] * SUSTAINED)
    assert overload.room == 72 and overload.begun == 2


def test_few_calls_are_no_load_whatever_is_late() -> None:
    overload = Overload()
    seen(overload, *[Strain(250, 250, 1.0, FEW - 1)] * 10)
    assert not overload.why
    seen(overload, *[LATE] * SUSTAINED)
    assert not overload.refuses(FEW - 1) and overload.refuses(FEW)


def test_too_few_ticks_say_nothing() -> None:
    overload = Overload()
    seen(overload, *[Strain(10, 10, 0.1, 100)] * 10)
    assert not overload.why


def test_the_registry_refuses_in_words_and_counts() -> None:
    metrics = Metrics()
    registry = CallRegistry(10, metrics)
    registry.refuses = lambda calls: True
    with pytest.raises(CapacityError, match="overloaded"):
        registry.check_room()
    assert 'voiceforge_calls_refused_total{reason="overloaded"} 1.0' in metrics.render().decode()
