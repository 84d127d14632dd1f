"""Words by which a provider asks what to do with one call: one is in each address that it is given for that.

Most providers sign no time: a request that somebody has kept proves itself for ever. So it is good only while
what it asks for has not come: a stream that is let in spends all words that were asked with. Until then the
provider may ask again, whose answer may have been lost. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

MOST = 8
"""At a time; the oldest goes first."""
OCTETS = 16


class Turns:
    """Of one session. Only hashes are kept, and compared in constant time."""

    def __init__(self) -> None:
        self._known: list[bytes] = []
        self._asked: set[bytes] = set()

    def issue(self) -> str:
        """A new word; those before stay good."""
        word = secrets.token_urlsafe(OCTETS)
        self._known = [*self._known[-(MOST - 1) :], _hash(word)]
        self._asked &= set(self._known)
        return word

    def asked(self, word: str) -> bool:
        """Somebody asks with this one. Whether it is good."""
        given = _hash(word)
        good = any([hmac.compare_digest(given, each) for each in self._known])  # all of them, always
        if good:
            self._asked.add(given)
        return good

    def spend(self) -> None:
        """What was asked for has come: those that it was asked with are good no more."""
        self._known = [each for each in self._known if each not in self._asked]
        self._asked.clear()


def _hash(word: str) -> bytes:
    return hashlib.sha256(word.encode("utf-8", "replace")).digest()
