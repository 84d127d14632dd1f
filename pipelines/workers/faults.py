"""What went wrong inside a worker, in one line and by its kind. Runs in the child, and needs only Python."""

from __future__ import annotations

import errno

OUT_OF_MEMORY = "memory"
"""The kind of a fault that room on the device would mend. It may stand in `kind` of a FAILED message."""
ABOUT_REQUEST = "about_request"
"""The kind of a fault that is the request's own: another one would be answered."""
LASTING = "lasting"
"""The kind of a fault that the next start would meet again: files, packages, settings."""
CRASHED = "crashed"
"""The kind of a fault of which the worker itself could say no more: it ended with an error."""

_NAMES = frozenset({"OutOfMemoryError", "MemoryError"})
_WORDS = ("out of memory", "cublas_status_alloc_failed", "cudnn_status_alloc_failed")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_MOST = 500
"""Characters of one fault."""


class Lasting(str):
    """What a worker says that ends (`sys.exit`) for a fault of the kind LASTING."""


def said(error: BaseException) -> str:
    """In one line."""
    words = " ".join(str(error).split())[:_MOST]
    if isinstance(error, SystemExit):
        return words
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        where = f", for {error.filename}" if error.filename else ""
        return f"the disk is full ({error.strerror}{where}): make room on it"
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def kind_of(error: BaseException) -> str:
    """OUT_OF_MEMORY, or empty for what has no kind."""
    if type(error).__name__ in _NAMES:
        return OUT_OF_MEMORY
    words = str(error).lower()
    return OUT_OF_MEMORY if any(each in words for each in _WORDS) else ""


def kind_of_end(error: BaseException) -> str:
    """Likewise of what ended a worker, or LASTING, or CRASHED."""
    if isinstance(error, SystemExit):
        return LASTING if isinstance(error.code, Lasting) else kind_of(error)
    if isinstance(error, (ImportError, FileNotFoundError, NotADirectoryError, PermissionError)):
        return LASTING
    return kind_of(error) or CRASHED
