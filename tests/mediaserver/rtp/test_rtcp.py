from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.rtp.packets import HEADER, RtpReceiver, RtpSender
from mediaserver.rtp.rtcp import Bye, Description, Part, Report, ReportBlock, RtcpSession, ntp_time, parse

S = 1_000_000_000
WALL = 1_760_000_000 * S


def receiver_with(numbers: list[int]) -> RtpReceiver:
    made = RtpReceiver()
    made.accepted = frozenset({0})
    for n in numbers:
        made.receive(HEADER.pack(0x80, 0, n, n * 160, 7) + b"x")
    return made


def test_parts_round_trip() -> None:
    block = ReportBlock(7, 64, -3, 70_000, 12, 0x12345678, 65_536)
    parts: list[Part] = [
        Report(1, (block, block), ntp_time(WALL), 99, 5, 800),
        Report(2, (block,)),
        Description(1, "abc@example"),
        Bye((1, 2)),
    ]
    assert parse(b"".join(bytes(part) for part in parts)) == parts
    assert all(len(bytes(part)) % 4 == 0 for part in parts)


def test_padding_of_the_last_part_is_allowed() -> None:
    data = bytearray(bytes(Report(1)) + bytes(4))
    data[0] |= 0x20
    data[3] += 1
    data[-1] = 4
    assert parse(bytes(data)) == [Report(1)]
    data[-1] = 200
    assert parse(bytes(data)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        bytes(Description(1, "x")),  # a compound packet begins with a report
        b"\x40" + bytes(Report(1))[1:],
        bytes(Report(1)) + b"\x81\xca",
        bytes(Report(1))[:-1],
        b"\x81\xc9\xff\xff" + bytes(8),
    ],
)
def test_what_is_no_compound_packet_yields_nothing(data: bytes) -> None:
    assert parse(data) == []


def test_a_count_that_promises_more_blocks_than_there_are() -> None:
    assert parse(b"\x9f\xc9\x00\x01" + bytes(4)) == []


def test_loss_is_reported_per_interval_and_in_total() -> None:
    session, sender = RtcpSession("a@b", 0, random.Random(1)), RtpSender(random.Random(1))
    receiver = receiver_with([n for n in range(100) if n % 4])
    report = parse(session.report(sender, receiver.reception(), 5 * S, WALL, sent=True))
    assert isinstance(report[0], Report) and report[0].ntp == ntp_time(WALL)
    (block,) = report[0].blocks
    assert (block.ssrc, block.highest) == (7, 99)
    assert block.lost == 24 and block.fraction_lost == 24 * 256 // 99
    assert report[1] == Description(sender.ssrc, "a@b")
    for n in range(100, 200):
        receiver.receive(HEADER.pack(0x80, 0, n, n * 160, 7) + b"x")
    second = parse(session.report(sender, receiver.reception(), 10 * S, WALL, sent=False))[0]
    assert isinstance(second, Report) and second.ntp is None
    assert second.blocks[0].fraction_lost == 0 and second.blocks[0].lost == 24


def test_round_trip_time_leaves_out_the_peers_delay() -> None:
    ours, theirs = RtcpSession("a@b", 0), RtcpSession("c@d", 0)
    our_sender, their_sender = RtpSender(), RtpSender()
    their_receiver = RtpReceiver()
    their_receiver.accepted = frozenset({0})
    their_receiver.receive(HEADER.pack(0x80, 0, 1, 1, our_sender.ssrc) + b"x")
    away = 7_000 * S  # the two machines' monotonic clocks differ
    our_report = ours.report(our_sender, receiver_with([]).reception(), 1 * S, WALL, sent=True)
    assert theirs.receive(our_report, their_sender, away + S + 30_000_000, 0)
    reply = theirs.report(their_sender, their_receiver.reception(), away + 3 * S + 30_000_000, 0, sent=False)
    assert ours.receive(reply, our_sender, 3 * S + 80_000_000, WALL + 2 * S + 80_000_000)
    assert ours.rtt_ms == pytest.approx(80, abs=0.1)
    assert ours.remote_lost == 0 and ours.remote_loss_pct == 0 and ours.reports == 1


def test_blocks_about_others_and_impossible_times_are_left_out() -> None:
    ours, sender = RtcpSession("a@b", 0), RtpSender()
    ours.receive(bytes(Report(1, (ReportBlock(sender.ssrc ^ 1, 9, 9, 9, 9, 9, 9),))), sender, 0, WALL)
    assert ours.remote_lost is None
    ours.receive(bytes(Report(1, (ReportBlock(sender.ssrc, 128, 9, 9, 80, 9, 9),))), sender, 0, WALL)
    assert ours.rtt_ms is None
    assert (ours.remote_loss_pct, ours.remote_jitter_ms) == (50.0, 10.0)


def test_the_interval_is_random_around_its_mean() -> None:
    session, sender, receiver = RtcpSession("a@b", 0, random.Random(2)), RtpSender(), receiver_with([])
    assert 0 < session.deadline < 4 * S
    waits = []
    for _ in range(200):
        session.report(sender, receiver.reception(), 0, WALL, sent=True)
        waits.append(session.deadline / S)
    assert min(waits) > 2.0 and max(waits) < 6.2
    assert len({round(w, 3) for w in waits}) > 100


def test_goodbye() -> None:
    session, sender = RtcpSession("a@b", 0), RtpSender()
    data = session.bye(sender)
    assert parse(data)[-1] == Bye((sender.ssrc,))
    other = RtcpSession("c@d", 0)
    assert other.receive(data, RtpSender(), 0, WALL) and other.goodbye


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"", b"\x80\xc9\x00\x01\0\0\0\0", b"\x81\xc8\x00\x0c"]))
def test_no_datagram_makes_it_raise(tail: bytes, head: bytes) -> None:
    session, sender = RtcpSession("a@b", 0), RtpSender()
    session.receive(head + tail, sender, 0, WALL)
    session.report(sender, receiver_with([1]).reception(), S, WALL, sent=True)
