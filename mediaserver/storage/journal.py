"""Records on disk for as long as the database is away: `<data>/unsaved/*.jsonl`, oldest file first.

Blocking; the writer calls it in a thread. A line that cannot be kept elsewhere goes to `<data>/rejected`.

Several servers may share the folder. Each holds a lock on what it still writes, so that the others leave it
alone; what a dead one has left is free for whoever comes first. A file's name says whose calls are in it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from mediaserver.storage import record_json
from mediaserver.storage.records import Record


class Journal:
    """Append-only files, synced before `append` returns."""

    def __init__(self, folder: Path, rejected: Path, node: UUID | None = None) -> None:
        """`node`: the server whose records these are."""
        self._folder = folder
        self._rejected = rejected
        self._node = node
        self._current: Path | None = None
        self._held: dict[Path, BinaryIO] = {}
        """Files whose lock is ours."""

    def files(self) -> list[Path]:
        """What waits, oldest first; also what others write."""
        return sorted(self._folder.glob("*.jsonl"))

    def take(self) -> Path | None:
        """The oldest file that nobody else holds; it is ours until `done`."""
        return next((path for path in self.files() if path in self._held or self._hold(path, "r+b")), None)

    def node_of(self, path: Path) -> UUID | None:
        """Whose records are in a file; our own when its name does not say."""
        try:
            return UUID(path.stem.split("-", 2)[2])
        except (IndexError, ValueError):
            return self._node

    def append(self, records: Iterable[Record]) -> None:
        """Keep records. Raises OSError, with nothing kept that `read` would not skip."""
        while self._current is None or not self._current.exists() or self._current not in self._held:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            owner = f"-{self._node}" if self._node is not None else ""
            path = self._folder / f"{time.time_ns():020d}-{os.getpid()}{owner}.jsonl"
            # Another server may find the empty file before it is locked, and clear it away.
            self._current = path if self._hold(path, "ab") else None
        _append(self._held[self._current], (record_json.encode(record) for record in records))

    def read(self, path: Path) -> Iterator[Record | ValueError]:
        """The records of one file; an error for each line that is none, such as one torn by a crash."""
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.strip():
                    try:
                        yield record_json.decode(line)
                    except ValueError as error:
                        yield ValueError(f"{error}: {line.strip()[:2000]}")

    def done(self, path: Path) -> None:
        """A file's records are in the database."""
        path.unlink(missing_ok=True)
        if self._current == path:
            self._current = None
        if (file := self._held.pop(path, None)) is not None:
            file.close()

    def close(self) -> None:
        """Leave what waits to whoever comes next."""
        self._current = None
        while self._held:
            self._held.popitem()[1].close()

    def reject(self, record: Record | None, reason: str) -> None:
        """Set a record aside that the database will never take, with the reason. Raises OSError."""
        line = record_json.encode(record, reason=reason) if record is not None else reason
        self._rejected.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._rejected / f"{time.strftime('%Y-%m-%d')}.jsonl").open("ab", buffering=0) as file:
            _append(file, [line])

    def _hold(self, path: Path, mode: str) -> bool:
        """Take a file's lock, unless another has it or the file is gone."""
        try:
            file: BinaryIO = path.open(mode, buffering=0)  # type: ignore[assignment]
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        if os.fstat(file.fileno()).st_nlink == 0:
            file.close()
            return False
        self._held[path] = file
        return True


def _append(file: BinaryIO, lines: Iterable[str]) -> None:
    content = "".join(line + "\n" for line in lines).encode()
    # Unbuffered, and begun on a line of its own: a line cut short by a full disk spoils nothing after it.
    if file.seek(0, os.SEEK_END):
        content = b"\n" + content
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
    os.fsync(file.fileno())
