"""Calls that come and go, a third of them abandoned at random stages: what of the server grows?

    python -m tests.load.churn_load [--calls 4800] [--rate 40] [--minutes M] [--tree CHECKOUT] [--json FILE]

Prints, for memory, descriptors, threads, tasks, dialogs, transactions, ports and what the garbage collector
had to find: before, at the end, after everything has timed out, and the slope a minute while calls came.
`--minutes 60` churns for an hour whatever --calls says.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.attack.target import Target
from tests.load.churning import Churn

SETTINGS = {"rtp": {"media_timeout_s": 3, "first_packet_timeout_s": 3}, "sip": {"max_calls": 1000}}
SAMPLE_S = 2.0
WARM_CALLS = 400
"""What is made once is made by then."""
GONE_S = 80.0
"""After this the last transaction and the last silent call are over, twice."""
FIGURES = {
    "memory, MB": "",
    "descriptors": "process_open_fds",
    "threads": "",
    "tasks": "voiceforge_asyncio_tasks",
    "dialogs": 'voiceforge_sip_held{what="dialogs"}',
    "transactions": 'voiceforge_sip_held{what="transactions"}',
    "answers kept": 'voiceforge_sip_held{what="answers"}',
    "TCP connections": 'voiceforge_sip_held{what="connections"}',
    "RTP ports": "voiceforge_rtp_ports_in_use",
    "live calls": "voiceforge_calls_live",
    "objects collected": "python_gc_objects_collected_total",
}
"""What is looked at, and the metric that tells it; those without are read from /proc."""
GONE = ("live calls", "dialogs", "transactions", "RTP ports", "TCP connections")
"""Of which nothing is left when all calls are over."""
BACK = {"descriptors": 4.0, "threads": 2.0, "tasks": 4.0, "memory, MB": 20.0}
"""How much more than before may be left; nothing of all others. What the collector found is told only."""
SLOPE_MB = 0.1
"""A minute, from a run long enough to tell (ten minutes and more)."""


def look(target: Target) -> dict[str, float]:
    """All figures now; what this server does not tell is left out."""
    metrics = target.metrics()
    summed: dict[str, float] = {}
    for name, value in metrics.items():
        plain = name.partition("{")[0]
        summed[plain] = summed.get(plain, 0.0) + value
    summed.update(metrics)
    found = {what: summed[name] for what, name in FIGURES.items() if name in summed}
    status = Path(f"/proc/{target.pid}/status").read_text()
    found["threads"] = float(status.partition("Threads:")[2].split()[0])
    found["memory, MB"] = target.rss_mb()
    return found


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """A minute, by least squares."""
    if len(set(times)) < 2:
        return 0.0
    return 60 * statistics.linear_regression(times, values).slope


async def measure(target: Target, calls: int, rate: float, for_s: float) -> dict[str, object]:
    churn = Churn(target.sip)
    await churn.run(rate, WARM_CALLS, 60.0)
    before = await settled(target)
    churn.how.clear()
    churn.begun = 0
    running = asyncio.create_task(churn.run(rate, calls, for_s))
    times, samples = [], []
    while not running.done():
        await asyncio.wait({running}, timeout=SAMPLE_S)
        times.append(time.monotonic())
        samples.append(await asyncio.to_thread(look, target))
    await running
    after = await settled(target)
    half = len(times) // 4  # the first quarter fills what is kept on purpose
    slopes = {what: slope(times[half:], [each[what] for each in samples[half:]]) for what in before}
    return {
        "calls": churn.begun,
        "how": dict(churn.how.most_common()),
        "before": before,
        "most": {what: max(each[what] for each in samples) for what in before},
        "end": samples[-1],
        "after": after,
        "slope a minute": slopes,
        "left over": left_over(before, after),
    }


async def settled(target: Target) -> dict[str, float]:
    """Once nothing of a call is left, or after the time in which that has to be."""
    end = time.monotonic() + GONE_S
    while True:
        await asyncio.sleep(SAMPLE_S)
        now = await asyncio.to_thread(look, target)
        # An older server does not tell all of them: give it the time that a transaction may take.
        told = {"dialogs", "transactions"} <= now.keys() or time.monotonic() > end - GONE_S / 2
        if time.monotonic() > end or (told and not any(now.get(what) for what in GONE)):
            return now


def left_over(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What is more than it may be."""
    return {
        what: after[what] - value
        for what, value in before.items()
        if what != "objects collected" and after[what] - value > BACK.get(what, 0.0)
    }


def table(result: dict[str, object]) -> str:
    columns = ("before", "most", "end", "after", "slope a minute")
    rows = [f"{'':20}" + "".join(f"{name:>16}" for name in columns)]
    for what in FIGURES:
        values = [result[name] for name in columns]
        cells = [value.get(what) for value in values if isinstance(value, dict)]
        rows.append(f"{what:20}" + "".join(f"{'-' if c is None else f'{c:,.2f}':>16}" for c in cells))
    rows.append(f"\n{result['calls']} calls: {result['how']}")
    rows.append(f"left over: {result['left over'] or 'nothing'}")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=4800)
    parser.add_argument("--rate", type=float, default=40.0, help="calls a second")
    parser.add_argument("--minutes", type=float, default=0.0, help="churn for so long, whatever --calls says")
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    calls, for_s = (1 << 40, given.minutes * 60) if given.minutes else (given.calls, 1e9)
    target = Target(given.tree.resolve(), SETTINGS)
    try:
        result = asyncio.run(measure(target, calls, given.rate, for_s))
    finally:
        target.stop()
    sys.stdout.write(table(result) + "\n")
    if given.json is not None:
        given.json.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if result["left over"] else 0


if __name__ == "__main__":
    sys.exit(main())
