"""Two processes for `make test`, on two processors (pytest-xdist, `-n 2 --dist loadfile`).

One plays all that happens in real time (calls, servers, other programs), one test after the other as if it
were alone. The other takes the rest, a file at a time, and gives way to it; who is done first helps.
Neither shares a database, a server, an address or a temporary folder with the other.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL_TIME = "in real time"
PLACES = ("tests/peers/", "tests/faults/", "tests/attack/", "tests/cli/test_simulate_by_phone.py")
IMPORTS = ("import ServerChild", "from tests.peers.conftest import")
"""A file that has one of these starts servers and calls them, wherever it stands."""
NONE_IS_CALLED = ("tests/contract/test_document.py",)
"""But for this one."""
GIVES_WAY = 10
"""Added to the nice value of the process that computes: of a processor for which both wait, the one that
plays gets nine tenths."""
_gives_way = "PYTEST_XDIST_WORKER" not in os.environ  # alone, it need not


@cache
def in_real_time(path: str) -> bool:
    """Whether the tests of a file, named from the root of the checkout, are heard or waited for."""
    if path.startswith(PLACES):
        return True
    text = (ROOT / path).read_text()
    return path not in NONE_IS_CALLED and any(each in text for each in IMPORTS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """For `--dist loadfile` ours, which is the same but for the files in real time: they are one."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class RealTimeInOneProcess(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return REAL_TIME if in_real_time(path) else path

        def _assign_work_unit(self, node: Any) -> None:
            if REAL_TIME in self.workqueue:  # first: nothing else takes as long
                self.workqueue.move_to_end(REAL_TIME, last=False)
            super()._assign_work_unit(node)

    return RealTimeInOneProcess(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A process that computes beside another gives way to it from then on, with all that it starts."""
    global _gives_way
    if not _gives_way and not in_real_time(item.nodeid.partition("::")[0]):
        os.nice(GIVES_WAY)
        _gives_way = True
