"""Codes that sign one browser in, once and soon: they stand in a link, and links are seen by others (in
histories, in the log of a terminal). Kept in memory, hashed."""

from __future__ import annotations

from collections import OrderedDict

from mediaserver.storage.keys import hash_of, new_secret

LASTS_S = 600.0
MOST = 20
"""That wait at a time; of more the oldest is forgotten."""


class LoginCodes:
    """Of one process; `now` is in seconds of one clock that never goes back."""

    def __init__(self, lasts_s: float = LASTS_S) -> None:
        self._lasts_s = lasts_s
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def make(self, now: float) -> str:
        """A new one."""
        code = new_secret("")
        self._until[hash_of(code)] = now + self._lasts_s
        while len(self._until) > MOST:
            self._until.popitem(last=False)
        return code

    def redeem(self, code: str, now: float) -> bool:
        """Whether it signs in; from now on it does not. Looked up by its hash, so that time tells nothing."""
        until = self._until.pop(hash_of(code), None)
        return until is not None and now < until
