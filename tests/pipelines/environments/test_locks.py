"""The lock files of engines' environments: each made from what stands beside it, every package hashed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pipelines.engines.builtin import registry
from pipelines.environments.locks import HEAD, LOCKS, PINNED, Device, Lock, find_lock

FILES = sorted(LOCKS.glob("*.in"))
FORBIDDEN = re.compile(r"^\s*(--(?!hash)|-[a-z]\b)|(^|\s)(https?|file|git\+\w+):|@ ", re.MULTILINE)
"""Options of pip and addresses: a lock file says what, never from where."""


def locked(path: Path) -> Lock:
    return find_lock(str(path), Device.CUDA if path.stem.endswith("-cuda") else Device.CPU)


def wanted(path: Path) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def test_each_lock_file_has_what_it_is_made_from() -> None:
    assert {path.stem for path in FILES} == {path.stem for path in LOCKS.glob("*.lock")} and FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_lock_file_holds_what_it_is_made_from_wants(path: Path) -> None:
    """Somebody changed NAME.in and forgot scripts/lock_engines.sh."""
    text = path.with_suffix(".lock").read_text()
    assert sorted(HEAD.findall(text)) == sorted(HEAD.findall(path.read_text()))
    lock = locked(path.with_suffix(".lock"))
    pins = {pin.name: pin.version for pin in lock.pins}
    for each in wanted(path):
        name = re.sub(r"[-_.]+", "-", each.name).lower()
        assert each.specifier.contains(pins[name], prereleases=True), f"{each}, but {pins[name]} is locked"
    assert set(lock.sources) <= set(pins)
    SpecifierSet(lock.python)  # raises for what is none


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_package_of_a_lock_file_is_pinned_and_hashed(path: Path) -> None:
    text = path.with_suffix(".lock").read_text()
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert not FORBIDDEN.search(code)
    entries = [entry for entry in re.split(r"\n(?=\S)", code) if entry.strip()]
    for entry in entries:
        assert PINNED.match(entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]
    assert len(entries) == len(PINNED.findall(text))


def test_the_lock_of_every_engine_is_there() -> None:
    names = {entry.recipe.lock for entry in registry().entries.values() if "/" not in entry.recipe.lock} - {
        ""
    }
    assert len(names) > 10
    assert names <= {path.stem.removesuffix("-cuda").removesuffix("-cpu") for path in FILES}
