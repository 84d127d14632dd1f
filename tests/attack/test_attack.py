"""Each attack as a test of its own; those that judge times are left to `make attack` on a quiet machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.all_cases import CASES
from tests.attack.case import Case
from tests.attack.servers import Servers

PLAYED = sorted((case for case in CASES.values() if not case.timed), key=lambda case: repr(case.settings))


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with Servers(Path(__file__).resolve().parents[2]) as running:
        yield running


@pytest.mark.slow
@pytest.mark.attack
@pytest.mark.timeout(240)
@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_held(case: Case, servers: Servers) -> None:
    """Every figure is within its limit."""
    figures = case.run(servers.for_(case))
    assert figures
    assert not [str(figure) for figure in figures if not figure.ok]
