"""A SIP message as Homer's collectors take it: HEP version 3, "The EEP/HEP protocol", revision 12. Pure.

A datagram is `HEP3`, its length, and chunks: vendor, type, length with these six octets, value.
"""

from __future__ import annotations

import ipaddress
import struct

from sip.tracing.traced import Endpoint, TracedMessage

LONGEST = 65_507
"""Octets of a datagram over IPv4."""
_FAMILY, _PROTOCOL, _SOURCE_4, _TARGET_4, _SOURCE_6, _TARGET_6, _SOURCE_PORT, _TARGET_PORT = range(1, 9)
_SECONDS, _MICROSECONDS, _KIND, _AGENT, _KEY, _PAYLOAD = 9, 10, 11, 12, 14, 15
_IPV4, _IPV6, _UDP, _TCP, _SIP = 2, 10, 17, 6, 1


def encoded(message: TracedMessage, agent: int, password: str = "") -> bytes | None:
    """One datagram for a collector; None where it would be too long for one, or an end is no IP address.
    `agent`: our number there. `password`: what the collector lets us in with, in the clear."""
    source, target = (
        (message.local, message.remote) if message.sent else (message.remote, message.local)
    )  # fmt: skip
    ends = _ends(source, target)
    if ends is None:
        return None
    micros = int(message.at * 1e6)
    chunks = [
        *ends,
        _chunk(_PROTOCOL, struct.pack("!B", _UDP if message.transport == "UDP" else _TCP)),
        _chunk(_SOURCE_PORT, struct.pack("!H", source[1] & 0xFFFF)),
        _chunk(_TARGET_PORT, struct.pack("!H", target[1] & 0xFFFF)),
        _chunk(_SECONDS, struct.pack("!I", micros // 1_000_000 & 0xFFFFFFFF)),
        _chunk(_MICROSECONDS, struct.pack("!I", micros % 1_000_000)),
        _chunk(_KIND, struct.pack("!B", _SIP)),
        _chunk(_AGENT, struct.pack("!I", agent)),
    ]
    if password:
        chunks.append(_chunk(_KEY, password.encode()))
    payload = message.framed
    length = 6 + sum(map(len, chunks)) + 6 + len(payload)
    if length > LONGEST:
        return None
    return b"HEP3" + struct.pack("!H", length) + b"".join(chunks) + _chunk(_PAYLOAD, payload)


def _ends(source: Endpoint, target: Endpoint) -> list[bytes] | None:
    """Addresses, of one family; one that is not known is the unspecified address of the other's."""
    found = [_address(source[0]), _address(target[0])]
    known = next((each for each in found if each is not None), None)
    if known is None:
        return None
    six = any(each is not None and each.version == 6 for each in found)
    size = 16 if six else 4
    here, there = (
        each.packed if each is not None and len(each.packed) == size else bytes(size) for each in found
    )
    kinds = (_SOURCE_6, _TARGET_6) if six else (_SOURCE_4, _TARGET_4)
    family = _chunk(_FAMILY, struct.pack("!B", _IPV6 if six else _IPV4))
    return [family, _chunk(kinds[0], here), _chunk(kinds[1], there)]


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _chunk(kind: int, value: bytes) -> bytes:
    return struct.pack("!HHH", 0, kind, 6 + len(value)) + value
