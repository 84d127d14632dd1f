"""A disk that becomes full while packages or weights come: one line, nothing half there, and on it goes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaserver.errors import EngineError
from pipelines.environments.install import install
from pipelines.environments.locks import Device
from pipelines.environments.places import weights
from pipelines.environments.pull import plan_pull, pull
from pipelines.environments.recipe import ModelFiles
from pipelines.environments.stamp import look
from pipelines.environments.weights import lacks_of
from tests.standins.hub import Repository, serving
from tests.wheels import make_wheel, pinned

FILES = ModelFiles("acme/larynx")
MODEL = bytes(range(256)) * 2_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 256 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no disk can be mounted here: run as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def grow(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)


def test_weights_that_find_no_room_go_on_once_there_is_some(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 10_000)
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        hub.repositories["acme/larynx"] = Repository({"model.safetensors": MODEL})
        with pytest.raises(EngineError, match="the disk is full: make room and run it again"):
            pull(plan_pull(FILES, small_disk))
        assert lacks_of(weights(small_disk, "acme/larynx")) == "half fetched"
        grow(small_disk)
        pull(plan_pull(FILES, small_disk))
        assert not lacks_of(weights(small_disk, "acme/larynx")) and len(hub.ranges) == 1


@pytest.mark.slow  # pip runs time and again
def test_packages_that_find_no_room_go_on_once_there_is_some(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels, lock = tmp_path / "wheels", tmp_path / "acme" / "speech.lock"
    for folder in (wheels, lock.parent):
        folder.mkdir()
    for name, value in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
    }.items():
        monkeypatch.setenv(name, value)
    lock.write_text(pinned(make_wheel(wheels, "larynx", "1.0", {"larynx.py": f"A = {'a' * 300_000!r}\n"})))
    with pytest.raises(EngineError) as refusal:
        install(str(lock), small_disk, Device.CPU)
    assert "the disk is full" in str(refusal.value) or "No space left" in str(refusal.value)
    assert "\n" not in str(refusal.value) and look(small_disk, str(lock)).stamp is None
    grow(small_disk)
    install(str(lock), small_disk, Device.CPU)
    assert look(small_disk, str(lock)).usable
