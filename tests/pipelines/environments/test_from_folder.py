"""Weights from a folder: all of its files, and nothing that lies elsewhere on this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mediaserver.errors import EngineError
from pipelines.environments.checksums import sha256
from pipelines.environments.from_folder import find_folder, take
from pipelines.environments.places import weights
from pipelines.environments.recipe import ModelFiles
from pipelines.environments.weights import Pulled, corrupt_files, lacks_of, read_pulled

MODEL = bytes(range(256)) * 40
FILES = ModelFiles("acme/larynx", ("*.json", "*.safetensors"), licence="MIT")
TOLD = {"repo": "acme/larynx", "revision": "", "commit": "", "licence": "", "origin": "", "pulled_at": ""}
"""Of a list that stands beside the files."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def taken(given: Path, home: Path) -> Pulled:
    return take(FILES, find_folder(given, FILES.repo, only=True), home, link=False)


def test_a_folder_that_was_never_pulled_gets_checksums_of_its_own(home: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    (clone / ".git").mkdir(parents=True)
    (clone / ".git" / "config.json").write_text("{}")
    (clone / "config.json").write_text("{}")
    (clone / "model.safetensors").write_bytes(MODEL)
    (clone / "model.bin").write_bytes(MODEL)
    pulled = take(FILES, find_folder(clone, "acme/larynx", only=True), home, link=True)
    folder = weights(home, "acme/larynx")
    assert sorted(pulled.files) == ["config.json", "model.safetensors"] and pulled.commit == ""
    assert (folder / "model.safetensors").is_symlink() and not corrupt_files(folder, pulled)
    with pytest.raises(EngineError, match="has no folder acme--other"):
        find_folder(clone, "acme/other", only=False)
    with pytest.raises(EngineError, match="nothing is to be copied"):
        take(FILES, folder, home, link=False)


@pytest.mark.parametrize("absolute", [False, True])
def test_a_folders_list_cannot_name_what_lies_elsewhere(home: Path, tmp_path: Path, absolute: bool) -> None:
    """A stick's list said which files are written, and which are removed before that."""
    stick, mine = tmp_path / "stick" / "acme--larynx", tmp_path / "mine.txt"
    stick.mkdir(parents=True)
    mine.write_text("mine")
    (tmp_path / "evil.txt").write_text("evil")
    name = str(mine) if absolute else "../../evil.txt"
    listed = {name: {"size": 4, "checksum": sha256(mine if absolute else tmp_path / "evil.txt")}}
    (stick / "voiceforge.json").write_text(json.dumps({**TOLD, "files": listed}))
    with pytest.raises(EngineError, match="leads out of the folder"):
        take(FILES, stick, home, link=False)
    assert mine.read_text() == "mine" and not list(tmp_path.glob("home/**/evil.txt"))


@pytest.mark.parametrize("way", ["file", "folder", "named", "listed"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(home: Path, tmp_path: Path, way: str) -> None:
    """A stick chose which files of this machine were copied to where others may read them."""
    secret, stick = tmp_path / "etc", tmp_path / "stick"
    for each in (secret, stick):
        each.mkdir()
    (secret / "config.json").write_text("secret")
    if way == "file":
        (stick / "config.json").symlink_to(secret / "config.json")
    elif way == "folder":
        (stick / "acme--larynx").symlink_to(secret)
    elif way == "named":
        (stick / "snapshots").mkdir()
        (stick / "snapshots" / "abc").symlink_to(secret)
    else:
        (stick / "sub").symlink_to(secret)
        listed = {"sub/config.json": {"size": 6, "checksum": sha256(secret / "config.json")}}
        (stick / "voiceforge.json").write_text(json.dumps({**TOLD, "files": listed}))
    with pytest.raises(EngineError, match="is a link that leads out of .*put the file itself there"):
        taken(stick, home)
    assert not list(home.rglob("config.json"))


def test_the_links_of_the_hubs_own_cache_are_followed(home: Path, tmp_path: Path) -> None:
    cache = tmp_path / "hub" / "models--acme--larynx"
    for folder in ("blobs", "snapshots/abc"):
        (cache / folder).mkdir(parents=True)
    (cache / "blobs" / "0123").write_bytes(MODEL)
    (cache / "snapshots" / "abc" / "model.safetensors").symlink_to("../../blobs/0123")
    for given in (cache.parent, cache, cache / "snapshots" / "abc"):
        assert list(taken(given, home).files) == ["model.safetensors"]
        assert (weights(home, FILES.repo) / "model.safetensors").read_bytes() == MODEL


def test_what_is_no_file_is_not_waited_for(home: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    os.mkfifo(stick / "config.json")
    listed = {"config.json": {"size": 0, "checksum": "git:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"}}
    (stick / "voiceforge.json").write_text(json.dumps({**TOLD, "files": listed}))
    with pytest.raises(EngineError, match=r"config\.json is no file: copy it again"):
        taken(stick, home)


def test_what_another_folder_left_does_not_stay(home: Path, tmp_path: Path) -> None:
    for name, files in (("old", ("config.json", "merges.json")), ("new", ("config.json",))):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(name)
    taken(tmp_path / "old", home)
    taken(tmp_path / "new", home)
    folder = weights(home, FILES.repo)
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "voiceforge.json"]
    told = read_pulled(folder)
    assert told is not None and not corrupt_files(folder, told) and not lacks_of(folder)
