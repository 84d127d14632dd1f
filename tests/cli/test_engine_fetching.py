"""`voiceforge engines` with an engine that has packages and weights of its own: from nothing to its
first words and away again, by the commands alone."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from rich.progress import Progress

from cli.doctor_environments import spoilt_engines
from cli.main import main
from mediaserver.config import load
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.environments.places import environment, interpreter, weights
from pipelines.environments.readiness import recipe_readiness
from pipelines.environments.recipe import ModelFiles, Recipe
from tests.fakes import FakeStt, FakeTts
from tests.standins.hub import Hub, Repository, serving
from tests.wheels import make_wheel, pinned

MODEL = bytes(range(256)) * 400


class Desk:
    """A person at a terminal: an engine `condor`, a registry of packages and a hub."""

    def __init__(self, folder: Path, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = folder / "engines"
        self.hub = hub
        self._capsys = capsys
        self.wheels, lock = folder / "wheels", folder / "aviary" / "birds.lock"
        for each in (self.wheels, lock.parent):
            each.mkdir()
        lock.write_text(pinned(make_wheel(self.wheels, "larynx", "1.0", {"larynx.py": "SAYS = 'ah'\n"})))
        hub.repositories["acme/condor"] = Repository(
            {"config.json": b"{}", "model.safetensors": MODEL, "pytorch_model.bin": MODEL}
        )
        files = ModelFiles("acme/condor", ("*.json", "*.bin", "*.safetensors"), size_mb=1, licence="MIT")
        self.recipe = Recipe(str(lock), (files,), gpu_mb=900, cost="")
        self.known = EngineRegistry()
        self.add("condor", Kind.TTS, FakeTts)

    def add(self, name: str, kind: Kind, make: Any, recipe: Recipe | None = None) -> None:
        recipe = recipe or self.recipe

        def check(options: EngineOptions) -> Readiness:
            return recipe_readiness(name, recipe, options)

        manifest = Manifest(name, kind, "soars", ("*",), "BSD", needs=("weights",))
        entry = EngineEntry(
            manifest, lambda: check(EngineOptions()), lambda _: make(), check_with=check, recipe=recipe
        )
        self.known.add(entry)

    def types(self, *words: str) -> str:
        """What a command that succeeds prints."""
        assert main(["engines", *words]) == 0, self._capsys.readouterr().err
        return self._capsys.readouterr().out

    def is_refused(self, *words: str) -> str:
        """The one line of a command that fails."""
        assert main(["engines", *words]) == 1
        said = self._capsys.readouterr().err.splitlines()[-1]
        assert said.startswith("voiceforge: ")
        return said

    def row(self, name: str = "condor") -> dict[str, Any]:
        rows: list[dict[str, Any]] = json.loads(self.types("list", "--json"))["engines"]
        return next(row for row in rows if row["name"] == name)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with serving() as hub:
        desk = Desk(tmp_path, hub, capsys)
        for name, value in {
            "HF_ENDPOINT": hub.address,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(desk.wheels),
            "PIP_NO_COMPILE": "1",
            "VOICEFORGE_ENGINES__HOME": str(desk.home),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        importlib.import_module("cli.serving.engines")  # it takes more from the module than the stand-in has
        module = ModuleType("pipelines.engines.builtin")
        module.__dict__.update(registry=lambda: desk.known, TTS="condor")
        monkeypatch.setitem(sys.modules, "pipelines.engines.builtin", module)
        yield desk


def test_an_engine_is_installed_pulled_tried_and_removed(desk: Desk, tmp_path: Path) -> None:
    row = desk.row()
    assert not row["ready"] and "run `voiceforge engines install condor`" in row["lacks"]
    assert "run `voiceforge engines pull condor`" in row["lacks"]
    assert row["here"]["environment"]["there"] is row["here"]["weights"][0]["there"] is False

    assert ": 1 package," in desk.types("install", "condor")
    assert "say so with --yes" in desk.is_refused("pull", "condor")  # nobody is there to be asked
    told = desk.types("pull", "condor", "--yes")
    assert f"model.safetensors: 0.1 MB, sha256:{hashlib.sha256(MODEL).hexdigest()}" in told
    assert "licence: mit" in told and "left out, as safetensors hold the same: pytorch_model.bin" in told
    assert "2 of 2 files are whole" in desk.types("pull", "condor", "--verify")
    row = desk.row()
    assert row["ready"] and row["lacks"] == "" and row["here"]["gpu_mb"] == 900

    tried = json.loads(desk.types("test", "condor", "--out", str(tmp_path / "said.wav"), "--json"))
    assert tried["audio_s"] > 0 and tried["first_audio_ms"] >= 0
    assert (tmp_path / "said.wav").stat().st_size == 44 + round(tried["audio_s"] * 32_000)

    gone = json.loads(desk.types("remove", "condor", "--weights", "--json"))["removed"]
    assert gone[1] == {"weights": "acme/condor", "freed_mb": 0.1, "kept_for": []}
    assert not environment(desk.home, desk.recipe.lock).exists()
    assert not weights(desk.home, "acme/condor").exists() and not desk.row()["ready"]
    assert "needs nothing" not in desk.types("list")


@pytest.mark.slow  # pip runs time and again
def test_what_a_running_worker_may_still_import_stays(desk: Desk) -> None:
    desk.types("install", "condor")
    before = environment(desk.home, desk.recipe.lock).resolve()
    newer = make_wheel(desk.wheels, "larynx", "1.1", {"larynx.py": "SAYS = 'oh'\n"})
    Path(desk.recipe.lock).write_text(pinned(newer))
    python = str(interpreter(desk.home, desk.recipe.lock))
    with subprocess.Popen([python, "-c", "input()"], stdin=subprocess.PIPE) as worker:
        desk.types("update", "condor")
        assert before.is_dir() and environment(desk.home, desk.recipe.lock).resolve() != before
        assert f"process {worker.pid} runs in the environment" in desk.is_refused("remove", "condor")
        worker.communicate(b"\n")
    desk.types("remove", "condor")
    assert not before.exists()


def test_a_terminal_shows_a_bar(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[float, float | None, str]] = []

    class Bar(Progress):
        def update(self, task_id: Any, **fields: Any) -> None:
            super().update(task_id, **fields)
            shown.append((fields["completed"], fields["total"], fields["description"]))

    monkeypatch.setattr("rich.progress.Progress", Bar)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    desk.types("install", "condor")
    steps = [(done, of) for done, of, _ in shown if of]
    assert (0, 1) in steps and (1, 1) in steps and all(done <= of for done, of in steps)
    shown.clear()
    desk.types("pull", "condor", "--yes")
    assert shown[0][1] == len(MODEL) + 2 and shown[-1][2] == "model.safetensors"
    assert all(done <= len(MODEL) + 2 for done, _, _ in shown)


def test_what_other_engines_need_stays(desk: Desk) -> None:
    desk.add("owl", Kind.STT, FakeStt)
    assert "there is nothing to remove" in desk.types("remove", "condor", "--weights")
    desk.types("pull", "owl", "--yes")
    assert "stays for owl (--shared" in desk.types("remove", "condor", "--weights")
    assert weights(desk.home, "acme/condor").is_dir()
    desk.types("remove", "condor", "--weights", "--shared")
    assert not weights(desk.home, "acme/condor").exists()


def test_an_engine_that_was_never_pulled_keeps_no_packages(desk: Desk) -> None:
    owls = Recipe(desk.recipe.lock, (ModelFiles("acme/owl", ("*",)),))
    desk.add("owl", Kind.STT, FakeStt, owls)
    desk.types("install", "condor")
    weights(desk.home, "acme/owl").mkdir(parents=True)
    assert "stays for owl (--shared" in desk.types("remove", "condor")
    weights(desk.home, "acme/owl").rmdir()
    assert "aviary-birds: removed" in desk.types("remove", "condor")
    assert not environment(desk.home, desk.recipe.lock).exists()


def test_spoilt_files_are_one_line_with_the_way_to_mend_them(desk: Desk) -> None:
    desk.types("install", "condor")
    desk.types("pull", "condor", "--yes")
    (package,) = environment(desk.home, desk.recipe.lock).glob("lib/python*/site-packages/larynx.py")
    package.unlink()
    (finding,) = spoilt_engines(load())
    assert finding.detail == "its environment: larynx.py is gone" and not finding.required
    assert finding.mend == "run `voiceforge engines install condor`"
    row = desk.row()
    assert not row["ready"]
    assert "larynx.py is gone): run `voiceforge engines install condor`" in row["lacks"]
    assert "larynx.py is gone" in desk.is_refused("test", "condor")
    desk.types("install", "condor")
    assert desk.row()["ready"]

    model = weights(desk.home, "acme/condor") / "model.safetensors"
    model.write_bytes(MODEL[:-1] + b"?")
    assert "model.safetensors has another checksum" in desk.is_refused("pull", "condor", "--verify")
    model.write_bytes(b"")
    assert "has 0 of 102,400 bytes: run `voiceforge engines pull condor`" in desk.is_refused("test", "condor")
    (finding,) = spoilt_engines(load())
    assert finding.detail == "its weights acme/condor, of which model.safetensors has 0 of 102,400 bytes"
    desk.types("pull", "condor", "--yes")
    assert not spoilt_engines(load())
    assert desk.row()["ready"] and interpreter(desk.home, desk.recipe.lock).exists()


@pytest.mark.slow  # pip runs time and again
def test_a_new_lock_file_makes_an_environment_old_until_it_is_updated(desk: Desk) -> None:
    assert "no environment is out of date" in desk.types("update")
    desk.types("install", "condor")
    newer = make_wheel(desk.wheels, "larynx", "1.1", {"larynx.py": "SAYS = 'oh'\n"})
    Path(desk.recipe.lock).write_text(pinned(newer))
    assert "(out of date): run `voiceforge engines update condor`" in desk.row()["lacks"]
    assert "aviary-birds: 1 package" in desk.types("update")
    assert "out of date" not in desk.row()["lacks"]


def test_weights_come_from_a_folder(desk: Desk, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "model.safetensors").write_bytes(MODEL)
    desk.hub.repositories.clear()
    assert "there is no folder /nowhere" in desk.is_refused("pull", "condor", "--from", "/nowhere")
    assert "not among its files: *.json, *.bin" in desk.types("pull", "condor", "--from", str(stick))
    told = json.loads(desk.types("pull", "condor", "--from", str(stick), "--link", "--json"))["weights"]
    assert (told[0]["files"], told[0]["commit"], told[0]["origin"]) == (1, "", str(stick))
    assert (weights(desk.home, "acme/condor") / "model.safetensors").is_symlink()
    (stick / "model.safetensors").rename(stick / "condor.pt")
    refused = desk.is_refused("pull", "condor", "--from", str(stick))
    assert "has no file like *.json" in refused and "named by the engine's setting `weights`" in refused
    assert "has no repository acme/condor" in desk.is_refused("pull", "condor", "--yes")
