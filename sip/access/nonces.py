"""Nonces that nobody has to remember (:rfc:`7616` section 5.4): each says itself when, and for whom, it was
made.

Only what was used by a request that proved itself is kept, against replay; a flood of challenges costs no
memory and pushes nothing out.
"""

from __future__ import annotations

import enum
import hmac
import secrets
from collections import OrderedDict

NONCE_LIFE_S = 60.0
"""Longest life of a nonce."""
MAX_USED = 10_000
_TIME, _SALT, _SEAL = 8, 6, 16
"""Bytes: milliseconds of our clock, a random part (two phones behind one NAT must not share a nonce, whose
count would then seem to be replayed), and half an HMAC-SHA-256."""


class Age(enum.Enum):
    """What a nonce is to us."""

    FRESH = "fresh"
    OLD = "old"
    """Ours, made for this source, but past its life or forgotten."""
    FOREIGN = "foreign"
    """Made up, changed, or made for somebody else."""


class Nonces:
    """Of one realm, for the life of this process: the secret is made here and leaves never."""

    def __init__(self, realm: str, *, life_s: float = NONCE_LIFE_S, max_used: int = MAX_USED) -> None:
        """`max_used`: nonces of requests that proved themselves; when more are used within their life, all
        that are as old as the oldest of them are taken for stale."""
        self._realm = realm
        self._life_ms = round(min(life_s, NONCE_LIFE_S) * 1000)
        self._max_used = max_used
        self._secret = secrets.token_bytes(32)
        self._used: OrderedDict[str, int] = OrderedDict()
        """Nonce to the highest count seen, in the order of first use."""
        self._floor = -1
        """What was made at this millisecond or before, and is not in the table, may have been used."""

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._used)

    def make(self, source: str, now: float) -> str:
        """A nonce for the host `source`; `now` in seconds, of one clock that never goes back."""
        head = _ms(now).to_bytes(_TIME, "big") + secrets.token_bytes(_SALT)
        return (head + self._seal(head, source)).hex()

    def age(self, nonce: str, source: str, now: float) -> Age:
        """Never raises, whatever the other side sent as nonce."""
        made = self._made(nonce, source)
        if made is None:
            return Age.FOREIGN
        if not 0 <= _ms(now) - made < self._life_ms or (made <= self._floor and nonce not in self._used):
            return Age.OLD
        return Age.FRESH

    def use(self, nonce: str, count: int, now: float) -> bool:
        """Take a fresh nonce for a request whose password was right. False: its count was seen before."""
        if count <= self._used.get(nonce, 0):
            return False
        self._used[nonce] = count
        self._forget(now)
        return True

    def _forget(self, now: float) -> None:
        """Drop what is past its life; and when there are still too many, the longest in use."""
        edge = _ms(now) - self._life_ms
        while self._used:
            oldest = next(iter(self._used))
            made = int.from_bytes(bytes.fromhex(oldest)[:_TIME], "big")
            if made > edge and len(self._used) <= self._max_used:
                return
            del self._used[oldest]
            if made > edge:
                self._floor = max(self._floor, made)

    def _made(self, nonce: str, source: str) -> int | None:
        """The millisecond in which it was made; None for one that is not ours or not this source's."""
        if len(nonce) != 2 * (_TIME + _SALT + _SEAL):
            return None
        try:
            raw = bytes.fromhex(nonce)
        except ValueError:
            return None
        head, seal = raw[: _TIME + _SALT], raw[_TIME + _SALT :]
        if len(seal) != _SEAL or not hmac.compare_digest(seal, self._seal(head, source)):
            return None
        return int.from_bytes(head[:_TIME], "big")

    def _seal(self, head: bytes, source: str) -> bytes:
        about = head + f"{source}\0{self._realm}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._secret, about, "sha256")[:_SEAL]


def _ms(now: float) -> int:
    return max(0, int(now * 1000))
