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


def heard_block(session: RtcpSession, sender: RtpSender, block: ReportBlock, wall: int = WALL) -> None:
    assert session.receive(bytes(Report(1, (block,))), sender, 0, wall)


@pytest.mark.parametrize(
    ("lost", "written"),
    [(0x7FFFFF, 0x7FFFFF), (0x800000, 0x7FFFFF), (-0x800000, -0x800000), (-0x900000, -0x800000)],
)
def test_a_loss_beyond_24_bits_is_the_most_that_they_hold(lost: int, written: int) -> None:
    (report,) = parse(bytes(Report(1, (ReportBlock(7, 0, lost, 0, 0, 0, 0),))))
    assert isinstance(report, Report) and report.blocks[0].lost == written


def test_the_bytes_of_a_report_are_those_of_the_rfc() -> None:
    report = Report(0x01020304, (), 0x1112131415161718, 0x21222324, 0x31323334, 0x41424344)
    assert bytes(report).hex() == "80c80006010203041112131415161718212223243132333441424344"
    assert bytes(Report(5)).hex() == "80c9000100000005"
    assert bytes(Bye((5, 6))).hex() == "82cb00020000000500000006"
    assert bytes(Description(5, "a@b")).hex() == "81ca0003000000050103614062000000"
    assert bytes(Description(5, "a@bc")).hex() == "81ca0003000000050104614062630000"


def test_a_name_is_cut_at_255_octets() -> None:
    assert parse(bytes(Report(1)) + bytes(Description(1, "x" * 300)))[1] == Description(1, "x" * 255)


@pytest.mark.parametrize("padding", [1, 4, 8])
def test_padding_may_be_all_of_a_part_and_never_more_or_nothing(padding: int) -> None:
    tail = bytearray(b"\xa0\xcb\x00\x02" + bytes(8))
    tail[-1] = padding
    assert parse(bytes(Report(1)) + bytes(tail)) == [Report(1), Bye(())]
    for wrong in (0, 9):
        tail[-1] = wrong
        assert parse(bytes(Report(1)) + bytes(tail)) == []
    assert parse(bytes(Report(1)) + b"\xa0\xcb\x00\x00") == [], "a part that is too short for its padding"


def test_only_the_last_part_may_be_padded() -> None:
    padded = b"\xa0\xc9\x00\x02" + bytes(7) + b"\x04"
    assert parse(padded) == [Report(0)]
    assert parse(padded + bytes(Bye((1,)))) == []


def test_a_part_may_be_nothing_but_its_head() -> None:
    assert parse(bytes(Report(1)) + b"\x80\xcb\x00\x00") == [Report(1), Bye(())]
    assert parse(bytes(Report(1)) + b"\x80\xcc\x00\x00") == [Report(1)], "of a kind that we do not read"


