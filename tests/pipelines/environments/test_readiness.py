"""What an engine lacks, said as what mends it; and what only this machine's GPU and files can say."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from pipelines.engines.registry import EngineOptions
from pipelines.environments import device, readiness, stamp
from pipelines.environments.checksums import sha256
from pipelines.environments.debian import missing_packages
from pipelines.environments.locks import Device, find_lock
from pipelines.environments.places import environment, weights
from pipelines.environments.readiness import environment_mend, recipe_readiness, weights_folder
from pipelines.environments.recipe import ModelFiles, Recipe
from pipelines.environments.stamp import Stamp, look, write_stamp
from pipelines.environments.weights import FILE, Pulled, WeightFile, write_pulled
from pipelines.environments.wholeness import missing_file

MODEL = ModelFiles("acme/larynx", size_mb=1_200, licence="MIT")


def lacks(recipe: Recipe, home: Path, **settings: object) -> str:
    return recipe_readiness("larynx", recipe, EngineOptions(home=home, settings=settings)).lacks


def lay_weights(home: Path, repo: str) -> Path:
    """Weights as `engines pull` leaves them."""
    folder = weights(home, repo)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    file = WeightFile(7, sha256(folder / "model.safetensors"))
    write_pulled(folder, Pulled(repo, "main", "abc", "MIT", "hub", "now", {"model.safetensors": file}))
    return folder


def lay_environment(home: Path, folder: Path, device: Device, head: str = "") -> str:
    """An environment as `engines install` leaves it, but for what is in it; its lock."""
    path = folder / "acme" / "larynx.lock"
    path.parent.mkdir()
    path.write_text(f"{head}numpy==2.0\n")
    lock = find_lock(str(path), device)
    real = home / "environments" / lock.folder
    (real / "bin").mkdir(parents=True)
    (real / "bin" / "python").touch()
    write_stamp(real, Stamp(str(path), lock.digest, device, "3.11.7", 1, 10, "now"))
    environment(home, str(path)).symlink_to(real.name)
    return str(path)


def test_weights_are_pulled_named_or_a_folder(tmp_path: Path) -> None:
    recipe = Recipe(weights=(MODEL,))
    words = "its weights acme/larynx (1,200 MB, MIT), not fetched: run `voiceforge engines pull larynx`"
    assert lacks(recipe, tmp_path) == words
    folder = lay_weights(tmp_path, "acme/larynx")
    assert lacks(recipe, tmp_path) == ""
    assert weights_folder(recipe, EngineOptions(home=tmp_path)) == folder
    assert "acme/other, not fetched" in lacks(recipe, tmp_path, weights="acme/other")
    assert "there is no folder /nowhere" in lacks(recipe, tmp_path, weights="/nowhere")
    assert lacks(recipe, tmp_path, weights=str(folder)) == ""
    options = EngineOptions(home=tmp_path, settings={"weights": str(folder)})
    assert weights_folder(recipe, options) == folder
    (folder / FILE).write_text("[")
    assert "whose list of files cannot be read" in lacks(recipe, tmp_path)
    (folder / FILE).unlink()
    assert "half fetched" in lacks(recipe, tmp_path)


def test_every_model_of_a_recipe_is_looked_for(tmp_path: Path) -> None:
    recipe = Recipe(weights=(MODEL, ModelFiles("acme/codec")))
    own = tmp_path / "own"
    own.mkdir()
    assert lacks(recipe, tmp_path, weights=str(own)).startswith("its weights acme/codec, not fetched")
    options = EngineOptions(home=tmp_path, settings={"weights": str(own)})
    assert weights_folder(recipe, options, 1) == weights(tmp_path, "acme/codec")


def test_keys_are_variables_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe(keys=("LARYNX_KEY", "ACME_KEY"))
    for variable in recipe.keys:
        monkeypatch.delenv(variable, raising=False)
    assert lacks(recipe, tmp_path) == "a key: set LARYNX_KEY or ACME_KEY"
    assert lacks(recipe, tmp_path, api_key_env="MINE") == "a key: set MINE"
    assert "there is no file /nowhere" in lacks(recipe, tmp_path, api_key_file="/nowhere")
    monkeypatch.setenv("ACME_KEY", "secret")
    assert lacks(recipe, tmp_path) == ""


def test_packages_of_the_system_are_those_that_dpkg_has(tmp_path: Path) -> None:
    for name in ("flite.md5sums", "libsonic0:amd64.md5sums", "festival.list"):  # that one was removed
        (tmp_path / name).touch()
    assert missing_packages(("flite", "libsonic0", "festival"), tmp_path) == ["festival"]
    assert missing_packages(("festival",), tmp_path / "nowhere") == []


def test_an_environment_for_another_gpu_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = lay_environment(tmp_path / "home", tmp_path, Device.CUDA, "# driver: 580\n")
    recipe, version = Recipe(lock=lock), tmp_path / "version"
    monkeypatch.setattr(device, "_SIGNS", (str(version),))
    monkeypatch.setattr(device, "_VERSION", version)
    words = lacks(recipe, tmp_path / "home")
    assert "made for an NVIDIA GPU, and there is none" in words
    assert "run `voiceforge engines update larynx --device cpu`" in words
    version.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 2023\n")
    words = lacks(recipe, tmp_path / "home")
    assert "needs an NVIDIA driver of version 580 or later, this one is 535" in words
    assert "update the driver" in words
    version.write_text("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\n")
    assert lacks(recipe, tmp_path / "home") == ""


def test_an_engine_that_needs_a_gpu_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_SIGNS", ())
    assert lacks(Recipe(needs_gpu=True), tmp_path) == "an NVIDIA GPU with its driver"
    monkeypatch.setattr(device, "_SIGNS", (str(tmp_path),))
    assert lacks(Recipe(needs_gpu=True), tmp_path) == ""


def test_files_of_packages_are_missed_by_their_own_lists(tmp_path: Path) -> None:
    lock = lay_environment(tmp_path / "home", tmp_path, Device.CPU)
    packages = environment(tmp_path / "home", lock) / "lib" / "python3.11" / "site-packages"
    (packages / "larynx-1.0.dist-info").mkdir(parents=True)
    record = packages / "larynx-1.0.dist-info" / "RECORD"
    record.write_text("larynx.py,sha256=x,3\nlarynx-1.0.dist-info/RECORD,,\n__pycache__/larynx.pyc,,\n")
    assert missing_file(tmp_path / "home", lock) == "larynx.py is gone"
    (packages / "larynx.py").write_text("ab")
    assert missing_file(tmp_path / "home", lock) == "larynx.py has 2 of 3 bytes"
    (packages / "larynx.py").write_text("abc")
    assert missing_file(tmp_path / "home", lock) == ""


def test_a_stamp_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    lock = lay_environment(tmp_path / "home", tmp_path, Device.CPU)
    found = look(tmp_path / "home", lock)
    assert found.usable and found.stamp is not None and found.stamp.size_mb == 10
    path = environment(tmp_path / "home", lock) / stamp.FILE
    for text in ("", "[]", json.dumps({"lock": 1}), json.dumps(dataclasses.asdict(found.stamp) | {"new": 1})):
        path.write_text(text)
        assert look(tmp_path / "home", lock).stamp is None
    assert "run `voiceforge engines install larynx`" in lacks(Recipe(lock=lock), tmp_path / "home")
    assert environment_mend("larynx", found) == "run `voiceforge engines install larynx`"
    assert readiness.recipe_readiness("larynx", Recipe(), EngineOptions()).ready
