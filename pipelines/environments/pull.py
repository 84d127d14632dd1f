"""Fetches the weights of an engine: what a plan says, file by file, each compared with its checksum.

What was fetched is kept when it is interrupted, and the same command goes on in the middle of a file. Weights
are there once their list is written beside them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from mediaserver.errors import EngineError
from pipelines.environments.choosing import chosen_files
from pipelines.environments.hub import Listing, hub_faults, listing
from pipelines.environments.places import weights
from pipelines.environments.recipe import ModelFiles
from pipelines.environments.turns import turn
from pipelines.environments.weights import (
    PARTS,
    Pulled,
    WeightFile,
    fault_of,
    folder_bytes,
    forget_others,
    lacks_of,
    read_pulled,
    settle,
    write_pulled,
)

SPARE = 256 * 1024 * 1024
"""Bytes that are left free on the disk."""
LOOK_S = 0.25
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What is to be fetched, to be shown before it begins."""

    files: ModelFiles
    at: Listing
    folder: Path
    wanted: dict[str, WeightFile]
    left_out: tuple[str, ...]
    """Pickles whose contents come as safetensors."""
    there: bool
    """It is all there, of this commit."""

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(file.size for file in self.wanted.values())

    @property
    def missing(self) -> int:
        """Bytes of it that are not there yet."""
        if self.there:
            return 0
        sizes = ((self.folder / name, file.size) for name, file in self.wanted.items())
        have = sum(size for path, size in sizes if path.is_file() and path.stat().st_size == size)
        return max(0, self.size - have - folder_bytes(self.folder / PARTS))


@dataclass(frozen=True, slots=True)
class PullStep:
    """How far it is."""

    file: str
    done: int
    """Bytes of all files."""
    of: int


Tell = Callable[[PullStep], None]


def plan_pull(files: ModelFiles, home: Path) -> PullPlan:
    """Ask the hub what there is. Raises EngineError."""
    at = listing(files.repo, files.revision)
    names, left_out = chosen_files(at.files, files.files, files.or_only)
    if not names:
        raise EngineError(f"{files.repo} has no file like {', '.join(files.files)}{_beside(files, at)}")
    folder = weights(home, files.repo)
    wanted = {name: at.files[name] for name in names}
    return PullPlan(files, at, folder, wanted, tuple(left_out), _is_there(folder, at.commit, wanted))


def _beside(files: ModelFiles, at: Listing) -> str:
    """What may be meant instead, where the engine's settings can name it."""
    others = sorted(name for name in at.files if files.or_only and fnmatchcase(name, files.or_only))
    if not others:
        return ": its owner has changed it"
    shown = ", ".join(others[:MOST_SHOWN]) + (", ..." if len(others) > MOST_SHOWN else "")
    return f": name one of {shown} by the engine's setting `file`"


def _is_there(folder: Path, commit: str, wanted: dict[str, WeightFile]) -> bool:
    try:
        pulled = read_pulled(folder)
    except ValueError:
        return False
    same = pulled is not None and pulled.commit == commit and dict(pulled.files) == wanted
    return same and not lacks_of(folder)


def check_room(plans: list[PullPlan], home: Path) -> None:
    """Raises EngineError when the disk has no room for what is still missing."""
    needed = sum(plan.missing for plan in plans)
    there = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if needed and needed + SPARE > free:
        raise EngineError(
            f"the disk of {there} has {free / 1e9:.1f} GB free, {(needed + SPARE) / 1e9:.1f} GB are needed: "
            "make room, or set engines.home to a larger disk"
        )


def pull(plan: PullPlan, tell: Tell = lambda _: None) -> Pulled:
    """Fetch what is missing. Raises EngineError; what was fetched is kept."""
    with turn(plan.folder, lambda words: tell(PullStep(words, 0, 0))):
        try:
            plan.folder.mkdir(parents=True, exist_ok=True)
            forget_others(plan.folder, plan.wanted)
            with _watched(plan, tell) as begin:
                for name, file in plan.wanted.items():
                    begin(name)
                    _fetch_whole(plan, name, file)
            return _written(plan)
        except OSError as error:
            why = f"{error.filename or plan.folder} cannot be written ({error.strerror})"
            raise EngineError(why) from None


def _written(plan: PullPlan) -> Pulled:
    pulled = Pulled(
        repo=plan.files.repo,
        revision=plan.files.revision,
        commit=plan.at.commit,
        licence=plan.at.licence,
        origin=plan.at.endpoint,
        pulled_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files=plan.wanted,
    )
    shutil.rmtree(plan.folder / PARTS, ignore_errors=True)
    write_pulled(plan.folder, pulled)
    return pulled


def _fetch_whole(plan: PullPlan, name: str, file: WeightFile) -> None:
    """One file; a corrupt one is fetched anew, once."""
    path = plan.folder / name
    if path.is_file() and not fault_of(path, file):
        return
    part = plan.folder / PARTS / file.checksum.replace(":", "-")
    part.parent.mkdir(exist_ok=True)
    why = ""
    for _ in range(2):
        _fetch(plan, name, file, part)
        why = fault_of(part, file)
        if not why:
            settle(part)
            path.parent.mkdir(parents=True, exist_ok=True)
            part.replace(path)
            return
        part.unlink(missing_ok=True)
    raise EngineError(f"{name} of {plan.files.repo} {why} also when it is fetched anew: try again later")


def _fetch(plan: PullPlan, name: str, file: WeightFile, part: Path) -> None:
    """Into `part`, on from what is in it. huggingface_hub's own function of a whole file begins it anew each
    time; of its parts this one goes on, over connections that are cut too."""
    part.touch()
    with hub_faults(plan.files.repo, plan.files.revision), _quiet():
        from huggingface_hub import hf_hub_url, utils
        from huggingface_hub.file_download import http_get

        with part.open("r+b") as to:
            have = to.seek(0, os.SEEK_END)
            if have > file.size:
                have = to.truncate(to.seek(0))
            http_get(
                hf_hub_url(plan.files.repo, name, revision=plan.at.commit, endpoint=plan.at.endpoint),
                to,
                resume_size=have,
                headers=utils.build_hf_headers(),  # type: ignore[attr-defined]  # lent by its __init__
                expected_size=file.size,
            )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without huggingface_hub's own bars and warnings; what is wrong in the end it raises."""
    from huggingface_hub import utils

    log = logging.getLogger("huggingface_hub")
    before = log.level
    utils.disable_progress_bars()  # type: ignore[attr-defined]  # lent by its __init__
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


@contextlib.contextmanager
def _watched(plan: PullPlan, tell: Tell) -> Iterator[Callable[[str], None]]:
    """Tells now and then how many bytes are there, from a thread of its own."""
    over = threading.Event()
    at = ""

    def begin(name: str) -> None:
        nonlocal at
        at = name
        tell(PullStep(at, min(folder_bytes(plan.folder), plan.size), plan.size))

    def watch() -> None:
        while not over.wait(LOOK_S):
            tell(PullStep(at, min(folder_bytes(plan.folder), plan.size), plan.size))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield begin
    finally:
        over.set()
        thread.join()
