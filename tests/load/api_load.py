"""Authenticated GETs while calls are up: how soon they are answered, and what the calls notice.

    python -m tests.load.api_load [--path /api/voices?limit=1] [--rate 1500] [--calls 50] [--seconds 15]

The server has one core to itself, the callers and the requests share the others. Wants a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from callers.server_child import parse_metrics
from tests.attack.running_calls import running
from tests.attack.target import Target

LATE_MS = 5.0
P99_MS = 20.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def lateness(target: Target, key: str) -> dict[float, float]:
    """How many sends were at most so late, by seconds (cumulative)."""
    asked = urllib.request.Request(f"{target.http}/metrics", headers={"Authorization": f"Bearer {key}"})
    with _OPENER.open(asked, timeout=5) as answer:
        found = parse_metrics(answer.read().decode())
    name = 'voiceforge_send_lateness_seconds_bucket{le="'
    return {
        float(each[len(name) : -2].replace("+Inf", "inf")): count
        for each, count in found.items()
        if each.startswith(name)
    }


def percentile_ms(before: dict[float, float], after: dict[float, float], percent: float) -> float:
    """Upper bound of the bucket in which it lies."""
    told = sorted((bound, after[bound] - before.get(bound, 0.0)) for bound in after)
    wanted = told[-1][1] * percent / 100
    return 1000 * next(bound for bound, count in told if count >= wanted)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--path", default="/api/voices?limit=1")
    parser.add_argument("--rate", type=float, default=1500.0)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2])
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    target = Target(given.tree.resolve(), {"sip": {"max_calls": given.calls + 50}})
    os.sched_setaffinity(0, cores[1:] or cores)
    key = target.key
    try:
        with running(target, given.calls) as up:
            before = lateness(target, key)
            getting = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.load.getting", target.http + given.path),
                    *(str(given.rate), str(given.connections), str(given.seconds)),
                ],
                stdout=subprocess.PIPE,
                env=os.environ | {"VOICEFORGE_KEY": key},
            )
            up.forget()
            up.talk(given.seconds + 1.0)
            said, _ = getting.communicate(timeout=30)
            found, noticed = json.loads(said), up.noticed(given.seconds + 1.0)
            late_ms = percentile_ms(before, lateness(target, key), 99)
    finally:
        target.stop()
    sys.stdout.write(
        f"{found}; {given.calls} calls: sent late p99 <= {late_ms:g} ms, largest gap "
        f"{noticed.largest_gap_ms:.1f} ms, lost {noticed.lost:.2f} %, ended {noticed.ended}\n"
    )
    faults = [f"answers {found['answers']}"] if set(found["answers"]) != {"200"} else []
    faults += [f"p99 {found['p99_ms']} ms, over {P99_MS:g}"] if found["p99_ms"] > P99_MS else []
    faults += [f"calls are sent {late_ms:g} ms late, over {LATE_MS:g}"] if late_ms > LATE_MS else []
    sys.stdout.write("\n".join(faults or ["passed"]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
