"""The key of this machine's own commands: a file of the data folder that its user alone may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_FILE = "api.key"


def read_key(data: Path) -> str:
    """Empty where there is none, or it is not ours to read."""
    try:
        return (data / KEY_FILE).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def write_key(data: Path, secret: str) -> Path:
    """Put this one in its place, whole or not at all; where it is. Raises OSError."""
    path = data / KEY_FILE
    fresh = path.with_name(f"{KEY_FILE}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return path
