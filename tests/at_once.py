"""Units for `make test` (pytest-xdist, `-n 2 --dist loadfile`; sound for more processors with more).

One plays all that happens in real time (calls, servers, other programs), one test after the other as if it
were alone. One leads a Chromium through the console, with the server that all those tests share. The third
takes the rest, a file at a time. Who waits for a processor gets it in this order; who is done helps with the
rest. None shares a database, a server, an address or a temporary folder with another.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL_TIME, CONSOLE = "in real time", "in a browser"
PLACES = ("tests/peers/", "tests/faults/", "tests/attack/", "tests/cli/test_simulate_by_phone.py")
BROWSER = "tests/console/"
IMPORTS = ("import ServerChild", "from tests.peers.conftest import")
"""A file that has one of these starts servers and calls them, wherever it stands."""
NONE_IS_CALLED = ("tests/contract/test_document.py",)
"""But for this one."""
GIVES_WAY = {REAL_TIME: 0, CONSOLE: 5}
"""The nice value of a process that plays these, with all that it starts. Of a processor for which two wait,
the one that is nicer by five gets a quarter, by ten a tenth."""
REST_GIVES_WAY = 10
_beside = "PYTEST_XDIST_WORKER" in os.environ  # alone, none need give way
_given = 0


@cache
def in_real_time(path: str) -> bool:
    """Whether the tests of a file, named from the root of the checkout, are heard or waited for."""
    if path.startswith(PLACES):
        return True
    text = (ROOT / path).read_text()
    return path not in NONE_IS_CALLED and any(each in text for each in IMPORTS)


def unit(path: str) -> str:
    """What goes to one process as a whole, with the other files that are of it; else the file itself."""
    if in_real_time(path):
        return REAL_TIME
    return CONSOLE if path.startswith(BROWSER) else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """For `--dist loadfile` ours, which is the same but for the files that are one unit."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid.partition("::")[0])

        def _assign_work_unit(self, node: Any) -> None:
            # First what takes as long as all the rest; xdist counts tests, and of these there are few.
            if (longest := next((each for each in GIVES_WAY if each in self.workqueue), None)) is not None:
                self.workqueue.move_to_end(longest, last=False)
            super()._assign_work_unit(node)

    return LongestFirst(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A process gives way to those beside it that may not wait, from then on: none can take it back."""
    global _given
    wanted = GIVES_WAY.get(unit(item.nodeid.partition("::")[0]), REST_GIVES_WAY) if _beside else 0
    if wanted > _given:
        os.nice(wanted - _given)
        _given = wanted
