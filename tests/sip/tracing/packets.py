"""A reader of pcapng, for tests: what Wireshark would find in it."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from typing import NamedTuple


class Captured(NamedTuple):
    at: float
    source: tuple[str, int]
    target: tuple[str, int]
    payload: bytes
    length: int
    """Of the whole payload."""
    comment: str


@dataclass
class Packets:
    packets: list[Captured]
    dropped: int | None
    """None: it has no end."""


def read(data: bytes) -> Packets:
    """Raises AssertionError where it is no good pcapng file of IP packets."""
    found, at, kinds = Packets([], None), 0, []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length % 4 == 0 and struct.unpack_from("<I", data, at + length - 4)[0] == length
        body = data[at + 8 : at + length - 4]
        kinds.append(kind)
        if kind == 0x0A0D0D0A:
            assert struct.unpack_from("<IHH", body) == (0x1A2B3C4D, 1, 0)
        elif kind == 1:
            assert struct.unpack_from("<H", body)[0] == 101  # raw IP
        elif kind == 6:
            found.packets.append(_packet(body))
        else:
            assert kind == 5
            found.dropped = struct.unpack("<Q", _options(body[12:])[5])[0]
        at += length
    assert at == len(data) and kinds[:2] == [0x0A0D0D0A, 1]
    return found


def _packet(body: bytes) -> Captured:
    interface, high, low, captured, original = struct.unpack_from("<IIIII", body)
    data = body[20 : 20 + captured]
    options = _options(body[20 + captured + -captured % 4 :])
    assert interface == 0
    if data[0] >> 4 == 6:
        _, length, protocol, _ = struct.unpack_from("!IHBB", data)
        here, there = ipaddress.IPv6Address(data[8:24]), ipaddress.IPv6Address(data[24:40])
        head, whole = 40, 40 + length
    else:
        assert data[0] == 0x45 and _sum(data[:20]) == 0xFFFF
        whole, protocol = struct.unpack_from("!H", data, 2)[0], data[9]
        here, there = ipaddress.IPv4Address(data[12:16]), ipaddress.IPv4Address(data[16:20])  # type: ignore[assignment]
        head = 20
    source, target, udp_length, checksum = struct.unpack_from("!HHHH", data, head)
    assert protocol == 17 and whole == original == head + udp_length
    payload = data[head + 8 :]
    if head == 40 and captured == original:
        pseudo = data[8:40] + struct.pack("!II", udp_length, protocol)
        assert checksum and _sum(pseudo + data[head:]) == 0xFFFF
    return Captured(
        ((high << 32) + low) / 1e6, (str(here), source), (str(there), target), payload, udp_length - 8,
        options.get(1, b"").decode(),
    )  # fmt: skip


def _options(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while data:
        code, length = struct.unpack_from("<HH", data)
        if not code:
            break
        found[code] = data[4 : 4 + length]
        data = data[4 + length + -length % 4 :]
    return found


def _sum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total
