"""A folder in the system's own for temporary files, in which a server process of ours has its socket: nobody
but our user may enter it, and whoever starts next removes those whose owner was killed.

The owner holds a lock on the folder (flock), which the kernel lets go with the process.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

_NAME = re.compile(r"voiceforge-[0-9a-f]{16}")


class SocketFolder:
    """One that is not there yet."""

    def __init__(self) -> None:
        self.path = Path(gettempdir()) / f"voiceforge-{secrets.token_hex(8)}"
        self._lock: int | None = None

    def make(self) -> None:
        """Raises OSError; FileExistsError where somebody else has made it. May wait for who sweeps."""
        while self._lock is None:
            self.path.mkdir(mode=0o700)
            with suppress(FileNotFoundError):  # it was swept before it was locked
                self._lock = self._locked()

    def _locked(self) -> int:
        """Raises FileNotFoundError when it is gone."""
        held = _opened(self.path)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.path.stat()
        except BaseException:
            os.close(held)
            raise
        return held

    def remove(self) -> None:
        """With all that is in it. Raises nothing."""
        if self._lock is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


def sweep() -> None:
    """Remove those of our user that no process owns. Raises nothing."""
    with suppress(OSError), os.scandir(gettempdir()) as entries:
        for entry in [entry for entry in entries if _NAME.fullmatch(entry.name)]:
            with suppress(OSError):
                _remove_if_free(Path(entry.path))


def _remove_if_free(path: Path) -> None:
    held = _opened(path)
    try:
        if os.fstat(held).st_uid == os.geteuid():
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(held)


def _opened(path: Path) -> int:
    """Raises OSError for what is no folder, a link to one included."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
