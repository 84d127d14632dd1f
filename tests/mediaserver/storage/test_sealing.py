"""Secrets at rest: whole, for one owner, with one key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mediaserver.errors import SealError, StartupError
from mediaserver.storage.sealing import KEY_FILE, Sealer, open_sealer

ONE, OTHER = Sealer(b"1" * 32), Sealer(b"2" * 32)


def test_what_is_sealed_can_be_opened_and_shows_nothing() -> None:
    sealed = ONE.seal("correct horse", "trunk:a")
    assert "correct" not in sealed and ONE.seal("correct horse", "trunk:a") != sealed
    assert ONE.open(sealed, "trunk:a") == "correct horse"


@pytest.mark.parametrize("changed", ["", "v1:", "v1:AAAA", "v2:x", "not base64 \0"])
def test_what_is_none_of_ours_is_refused(changed: str) -> None:
    with pytest.raises(SealError, match="another key"):
        ONE.open(changed, "trunk:a")


def test_it_opens_for_nobody_else_and_with_no_other_key() -> None:
    sealed = ONE.seal("correct horse", "trunk:a")
    for sealer, owner in ((ONE, "trunk:b"), (OTHER, "trunk:a")):
        with pytest.raises(SealError) as error:
            sealer.open(sealed, owner)
        assert "correct" not in str(error.value) and KEY_FILE in str(error.value)


def test_the_key_is_made_once_and_belongs_to_us_alone(tmp_path: Path) -> None:
    sealed = open_sealer(tmp_path).seal("x", "o")
    assert open_sealer(tmp_path).open(sealed, "o") == "x"
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]


def test_a_broken_key_is_told_of(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(StartupError, match="no key of 32 bytes"):
        open_sealer(tmp_path)
    with pytest.raises(StartupError, match="must belong to the user"):
        open_sealer(tmp_path / "nowhere")


def test_a_key_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    sealed = open_sealer(tmp_path).seal("x", "o")
    (tmp_path / KEY_FILE).chmod(0o644)  # as a backup may bring it back
    assert open_sealer(tmp_path).open(sealed, "o") == "x"
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
