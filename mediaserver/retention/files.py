"""Removes files of calls. Blocking: in a thread.

Only what bears the name of its call is removed, whatever a row of the database says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from mediaserver.storage.sql import Row

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Unlink = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class FilesGone:
    """What came of some files."""

    gone: list[Row]
    """Removed, or removed before."""
    faults: list[str]
    """Of the others: why they are still there."""
    elsewhere: int = 0
    """On the disk of another server, which is to remove them."""


def remove_lines(folder: Path, drop: Callable[[str], bool]) -> int:
    """Remove lines of what the database refused (`rejected/` of the data folder); how many. Raises
    OSError."""
    count = 0
    for path in sorted(folder.glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        kept = [line for line in lines if not drop(line)]
        if len(kept) == len(lines):
            continue
        count += len(lines) - len(kept)
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text("".join(kept), encoding="utf-8")
        new.replace(path)
    return count


def remove_files(files: Iterable[Row], elsewhere: set[UUID], unlink: Unlink = Path.unlink) -> FilesGone:
    """`files`: rows with `path`, `call_id` and `node_id`. `elsewhere`: other servers that are alive: what is
    not here may lie there."""
    gone: list[Row] = []
    faults: list[str] = []
    far = 0
    for file in files:
        path = Path(file["path"])
        if not path.name.startswith(str(file["call_id"])) or path.suffix != ".wav":
            faults.append(f"{path} does not bear the name of its call and is not removed")
            continue
        try:
            unlink(path)
        except FileNotFoundError:
            if file["node_id"] in elsewhere:
                far += 1
                continue
        except OSError as error:
            faults.append(f"{path} cannot be removed: {error.strerror or type(error).__name__}")
            continue
        gone.append(file)
        if _DAY.fullmatch(path.parent.name):
            with suppress(OSError):  # it is not empty
                path.parent.rmdir()
    return FilesGone(gone, faults, far)
