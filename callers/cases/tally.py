"""The figures of a run of the conversation set, family by family. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from callers.cases.families import ABOUT
from callers.cases.script import Case
from callers.cases.verdict import Measured
from callers.reception import percentile

ALL = "all"
"""The row of all families together."""


@dataclass(frozen=True, slots=True)
class Result:
    """One case and what came of it."""

    case: Case
    measured: Measured


@dataclass(frozen=True, slots=True)
class FamilyFigures:
    """Of one family. Shares are from 0 to 1, and None where nothing was to be counted; times in ms."""

    cases: int
    passed: int
    interruptions: int
    taken: float | None
    sounds: int
    """Backchannels and noises over the agent."""
    wrongly_taken: float | None
    resumed_soon: float | None
    """Gone on with after 300 ms of silence at most."""
    answers: int
    cut_answers: float | None
    dead_air_max_ms: float
    self_interruptions: int
    self_answers: int
    booked_right: int
    booked_none: int
    booked_wrong: int
    """Confirmed, and not what the caller wanted."""
    voice_to_voice_p50_ms: float | None
    voice_to_voice_p95_ms: float | None
    duck_p95_ms: float | None
    decision_p95_ms: float | None
    """From the caller's first sound until the agent has stopped, or is as loud as before."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def figures(found: Sequence[Measured]) -> FamilyFigures:
    interruptions, sounds = sum(m.interruptions for m in found), sum(m.sounds for m in found)
    answers = sum(m.answers for m in found)
    waits = [w for m in found for w in m.voice_to_voice_ms]
    decisions = [ms for m in found for ms in (*m.stop_ms, *m.back_ms)]
    booked = [m.booking for m in found]
    return FamilyFigures(
        cases=len(found),
        passed=sum(m.passed for m in found),
        interruptions=interruptions,
        taken=_share(sum(m.taken for m in found), interruptions),
        sounds=sounds,
        wrongly_taken=_share(sum(m.wrongly_taken for m in found), sounds),
        resumed_soon=_share(sum(m.resumed_soon for m in found), sounds),
        answers=answers,
        cut_answers=_share(sum(m.cut_answers for m in found), answers),
        dead_air_max_ms=round(max((m.dead_air_ms for m in found), default=0.0)),
        self_interruptions=sum(m.self_interruptions for m in found),
        self_answers=sum(m.self_answers for m in found),
        booked_right=booked.count("right"),
        booked_none=booked.count("none"),
        booked_wrong=booked.count("wrong"),
        voice_to_voice_p50_ms=percentile(waits, 50),
        voice_to_voice_p95_ms=percentile(waits, 95),
        duck_p95_ms=percentile([ms for m in found for ms in m.duck_ms], 95),
        decision_p95_ms=percentile(decisions, 95),
    )


def by_family(results: Iterable[Result]) -> dict[str, FamilyFigures]:
    """In the order of the table; the last is all of them together."""
    results = list(results)
    found = {
        family: figures([r.measured for r in results if r.case.family == family])
        for family in ABOUT
        if any(r.case.family == family for r in results)
    }
    return found | {ALL: figures([r.measured for r in results])}


def as_json(results: Sequence[Result], about: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a run: figures, and every case that failed with its reasons."""
    return {
        "about": about,
        "families": {name: found.as_dict() for name, found in by_family(results).items()},
        "failed": {r.case.name: list(r.measured.failures) for r in results if not r.measured.passed},
    }
