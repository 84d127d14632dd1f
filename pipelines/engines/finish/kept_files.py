"""Files that may vanish at any time, in a folder that never holds more than so many octets. Blocking: for
threads alone. What was not asked for the longest goes first."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Collection
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z]{2,4}")


class KeptFiles:
    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._lock = threading.Lock()

    def read(self, name: str) -> bytes | None:
        """A file's content; None when it is not there. `name`: a SHA-256 in hexadecimal and a suffix."""
        path = self._path(name)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Keep it, whole or not at all; what is too much for the folder goes. Raises OSError."""
        path = self._path(name)
        if len(content) > self._most:
            return
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, made = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                os.replace(made, path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(made)
                raise
            self._make_room()

    def drop(self, name: str) -> None:
        """It is worthless. Never raises."""
        with contextlib.suppress(OSError):
            self._path(name).unlink()

    def sweep(self, older_s: float, beginnings: Collection[str] = ()) -> None:
        """Away with what nobody has asked for in so many seconds, and what has none of these beginnings, all
        as long as each other. None: whatever its name is. Never raises."""
        before = time.time() - older_s
        size = len(next(iter(beginnings), ""))
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < before or (size and path.name[:size] not in beginnings):
                        path.unlink()

    def _make_room(self) -> None:
        """Also what a process that was killed left behind."""
        files = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                files.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._most:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is no name of a kept file")
        return self._folder / name
