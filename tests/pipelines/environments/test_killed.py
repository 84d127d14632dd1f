"""A pull or an installation that is killed, wherever it is: what it leaves counts as whole only if it is,
and the same command goes on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.environments.from_folder import take
from pipelines.environments.install import install
from pipelines.environments.locks import Device
from pipelines.environments.places import interpreter, weights
from pipelines.environments.pull import plan_pull, pull
from pipelines.environments.recipe import ModelFiles
from pipelines.environments.stamp import look
from pipelines.environments.weights import corrupt_files, lacks_of, read_pulled
from pipelines.environments.wholeness import missing_file
from tests.pipelines.environments.killing import killed
from tests.standins.hub import Hub, Repository, serving
from tests.wheels import make_wheel, pinned

FILES = ModelFiles("acme/larynx", ("*.json", "*.safetensors"))
OLD = {"config.json": b"{}", "merges.json": b"[]", "model.safetensors": bytes(50_000)}
NEW = {"config.json": b'{"a": 1}', "model.safetensors": bytes(range(256)) * 200}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield hub


def pulled(home: Path) -> None:
    pull(plan_pull(FILES, home))


def is_what_it_says(home: Path) -> bool:
    """Whether weights are there; if so, they are those of one commit, every byte."""
    folder = weights(home, FILES.repo)
    if lacks_of(folder):
        return False
    told = read_pulled(folder)
    assert told is not None and not corrupt_files(folder, told)
    contents = {name: (folder / name).read_bytes() for name in told.files}
    assert contents in (OLD, NEW)
    return True


@pytest.mark.slow  # thirty processes
@pytest.mark.timeout(600)
def test_a_pull_that_is_killed_at_any_step_leaves_nothing_that_counts_as_whole(
    hub: Hub, tmp_path: Path
) -> None:
    before, step, whole = tmp_path / "before", 0, 0
    hub.repositories["acme/larynx"] = Repository(OLD)
    pulled(before)
    hub.repositories["acme/larynx"] = Repository(NEW)
    while True:
        step += 1
        home = shutil.copytree(before, tmp_path / f"home{step}")
        if not killed(step, home, pulled, home):
            break
        whole += is_what_it_says(home)
        pulled(home)
        assert is_what_it_says(home)
        assert (weights(home, FILES.repo) / "model.safetensors").stat().st_size == 51_200
        assert not (weights(home, FILES.repo) / "merges.json").exists()
    assert is_what_it_says(home)
    assert whole < step - 5 and step > 10  # whole are only the first ones, before anything was changed


def taken(folder: Path, home: Path) -> None:
    take(FILES, folder, home, link=False)


def test_a_copy_from_a_folder_that_is_killed_is_not_whole_either(hub: Hub, tmp_path: Path) -> None:
    stick, step = tmp_path / "stick", 0
    stick.mkdir()
    for name, data in OLD.items():
        (stick / name).write_bytes(data)
    while True:
        step += 1
        home = tmp_path / f"home{step}"
        if not killed(step, home, taken, stick, home):
            break
        assert not is_what_it_says(home)
    assert is_what_it_says(home) and step > 5


def installed(lock: str, home: Path) -> None:
    install(lock, home, Device.CPU)


@pytest.mark.slow  # pip runs time and again
@pytest.mark.timeout(600)
def test_an_installation_that_is_killed_at_any_step_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels, lock = tmp_path / "wheels", tmp_path / "acme" / "speech.lock"
    for folder in (wheels, lock.parent):
        folder.mkdir()
    for name, value in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_COMPILE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    lock.write_text(pinned(make_wheel(wheels, "larynx", "1.0", {"larynx.py": "SAYS = 'ah'\n"})))
    step = 0
    while True:
        step += 1
        home = tmp_path / f"home{step}"
        if not killed(step, home, installed, str(lock), home):
            break
        found = look(home, str(lock))
        if found.usable:  # killed behind its last word
            assert not missing_file(home, str(lock))
    assert look(home, str(lock)).usable and interpreter(home, str(lock)).exists() and step > 15
