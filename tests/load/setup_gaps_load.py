"""Running calls while others are set up beside them: the largest gap of any.

    python -m tests.load.setup_gaps_load [--calls 100] [--rate 50] [--seconds 20] [--tree CHECKOUT]

Times are the system's own stamps of the packets at the caller; the callers who come and go are another
process. Wants a quiet machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.attack.running_calls import Noticed, running
from tests.attack.target import Target

GAP_MS = 40.0
SETTINGS = {"sip": {"max_calls": 1000}}


def measure(target: Target, calls: int, rate: float, for_s: float) -> tuple[Noticed, Noticed, str]:
    """Without and with calls set up beside, and how those went."""
    with running(target, calls) as up:
        up.talk(for_s)
        quiet = up.noticed(for_s)
        up.forget()
        command = [sys.executable, "-m", "tests.load.churning", target.sip[0], str(target.sip[1])]
        with subprocess.Popen([*command, str(rate), str(for_s - 2)], stdout=subprocess.PIPE) as churn:
            up.talk(for_s)
            beside = up.noticed(for_s)
            assert churn.stdout is not None
            how = churn.stdout.read().decode().strip()
    return quiet, beside, how


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--rate", type=float, default=50.0, help="calls set up a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2])
    given = parser.parse_args()
    target = Target(given.tree.resolve(), SETTINGS)
    try:
        quiet, beside, how = measure(target, given.calls, given.rate, given.seconds)
        collections = {k: v for k, v in target.metrics().items() if "gc_pause" in k and k.endswith("count")}
    finally:
        target.stop()
    for name, noticed in (("nothing beside", quiet), (f"{given.rate:g} calls/s set up beside", beside)):
        sys.stdout.write(
            f"{name}: largest gap {noticed.largest_gap_ms:.1f} ms (median of the calls' largest "
            f"{noticed.median_gap_ms:.1f}), lost {noticed.lost:.2f} %, ended {noticed.ended}\n"
        )
    sys.stdout.write(f"set up: {how} {collections or ''}\n")
    met = beside.largest_gap_ms <= GAP_MS
    sys.stdout.write(f"target ≤ {GAP_MS:g} ms: {'met' if met else 'missed'}\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
