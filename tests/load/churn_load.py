"""Calls that come and go, a third of them abandoned at random stages: what of the server grows?

    python -m tests.load.churn_load [--calls 10000] [--rate 40] [--minutes M] [--tree CHECKOUT] [--json FILE]

Prints, for memory, descriptors, threads, tasks, dialogs, transactions, ports and what the garbage collector
had to find: before, at the end, after everything has timed out, and the slope a minute while calls came.
`--minutes 60` churns for an hour whatever --calls says. Fails when something is left over, when the collector
had work with each call, when fewer than half of the calls talked, and, from ten minutes on, by the slope of
memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.attack.target import Target
from tests.load.churning import Churn

SETTINGS = {"rtp": {"media_timeout_s": 3, "first_packet_timeout_s": 3}, "sip": {"max_calls": 1000}}
SAMPLE_S = 2.0
WARM_CALLS = 400
"""What is made once is made by then."""
GONE_S = 80.0
"""After this the last transaction and the last silent call are over, twice."""
MEMORY, OBJECTS, LOOKS = "memory, MB", "objects collected", "collections"
FIGURES = {
    MEMORY: "",
    "descriptors": "process_open_fds",
    "threads": "",
    "tasks": "voiceforge_asyncio_tasks",
    "dialogs": 'voiceforge_sip_held{what="dialogs"}',
    "transactions": 'voiceforge_sip_held{what="transactions"}',
    "answers kept": 'voiceforge_sip_held{what="answers"}',
    "TCP connections": 'voiceforge_sip_held{what="connections"}',
    "RTP ports": "voiceforge_rtp_ports_in_use",
    "live calls": "voiceforge_calls_live",
    OBJECTS: "python_gc_objects_collected_total",
    LOOKS: "python_gc_collections_total",
}
"""What is looked at, and the metric that tells it; those without are read from /proc."""
GONE = ("live calls", "dialogs", "transactions", "RTP ports", "TCP connections")
"""Of which nothing is left when all calls are over."""
BACK = {"descriptors": 4.0, "threads": 2.0, "tasks": 4.0, MEMORY: 20.0}
"""How much more than before may be left; nothing of all others."""
SLOPE_MB = 0.1
"""Of memory, a minute, up or down."""
SLOPE_FROM_S = 600.0
"""A shorter run cannot tell a slope from the size of the heap's own steps."""
OBJECTS_PER_CALL = 1.0
"""That only the collector found. Not 0: the metrics that are read and the database's driver leave a few."""
TALKED = 0.5
"""Of the calls, at the least: where nobody is answered nothing can be left over."""


@dataclass(frozen=True, slots=True)
class Churned:
    """What a run showed; figures by their names in FIGURES."""

    calls: int
    how: Mapping[str, int]
    """How the calls went, and how many of each."""
    churned_s: float
    before: Mapping[str, float]
    most: Mapping[str, float]
    end: Mapping[str, float]
    after: Mapping[str, float]
    slopes: Mapping[str, float]
    """A minute, while calls came."""

    @property
    def objects_per_call(self) -> float | None:
        """None where the server does not tell."""
        if OBJECTS not in self.before:
            return None
        return (self.after[OBJECTS] - self.before[OBJECTS]) / max(1, self.calls)

    @property
    def slope_counts(self) -> bool:
        return self.churned_s >= SLOPE_FROM_S


def faults(run: Churned) -> list[str]:
    """Why the run did not pass, in words; empty when it did."""
    found = [
        f"left over: {run.after[what] - value:+,.2f} {what}"
        for what, value in run.before.items()
        if what not in (OBJECTS, LOOKS) and run.after[what] - value > BACK.get(what, 0.0)
    ]
    whole = run.how.get("whole", 0)
    if whole < TALKED * max(1, run.calls):
        found.append(f"{whole} of {run.calls} calls talked: less than half tells nothing of the server")
    each = run.objects_per_call
    if each is None:
        found.append("the server does not tell how many objects its collector found")
    elif run.after[LOOKS] == run.before[LOOKS]:
        found.append("the collector never looked: too few calls to tell what it would have found")
    elif each > OBJECTS_PER_CALL:
        found.append(f"{each:.2f} objects of each call were left to the collector, over {OBJECTS_PER_CALL:g}")
    slope_mb = run.slopes[MEMORY]
    if run.slope_counts and abs(slope_mb) > SLOPE_MB:
        found.append(f"memory {slope_mb:+.3f} MB a minute, over ± {SLOPE_MB:g}")
    return found


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
    found[MEMORY] = target.rss_mb()
    return found


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """A minute, by least squares."""
    if len(set(times)) < 2:
        return 0.0
    return 60 * statistics.linear_regression(times, values).slope


async def measure(target: Target, calls: int, rate: float, for_s: float) -> Churned:
    churn = Churn(target.sip)
    await churn.run(rate, WARM_CALLS, 60.0)
    before = await settled(target)
    churn.how.clear()
    churn.begun = 0
    begun = time.monotonic()
    running = asyncio.create_task(churn.run(rate, calls, for_s))
    times, samples = [], []
    while not running.done():
        await asyncio.wait({running}, timeout=SAMPLE_S)
        times.append(time.monotonic())
        samples.append(await asyncio.to_thread(look, target))
    await running
    after = await settled(target)
    filled = len(times) // 4  # the first quarter fills what is kept on purpose
    return Churned(
        calls=churn.begun,
        how=dict(churn.how.most_common()),
        churned_s=times[-1] - begun,
        before=before,
        most={what: max(each[what] for each in samples) for what in before},
        end=samples[-1],
        after=after,
        slopes={what: slope(times[filled:], [each[what] for each in samples[filled:]]) for what in before},
    )


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


def table(run: Churned) -> str:
    columns = {
        "before": run.before,
        "most": run.most,
        "end": run.end,
        "after": run.after,
        "slope a minute": run.slopes,
    }
    rows = [f"{'':20}" + "".join(f"{name:>16}" for name in columns)]
    for what in FIGURES:
        cells = [values.get(what) for values in columns.values()]
        rows.append(f"{what:20}" + "".join(f"{'-' if c is None else f'{c:,.2f}':>16}" for c in cells))
    rows.append(f"\n{run.calls} calls in {run.churned_s:.0f} s: {run.how}")
    each = run.objects_per_call
    rows.append(
        f"objects left to the collector, of each call: {'not told' if each is None else f'{each:.3f}'}"
    )
    if not run.slope_counts:
        rows.append(f"slopes are not judged: shorter than {SLOPE_FROM_S / 60:g} minutes")
    rows += faults(run) or ["passed"]
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=40.0, help="calls a second")
    parser.add_argument("--minutes", type=float, default=0.0, help="churn for so long, whatever --calls says")
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    calls, for_s = (1 << 40, given.minutes * 60) if given.minutes else (given.calls, 1e9)
    target = Target(given.tree.resolve(), SETTINGS)
    try:
        run = asyncio.run(measure(target, calls, given.rate, for_s))
    finally:
        target.stop()
    sys.stdout.write(table(run) + "\n")
    if given.json is not None:
        given.json.write_text(json.dumps({**asdict(run), "faults": faults(run)}, indent=1) + "\n")
    return 1 if faults(run) else 0


if __name__ == "__main__":
    sys.exit(main())
