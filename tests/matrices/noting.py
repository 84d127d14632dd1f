"""A pytest plugin that notes how tests of the matrices ended; of those with parameters the worst counts."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.matrices.matrix import ROOT
from tests.matrices.results import note_results

ENDS = pytest.StashKey[dict[str, str]]()
_WORSE = ("passed", "skipped", "failed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.get_closest_marker("shows") is not None and (report.when == "call" or not report.passed):
        file = item.path.relative_to(ROOT / "tests").as_posix()
        name = f"{file}::{item.name.partition('[')[0]}"
        ends = item.session.stash.setdefault(ENDS, {})
        ends[name] = max(ends.get(name, "passed"), report.outcome, key=_WORSE.index)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    ends = session.stash.get(ENDS, None)
    if ends:
        note_results(ends)
