"""What the load of refused calls calls a failure."""

from __future__ import annotations

from tests.load.overload_load import Ramp, faults


def test_a_run_passes_by_its_figures_alone() -> None:
    assert faults(Ramp(300, [20.0], gap_ms=33.0)) == []
    (nobody,) = faults(Ramp())
    assert "no call was refused" in nobody
    found = faults(Ramp(300, [20.0, 700.0], gap_ms=55.0, ended=2))
    assert [each.split(",")[0] for each in found] == [
        "a 503 after 700 ms",
        "a gap of 55.0 ms",
        "2 running calls ended",
    ]
