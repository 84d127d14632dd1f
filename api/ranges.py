"""The header Range (:rfc:`9110` 14.1.2, 14.2). Pure."""

from __future__ import annotations

import re

from mediaserver.errors import VoiceForgeError

_ONE = re.compile(r"bytes=\s*(?:(\d{1,20})-(\d{0,20})|-(\d{1,20}))\s*", re.IGNORECASE | re.ASCII)


class UnsatisfiableError(VoiceForgeError):
    """A range of which nothing is there."""


def range_of(header: str, size: int) -> range | None:
    """Which octets of `size` are asked for; None: all of them, as also where the header is none, or names
    several ranges, which a server may answer as a whole. Raises UnsatisfiableError."""
    found = _ONE.fullmatch(header.strip())
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        begin, end = max(0, size - int(suffix)), size
    else:
        begin, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return None  # it is no range at all, and is ignored
    if begin >= end:
        raise UnsatisfiableError(f"the range is outside of {size} octets")
    return range(begin, end)
