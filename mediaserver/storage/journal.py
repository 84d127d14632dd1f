"""Records on disk for as long as the database is away: `<data>/unsaved/*.jsonl`, oldest file first.

Blocking; the writer calls it in a thread. A line that cannot be kept elsewhere goes to `<data>/rejected`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from mediaserver.storage import record_json
from mediaserver.storage.records import Record


class Journal:
    """Append-only files, synced before `append` returns."""

    def __init__(self, folder: Path, rejected: Path) -> None:
        self._folder = folder
        self._rejected = rejected
        self._current: Path | None = None

    def files(self) -> list[Path]:
        """What waits, oldest first."""
        return sorted(self._folder.glob("*.jsonl"))

    def append(self, records: Iterable[Record]) -> None:
        """Keep records. Raises OSError, with nothing kept that `read` would not skip."""
        if self._current is None or not self._current.exists():
            self._current = self._folder / f"{time.time_ns():020d}-{os.getpid()}.jsonl"
        _append(self._current, (record_json.encode(record) for record in records))

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

    def reject(self, record: Record | None, reason: str) -> None:
        """Set a record aside that the database will never take, with the reason. Raises OSError."""
        line = record_json.encode(record, reason=reason) if record is not None else reason
        _append(self._rejected / f"{time.strftime('%Y-%m-%d')}.jsonl", [line])


def _append(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = "".join(line + "\n" for line in lines).encode()
    # Unbuffered, and begun on a line of its own: a line cut short by a full disk spoils nothing after it.
    with path.open("ab", buffering=0) as file:
        if file.tell():
            content = b"\n" + content
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())
