"""Rolling minutes, hours and days; and what calls cost."""

from __future__ import annotations

import pytest

from mediaserver.outbound.prices import Price, PriceTable
from mediaserver.outbound.usage import RollingUsage, Used


def test_a_minute_an_hour_and_a_day_roll_on() -> None:
    usage = RollingUsage()
    for minute in (0, 0, 59, 60):
        usage.add(minute, calls=1, ms=1000, micros=5)
    assert usage.used(60) == Used(1, 2, 4, 4000, 20)
    assert usage.used(61) == Used(0, 2, 4, 4000, 20)
    assert usage.used(120) == Used(0, 0, 4, 4000, 20)
    assert usage.used(1440) == Used(0, 0, 2, 2000, 10)
    assert usage.used(1500) == Used()


def test_what_comes_late_counts_to_the_last_minute() -> None:
    usage = RollingUsage()
    usage.add(10, calls=1)
    assert usage.add(9, calls=1).minute == 10 and usage.used(10).calls_minute == 2


@pytest.mark.parametrize(
    ("seconds", "costs"), [(0, 110), (60, 110), (61, 120), (66, 120), (67, 130), (120, 210)]
)
def test_steps_that_were_begun_are_paid(seconds: float, costs: int) -> None:
    assert Price(100, 60, 6, connection=10).of(seconds) == costs


def test_the_longest_prefix_has_the_price_and_the_dearest_reading_counts() -> None:
    table = PriceTable({"49": Price(1), "4915": Price(5)}, Price(100))
    assert table.of(frozenset({"4915112"})) == Price(5) and table.of(frozenset({"4930"})) == Price(1)
    assert table.of(frozenset({"4930", "331"})) == Price(100) and table.of(frozenset()) == Price(100)
