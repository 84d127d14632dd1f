from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.rtp.packets import HEADER, RtpPacket, RtpReceiver, RtpSender

TICK = 20_000_000


def packet(
    sequence: int, timestamp: int | None = None, kind: int = 0, ssrc: int = 7, body: bytes = b"x" * 160
) -> bytes:
    when = sequence * 160 if timestamp is None else timestamp
    return HEADER.pack(0x80, kind, sequence & 0xFFFF, when & 0xFFFFFFFF, ssrc) + body


def receiver() -> RtpReceiver:
    made = RtpReceiver()
    made.accepted = frozenset({0, 101})
    return made


def test_header_round_trip() -> None:
    sent = RtpPacket(101, 65_535, 0xFFFFFFFF, 1, b"abc", marker=True)
    assert RtpPacket.parse(bytes(sent)) == sent


@pytest.mark.parametrize(
    ("flags", "middle", "tail", "payload"),
    [
        (0x82, b"csrccsrc", b"", b"hello"),
        (0x90, b"\xbe\xde\x00\x01extn", b"", b"hello"),
        (0xA0, b"", b"\0\0\x03", b"hello"),
        (0xB1, b"csrc\xbe\xde\x00\x00", b"\x01", b"hello"),
    ],
)
def test_csrc_extension_and_padding_are_stripped(
    flags: int, middle: bytes, tail: bytes, payload: bytes
) -> None:
    data = bytes([flags]) + packet(1, body=b"")[1:] + middle + payload + tail
    parsed = RtpPacket.parse(data)
    assert parsed is not None and parsed.payload == payload
    assert receiver().receive(data) == payload


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        b"\x40" + packet(1)[1:],  # version 1
        b"\x8f" + packet(1, body=b"")[1:],  # CSRC list longer than the packet
        b"\x90" + packet(1, body=b"\xbe\xde\xff\xff")[1:],  # extension longer than the packet
        b"\xa0" + packet(1, body=b"abc\xff")[1:],  # padding longer than the payload
        b"\xa0" + packet(1, body=b"abc\x00")[1:],  # padding of no octets
        b"\xa0" + packet(1, body=b"")[1:],
        packet(1, kind=18),  # G.729 was not negotiated
    ],
)
def test_invalid_packets_are_counted(data: bytes) -> None:
    rtp = receiver()
    assert rtp.receive(data) is None
    assert rtp.invalid == 1 and rtp.received == 0


def test_loss_duplicates_and_reordering_are_counted_across_the_wrap() -> None:
    rtp = receiver()
    order = [65_530, 65_531, 65_533, 65_532, 65_533, 65_535, 0, 2, 1, 1, 5]
    taken = [n for n in order if rtp.receive(packet(n)) is not None]
    assert taken == [65_530, 65_531, 65_533, 65_532, 65_535, 0, 2, 1, 5]
    assert (rtp.duplicates, rtp.reordered) == (2, 2)
    assert rtp.expected == 12 and rtp.lost == 3


def test_a_packet_before_the_first_widens_the_range() -> None:
    rtp = receiver()
    for n in (0, 65_535, 1):
        assert rtp.receive(packet(n)) is not None
    assert rtp.expected == 3 and rtp.lost == 0


def test_a_new_ssrc_is_followed_from_its_second_packet_on_without_counting_loss() -> None:
    rtp = receiver()
    for n in range(10):
        rtp.receive(packet(n))
    assert rtp.receive(packet(30_000, ssrc=8)) is None
    for n in range(30_001, 30_010):
        assert rtp.receive(packet(n, ssrc=8))
    assert rtp.lost == 0 and rtp.source_changes == 1 and rtp.received == 19


def test_at_a_place_where_it_proved_itself_its_first_packet_counts() -> None:
    rtp = receiver()
    rtp.receive(packet(1))
    assert rtp.receive(packet(30_000, ssrc=8), moved=True)


def test_a_forged_packet_changes_nothing_whatever_its_ssrc() -> None:
    rtp = receiver()
    for n in range(40):
        assert rtp.receive(packet(n))
        assert rtp.receive(packet(30_000 + 7 * n, ssrc=1_000 + n)) is None
        assert rtp.receive(packet(20_000 + 7 * n)) is None
    assert rtp.ssrc == 7 and rtp.lost == 0 and rtp.received == 40 and rtp.source_changes == 0


def test_a_leap_in_the_numbers_needs_two_packets() -> None:
    rtp = receiver()
    rtp.receive(packet(10))
    assert rtp.receive(packet(20_000)) is None
    assert rtp.receive(packet(11))
    assert rtp.receive(packet(40_000)) is None
    assert rtp.receive(packet(40_001))
    assert rtp.receive(packet(40_002))
    assert rtp.lost < 3


def test_jitter_is_that_of_rfc_3550() -> None:
    rtp = receiver()
    wanted, last = 0.0, None
    rng = random.Random(4)
    for n in range(200):
        arrived = n * TICK + rng.randrange(0, 8_000_000)
        rtp.receive(packet(n))
        rtp.measure(arrived)
        transit = arrived // 125_000 - n * 160
        if last is not None:
            wanted += (abs(transit - last) - wanted) / 16
        last = transit
    assert rtp.jitter == pytest.approx(wanted)
    before = rtp.jitter
    rtp.receive(packet(200, timestamp=9_999_999))  # a talk spurt on a new time base
    rtp.measure(200 * TICK)
    assert rtp.jitter == before


def test_sender_numbers_packets_and_wraps() -> None:
    sender = RtpSender(random.Random(1))
    sender.sequence = 65_535
    packets = [RtpPacket.parse(sender.packet(b"abc", 0x80, 0xFFFFFFFF + n)) for n in range(2)]
    assert [p.sequence for p in packets if p] == [65_535, 0]
    assert [p.timestamp for p in packets if p] == [0xFFFFFFFF, 0]
    assert all(p and p.marker and p.ssrc == sender.ssrc for p in packets)
    assert (sender.packets, sender.octets) == (2, 6)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=60), st.booleans()), max_size=40))
def test_no_datagram_makes_the_receiver_raise(datagrams: list[tuple[bytes, bool]]) -> None:
    rtp = receiver()
    for n, (data, headed) in enumerate(datagrams):
        datagram = b"\x80\x00" + data if headed else data
        payload = rtp.receive(datagram)
        assert payload is None or len(payload) <= len(datagram) - 12
        if payload is not None:
            rtp.measure(n)
        RtpPacket.parse(datagram)
    assert rtp.lost >= 0 and rtp.received <= len(datagrams)
