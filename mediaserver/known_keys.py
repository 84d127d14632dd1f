"""Keys that users write into rows and files: one that is not known is an error that names the nearest one."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from mediaserver.errors import ConfigError


def check_known_key(where: str, key: object, known: Collection[str]) -> None:
    """`where`: what has it, e.g. "its turn". Raises ConfigError."""
    if key not in known:
        given = str(key)[:100]
        (nearest,) = difflib.get_close_matches(given, known, n=1, cutoff=0.0)
        raise ConfigError(f"{where} has an unknown key '{given}'; the nearest known one is '{nearest}'")
