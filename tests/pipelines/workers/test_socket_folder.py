"""Folders of sockets: what a server that was killed has left goes with the next start, and nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from pipelines.workers import socket_folder
from pipelines.workers.socket_folder import SocketFolder, sweep


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(place: Path, name: str = "voiceforge-0123456789abcdef") -> Path:
    """What somebody has left there."""
    (place / name).mkdir(mode=0o700)
    (place / name / "http.sock").touch()
    return place / name


def test_one_that_is_owned_stays_and_one_that_was_left_goes(place: Path) -> None:
    mine, gone = SocketFolder(), left(place)
    mine.make()
    (mine.path / "http.sock").touch()
    sweep()
    assert (mine.path / "http.sock").exists() and not gone.exists()
    assert mine.path.stat().st_mode & 0o777 == 0o700
    mine.remove()
    mine.remove()
    assert not mine.path.exists()


def test_nothing_else_is_removed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [left(place, name) for name in ("voiceforge-simulate-x", "voiceforge-21u0wkub", "notes")]
    (place / "voiceforge-1111111111111111").symlink_to(others[-1])
    (place / "voiceforge-2222222222222222").touch()
    foreign = left(place)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    sweep()
    assert all((each / "http.sock").exists() for each in (*others, foreign))
    assert (place / "voiceforge-2222222222222222").exists()


def test_one_that_is_swept_before_it_is_locked_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, opened = SocketFolder(), socket_folder._opened
    swept: list[Path] = []

    def opened_late(path: Path) -> int:
        held = opened(path)
        if not swept:
            swept.append(path)
            sweep()
            assert not path.exists()
        return held

    monkeypatch.setattr(socket_folder, "_opened", opened_late)
    mine.make()
    assert swept and mine.path.is_dir()
    sweep()
    assert mine.path.is_dir()


def test_one_that_is_there_already_is_not_taken() -> None:
    mine = SocketFolder()
    mine.path.mkdir()
    with pytest.raises(FileExistsError):
        mine.make()
