"""Environments made from lock files: whole or not there, whatever comes in between."""

from __future__ import annotations

import dataclasses
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaserver.errors import EngineError
from pipelines.environments.install import folders_of, install
from pipelines.environments.locks import Device, find_lock
from pipelines.environments.making import InstallStep
from pipelines.environments.places import environment, environments, interpreter
from pipelines.environments.remove import parts_of, remove_environment
from pipelines.environments.stamp import look, read_stamp, write_stamp
from pipelines.environments.users import users_of
from tests.wheels import make_wheel, pinned


class Registry:
    """A folder of wheels that pip is told of, and a lock file of another party's package beside it."""

    def __init__(self, folder: Path) -> None:
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.home = folder / "home"
        self.lock_file = folder / "acme" / "speech.lock"
        self.lock_file.parent.mkdir()
        self.lock = str(self.lock_file)

    def offer(self, name: str, version: str, says: str) -> Path:
        return make_wheel(self.wheels, name, version, {f"{name}.py": f"SAYS = {says!r}\n"})

    def hold(self, *wheels: Path, head: str = "", file: str = "speech") -> None:
        self.lock_file.with_name(f"{file}.lock").write_text(head + pinned(*wheels))

    def install(self) -> None:
        install(self.lock, self.home, Device.CPU)

    def says(self, name: str) -> str:
        """What a package in the environment says."""
        code = f"import {name}; print({name}.SAYS)"
        command = [str(interpreter(self.home, self.lock)), "-I", "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    @property
    def folders(self) -> list[str]:
        return sorted(path.name for path in (self.home / "environments").iterdir() if path.is_dir())


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    made = Registry(tmp_path)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.wheels))
    monkeypatch.setenv("PIP_NO_COMPILE", "1")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    yield made


def test_an_environment_has_what_its_lock_file_holds_and_is_made_once(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.hold(registry.offer("larynx", "1.0", "ah"), registry.offer("lungs", "2.0", "hh"))
    steps: list[InstallStep] = []
    first = install(registry.lock, registry.home, Device.CPU, steps.append)
    assert (registry.says("larynx"), registry.says("lungs"), first.packages) == ("ah", "hh", 2)
    assert environment(registry.home, registry.lock).name == "acme-speech"
    assert {"fetching acme-speech", "installing acme-speech"} < {step.what for step in steps}
    assert max(step.done for step in steps) == 2 and max(step.mb for step in steps) > 0
    # It needs no folder that can be written, where it is whole: of a container's image, say.
    monkeypatch.setattr("pipelines.environments.turns.os.open", _read_only)
    assert install(registry.lock, registry.home, Device.CPU) == first
    (environment(registry.home, registry.lock) / "voiceforge.json").unlink()
    with pytest.raises(EngineError, match=r"cannot be written to \(Read-only file system\): see engines\."):
        registry.install()


def _read_only(path: Path, *rest: int) -> int:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))


