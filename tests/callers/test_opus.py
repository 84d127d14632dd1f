"""What the measuring caller says and hears in Opus, packet by packet."""

from __future__ import annotations

import numpy as np

from callers.opus import TICKS, CallerOpus
from callers.rtp import MeasuringWire
from callers.sound import PACKET, PCMU, decode, encode
from callers.voiced import match
from tests.callers.test_g722 import sweep

PAYLOAD_TYPE = 111


def test_what_goes_through_both_ways_is_the_same() -> None:
    near, far, said = CallerOpus(), CallerOpus(), sweep(50)
    heard = []
    for part in said.reshape(-1, PACKET):
        wire = near.outward(encode(part, PCMU), PCMU)
        assert 0 < len(wire) < 160
        octets = far.inward(wire)
        assert len(octets) == PACKET
        heard.append(decode(octets, PCMU))
    assert match(said[2_000:6_000], np.concatenate(heard)) > 0.8


def test_what_is_no_opus_is_nothing() -> None:
    assert CallerOpus().inward(b"\xff") == b""


def test_a_stream_in_opus_counts_time_by_its_clock_and_keeps_g711() -> None:
    wire = MeasuringWire()
    stream = wire.open()
    try:
        stream.configure(("127.0.0.1", 9), "opus", PAYLOAD_TYPE, None, 20, "inactive", None)
        said, other = sweep(40), CallerOpus()
        for n, part in enumerate(said.reshape(-1, PACKET)):
            payload = other.outward(encode(part, PCMU), PCMU)
            stamp = (n * PACKET * TICKS).to_bytes(4)
            stream.arrived(
                n * 20_000_000, bytes((0x80, PAYLOAD_TYPE)) + n.to_bytes(2) + stamp + bytes(4) + payload
            )
        assert stream.reception.lost == 0 and stream.reception.jitter_ms == 0
        assert all(len(each.payload) == PACKET for each in stream.arrivals)
        assert stream.voiced_packets > 35
    finally:
        stream.close()
        wire.close()
