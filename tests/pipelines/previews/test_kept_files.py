"""A folder of files that never holds more than it may."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.engines.finish.kept_files import KeptFiles


def name(letter: str) -> str:
    return f"{letter * 64}.wav"


def test_what_was_not_asked_for_the_longest_goes_first(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "kept", 300)
    for age, letter in enumerate("abc"):
        kept.write(name(letter), letter.encode() * 100)
        os.utime(tmp_path / "kept" / name(letter), (age, age))
    assert kept.read(name("a")) == b"a" * 100  # asked for: the youngest now
    kept.write(name("d"), b"d" * 100)
    assert kept.read(name("b")) is None
    assert all(kept.read(name(letter)) is not None for letter in "acd")
    assert sum(path.stat().st_size for path in (tmp_path / "kept").iterdir()) == 300


def test_what_is_larger_than_the_folder_is_not_kept_and_what_a_kill_left_goes(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, 300)
    kept.write(name("a"), b"a" * 301)
    assert kept.read(name("a")) is None and not list(tmp_path.iterdir())
    (tmp_path / "tmp0left").write_bytes(b"x" * 250)
    os.utime(tmp_path / "tmp0left", (1, 1))
    kept.write(name("b"), b"b" * 100)
    assert [path.name for path in tmp_path.iterdir()] == [name("b")]


@pytest.mark.parametrize("bad", ["../../etc/passwd", "a.wav", "a" * 64, f"{'a' * 64}.wav/x"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, bad: str) -> None:
    kept = KeptFiles(tmp_path, 300)
    with pytest.raises(ValueError, match="no name of a kept file"):
        kept.read(bad)
    with pytest.raises(ValueError, match="no name of a kept file"):
        kept.write(bad, b"")


def test_nothing_half_written_is_ever_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptFiles(tmp_path, 300)

    def full(source: str, target: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        kept.write(name("a"), b"a" * 100)
    assert not list(tmp_path.iterdir())