def test_what_is_no_longer_of_its_lock_file_is_old_and_stays_until_the_new_one_is_there(
    registry: Registry,
) -> None:
    registry.hold(registry.offer("larynx", "1.0", "ah"))
    registry.install()
    assert look(registry.home, registry.lock).usable
    registry.hold(registry.offer("larynx", "1.1", "oh"))
    found = look(registry.home, registry.lock)
    assert (found.usable, found.old, found.fault) == (False, True, "out of date")

    def stop(step: InstallStep) -> None:
        if step.what.startswith("installing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(registry.lock, registry.home, Device.CPU, stop)
    places = [registry.home / "environments" / name for name in registry.folders]
    assert not [user for place in places for user in users_of(place)], "pip goes on"
    assert registry.says("larynx") == "ah" and look(registry.home, registry.lock).old
    registry.install()
    assert registry.says("larynx") == "oh" and look(registry.home, registry.lock).usable
    assert len(registry.folders) == 2  # the folder and the name that leads to it


@pytest.mark.slow  # pip runs time and again
def test_an_interrupted_installation_is_not_there_and_goes_on_with_what_was_fetched(
    registry: Registry,
) -> None:
    wheel = registry.offer("larynx", "1.0", "ah")
    registry.hold(wheel)

    def stop(step: InstallStep) -> None:
        if step.what.startswith("installing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(registry.lock, registry.home, Device.CPU, stop)
    assert look(registry.home, registry.lock).stamp is None
    wheel.unlink()
    registry.install()
    assert registry.says("larynx") == "ah"


def refused(registry: Registry, device: Device = Device.CPU) -> str:
    with pytest.raises(EngineError) as refusal:
        install(registry.lock, registry.home, device)
    line = str(refusal.value)
    assert "\n" not in line and look(registry.home, registry.lock).stamp is None
    return line


def test_a_package_with_another_hash_is_refused_and_nothing_is_there(registry: Registry) -> None:
    registry.hold(registry.offer("larynx", "1.0", "ah"))
    registry.offer("larynx", "1.0", "something else")
    assert "larynx is not what was locked (its hash differs)" in refused(registry)


def test_a_package_that_no_index_has_is_named(registry: Registry) -> None:
    wheel = registry.offer("larynx", "1.0", "ah")
    registry.hold(wheel)
    wheel.unlink()
    assert "pip's indexes know no larynx==1.0" in refused(registry)
    registry.offer("larynx", "2.0", "oh")
    assert "pip's indexes have no larynx==1.0" in refused(registry)


@pytest.mark.slow  # pip runs time and again
def test_an_index_that_cannot_be_reached_is_said_so(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.hold(registry.offer("larynx", "1.0", "ah"))
    for variable in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    assert "the index of packages cannot be reached" in refused(registry)


def test_packages_for_another_python_are_refused_before_anything_is_fetched(registry: Registry) -> None:
    registry.hold(registry.offer("larynx", "1.0", "ah"), head="# python: <3.9\n")
    assert "need Python <3.9" in refused(registry)
    assert not registry.home.exists()


def test_a_lock_file_that_is_not_there_is_named(registry: Registry) -> None:
    assert f"the lock file {registry.lock} cannot be read" in refused(registry)


@pytest.mark.slow  # pip runs time and again
def test_a_layer_is_shared_and_goes_with_the_last_that_shares_it(registry: Registry) -> None:
    registry.hold(registry.offer("lungs", "1.0", "hh"), file="base")
    registry.hold(registry.offer("larynx", "1.0", "ah"), head="# layer: ./base\n")
    registry.install()
    assert (registry.says("larynx"), registry.says("lungs")) == ("ah", "hh")
    before = [name for name in registry.folders if name.startswith("acme-base.")]
    registry.hold(registry.offer("lungs", "1.1", "oo"), file="base")
    assert look(registry.home, registry.lock).old
    registry.install()
    assert registry.says("lungs") == "oo"
    after = [name for name in registry.folders if name.startswith("acme-base.")]
    assert len(before) == len(after) == 1 and before != after


@pytest.mark.slow  # pip runs time and again
def test_a_layer_of_another_python_is_left_alone(registry: Registry) -> None:
    registry.hold(registry.offer("lungs", "1.0", "hh"), file="base")
    registry.hold(registry.offer("larynx", "1.0", "ah"), head="# layer: ./base\n")
    registry.install()
    found = look(registry.home, registry.lock)
    assert found.stamp is not None
    theirs = environments(registry.home) / found.stamp.layer
    stamp = read_stamp(theirs)
    assert stamp is not None
    write_stamp(theirs, dataclasses.replace(stamp, python="3.99.1"))
    interpreter(registry.home, registry.lock).unlink()
    registry.install()
    again = look(registry.home, registry.lock)
    assert again.stamp is not None and again.stamp.layer.startswith(f"{theirs.name}-python3.")
    assert registry.says("lungs") == "hh"


@pytest.mark.slow  # pip runs time and again
def test_a_build_with_the_label_is_taken_and_its_hash_written_down(registry: Registry) -> None:
    usual = registry.offer("lungs", "1.0", "for GPUs")
    registry.hold(usual, registry.offer("larynx", "1.0", "ah"), head="# local-build: lungs +cpu\n")
    line = refused(registry)
    assert "pip's indexes have no lungs 1.0+cpu" in line and "--device cuda" in line
    registry.offer("lungs", "1.0+cpu", "for all")
    stamp = install(registry.lock, registry.home, Device.CPU)
    assert registry.says("lungs") == "for all" and registry.says("larynx") == "ah"
    assert stamp.own_builds[0].startswith("lungs 1.0+cpu sha256:")


def test_a_machine_with_a_gpu_may_have_a_lock_file_of_its_own(registry: Registry) -> None:
    registry.hold(registry.offer("larynx", "1.0", "ah"))
    assert find_lock(registry.lock, Device.CUDA).path == registry.lock_file
    registry.hold(registry.offer("larynx", "2.0", "AH"), file="speech-cuda")
    both = find_lock(registry.lock, Device.CPU), find_lock(registry.lock, Device.CUDA)
    assert [lock.pins[0].version for lock in both] == ["1.0", "2.0"]
    assert both[0].name == both[1].name and both[0].folder != both[1].folder
    registry.lock_file.unlink()
    assert "are for machines with an NVIDIA GPU" in refused(registry)


@pytest.mark.slow  # pip runs time and again
def test_what_lost_its_python_or_its_layer_says_so(registry: Registry) -> None:
    registry.hold(registry.offer("lungs", "1.0", "hh"), file="base")
    registry.hold(registry.offer("larynx", "1.0", "ah"), head="# layer: ./base\n")
    registry.install()
    found = look(registry.home, registry.lock)
    assert found.stamp is not None
    interpreter(registry.home, registry.lock).unlink()
    assert look(registry.home, registry.lock).fault == "its Python is gone"
    registry.install()
    (registry.home / "environments" / found.stamp.layer / "voiceforge.json").unlink()
    assert "are gone" in look(registry.home, registry.lock).fault
    registry.install()
    assert registry.says("lungs") == "hh"


@pytest.mark.slow  # pip runs time and again
def test_what_workers_run_in_is_not_made_anew_under_them(registry: Registry) -> None:
    """It lost a file, and `install` mends that by making it anew: what they have yet to import would go."""
    registry.hold(registry.offer("larynx", "1.0", "ah"))
    registry.install()
    folder = environment(registry.home, registry.lock)
    (module,) = folder.glob("lib/python*/site-packages/larynx.py")
    module.unlink()
    python = str(interpreter(registry.home, registry.lock))
    with subprocess.Popen([python, "-c", "input()"], stdin=subprocess.PIPE) as worker:
        with pytest.raises(EngineError, match=f"process {worker.pid} runs in .*: stop the server first"):
            registry.install()
        assert read_stamp(folder) is not None
        worker.communicate(b"\n")
    registry.install()
    assert registry.says("larynx") == "ah"


def test_an_environment_whose_name_begins_like_another_is_left_alone(tmp_path: Path) -> None:
    """Installing `speech`, and removing it, took `speech.v2` away."""
    folder = environments(tmp_path)
    first, second = folder / "speech.0123456789ab", folder / "speech.v2.0123456789ab-python3.12"
    for each in (first, second):
        each.mkdir(parents=True)
    (folder / "speech").symlink_to(first.name)
    assert folders_of(folder, "speech") == [first] and folders_of(folder, "speech.v2") == [second]
    remove_environment("speech", tmp_path)
    assert parts_of("speech", tmp_path) == [] and parts_of("speech.v2", tmp_path) == [second]
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [second.name]
