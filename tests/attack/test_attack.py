"""Each attack as a test of its own; those that judge times are left to `make attack` on a quiet machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.__main__ import NONE_PLAYED
from tests.attack.all_cases import CASES
from tests.attack.case import Case
from tests.attack.servers import Servers

ROOT = Path(__file__).resolve().parents[2]
PLAYED = sorted((case for case in CASES.values() if not case.timed), key=lambda case: repr(case.settings))


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with Servers(ROOT) as running:
        yield running


def apart(case: Case) -> None:
    """In a process of its own, which goes into a network of its own."""
    command = [sys.executable, "-m", "tests.attack", case.name]
    played = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if played.returncode == NONE_PLAYED:
        pytest.skip(played.stdout)
    assert played.returncode == 0, played.stdout + played.stderr


@pytest.mark.slow
@pytest.mark.attack
@pytest.mark.timeout(240)
@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_held(case: Case, servers: Servers) -> None:
    """Every figure is within its limit."""
    if case.private:
        apart(case)
        return
    figures = case.run(servers.for_(case))
    assert figures
    assert not [str(figure) for figure in figures if not figure.ok]
