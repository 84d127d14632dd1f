"""One at a time: whoever changes a folder of environments or weights holds its lock meanwhile."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mediaserver.errors import EngineError


@contextmanager
def turn(folder: Path, tell: Callable[[str], None], *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of a folder, which need not be there, while another process that wants it waits. `tell`
    is told once when we have to wait. `shared`: with others that only need it to stay. Raises EngineError
    where no lock can be had."""
    wanted = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    file = folder.with_name(f".{folder.name}.lock")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise EngineError(
            f"{file.parent} cannot be written to ({error.strerror}): see engines.home"
        ) from None
    try:
        try:
            fcntl.flock(descriptor, wanted | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"waiting for another that works on {folder.name}")
            fcntl.flock(descriptor, wanted)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def turn_if_free(folder: Path) -> Iterator[bool]:
    """Like `turn`, without waiting: whether nobody else held the lock, and we do."""
    try:
        file = folder.with_name(f".{folder.name}.lock").open("ab")
    except OSError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except OSError:
            free = False
        yield free
