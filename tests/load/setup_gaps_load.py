"""Running calls while others are set up beside them: the largest gap of any.

    python -m tests.load.setup_gaps_load [--calls 100] [--rate 50] [--seconds 20] [--tls] [--tree CHECKOUT]

Times are the system's own stamps of the packets at the caller; the callers who come and go are another
process. Wants a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.attack.running_calls import Noticed, running
from tests.attack.target import Target

GAP_MS = 40.0
LOST = 1.0
"""% of the worst call's frames."""
ANSWER_MS = 100.0
"""p95, of the calls that are set up."""
SET_UP = 0.9
"""Of the calls that were to be set up."""
SETTINGS: dict[str, dict[str, Any]] = {"sip": {"max_calls": 1000}}
SECURE: dict[str, dict[str, Any]] = {"sip": {"max_calls": 1000, "tls": "self-made", "tls_port": 0}}


@dataclass(frozen=True, slots=True)
class SetUpBeside:
    """What a run showed."""

    quiet: Noticed
    """Without calls set up beside."""
    beside: Noticed
    asked: float
    """Calls that were to be set up."""
    how: Mapping[str, int]
    """How those went, and how many of each."""
    answer_ms: Mapping[str, float] = field(default_factory=dict)
    """INVITE to 200, p50 and p95."""


def faults(run: SetUpBeside) -> list[str]:
    """Why the run did not pass, in words; empty when it did."""
    found, beside = [], run.beside
    whole = run.how.get("whole", 0)
    if whole < SET_UP * run.asked:
        found.append(f"{whole} of {run.asked:g} calls were set up: the gap is another load's")
    if beside.largest_gap_ms > GAP_MS:
        found.append(f"a gap of {beside.largest_gap_ms:.1f} ms, over {GAP_MS:g}")
    if beside.lost > LOST:
        found.append(f"{beside.lost:.2f} % of the frames lost, over {LOST:g}")
    if run.answer_ms.get("p95", 0.0) > ANSWER_MS:
        found.append(f"answered after {run.answer_ms['p95']:g} ms (p95), over {ANSWER_MS:g}")
    if beside.ended:
        found.append(f"{beside.ended} running calls ended")
    return found


def measure(target: Target, calls: int, rate: float, for_s: float) -> SetUpBeside:
    """Without and with calls set up beside."""
    with running(target, calls) as up:
        up.talk(for_s)
        quiet = up.noticed(for_s)
        up.forget()
        module, (host, port) = "churning", target.sip
        if target.sips is not None:
            module, (host, port) = "churning_tls", target.sips
        command = [sys.executable, "-m", f"tests.load.{module}", host, str(port), str(rate), str(for_s - 2)]
        if target.sips is not None:
            command.append(str(target.authority))
        with subprocess.Popen(command, stdout=subprocess.PIPE) as churn:
            up.talk(for_s)
            beside = up.noticed(for_s)
            assert churn.stdout is not None
            told = json.loads(churn.stdout.read() or '{"how": {}, "answer_ms": {}}')
    return SetUpBeside(quiet, beside, rate * (for_s - 2), told["how"], told["answer_ms"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--rate", type=float, default=50.0, help="calls set up a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--tls", action="store_true", help="set up by TLS, a connection for each call")
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2])
    given = parser.parse_args()
    target = Target(given.tree.resolve(), SECURE if given.tls else SETTINGS)
    try:
        run = measure(target, given.calls, given.rate, given.seconds)
    finally:
        target.stop()
    for name, noticed in (
        ("nothing beside", run.quiet),
        (f"{given.rate:g} calls/s set up beside", run.beside),
    ):
        sys.stdout.write(
            f"{name}: largest gap {noticed.largest_gap_ms:.1f} ms (median of the calls' largest "
            f"{noticed.median_gap_ms:.1f}), lost {noticed.lost:.2f} %, ended {noticed.ended}\n"
        )
    sys.stdout.write(f"set up: {dict(run.how)}, answered after (ms): {dict(run.answer_ms)}\n")
    found = faults(run)
    sys.stdout.write("\n".join(found or ["passed"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
