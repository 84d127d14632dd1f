"""The measuring caller's checks of connectivity (STUN, :rfc:`8489`; ICE, :rfc:`8445` section 7): it asks, as
the side that controls, and a lite server answers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
import zlib

_COOKIE = 0x2112_A442
_REQUEST, _RESPONSE = 0x0001, 0x0101
_USERNAME, _INTEGRITY, _PRIORITY, _USE_CANDIDATE = 0x0006, 0x0008, 0x0024, 0x0025
_FINGERPRINT, _CONTROLLING = 0x8028, 0x802A
_HEADER = struct.Struct("!HHI12s")
_HOST_PRIORITY = (110 << 24) + (65_535 << 8) + 255
"""Of a peer-reflexive candidate (:rfc:`8445`, section 5.1.2)."""


class Checks:
    """Between one pair of credentials."""

    def __init__(self, theirs: tuple[str, str], ours: tuple[str, str]) -> None:
        """Each is ice-ufrag and ice-pwd."""
        self._user = f"{theirs[0]}:{ours[0]}".encode()
        self._password = theirs[1].encode()
        self._tie = secrets.token_bytes(8)
        self._asked: set[bytes] = set()

    def request(self) -> bytes:
        """A Binding request that nominates the way it goes."""
        transaction = secrets.token_bytes(12)
        self._asked.add(transaction)
        body = _attribute(_USERNAME, self._user) + _attribute(_PRIORITY, _HOST_PRIORITY.to_bytes(4, "big"))
        body += _attribute(_CONTROLLING, self._tie) + _attribute(_USE_CANDIDATE, b"")
        begun = _HEADER.pack(_REQUEST, len(body) + 24, _COOKIE, transaction) + body
        begun += _attribute(_INTEGRITY, hmac.digest(self._password, begun, hashlib.sha1))
        begun = begun[:2] + (len(begun) - _HEADER.size + 8).to_bytes(2, "big") + begun[4:]
        return begun + _attribute(_FINGERPRINT, (zlib.crc32(begun) ^ 0x5354_554E).to_bytes(4, "big"))

    def answers(self, data: bytes) -> bool:
        """Whether a datagram is the success of one that we asked. Who knows its transaction heard it."""
        if len(data) < _HEADER.size:
            return False
        kind, _, cookie, transaction = _HEADER.unpack_from(data)
        if kind != _RESPONSE or cookie != _COOKIE or transaction not in self._asked:
            return False
        self._asked.clear()
        return True


def _attribute(name: int, value: bytes) -> bytes:
    return struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)
