"""What the measuring caller says and hears in G.722, packet by packet."""

from __future__ import annotations

import numpy as np

from callers.g722 import G722, G722Line
from callers.rtp import MeasuringWire
from callers.sound import PACKET, PCMU, Samples, decode, encode
from callers.voiced import match


def sweep(packets: int) -> Samples:
    t = np.arange(packets * PACKET) / 8_000
    return np.asarray(np.rint(8_000 * np.sin(2 * np.pi * (400 + 900 * t) * t)), np.int16)


def test_what_goes_through_both_ways_is_the_same() -> None:
    near, far, said = G722Line(), G722Line(), sweep(50)
    heard = []
    for part in said.reshape(-1, PACKET):
        wire = near.outward(encode(part, PCMU), PCMU)
        assert len(wire) == PACKET
        heard.append(decode(far.inward(wire), PCMU))
    assert match(said[2_000:6_000], np.concatenate(heard)) > 0.98


def test_a_stream_in_g722_keeps_what_it_says_and_hears_as_g711() -> None:
    wire = MeasuringWire()
    stream = wire.open()
    try:
        stream.configure(("127.0.0.1", 9), "G722", G722, 101, 20, "inactive", None)
        stream.secure(None)
        wire.halt(stream)
        stream.departures.clear()
        said, other = sweep(40), G722Line()
        for n, part in enumerate(said.reshape(-1, PACKET)):
            payload = other.outward(encode(part, PCMU), PCMU)
            header = bytes((0x80, G722)) + n.to_bytes(2) + (n * PACKET).to_bytes(4) + bytes(4)
            stream.arrived(n * 20_000_000, header + payload)
        heard = np.concatenate([decode(each.payload, each.payload_type) for each in stream.arrivals])
        assert match(said[2_000:5_000], heard) > 0.98
        assert stream.voiced_packets > 35
        stream.tick()
        assert stream.departures[-1].payload == encode(np.zeros(PACKET), PCMU)
    finally:
        stream.close()
        wire.close()
