from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from mediaserver.diagnosis.media_clock import KEPT_S, LEAST_SENT, ClockHealth
from mediaserver.media.lateness import Lateness


@dataclass
class Figures:
    start_lateness: Lateness = field(default_factory=Lateness)
    send_lateness: Lateness = field(default_factory=Lateness)
    frames: int = 0
    skipped_phases: int = 0
    stalls: int = 0
    unheard_frames: int = 0
    unheard_batches: int = 0
    detector_errors: int = 0
    wire_errors: int = 0
    app_errors: int = 0
    cleaning_errors: int = 0
    busy_ns: int = 0

    def sends(self, times: int, late_ms: float) -> None:
        for _ in range(times):
            self.send_lateness.add(int(late_ms * 1e6))


class Bench:
    def __init__(self) -> None:
        self.now = 0.0
        self.figures = Figures()
        self.health = ClockHealth(self.figures, lambda: 3, lambda: self.now)


def test_a_clock_that_runs_well_tells_its_legs() -> None:
    bench = Bench()
    bench.figures.sends(LEAST_SENT, 1.0)
    finding = bench.health.look()
    assert finding.ok and finding.detail == "3 legs"


@pytest.mark.parametrize(
    ("counter", "words"),
    [
        ("stalls", "stood still"),
        ("detector_errors", "detector failed"),
        ("wire_errors", "sending or receiving failed"),
        ("app_errors", "apps of 2 calls"),
        ("cleaning_errors", "lines of 2 calls"),
        ("unheard_frames", "left out 2 frames"),
    ],
)
def test_each_trouble_is_named_for_a_while_and_refuses_no_calls(counter: str, words: str) -> None:
    bench = Bench()
    setattr(bench.figures, counter, 2)
    finding = bench.health.look()
    assert not finding.ok and not finding.fatal
    assert words in finding.detail and finding.mend
    bench.now = KEPT_S - 1
    assert not bench.health.look().ok
    bench.now = KEPT_S
    assert bench.health.look().ok


def test_once_is_not_told_as_times() -> None:
    bench = Bench()
    bench.figures.stalls = 1
    assert "stood still 1 time and" in bench.health.look().detail


def test_late_ticks_are_trouble_from_one_in_a_hundred() -> None:
    bench = Bench()
    bench.figures.sends(99, 1.0)
    bench.figures.sends(1, 9.0)
    assert bench.health.look().ok
    bench.figures.sends(98, 1.0)
    bench.figures.sends(2, 9.0)
    assert "2 % of the ticks" in bench.health.look().detail


def test_looking_often_does_not_hide_late_ticks() -> None:
    bench = Bench()
    found = []
    for _ in range(LEAST_SENT):
        bench.figures.sends(1, 9.0)
        found.append(bench.health.look().ok)
    assert found[0] and not found[-1]


def test_what_was_before_it_began_counts_for_nothing() -> None:
    figures = Figures(stalls=7)
    assert ClockHealth(figures, lambda: 0, lambda: 0.0).look().ok