def test_a_part_of_more_than_a_kilobyte_is_as_long_as_it_says() -> None:
    other = b"\x80\xcc\x01\x01" + bytes(4 * 0x101)
    assert parse(bytes(Report(1)) + other + bytes(Bye((3,)))) == [Report(1), Bye((3,))]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x00\x00\x05",
        b"\x00\x00\x00\x05\x02\x02ab",  # no CNAME
        b"\x00\x00\x00\x05\x01\x03ab",  # longer than the part
        b"\x00\x00\x00\x05\x01\xffab",
    ],
)
def test_a_description_without_a_whole_name_says_nothing(body: bytes) -> None:
    part = b"\x81\xca" + (len(body) // 4).to_bytes(2, "big") + body
    assert parse(bytes(Report(1)) + part) == [Report(1)]
    assert parse(bytes(Report(1)) + b"\x80" + bytes(Description(5, "ab"))[1:]) == [Report(1)], "of nobody"


def test_a_name_may_be_empty_fill_its_part_or_be_no_text() -> None:
    for name, said in ((b"", ""), (b"ab", "ab"), (b"\xffb", "\ufffdb")):
        body = b"\x00\x00\x00\x05\x01" + bytes([len(name)]) + name
        body += bytes(-len(body) % 4)
        part = b"\x81\xca" + (len(body) // 4).to_bytes(2, "big") + body
        assert parse(bytes(Report(1)) + part) == [Report(1), Description(5, said)]


def test_a_goodbye_names_as_many_as_it_holds() -> None:
    assert parse(bytes(Report(1)) + bytes(Bye((1, 0x01020304, 3)))) == [Report(1), Bye((1, 0x01020304, 3))]
    short = bytearray(bytes(Bye((1, 2))))
    short[0] += 1
    assert parse(bytes(Report(1)) + bytes(short)) == [Report(1)]
    assert parse(bytes(Report(1)) + bytes(Bye((1,))) + b"") == [Report(1), Bye((1,))]


def test_the_epoch_of_ntp_is_1900_and_its_fraction_32_bits() -> None:
    assert ntp_time(0) == 2_208_988_800 << 32
    assert ntp_time(S + S // 4) == (2_208_988_801 << 32) + (1 << 30)


def test_nothing_is_known_before_the_first_report() -> None:
    session = RtcpSession("a@b", 0)
    assert (session.remote_lost, session.remote_loss_pct, session.remote_jitter_ms) == (None, None, None)
    assert (session.rtt_ms, session.heard_at, session.reports, session.goodbye) == (None, None, 0, False)


def test_a_sender_report_says_what_was_sent() -> None:
    session, sender = RtcpSession("a@b", 0), RtpSender(random.Random(1))
    for n in range(3):
        sender.packet(bytes(160), 0, n * 160)
    report = parse(session.report(sender, receiver_with([]).reception(), S, WALL, sent=True))[0]
    assert report == Report(sender.ssrc, (), ntp_time(WALL), sender.timestamp, 3, 480)
    report = parse(session.report(sender, receiver_with([]).reception(), S, WALL, sent=False))[0]
    assert report == Report(sender.ssrc)


def test_the_delay_since_their_sender_report_is_told_in_65536ths_of_a_second() -> None:
    session, sender, receiver = RtcpSession("a@b", 0), RtpSender(), receiver_with([1])

    def told(now: int) -> tuple[int, int]:
        report = parse(session.report(sender, receiver.reception(), now, WALL, sent=False))[0]
        assert isinstance(report, Report)
        return report.blocks[0].last_sr, report.blocks[0].delay

    assert told(9 * S) == (0, 0), "they sent none yet"
    session.receive(bytes(Report(7, (), 0x1111_2222_3333_4444)), sender, 10 * S, WALL)
    assert told(12 * S + S // 2) == (0x2222_3333, 5 << 15)
    assert told(10 * S) == (0x2222_3333, 0) == told(9 * S)
    assert told(100_000 * S) == (0x2222_3333, 0xFFFFFFFF)


def test_loss_of_an_interval_is_a_share_of_256_and_of_what_came_since_the_last_report() -> None:
    session, sender, receiver = RtcpSession("a@b", 0), RtpSender(), receiver_with([0, 1])

    def fraction(numbers: list[int]) -> int:
        for n in numbers:
            receiver.receive(HEADER.pack(0x80, 0, n, n * 160, 7) + b"x")
        report = parse(session.report(sender, receiver.reception(), S, WALL, sent=False))[0]
        assert isinstance(report, Report)
        return report.blocks[0].fraction_lost

    assert fraction([]) == 0 == fraction([])
    assert fraction([3]) == 128
    assert fraction([5, 6]) == 85
    assert fraction([7, 8]) == 0
    assert fraction([4]) == 0, "one that was lost came after all"


def test_a_round_trip_of_a_minute_is_a_mistake() -> None:
    session, sender = RtcpSession("a@b", 0), RtpSender()
    then = ntp_time(WALL) >> 16 & 0xFFFFFFFF
    for trip, known in (((60 << 16) - 1, 60_000 - 1000 / 65_536), (60 << 16, None), (61 << 16, None)):
        session.forget_reports()
        heard_block(session, sender, ReportBlock(sender.ssrc, 0, 0, 0, 0, (then - trip) & 0xFFFFFFFF, 0))
        assert session.rtt_ms == (None if known is None else pytest.approx(known, abs=1e-6))
    heard_block(
        session, sender, ReportBlock(sender.ssrc, 0, 0, 0, 0, (then - (2 << 16)) & 0xFFFFFFFF, 1 << 16)
    )
    assert session.rtt_ms == pytest.approx(1000, abs=1e-6)


def test_each_valid_datagram_is_heard_and_each_report_counted() -> None:
    session, sender = RtcpSession("a@b", 0), RtpSender()
    assert session.receive(bytes(Report(1)) + bytes(Report(2)), sender, 5 * S, WALL)
    assert (session.reports, session.heard_at) == (2, 5 * S)
    assert session.receive(bytes(Report(1)), sender, 6 * S, WALL)
    assert not session.receive(b"\x80", sender, 7 * S, WALL)
    assert (session.reports, session.heard_at) == (3, 6 * S)


def test_what_one_host_reported_is_forgotten_for_the_next() -> None:
    session, sender = RtcpSession("a@b", 0), RtpSender()
    then = ntp_time(WALL) >> 16 & 0xFFFFFFFF
    heard_block(session, sender, ReportBlock(sender.ssrc, 1, 1, 1, 1, then, 0))
    assert None not in (session.rtt_ms, session.remote_lost, session.remote_jitter_ms)
    session.forget_reports()
    told = (session.rtt_ms, session.remote_lost, session.remote_loss_pct, session.remote_jitter_ms)
    assert told == (None, None, None, None)


def test_the_first_report_comes_in_half_the_time_of_the_others() -> None:
    rng = random.Random(3)
    first = RtcpSession("a@b", 100 * S, rng).deadline - 100 * S
    session = RtcpSession("a@b", 0, rng)
    rng.seed(3)
    session.report(RtpSender(), receiver_with([]).reception(), 0, WALL, sent=False)
    assert first == session.deadline // 2


# ---- whether anything of ours arrives


def told(session: RtcpSession, sender: RtpSender, highest: int | None, sent: int = 250) -> int:
    """After so many packets of ours comes a report with this highest number of them, or without us."""
    for _ in range(sent):
        sender.packet(b"x", 0, 0)
    blocks = () if highest is None else (ReportBlock(sender.ssrc, 0, 0, highest, 0, 0, 0),)
    session.receive(bytes(Report(7, blocks)) + bytes(Description(7, "far")), sender, S, WALL)
    return session.unheard


def test_what_arrives_is_known_by_its_numbers() -> None:
    session, sender = RtcpSession("us", 0), RtpSender(random.Random(3))
    assert [told(session, sender, highest) for highest in (250, 500, 750)] == [0, 0, 0]
    assert [told(session, sender, highest) for highest in (750, 750, 1_000)] == [1, 2, 0]


def test_a_far_end_that_reports_on_nobody_says_nothing_of_what_arrives() -> None:
    session, sender = RtcpSession("us", 0), RtpSender(random.Random(3))
    assert [told(session, sender, None) for _ in range(3)] == [0, 0, 0]


def test_a_far_end_that_names_us_no_more_hears_nothing_any_more() -> None:
    session, sender = RtcpSession("us", 0), RtpSender(random.Random(3))
    assert [told(session, sender, highest) for highest in (250, None, None)] == [0, 1, 2]
    session.forget_reports()
    assert session.unheard == 0


def test_a_report_says_nothing_of_what_was_hardly_sent() -> None:
    session, sender = RtcpSession("us", 0), RtpSender(random.Random(3))
    told(session, sender, 250)
    assert [told(session, sender, 250, 30) for _ in range(3)] == [0, 0, 0]
    assert told(session, sender, 250, 30) == 1, "120 together"


def test_packets_with_another_name_are_counted_anew() -> None:
    session, sender = RtcpSession("us", 0), RtpSender(random.Random(3))
    told(session, sender, 250)
    sender.renew()
    assert told(session, sender, None, 90) == 0
    assert told(session, sender, 300, 200) == 0
