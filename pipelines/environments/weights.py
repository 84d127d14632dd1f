"""Weights as they lie in their folder: which files, from where, and whether they are all there."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pipelines.environments.checksums import matches
from pipelines.environments.choosing import is_inside

FILE = "voiceforge.json"
"""Written once all files are there and were compared with their checksums."""
PARTS = ".parts"
"""What is half fetched, by its checksum."""


def is_ours(name: str) -> bool:
    """A file of this name would lie where we keep our own: a repository's is left out."""
    first = PurePosixPath(name).parts[:1]
    return first == (PARTS,) or str(PurePosixPath(name)) in (FILE, f".{FILE}")


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a repository."""

    size: int
    """Bytes."""
    checksum: str
    """`sha256:…` or `git:…` (pipelines.environments.checksums)."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What stands beside the files."""

    repo: str
    revision: str
    """As it was asked for."""
    commit: str
    """What it was when they were fetched; empty: they came from a folder that did not say."""
    licence: str
    """As the repository says it."""
    origin: str
    """The hub's address, or the folder that they came from."""
    pulled_at: str
    """ISO 8601."""
    files: Mapping[str, WeightFile]

    @property
    def size(self) -> int:
        """Bytes of them all."""
        return sum(file.size for file in self.files.values())


def read_pulled(folder: Path) -> Pulled | None:
    """None where a folder does not hold all of something. Raises ValueError for a list that is none, or that
    names what lies elsewhere: a folder may be somebody else's."""
    try:
        value = json.loads((folder / FILE).read_text())
        files = {str(name): WeightFile(**each) for name, each in value.pop("files").items()}
        if outside := next((name for name in files if not is_inside(name)), ""):
            raise ValueError(f"it names {outside!r}, which leads out of the folder")
        return Pulled(**value, files=files)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, TypeError, KeyError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"{folder / FILE} cannot be read: {error}") from None


def write_pulled(folder: Path, pulled: Pulled) -> None:
    """In one step, after the files have reached the disk (`settle`)."""
    temporary = folder / f".{FILE}"
    with temporary.open("w") as file:
        json.dump(asdict(pulled), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / FILE)


def forget_others(folder: Path, wanted: Collection[str]) -> None:
    """Files of the list that are not wanted any more, then the list: from the first of them on the folder is
    half fetched, and the list goes last, so that none of them stays when we are killed in between."""
    try:
        before = read_pulled(folder)
    except ValueError:
        before = None
    for name in before.files if before is not None else ():
        if name not in wanted:
            (folder / name).unlink(missing_ok=True)
    (folder / FILE).unlink(missing_ok=True)


def settle(path: Path) -> None:
    """Wait until a file that was written is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lacks_of(folder: Path) -> str:
    """Why the files of a folder cannot be used; empty when they can. Compares sizes; to compare contents is
    `voiceforge engines pull --verify`'s work."""
    try:
        pulled = read_pulled(folder)
    except ValueError:
        return "whose list of files cannot be read"
    if pulled is None:
        return "half fetched" if folder.is_dir() and any(folder.iterdir()) else "not fetched"
    for name, file in pulled.files.items():
        try:
            there = (folder / name).stat().st_size
        except OSError:
            return f"of which {name} is gone"
        if there != file.size:
            return f"of which {name} has {there:,} of {file.size:,} bytes"
    return ""


def corrupt_files(
    folder: Path, pulled: Pulled, tell: Callable[[str], None] = lambda name: None
) -> dict[str, str]:
    """What is wrong with each file of which something is. Reads them all."""
    faults = {}
    for name, file in pulled.files.items():
        tell(name)
        if why := fault_of(folder / name, file):
            faults[name] = why
    return faults


def fault_of(path: Path, file: WeightFile) -> str:
    """What is wrong with a file; empty when nothing is. Reads it."""
    try:
        size = path.stat().st_size
        if size != file.size:
            return f"has {size:,} of {file.size:,} bytes"
        return "" if matches(path, file.checksum) else "has another checksum"
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def folder_bytes(folder: Path) -> int:
    """Of all files in a folder, which may change meanwhile; what is only linked to is not counted. 0 where
    there is none."""
    size = 0
    for root, _, names in os.walk(folder):  # which passes over folders that go meanwhile
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(root, name)).st_size
    return size
