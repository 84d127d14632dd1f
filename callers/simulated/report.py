"""What a run of simulated calls came to, as data: by persona, and against the run before. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from callers.figures import Spread
from callers.simulated.judging import Judged
from callers.simulated.record import SimulatedCall

LARGEST_RUN = 8 * 1024 * 1024
"""Bytes of a kept run."""
MOST_FAILED = 1_000
"""Failed calls that a report names one by one."""


def as_json(judged: Sequence[Judged], about: Mapping[str, Any]) -> dict[str, Any]:
    """`about`: of the run; kept as it is."""
    personas: dict[str, list[Judged]] = {}
    for each in judged:
        personas.setdefault(each.call.persona.name, []).append(each)
    failed = [_failed(each) for each in judged if not each.passed]
    return {
        "about": dict(about),
        "calls": len(judged),
        "passed": len(judged) - len(failed),
        "pass_rate": pass_rate(judged),
        "all": _figures(judged),
        "personas": {name: _figures(calls) for name, calls in personas.items()},
        "failed": failed[:MOST_FAILED],
        "failed_not_shown": max(0, len(failed) - MOST_FAILED),
    }


def pass_rate(judged: Sequence[Judged]) -> float:
    """0 to 1; of no calls 0."""
    return sum(each.passed for each in judged) / len(judged) if judged else 0.0


def _failed(judged: Judged) -> dict[str, Any]:
    call = judged.call
    return {
        "persona": call.persona.name,
        "number": call.number,
        "call_id": call.call_id,
        "failures": list(judged.failures),
    }


def _figures(judged: Sequence[Judged]) -> dict[str, Any]:
    calls = [each.call for each in judged]
    replies = [ms for call in calls for ms in call.reply_ms]
    return {
        "calls": len(calls),
        "passed": sum(each.passed for each in judged),
        "turns": Spread.of([call.turns for call in calls]).as_dict(),
        "repetitions": Spread.of([each.repetitions for each in judged]).as_dict(),
        "reply_ms": Spread.of(replies).as_dict(),
        "dead_air_s": round(max((call.dead_air_s for call in calls), default=0.0), 2),
        "interruptions": sum(call.interruptions for call in calls),
        "cut_ins": sum(call.cut_ins for call in calls),
        "seconds": Spread.of([round(call.seconds, 4) for call in calls]).as_dict(),
        "outcomes": dict(Counter(_status(call) for call in calls).most_common()),
        "failures": dict(Counter(_kind(why) for each in judged for why in each.failures).most_common(20)),
    }


def _status(call: SimulatedCall) -> str:
    return call.outcomes[-1].status if call.outcomes else "none"


def _kind(failure: str) -> str:
    """What several failures of one kind have in common."""
    return failure.partition(":")[0][:120]


def changes(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, str]:
    """By persona (and 'all') how the share that passed has changed: 'better', 'worse' or 'same'; nothing for
    one that was not there before."""
    if before is None:
        return {}
    found = {}
    rows, old = {"all": now["all"], **now["personas"]}, {"all": before["all"], **before["personas"]}
    for name, row in rows.items():
        if name in old and row["calls"] and old[name]["calls"]:
            difference = row["passed"] / row["calls"] - old[name]["passed"] / old[name]["calls"]
            found[name] = "same" if not difference else "better" if difference > 0 else "worse"
    return found


def read_run(path: Path) -> dict[str, Any] | None:
    """A run that was kept; None where there is none that can be read: it is for comparison, no more."""
    try:
        if path.stat().st_size > LARGEST_RUN:
            return None
        value = json.loads(path.read_text())
        rows = [value["all"], *value["personas"].values()]
        whole = all(isinstance(row[name], int) for row in rows for name in ("calls", "passed"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return value if whole else None


def write_run(path: Path, result: Mapping[str, Any]) -> None:
    """In one piece. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    fresh.replace(path)
