"""Packets in a file that Wireshark and tcpdump read (pcapng, draft-ietf-opsawg-pcapng). Pure.

What is captured above UDP gets IP and UDP headers again, as they were or may have been; the payload may be
cut, and says how long it was.
"""

from __future__ import annotations

import ipaddress
import struct

from sip.tracing.traced import Endpoint

CONTENT_TYPE = "application/x-pcapng"
_RAW_IP = 101
"""LINKTYPE_RAW: packets begin with their IP header."""
_SECTION, _INTERFACE, _PACKET, _STATISTICS = 0x0A0D0D0A, 1, 6, 5
_COMMENT, _NAME, _DROPPED, _APPLICATION = 1, 2, 5, 4
_UDP = 17
_LONGEST = 65_535 - 48
"""Octets of a payload that the length fields of IP and UDP can tell."""


def beginning() -> bytes:
    """What stands before all packets."""
    section = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _options((_APPLICATION, b"VoiceForge"))
    interface = struct.pack("<HHI", _RAW_IP, 0, 0) + _options((_NAME, b"voiceforge"))
    return _block(_SECTION, section) + _block(_INTERFACE, interface)


def packet(
    at: float,
    source: Endpoint,
    target: Endpoint,
    payload: bytes,
    length: int | None = None,
    comment: str = "",
) -> bytes:
    """One datagram. `at`: seconds of time.time. `length`: of the whole payload, where that was cut."""
    payload = payload[:_LONGEST]
    length = min(len(payload) if length is None else length, _LONGEST)
    data = _headers(source, target, payload, length) + payload
    cut = length - len(payload)
    stamp = int(at * 1e6)
    body = struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data) + cut)
    options = _options((_COMMENT, comment.encode())) if comment else b""
    return _block(_PACKET, body + _padded(data) + options)


def statistics(at: float, dropped: int) -> bytes:
    """What stands at the end: how many packets are missing."""
    stamp = int(at * 1e6)
    body = struct.pack("<III", 0, stamp >> 32, stamp & 0xFFFFFFFF)
    return _block(_STATISTICS, body + _options((_DROPPED, struct.pack("<Q", dropped))))


def _headers(source: Endpoint, target: Endpoint, payload: bytes, length: int) -> bytes:
    """IP and UDP. Where one end is not known, it is the unspecified address."""
    ends = [_address(source[0]), _address(target[0])]
    six = any(end is not None and end.version == 6 for end in ends)
    size, any_host = (16, b"\0" * 16) if six else (4, b"\0" * 4)
    here, there = (end.packed if end is not None and len(end.packed) == size else any_host for end in ends)
    udp_length = 8 + length
    udp = struct.pack("!HHHH", source[1] & 0xFFFF, target[1] & 0xFFFF, udp_length, 0)
    if six:
        # UDP over IPv6 has a checksum (RFC 8200 section 8.1); of what was cut nobody can tell it.
        if length == len(payload):
            pseudo = here + there + struct.pack("!II", udp_length, _UDP)
            udp = udp[:6] + struct.pack("!H", _checksum(pseudo + udp + payload) or 0xFFFF)
        return struct.pack("!IHBB", 6 << 28, udp_length, _UDP, 64) + here + there + udp
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + udp_length, 0, 0x4000, 64, _UDP, 0) + here + there
    return ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:] + udp


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _checksum(data: bytes) -> int:
    """Of the internet (:rfc:`1071`)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _block(kind: int, body: bytes) -> bytes:
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _options(*options: tuple[int, bytes]) -> bytes:
    written = (struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options)
    return b"".join(written) + b"\0" * 4


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
