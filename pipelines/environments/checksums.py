"""Checksums of files as a model hub gives them: SHA-256 of large ones, git's name of the others' contents."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_PIECE = 1 << 20
_CHECKSUM = re.compile(r"sha256:[0-9a-f]{64}|git:[0-9a-f]{40}")


def is_checksum(checksum: str) -> bool:
    """Of one of the two kinds."""
    return _CHECKSUM.fullmatch(checksum) is not None


def sha256(path: Path) -> str:
    """`sha256:…` of a file."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def git_blob(path: Path) -> str:
    """`git:…`, as git names a file's contents (gitformat-pack: SHA-1 over a header and the contents)."""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return f"git:{digest.hexdigest()}"


def matches(path: Path, checksum: str) -> bool:
    """The file's contents have this checksum. Raises OSError."""
    of = git_blob if checksum.startswith("git:") else sha256
    return of(path) == checksum
