"""The churn run's verdict, on runs made up: a green one, and one for each way to fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.load.churn_load import LOOKS, MEMORY, OBJECTS, SLOPE_FROM_S, Churned, faults

BEFORE = {MEMORY: 100.0, "dialogs": 0.0, "RTP ports": 0.0, "descriptors": 50.0, OBJECTS: 3000.0, LOOKS: 10.0}
GOOD = Churned(
    calls=1000,
    how={"whole": 670, "cancelled": 100, "vanished": 230},
    churned_s=25.0,
    before=BEFORE,
    most=BEFORE,
    end=BEFORE,
    after={**BEFORE, MEMORY: 105.0, OBJECTS: 3050.0, LOOKS: 12.0},
    slopes={MEMORY: 2.0},
)
LONG = replace(GOOD, churned_s=SLOPE_FROM_S, slopes={MEMORY: 0.05})


@pytest.mark.parametrize("run", (GOOD, LONG), ids=("short", "long"))
def test_a_run_that_leaves_nothing_passes(run: Churned) -> None:
    """A short run's slope is not judged."""
    assert faults(run) == []


@pytest.mark.parametrize(
    ("run", "says"),
    (
        (replace(GOOD, after={**GOOD.after, "dialogs": 1.0}), "1.00 dialogs"),
        (replace(GOOD, after={**GOOD.after, MEMORY: 121.0}), MEMORY),
        (replace(GOOD, after={**GOOD.after, OBJECTS: 4100.0}), "1.10 objects"),
        (replace(GOOD, before={MEMORY: 100.0}), "does not tell"),
        (replace(GOOD, how={"refused 503": 900, "whole": 100}), "100 of 1000 calls talked"),
        (replace(GOOD, calls=0, how={}, after={**BEFORE, LOOKS: 12.0}), "calls talked"),
        (replace(GOOD, after=BEFORE), "never looked"),
        (replace(LONG, slopes={MEMORY: 0.11}), "+0.110 MB a minute"),
        (replace(LONG, slopes={MEMORY: -0.11}), "-0.110 MB a minute"),
    ),
)
def test_each_fault_is_named(run: Churned, says: str) -> None:
    """One fault, one line."""
    found = faults(run)
    assert len(found) == 1
    assert says in found[0]
