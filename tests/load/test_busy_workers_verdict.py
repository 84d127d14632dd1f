"""The verdict of sends beside busy workers, on runs made up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callers.figures import Spread
from tests.load.busy_workers_load import Beside, faults

GOOD = Beside(
    calls=200,
    answered=200,
    standing=200,
    talked=14,
    seconds=30.0,
    late_ms=Spread(1.0, 2.0, 4.9, 9.0, 300_000),
    tick_late_ms={"p50": 0.5, "p99": 2.0, "max": 4.0},
    lost=0,
    not_sent=0,
    own_drops=0,
    media_share=0.6,
    workers_share=0.9,
)


def test_a_good_run_passes() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("change", "says"),
    (
        ({"answered": 199, "standing": 199}, "1 calls were not answered"),
        ({"standing": 198}, "2 calls ended"),
        ({"workers_share": 0.2}, "0.20 of their core"),
        ({"late_ms": Spread(1.0, 2.0, 5.1, 9.0, 10)}, "p99 5.1 ms"),
        ({"late_ms": Spread(None, None, None, None, 0)}, "p99 None ms"),
        ({"lost": 3}, "3 frames lost"),
        ({"not_sent": 4}, "4 frames were never sent"),
        ({"own_drops": 5}, "dropped 5"),
    ),
)
def test_each_fault_is_named(change: dict[str, Any], says: str) -> None:
    """One fault, one line."""
    found = faults(replace(GOOD, **change))
    assert len(found) == 1
    assert says in found[0]
