"""`python -m tests.attack`: play all attacks (or those named) and print what each did to the server.

`--tree` attacks the server of another checkout, for figures before and after. Exit code 1 when a limit is
missed.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import signal
import sys
import time
from pathlib import Path

from tests.attack import private_network
from tests.attack.all_cases import CASES
from tests.attack.case import Case, Measured
from tests.attack.servers import Servers

NONE_PLAYED = 5
"""As pytest has it."""
HERE = Path(__file__).resolve().parents[2]


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help="attacks, points (B2) or patterns; all")
    arguments.add_argument("--tree", type=Path, default=HERE, help="the checkout whose server is attacked")
    arguments.add_argument("--list", action="store_true", help="say what there is")
    arguments.add_argument("--untimed", action="store_true", help="leave out those that judge times")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    given = arguments.parse_args()
    cases = [case for case in CASES.values() if wanted(case, given.names)]
    if given.untimed:
        cases = [case for case in cases if not case.timed]
    if given.list:
        for case in cases:
            say(f"{case.point:4} {case.name}: {case.does}")
        return 0
    if why := private_network.enter():
        say(f"without a network namespace of our own: {why}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server is not left behind
    results, left_out = [], []
    with Servers(given.tree.resolve()) as servers:
        for case in sorted(cases, key=lambda case: repr(case.settings)):  # those that share a server
            begun = time.monotonic()
            try:
                figures, broken = play(case, servers)
            except private_network.LeftOutError as reason:
                say(f"left out {case.point:4} {case.name}: {reason}")
                left_out.append(case.name)
                continue
            results.append((case, figures, broken))
            say(line(case, figures, broken, time.monotonic() - begun))
    bad = [case.name for case, figures, broken in results if broken or not all(f.ok for f in figures)]
    say(summary(len(results), bad, left_out))
    if given.json is not None:
        given.json.write_text(json.dumps(as_json(results), indent=1) + "\n")
    return 1 if bad else 0 if results else NONE_PLAYED


def summary(played: int, bad: list[str], left_out: list[str]) -> str:
    """The last line."""
    text = f"\n{played - len(bad)} of {played} held"
    if bad:
        text += f"; not: {', '.join(bad)}"
    if left_out:
        text += f"; {len(left_out)} left out, which says nothing of them: {', '.join(left_out)}"
    return text


def wanted(case: Case, names: list[str]) -> bool:
    return not names or any(name == case.point or fnmatch.fnmatch(case.name, name) for name in names)


def play(case: Case, servers: Servers) -> tuple[list[Measured], str]:
    """The figures, or what broke."""
    try:
        return case.run(servers.for_(case)), ""
    except private_network.LeftOutError:
        raise
    except Exception as error:  # the next attack still has to be played
        servers.forget(case)
        return [], f"{type(error).__name__}: {error}"


def line(case: Case, figures: list[Measured], broken: str, took_s: float) -> str:
    verdict = "BROKEN" if broken else "held" if all(f.ok for f in figures) else "MISSED"
    rows = [f"{verdict:7} {case.point:4} {case.name}  ({took_s:.0f} s)"]
    rows += [f"           {'' if f.ok else '! '}{f}" for f in figures]
    return "\n".join(rows + ([f"           {broken}"] if broken else []))


def as_json(results: list[tuple[Case, list[Measured], str]]) -> list[dict[str, object]]:
    return [
        {
            "case": case.name,
            "point": case.point,
            "figures": [{"what": f.what, "value": f.value, "limit": f.limit, "ok": f.ok} for f in figures],
            "broken": broken,
        }
        for case, figures, broken in results
    ]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
