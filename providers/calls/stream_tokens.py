"""Tokens by which a provider's media stream is let in: good for one stream, once, for a while.

Only their hashes are kept, and compared in constant time. Pure; `now` in seconds of one clock.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

MOST = 8
"""At a time: a provider that asks again and again what to do gets as many. The oldest goes first."""
OCTETS = 24


class StreamTokens:
    """Of one session."""

    def __init__(self) -> None:
        self._known: list[tuple[bytes, float]] = []

    def issue(self, now: float, for_s: float) -> str:
        """A new one; those before stay good, since of two webhooks that ask either may be used."""
        token = secrets.token_urlsafe(OCTETS)
        self._known = [*self._known[-(MOST - 1) :], (_hash(token), now + for_s)]
        return token

    def take(self, token: str, now: float) -> bool:
        """Whether it is good; it is no more from now on."""
        given = _hash(token)
        good, left = False, []
        for known, until in self._known:  # all of them, always
            if not hmac.compare_digest(given, known):
                left.append((known, until))
            else:
                good = now < until
        self._known = left
        return good

    def renew(self, token: str, now: float, for_s: float) -> bool:
        """It is good for so long from now on, at least. False: it is good no more."""
        given = _hash(token)
        same = [hmac.compare_digest(given, known) for known, _ in self._known]  # all of them, always
        for place, (known, until) in enumerate(self._known):
            if same[place] and now < until:
                self._known[place] = (known, max(until, now + for_s))
                return True
        return False

    def clear(self) -> None:
        """None is good any more."""
        self._known.clear()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
