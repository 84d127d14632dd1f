"""Tests in three processes: what happens in real time stays in one of them, the console in another, and who
computes gives way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.at_once import CONSOLE, GIVES_WAY, REST_GIVES_WAY, ROOT, in_real_time

LEAST = 19
"""No process is nicer."""
HOOKS = """
from pathlib import Path
from tests import at_once
from tests.at_once import pytest_runtest_setup, pytest_xdist_make_scheduler
at_once.ROOT = Path(__file__).parent
"""
TEST = """
import os
def test_one(): told()
def test_two(): told()
def told():
    with open("told", "a") as file:
        file.write(f"{__name__} {os.environ['PYTEST_XDIST_WORKER']} {os.nice(0)}\\n")
"""
MORE = "\n".join(f"def test_more_{number}(): told()" for number in range(4))
"""With these a file has more tests than all that are heard, or seen: by their number it would be first."""


def test_calls_are_told_by_where_they_stand_or_what_they_start() -> None:
    assert in_real_time("tests/peers/test_sipp.py") and in_real_time("tests/plugins/test_rows.py")
    assert not in_real_time("tests/sip/messages/test_uri.py")
    assert not in_real_time("tests/contract/test_document.py")


def test_real_time_and_the_console_are_each_in_one_process_and_the_rest_gives_way(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(HOOKS)
    heard = ["tests/faults/test_heard_first.py", "tests/peers/test_heard_last.py"]
    seen = ["tests/console/test_seen_first.py", "tests/console/test_seen_last.py"]
    for path in ["tests/test_a.py", "tests/test_b.py", "tests/test_c.py", *heard, *seen]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(TEST if path in (*heard, *seen) else TEST + MORE)
    three = ["-n", "3", "--dist", "loadfile", "--import-mode=importlib", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *three],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    told = [line.split() for line in (tmp_path / "told").read_text().splitlines()]
    assert len(told) == 4 * 2 + 3 * 6
    firsts = {process: name for name, process, _ in reversed(told)}
    begun = sorted(next((kind for kind in ("heard", "seen") if kind in name), "") for name in firsts.values())
    assert begun == ["", "heard", "seen"], "what takes long is not left for the end"
    before = os.nice(0)
    nice = {"heard": {before}, "seen": {min(before + GIVES_WAY[CONSOLE], LEAST)}}
    for kind, expected in nice.items():
        assert len({process for name, process, _ in told if kind in name}) == 1
        assert {int(value) for name, _, value in told if kind in name} == expected
    rest = {int(value) for name, _, value in told if not any(kind in name for kind in nice)}
    assert rest == {min(before + REST_GIVES_WAY, LEAST)}
