"""Weights that come from a folder in the place of a hub: a copy of one that was pulled, a clone, a disk.

Nothing is fetched, and nobody asked. The folder may be somebody else's: nothing is read that lies outside.
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
from pipelines.environments.weights import (
    FILE,
    PARTS,
    Pulled,
    WeightFile,
    fault_of,
    forget_others,
    read_pulled,
    settle,
    write_pulled,
)


def find_folder(given: Path, repo: str, *, only: bool) -> Path:
    """The folder of a repository in what the operator names: the folder itself where it is the only one,
    `OWNER--NAME` or `NAME` in it, or the last snapshot of a cache of the hub's own tools. Raises
    EngineError."""
    owner, _, name = repo.partition("/")
    inside = [given / f"{owner}--{name}", given / owner / name, given / name]
    for each in inside:
        if each.is_dir():
            _check_inside(each, given)
            return each
    for cache in (given, given / f"models--{owner}--{name}"):
        snapshots = sorted(cache.glob("snapshots/*"), key=lambda path: path.stat().st_mtime)
        if snapshots and (cache.name == f"models--{owner}--{name}" or only):
            _check_inside(snapshots[-1], given)
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
    names = list(told.files) if told is not None else chosen_files(present, files.files, files.or_only)[0]
    if not names:
        why = f"{folder} has no file like {', '.join(files.files)}"
        raise EngineError(f"{why}: a folder of other files is named by the engine's setting `weights`")
    root = folder.absolute().parents[1] if folder.absolute().parent.name == "snapshots" else folder
    for name in names:
        _check_inside(folder / name, root)
    forget_others(target, names)
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
    shutil.rmtree(target / PARTS, ignore_errors=True)
    write_pulled(target, pulled)
    return pulled


def _check_inside(path: Path, root: Path) -> None:
    """Raises EngineError for what leads elsewhere by a link: who made the folder is not to choose which files
    of this machine are copied. A cache of the hub's own tools has its links inside of itself."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise EngineError(
            f"{path} is a link that leads out of {root}: put the file itself there, or name the folder that "
            "it lies in"
        )


def _told(folder: Path, repo: str) -> Pulled | None:
    try:
        told = read_pulled(folder)
    except ValueError as error:
        raise EngineError(str(error)) from None
    if told is not None and told.repo != repo:
        raise EngineError(f"{folder} has the files of {told.repo}, not of {repo}")
    return told


def _take_one(source: Path, target: Path, expected: WeightFile | None, link: bool) -> WeightFile:
    if source.exists() and not source.is_file():
        raise EngineError(f"{source} is no file: copy it again")
    if expected is not None and (why := fault_of(source, expected)):
        raise EngineError(f"{source} {why}: copy it again")
    file = expected or WeightFile(source.stat().st_size, sha256(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if link:
        target.symlink_to(source.resolve())
        return file
    shutil.copyfile(source, target)
    settle(target)
    if why := fault_of(target, file):
        raise EngineError(f"{target} {why} after it was copied: look at the disk")
    return file
