"""More and more calls until new ones are refused: how soon these get their 503, and what running ones notice.

    python -m tests.load.overload_load [--late-ms 20] [--at-once 5] [--most 600] [--seconds 8] [--tree DIR]

Echo calls are added a few at a time, all of them talking; from the first refusal on the calls that are up
talk for `--seconds` while new ones go on knocking. `--late-ms` is the server's `media.overload_ms`: a small
one shows the same with few calls, where the instrument would be the first to tire. Wants a quiet machine.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.attack.phone import Dialled, Phone
from tests.attack.running_calls import CALLER, RunningCalls
from tests.attack.sound import Part, Talker, talk
from tests.attack.target import Target

GAP_MS = 40.0
REFUSED_MS = 500.0
ROUND_S = 0.5
"""All talk for so long between two knocks."""


@dataclass(slots=True)
class Ramp:
    """What a run showed."""

    carried: int = 0
    """Calls up when the first was refused; 0: none was."""
    refused_ms: list[float] = field(default_factory=list)
    """How long each of those waited for its 503."""
    let_in: int = 0
    """Calls that were taken after the first refusal."""
    gap_ms: float = 0.0
    """Largest of the running calls, after the first refusal."""
    lost: float = 0.0
    """% of the worst call's frames."""
    ended: int = 0


def faults(run: Ramp) -> list[str]:
    """Why the run did not pass, in words; empty when it did."""
    if not run.carried:
        return ["no call was refused: the machine carries more than were placed"]
    found = []
    if (slowest := max(run.refused_ms)) > REFUSED_MS:
        found.append(f"a 503 after {slowest:.0f} ms, over {REFUSED_MS:g}")
    if run.gap_ms > GAP_MS:
        found.append(f"a gap of {run.gap_ms:.1f} ms, over {GAP_MS:g}")
    if run.ended:
        found.append(f"{run.ended} running calls ended")
    return found


def measure(target: Target, at_once: int, most: int, for_s: float) -> Ramp:
    """Add calls until one is refused, and go on knocking."""
    run = Ramp()
    with ExitStack() as stack:
        gc.disable()
        stack.callback(gc.enable)
        phone = stack.enter_context(Phone(target.sip, CALLER, user="alice"))
        up = RunningCalls(phone, [], [])
        while not run.carried and len(up.calls) < most:
            for _ in range(at_once):
                _knock(stack, up, run)
            up.talk(ROUND_S)
        run.carried, taken = (len(up.calls), len(up.calls)) if run.refused_ms else (0, 0)
        if run.carried:
            settled = RunningCalls(phone, list(up.calls), list(up.talkers))
            settled.forget()
            rounds = max(1, int(for_s / ROUND_S))
            for _ in range(rounds):
                _knock(stack, up, run)
                up.talk(ROUND_S)
            noticed = settled.noticed(rounds * ROUND_S)
            run.gap_ms, run.lost, run.ended = noticed.largest_gap_ms, noticed.lost, noticed.ended
            run.let_in = len(up.calls) - taken
        for dialled in up.calls:
            dialled.bye()
    return run


def _knock(stack: ExitStack, up: RunningCalls, run: Ramp) -> None:
    """One more call, while all others talk on but for the moment that its answer takes."""
    talker = Talker(CALLER)
    stack.callback(talker.close)
    began = time.perf_counter()
    dialled: Dialled = up.phone.call("echo", talker.address)
    if dialled.status == 200:
        talker.to = dialled.media
        up.calls.append(dialled)
        up.talkers.append(talker)
    elif dialled.status == 503:
        run.refused_ms.append(1000 * (time.perf_counter() - began))
        run.carried = run.carried or len(up.calls)
    else:
        raise RuntimeError(f"a call was answered with {dialled.status}")
    talk([Part(each) for each in up.talkers], 0.02)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--late-ms", type=float, default=20.0)
    parser.add_argument("--at-once", type=int, default=5)
    parser.add_argument("--most", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2])
    given = parser.parse_args()
    settings = {"sip": {"max_calls": given.most + 100}, "media": {"overload_ms": given.late_ms}}
    target = Target(given.tree.resolve(), settings)
    try:
        run = measure(target, given.at_once, given.most, given.seconds)
    finally:
        target.stop()
    slowest = max(run.refused_ms, default=0.0)
    sys.stdout.write(
        f"carried {run.carried} calls; {len(run.refused_ms)} refused, the slowest 503 after {slowest:.0f} "
        f"ms, {run.let_in} let in afterwards; largest gap of those that were up {run.gap_ms:.1f} ms, lost "
        f"{run.lost:.2f} %, ended {run.ended}\n"
    )
    found = faults(run)
    sys.stdout.write("\n".join(found or ["passed"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
