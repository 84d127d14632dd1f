"""Whether who opens a line has shown the key."""

from __future__ import annotations

import hashlib
import hmac

LEAST_KEY = 16
"""Characters; a shorter one can be guessed."""


class KeyCheck:
    def __init__(self, key: str) -> None:
        """Raises ValueError for a key that is too short."""
        if len(key) < LEAST_KEY:
            raise ValueError(f"the key has {len(key)} characters; use at least {LEAST_KEY} random ones")
        self._digest = _digest(key)

    def admits(self, authorization: str | None) -> bool:
        """`authorization`: the header's value. Takes as long for every wrong key."""
        scheme, _, key = (authorization or "").partition(" ")
        right = hmac.compare_digest(_digest(key.strip()), self._digest)
        return right and scheme.lower() == "bearer"


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()
