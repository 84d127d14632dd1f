"""STUN as ICE uses it (:rfc:`8489`, :rfc:`8445` section 7): Binding requests read, and their responses.

Pure: octets in and out. What cannot be read is None, whatever it is; nothing is raised. It knows the eight
attributes that a lite agent meets; the rest is skipped, or named in a 420 where it must be understood.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from mediaserver.rtp.packets import Address

IS_STUN = range(4)
"""The first octet of its messages, where RTP and DTLS come to the same port (:rfc:`7983`)."""
MOST_OCTETS = 548
"""Of a request that is read: what fits any path (:rfc:`8489`, section 6.1)."""
MOST_UNKNOWN = 4
"""Attributes that one response names."""
ROLE_CONFLICT, UNKNOWN_ATTRIBUTE = 487, 420

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_COOKIE = 0x2112_A442
_REQUEST, _RESPONSE, _ERROR = 0x0001, 0x0101, 0x0111
_USERNAME, _INTEGRITY, _ERROR_CODE, _UNKNOWN, _XOR_MAPPED = 0x0006, 0x0008, 0x0009, 0x000A, 0x0020
_PRIORITY, _USE_CANDIDATE, _FINGERPRINT, _CONTROLLED, _CONTROLLING = 0x0024, 0x0025, 0x8028, 0x8029, 0x802A
_KNOWN = {_USERNAME, _INTEGRITY, _PRIORITY, _USE_CANDIDATE}
_MUST_BE_KNOWN = 0x8000
"""Attributes below must be understood (section 14)."""
_INTEGRITY_OCTETS, _FINGERPRINT_OCTETS = 24, 8
_FINGERPRINT_XOR = 0x5354_554E
_REASONS = {ROLE_CONFLICT: b"Role Conflict", UNKNOWN_ATTRIBUTE: b"Unknown Attribute"}


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """One, as it was read. Nothing of it is proven but by `is_from`."""

    transaction: bytes
    username: bytes
    priority: int
    """Of the candidate that it came from; 0: it does not say."""
    use_candidate: bool
    """Its sender wants to use this way."""
    controlled: bool
    """Its sender believes that we choose."""
    unknown: tuple[int, ...]
    """Attributes that must be understood and are not."""
    signed: bytes
    """What its integrity covers."""
    integrity: bytes

    @classmethod
    def parse(cls, data: bytes) -> BindingRequest | None:
        """None for what is no Binding request with a user name and an integrity (section 9.1.3): who sends
        none gets no error either, since that would make us answer anybody."""
        if not _HEADER.size <= len(data) <= MOST_OCTETS:
            return None
        kind, length, cookie, transaction = _HEADER.unpack_from(data)
        if kind != _REQUEST or cookie != _COOKIE or length % 4 or length + _HEADER.size != len(data):
            return None
        found: dict[int, bytes] = {}
        unknown: list[int] = []
        signed = b""
        at = _HEADER.size
        while at < len(data):
            if at + _ATTRIBUTE.size > len(data):
                return None
            name, octets = _ATTRIBUTE.unpack_from(data, at)
            value = data[at + 4 : at + 4 + octets]
            if len(value) != octets:
                return None
            if name == _FINGERPRINT:
                if at + _FINGERPRINT_OCTETS != len(data) or value != _fingerprint(data[:at]):
                    return None
            elif not signed:  # what follows the integrity is nobody's (section 14.5)
                if name == _INTEGRITY:
                    signed = _with_length(data[:at], _INTEGRITY_OCTETS)
                elif name < _MUST_BE_KNOWN and name not in _KNOWN:
                    unknown.append(name)
                found.setdefault(name, value)
            at += 4 + octets + -octets % 4
        integrity = found.get(_INTEGRITY, b"")
        if _USERNAME not in found or len(integrity) != _INTEGRITY_OCTETS - 4:
            return None
        priority = found.get(_PRIORITY, b"")
        return cls(
            transaction=transaction,
            username=found[_USERNAME],
            priority=int.from_bytes(priority, "big") if len(priority) == 4 else 0,
            use_candidate=_USE_CANDIDATE in found,
            controlled=_CONTROLLED in found,
            unknown=tuple(unknown[:MOST_UNKNOWN]),
            signed=signed,
            integrity=integrity,
        )

    def is_from(self, password: bytes) -> bool:
        """Whether its sender knows that password."""
        return hmac.compare_digest(hmac.digest(password, self.signed, hashlib.sha1), self.integrity)


def success(request: BindingRequest, source: Address, password: bytes) -> bytes:
    """It came from there."""
    return _written(_RESPONSE, request, [(_XOR_MAPPED, _xor_mapped(source, request.transaction))], password)


def refusal(request: BindingRequest, code: int, password: bytes) -> bytes:
    """ROLE_CONFLICT or UNKNOWN_ATTRIBUTE."""
    attributes = [(_ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100) + _REASONS[code])]
    if code == UNKNOWN_ATTRIBUTE:
        attributes.append((_UNKNOWN, struct.pack(f"!{len(request.unknown)}H", *request.unknown)))
    return _written(_ERROR, request, attributes, password)


def binding_request(
    transaction: bytes,
    username: str,
    password: str,
    *,
    priority: int = 1,
    use_candidate: bool = False,
    controlling: bool = True,
    more: Sequence[tuple[int, bytes]] = (),
) -> bytes:
    """As a full agent checks a way with. `transaction`: 12 octets; `more`: other attributes."""
    attributes = [(_USERNAME, username.encode()), (_PRIORITY, priority.to_bytes(4, "big"))]
    attributes.append((_CONTROLLING if controlling else _CONTROLLED, transaction[:8]))
    if use_candidate:
        attributes.append((_USE_CANDIDATE, b""))
    return _signed(_REQUEST, transaction, [*attributes, *more], password.encode())


def _written(
    kind: int, request: BindingRequest, attributes: Sequence[tuple[int, bytes]], password: bytes
) -> bytes:
    return _signed(kind, request.transaction, attributes, password)


def _signed(kind: int, transaction: bytes, attributes: Sequence[tuple[int, bytes]], password: bytes) -> bytes:
    body = b"".join(_attribute(name, value) for name, value in attributes)
    message = _HEADER.pack(kind, len(body) + _INTEGRITY_OCTETS, _COOKIE, transaction) + body
    message += _attribute(_INTEGRITY, hmac.digest(password, message, hashlib.sha1))
    message = _with_length(message, _FINGERPRINT_OCTETS)
    return message + _attribute(_FINGERPRINT, _fingerprint(message))


def _attribute(name: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4)


def _with_length(begun: bytes, more: int) -> bytes:
    """A message up to here, whose header says that so many octets follow."""
    return begun[:2] + (len(begun) - _HEADER.size + more).to_bytes(2, "big") + begun[4:]


def _fingerprint(begun: bytes) -> bytes:
    """Of a message that ends with it (section 14.7)."""
    return (zlib.crc32(begun) ^ _FINGERPRINT_XOR).to_bytes(4, "big")


def _xor_mapped(source: Address, transaction: bytes) -> bytes:
    """An address, which no NAT on the way takes for one (section 14.2)."""
    address = ipaddress.ip_address(source[0].partition("%")[0])
    mask = _COOKIE.to_bytes(4, "big") + transaction
    hidden = bytes(a ^ b for a, b in zip(address.packed, mask, strict=False))
    return struct.pack("!HH", 1 if address.version == 4 else 2, source[1] ^ _COOKIE >> 16) + hidden
