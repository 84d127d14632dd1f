"""One at a time: whoever changes a folder of environments or weights holds its lock meanwhile.

A lock may be held by whoever can open its file, if only to read (flock(2)): so that no stranger keeps us from
our work, it is for those alone who may change the folder.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mediaserver.errors import EngineError


@contextmanager
def turn(folder: Path, tell: Callable[[str], None], *, shared: bool = False) -> Iterator[int]:
    """Hold the lock of a folder, which need not be there, while another process that wants it waits. `tell`
    is told once when we have to wait. `shared`: with others that only need it to stay. Gives the descriptor
    of the lock: a process that inherits it holds the lock on when we are killed. Raises EngineError where no
    lock can be had."""
    wanted = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _opened(folder)
    except OSError as error:
        raise EngineError(
            f"{folder.parent} cannot be written to ({error.strerror}): see engines.home"
        ) from None
    try:
        try:
            fcntl.flock(descriptor, wanted | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"waiting for another that works on {folder.name}")
            fcntl.flock(descriptor, wanted)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def turn_if_free(folder: Path) -> Iterator[bool]:
    """Like `turn`, without waiting: whether nobody else held the lock, and we do."""
    try:
        descriptor = _opened(folder)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = True
    except OSError:
        free = False
    try:
        yield free
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    """The file of its lock. Raises OSError."""
    group = 0o060 if folder.parent.stat().st_mode & stat.S_IWGRP else 0
    file = folder.with_name(f".{folder.name}.lock")
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600 | group)
