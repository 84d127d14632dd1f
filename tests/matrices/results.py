"""How the tests of the matrices ended when they were last run in this checkout: build/matrices.json."""

from __future__ import annotations

import fcntl
import json

from tests.matrices.matrix import ROOT

RESULTS = ROOT / "build" / "matrices.json"


def note_results(ended: dict[str, str]) -> None:
    """Keep how tests ended (FILE::TEST, the file below tests/, to "passed", "failed" or "skipped"), beside
    those of earlier runs and of processes beside this one."""
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        kept = json.loads(file.read() or "{}") | ended
        file.seek(0)
        file.truncate()
        file.write(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def results() -> dict[str, str]:
    if not RESULTS.exists():
        return {}
    found: dict[str, str] = json.loads(RESULTS.read_text())
    return found
