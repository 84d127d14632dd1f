"""How many small breakages of the pure machines the tests notice: `make mutate`.

mutmut changes one thing at a time (a comparison, a number, an argument) and runs the tests that come by.
What is changed, and by which tests it is judged, stands in pyproject.toml under [tool.mutmut]. This prints
the share of mutants killed, by file, and the survivors' names; `.venv/bin/mutmut show NAME` shows one.
It must never change the checkout: mutmut works on a copy in `mutants/`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

COPY = Path("mutants")
GOAL = 0.85
ALIVE = frozenset({0, 33})
"""mutmut's exit codes: the tests passed; none comes by."""
KILLED = frozenset({1, 3, 24, 36, 37, 152, 255, -24})
"""A test failed, or the tests never ended. Any other, and none, is a mutant that was not judged."""


def outcomes() -> Iterator[tuple[str, dict[str, int | None]]]:
    """Each mutated file with the outcomes of its mutants by their names."""
    for meta in sorted(COPY.rglob("*.py.meta")):
        found: dict[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
        if found:
            yield str(meta.relative_to(COPY)).removesuffix(".meta"), found


def main() -> int:
    run = subprocess.run([sys.executable, "-m", "mutmut", "run", *sys.argv[1:]], check=False)
    if run.returncode:
        return run.returncode
    judged = killed = unjudged = 0
    survivors: list[str] = []
    print(f"\n{'file':<50} {'judged':>8} {'killed':>7}")
    for path, found in outcomes():
        alive = [name for name, code in found.items() if code in ALIVE]
        dead = sum(code in KILLED for code in found.values())
        unjudged += len(found) - dead - len(alive)
        if dead or alive:
            survivors += alive
            judged += dead + len(alive)
            killed += dead
            print(f"{path:<50} {dead + len(alive):>8} {dead / (dead + len(alive)):>7.1%}")
    if not judged:
        print("no mutant was judged")
        return 0 if {"--help", "-h"} & set(sys.argv) else 1
    print("\nsurvivors:", *survivors, sep="\n  ")
    share = killed / judged
    print(f"\n{killed} of {judged} mutants killed: {share:.1%} (goal: {GOAL:.0%}); {unjudged} not judged")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
