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
SURVIVED, UNTESTED = 0, 33
"""mutmut's exit codes: the tests passed; none comes by. Any other is a test that failed or never ended."""


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
    made = killed = 0
    survivors: list[str] = []
    print(f"\n{'file':<50} {'mutants':>8} {'killed':>7}")
    for path, found in outcomes():
        alive = [name for name, code in found.items() if code in (SURVIVED, UNTESTED, None)]
        survivors += alive
        made += len(found)
        killed += len(found) - len(alive)
        print(f"{path:<50} {len(found):>8} {1 - len(alive) / len(found):>7.1%}")
    print("\nsurvivors:", *survivors, sep="\n  ")
    share = killed / max(made, 1)
    print(f"\n{killed} of {made} mutants killed: {share:.1%} (goal: {GOAL:.0%})")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
