"""The verdict on gaps beside calls that are set up, on runs made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.attack.running_calls import Noticed
from tests.load.setup_gaps_load import SetUpBeside, faults

QUIET = Noticed(22.0, 0.0, 21.0, 0)
GOOD = SetUpBeside(QUIET, Noticed(39.9, 0.9, 25.0, 0), 900.0, {"whole": 880})


def test_a_good_run_passes() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("run", "says"),
    (
        (replace(GOOD, how={}), "0 of 900 calls"),
        (replace(GOOD, how={"whole": 809, "refused 503": 91}), "809 of 900 calls"),
        (replace(GOOD, beside=replace(GOOD.beside, largest_gap_ms=40.1)), "40.1 ms"),
        (replace(GOOD, beside=replace(GOOD.beside, lost=1.1)), "1.10 %"),
        (replace(GOOD, beside=replace(GOOD.beside, ended=2)), "2 running calls"),
        (replace(GOOD, answer_ms={"p50": 3.0, "p95": 100.1}), "100.1 ms (p95)"),
    ),
)
def test_each_fault_is_named(run: SetUpBeside, says: str) -> None:
    found = faults(run)
    assert len(found) == 1
    assert says in found[0]
