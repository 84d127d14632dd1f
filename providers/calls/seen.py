"""Requests that came before: a signed one that is sent again changes nothing. Bounded, and pure."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

WINDOW_S = 600.0
"""Longer than any signature of a provider counts (Telnyx: 300 s)."""
MOST = 50_000
"""Of one account; the oldest goes first. A thousand a second are half a minute then."""


class Seen:
    """Of one account; `now` in seconds of one clock."""

    def __init__(self, window_s: float = WINDOW_S, most: int = MOST) -> None:
        self._window_s = window_s
        self._most = most
        self._keys: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._keys)

    def seen(self, key: str, now: float) -> bool:
        """Whether it came before, within the window; from now on it has."""
        while self._keys and now - next(iter(self._keys.values())) >= self._window_s:
            self._keys.popitem(last=False)
        short = _short(key)
        if short in self._keys:
            return True
        if len(self._keys) >= self._most:
            self._keys.popitem(last=False)
        self._keys[short] = now
        return False

    def forget(self, key: str) -> None:
        """It never came."""
        self._keys.pop(_short(key), None)


def _short(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).digest()
