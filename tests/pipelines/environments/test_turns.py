"""Locks of folders: one at a time, for those alone who may change the folder, until the last has ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mediaserver.errors import EngineError
from pipelines.environments import pip
from pipelines.environments.turns import turn, turn_if_free


def hold(folder: Path, go: threading.Event, done: threading.Event) -> None:
    with turn(folder, lambda _: None):
        go.set()
        done.wait(20)


def test_two_take_turns(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    go, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path / "speech", go, done))
    other.start()
    assert go.wait(20)
    said: list[str] = []

    def tell(words: str) -> None:
        said.append(words)
        done.set()

    with turn(tmp_path / "speech", tell):
        assert said == ["waiting for another that works on speech"]
    other.join()


@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o600), (0o700, 0o600), (0o775, 0o660)])
def test_the_lock_is_for_those_alone_who_may_change_the_folder(
    tmp_path: Path, folder: int, file: int
) -> None:
    """Who can open it to read can hold it: any local user could keep engines from being installed."""
    tmp_path.chmod(folder)
    before = os.umask(0)
    try:
        with turn(tmp_path / "speech", lambda _: None), turn_if_free(tmp_path / "piper") as free:
            assert free
    finally:
        os.umask(before)
    for name in ("speech", "piper"):
        assert (tmp_path / f".{name}.lock").stat().st_mode & 0o777 == file


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".speech.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineError, match="cannot be written to"), turn(tmp_path / "speech", lambda _: None):
        pass
    assert not (tmp_path / "elsewhere").exists()


PIP = """#!/bin/sh
echo yes > "$PIP_TEST/began"
read -r _ < "$PIP_TEST/go"
"""


def run(folder: Path) -> None:
    with turn(folder / "speech", lambda _: None) as held:
        pip.has_pip = lambda: False  # so that one of the environment's own is run: PIP
        pip.run_pip(folder / "python", ["install"], folder / "log", work=folder / "work", held=held)


def test_the_lock_is_held_until_pip_has_ended_though_we_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip goes on where its parent is killed, in the folder that the next installation would make anew."""
    monkeypatch.setenv("PIP_TEST", str(tmp_path))
    for fifo in ("began", "go"):
        os.mkfifo(tmp_path / fifo)
    (tmp_path / "python").write_text(PIP)
    (tmp_path / "python").chmod(0o755)
    us = subprocess.Popen([sys.executable, "-c", f"from {__name__} import *; run(Path({str(tmp_path)!r}))"])
    assert (tmp_path / "began").read_text()
    us.kill()
    assert us.wait(20) == -signal.SIGKILL
    with turn_if_free(tmp_path / "speech") as free:
        assert not free
    (tmp_path / "go").write_text("go\n")
    with turn(tmp_path / "speech", lambda _: None):
        pass
