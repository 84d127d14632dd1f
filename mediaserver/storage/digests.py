"""What is known again of something that is kept no more: a keyed digest of it, that tells nobody what it was.

Telephone numbers can be guessed, all of them; so their hashes alone would give them away. The key is made of
the one that secrets are sealed with (`sealing`), so that a copy of the database is worth nothing without it,
and all servers of a database have the same.
"""

from __future__ import annotations

import hashlib
import hmac

KEYED = "hmac:"
"""How digests in the place of numbers begin; behind it stands which key made them."""
UNKEYED = "sha256:"
"""Those of versions before."""
_KEY_ID_OCTETS, _NUMBER_OCTETS, _REF_OCTETS = 4, 20, 16


class Digests:
    """With one key."""

    def __init__(self, key: bytes) -> None:
        """`key`: of secrets; digests have one of their own, made from it."""
        self._key = hmac.digest(key, b"voiceforge: digests of what is erased", hashlib.sha256)
        self.key_id = self._of(b"key", _KEY_ID_OCTETS).hex()
        """Tells keys apart, and says nothing of this one."""

    def number(self, number: str) -> str:
        """In the place of an erased number."""
        return self.rekeyed(UNKEYED + hashlib.sha256(number.encode()).hexdigest()[: 2 * _NUMBER_OCTETS])

    def rekeyed(self, unkeyed: str) -> str:
        """The same of a digest that an earlier version has left (`UNKEYED`)."""
        return f"{KEYED}{self.key_id}:{self._of(b'number', _NUMBER_OCTETS, unkeyed).hex()}"

    def text(self, account: str, ref: str) -> bytes:
        """Of a text message's id at its provider, which may be made of its words."""
        return self._of(b"text", _REF_OCTETS, account, ref)

    def _of(self, what: bytes, octets: int, *parts: str) -> bytes:
        """No part can be taken for the end of another: each stands behind its length."""
        written = [part.encode("utf-8", "replace") for part in parts]
        said = b"".join(len(part).to_bytes(4, "big") + part for part in written)
        return hmac.digest(self._key, what + b"\0" + said, hashlib.sha256)[:octets]
