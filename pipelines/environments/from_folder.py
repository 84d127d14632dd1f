"""Weights that come from a folder in the place of a hub: a copy of one that was pulled, a clone, a disk.

Nothing is fetched, and nobody asked.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mediaserver.errors import EngineError
from pipelines.environments.checksums import sha256
from pipelines.environments.choosing import chosen_files
from pipelines.environments.places import weights
from pipelines.environments.recipe import ModelFiles
from pipelines.environments.turns import turn
from pipelines.environments.weights import FILE, Pulled, WeightFile, fault_of, read_pulled, write_pulled


def find_folder(given: Path, repo: str, *, only: bool) -> Path:
    """The folder of a repository in what the operator names: the folder itself where it is the only one,
    `OWNER--NAME` or `NAME` in it, or the last snapshot of a cache of the hub's own tools. Raises
    EngineError."""
    owner, _, name = repo.partition("/")
    inside = [given / f"{owner}--{name}", given / owner / name, given / name]
    for each in inside:
        if each.is_dir():
            return each
    for cache in (given, given / f"models--{owner}--{name}"):
        snapshots = sorted(cache.glob("snapshots/*"), key=lambda path: path.stat().st_mtime)
        if snapshots and (cache.name == f"models--{owner}--{name}" or only):
            return snapshots[-1]
    if only and given.is_dir():
        return given
    raise EngineError(f"{given} has no folder {owner}--{name} with the files of {repo}")


def take(
    files: ModelFiles, folder: Path, home: Path, *, link: bool, tell: Callable[[str], None] = lambda _: None
) -> Pulled:
    """Copy the files of a repository from a folder, or link to them. Those of a folder that was pulled are
    compared with its checksums; of others they are computed, so that a later change is found. Raises
    EngineError."""
    target = weights(home, files.repo)
    if target.resolve() == folder.resolve():
        raise EngineError(f"{folder} is where the weights of {files.repo} lie: nothing is to be copied")
    try:
        with turn(target, tell):
            return _taken(files, folder, target, link, tell)
    except OSError as error:
        raise EngineError(f"{error.filename or target}: {error.strerror}") from None


def _taken(files: ModelFiles, folder: Path, target: Path, link: bool, tell: Callable[[str], None]) -> Pulled:
    told = _told(folder, files.repo)
    present = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and path.name != FILE
        and not {".git", ".cache"} & set(path.relative_to(folder).parts)
    ]
    names = list(told.files) if told is not None else chosen_files(present, files.files)[0]
    if not names:
        why = f"{folder} has no file like {', '.join(files.files)}"
        raise EngineError(f"{why}: a folder of other files is named by the engine's setting `weights`")
    (target / FILE).unlink(missing_ok=True)
    taken = {}
    for name in names:
        tell(name)
        expected = told.files[name] if told is not None else None
        taken[name] = _take_one(folder / name, target / name, expected, link)
    pulled = Pulled(
        repo=files.repo,
        revision=told.revision if told is not None else "",
        commit=told.commit if told is not None else "",
        licence=told.licence if told is not None else "",
        origin=str(folder.absolute()),
        pulled_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files=taken,
    )
    write_pulled(target, pulled)
    return pulled


def _told(folder: Path, repo: str) -> Pulled | None:
    try:
        told = read_pulled(folder)
    except ValueError as error:
        raise EngineError(str(error)) from None
    if told is not None and told.repo != repo:
        raise EngineError(f"{folder} has the files of {told.repo}, not of {repo}")
    return told


def _take_one(source: Path, target: Path, expected: WeightFile | None, link: bool) -> WeightFile:
    if expected is not None and (why := fault_of(source, expected)):
        raise EngineError(f"{source} {why}: copy it again")
    file = expected or WeightFile(source.stat().st_size, sha256(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if link:
        target.symlink_to(source.resolve())
        return file
    shutil.copyfile(source, target)
    if why := fault_of(target, file):
        raise EngineError(f"{target} {why} after it was copied: look at the disk")
    return file
