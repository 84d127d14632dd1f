"""What went wrong inside a worker, in one line and by its kind. Runs in the child, and needs only Python."""

from __future__ import annotations

OUT_OF_MEMORY = "memory"
"""The kind of a fault that room on the device would mend. It may stand in `kind` of a FAILED message."""
ABOUT_REQUEST = "about_request"
"""The kind of a fault that is the request's own: another one would be answered."""

_NAMES = frozenset({"OutOfMemoryError", "MemoryError"})
_WORDS = ("out of memory", "cublas_status_alloc_failed", "cudnn_status_alloc_failed")
_MOST = 500
"""Characters of one fault."""


def said(error: BaseException) -> str:
    """In one line."""
    words = " ".join(str(error).split())[:_MOST]
    if isinstance(error, SystemExit):
        return words
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def kind_of(error: BaseException) -> str:
    """OUT_OF_MEMORY, or empty for what has no kind."""
    if type(error).__name__ in _NAMES:
        return OUT_OF_MEMORY
    words = str(error).lower()
    return OUT_OF_MEMORY if any(each in words for each in _WORDS) else ""
