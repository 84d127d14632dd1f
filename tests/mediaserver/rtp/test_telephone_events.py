from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import CapacityError
from mediaserver.rtp.packets import RtpPacket
from mediaserver.rtp.telephone_events import (
    DIGITS,
    EVENT,
    MOST_WAITING,
    TIMEOUT_NS,
    DigitHeard,
    DigitReceiver,
    DigitSender,
)
from tests.testdata import TESTDATA

CAPTURES = TESTDATA / "dtmf"
TICK = 20_000_000


def press(digit: str, timestamp: int, ms: int = 100) -> list[tuple[int, bytes]]:
    """Packets every 20 ms, the end three times."""
    code = DIGITS.index(digit)
    steps = [EVENT.pack(code, 10, d) for d in range(160, ms * 8, 160)]
    return [(timestamp & 0xFFFFFFFF, p) for p in steps + [EVENT.pack(code, 0x8A, ms * 8)] * 3]


def hear(
    packets: list[tuple[int, bytes] | None], receiver: DigitReceiver | None = None
) -> list[tuple[str, int]]:
    """One packet (or its loss) per tick, then silence until the timeout."""
    receiver = receiver or DigitReceiver()
    heard: list[DigitHeard] = []
    now = 0
    for packet in packets:
        now += TICK
        if packet is not None:
            heard += receiver.push(packet[0], packet[1], now)
        heard += receiver.poll(now)
    heard += receiver.poll(now + TIMEOUT_NS)
    assert not receiver.pressed
    return [(h.digit, h.duration_ms) for h in heard]


def test_every_digit_is_heard_once_with_its_length() -> None:
    packets = [p for i, d in enumerate(DIGITS) for p in press(d, i * 4_000)]
    assert hear(list(packets)) == [(d, 100) for d in DIGITS]


@pytest.mark.parametrize("loss", [0.05, 0.3])
def test_no_digit_is_lost_or_doubled_on_a_lossy_line(loss: float) -> None:
    rng = random.Random(11)
    digits = [rng.choice(DIGITS) for _ in range(500)]
    packets: list[tuple[int, bytes] | None] = []
    for i, digit in enumerate(digits):
        pressed: list[tuple[int, bytes] | None] = [
            p if rng.random() >= loss else None for p in press(digit, i * 4_000)
        ]
        if not any(pressed):  # all eight lost: nothing could be heard
            pressed[2] = press(digit, i * 4_000)[2]
        packets += [*pressed, None, None, None]
    assert [d for d, _ in hear(packets)] == digits


def test_the_end_lost_is_told_by_the_next_digit_or_by_time() -> None:
    first, second = press("5", 1_000)[:4], press("5", 3_000)[:4]
    assert hear([*first, *second]) == [("5", 80), ("5", 80)]


def test_only_the_end_arriving_is_enough() -> None:
    assert hear([press("9", 77)[-1]]) == [("9", 100)]


def test_same_digit_back_to_back() -> None:
    assert hear([*press("1", 0), *press("1", 1_280)]) == [("1", 100), ("1", 100)]


def test_timestamp_wrap_between_digits() -> None:
    assert hear([*press("1", 0xFFFFFF00), *press("2", 0xFFFFFF00 + 2_000)]) == [("1", 100), ("2", 100)]


def test_reordered_and_repeated_ends_are_ignored() -> None:
    packets = press("3", 500)
    assert hear([packets[0], packets[-1], packets[1], packets[2], *packets]) == [("3", 100)]
    later = press("4", 9_000)
    assert hear([*packets, later[0], packets[-1], *later[1:]]) == [("3", 100), ("4", 100)]


def test_a_long_press_in_segments_is_one_digit() -> None:
    first = [(0, EVENT.pack(7, 10, d)) for d in range(160, 0xFFFF, 8_000)] + [(0, EVENT.pack(7, 10, 0xFFFF))]
    second = [(0xFFFF, EVENT.pack(7, 10, 800)), (0xFFFF, EVENT.pack(7, 0x8A, 1_600))]
    assert hear([*first, *second, first[-1]]) == [("7", (0xFFFF + 1_600) // 8)]


def test_a_sender_that_lets_the_duration_wrap() -> None:
    steps = [*range(8_000, 65_536, 8_000), 6_464, 14_464]
    packets = [(9, EVENT.pack(2, 10, d)) for d in steps] + [(9, EVENT.pack(2, 0x8A, 14_464))]
    assert hear(list(packets)) == [("2", (0x10000 + 14_464) // 8)]


@pytest.mark.parametrize(
    "payload", [b"", b"\x01\x0a\x00", EVENT.pack(16, 0x8A, 800), EVENT.pack(255, 0x8A, 800)]
)
def test_what_is_no_digit_is_ignored(payload: bytes) -> None:
    assert hear([(1, payload)]) == []


@pytest.mark.parametrize(
    ("name", "digit"), [("1", "1"), ("2", "2"), ("5", "5"), ("9", "9"), ("pound", "#"), ("star", "*")]
)
def test_captures_of_a_real_phone(name: str, digit: str) -> None:
    path = CAPTURES / f"dtmf_2833_{name}.pcap"
    if not path.is_file():
        pytest.skip("the recorded captures are not on this machine")
    data, at, packets = path.read_bytes(), 24, []
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at + 8)
        packet = RtpPacket.parse(data[at + 16 + 42 : at + 16 + size])
        assert packet is not None and packet.payload_type == 101
        packets.append((packet.timestamp, packet.payload))
        at += 16 + size
    assert hear(list(packets)) == [(digit, 0x08C0 // 8)]


def test_what_we_send_is_what_we_hear() -> None:
    sender = DigitSender()
    for digit in "12#":
        sender.put(digit, 100)
    packets: list[tuple[int, bytes] | None] = []
    markers = []
    for tick in range(60):
        event = sender.tick(tick * 160) if sender.active else None
        packets.append((event.timestamp, event.payload) if event else None)
        markers.append(event is not None and event.marker)
    assert hear(packets) == [("1", 100), ("2", 100), ("#", 100)]
    assert sum(markers) == 3
    sent = [p for p in packets if p]
    assert sum(bool(p[1][1] & 0x80) for p in sent) == 9  # the end three times each
    assert [packets.index(p) * 160 for p in sent[::7]] == [p[0] for p in sent[::7]]  # stamped when begun
    assert not sender.active


def test_sender_bounds_the_length_and_refuses_what_is_no_digit() -> None:
    sender = DigitSender()
    sender.put("a", 1)
    durations = []
    while sender.active:
        event = sender.tick(0)
        if event:
            durations.append(EVENT.unpack(event.payload)[2])
    assert max(durations) == 320
    for wrong in ("", "12", "E"):
        with pytest.raises(ValueError, match="DTMF"):
            sender.put(wrong)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 0xFFFFFFFF) | st.integers(0, 3_000), st.binary(max_size=8)), max_size=50
    )
)
def test_no_payload_makes_the_receiver_raise(packets: list[tuple[int, bytes]]) -> None:
    heard = hear(list(packets))
    assert len(heard) <= len(packets)
    assert all(d in DIGITS and ms >= 0 for d, ms in heard)


def test_no_more_digits_wait_than_anybody_would_send() -> None:
    sender = DigitSender()
    for _ in range(MOST_WAITING):
        sender.put("1")
    with pytest.raises(CapacityError):
        sender.put("1")
    assert sender.tick(0) is not None
    sender.put("1")


def pushed(receiver: DigitReceiver, digit: str, timestamp: int, duration: int, now: int) -> list[DigitHeard]:
    """One packet of a key that is still down."""
    return [*receiver.push(timestamp, EVENT.pack(DIGITS.index(digit), 10, duration), now)]


def test_a_key_began_with_its_first_packet_and_is_given_up_after_its_last() -> None:
    receiver = DigitReceiver()
    pushed(receiver, "7", 900, 160, 1 * TICK)
    pushed(receiver, "7", 900, 320, 2 * TICK)
    assert receiver.poll(2 * TICK + TIMEOUT_NS - 1) == ()
    assert receiver.poll(2 * TICK + TIMEOUT_NS) == (DigitHeard("7", 1 * TICK, 40),)
    pushed(receiver, "8", 9_000, 160, 20 * TICK)  # one packet is enough for both times
    assert receiver.poll(20 * TICK + TIMEOUT_NS - 1) == ()
    assert receiver.poll(20 * TICK + TIMEOUT_NS) == (DigitHeard("8", 20 * TICK, 20),)


def test_the_next_key_has_times_of_its_own() -> None:
    receiver = DigitReceiver()
    pushed(receiver, "1", 900, 160, 1 * TICK)
    assert pushed(receiver, "2", 4_000, 160, 5 * TICK) == [DigitHeard("1", 1 * TICK, 20)]
    assert receiver.poll(5 * TICK + TIMEOUT_NS - 1) == ()
    assert receiver.poll(5 * TICK + TIMEOUT_NS) == (DigitHeard("2", 5 * TICK, 20),)


def test_what_is_left_of_an_earlier_key_is_told_once_while_the_next_one_is_down() -> None:
    receiver = DigitReceiver()
    pushed(receiver, "2", 4_000, 160, 5 * TICK)
    assert pushed(receiver, "1", 900, 164, 6 * TICK) == [DigitHeard("1", 6 * TICK, 20)]
    assert pushed(receiver, "1", 900, 320, 7 * TICK) == []
    assert receiver.pressed


def test_segments_and_wraps_add_up() -> None:
    receiver = DigitReceiver()
    for segment in range(3):  # section 2.5.1.3
        pushed(receiver, "5", 1_000 + segment * 0xFFFF, 0xFFFF, TICK)
    pushed(receiver, "5", 1_000 + 3 * 0xFFFF, 800, TICK)
    assert [h.duration_ms for h in receiver.poll(TICK + TIMEOUT_NS)] == [(3 * 0xFFFF + 800) // 8]
    for duration in (0x7FFF, 0xFFFE, 0x100, 0x8000, 0xFF00, 0x200):
        pushed(receiver, "6", 1 << 20, duration, TICK)
    assert [h.duration_ms for h in receiver.poll(TICK + TIMEOUT_NS)] == [(2 * 0x10000 + 0x200) // 8]


def test_a_duration_that_leaps_half_way_round_is_an_overtaken_packet_before_a_wrap() -> None:
    for leap, length in ((0x7FFF, 0x100 + 0x7FFF), (0x8000, 0x100)):
        receiver = DigitReceiver()
        pushed(receiver, "6", 900, 0x100, TICK)
        pushed(receiver, "6", 900, 0x100 + leap, TICK)
        assert [h.duration_ms for h in receiver.poll(TICK + TIMEOUT_NS)] == [length // 8]
    receiver = DigitReceiver()
    pushed(receiver, "6", 900, 0x8100, TICK)
    pushed(receiver, "6", 900, 0x100, TICK)  # back by no more than half: late, not wrapped
    assert [h.duration_ms for h in receiver.poll(TICK + TIMEOUT_NS)] == [0x8100 // 8]


def test_a_digit_sent_has_its_packets_one_by_one() -> None:
    sender = DigitSender()
    sender.put("0", 45)
    sender.put("d", 0)
    packets = [sender.tick(1_000 + 160 * i) for i in range(20)]
    assert [EVENT.unpack(p.payload) if p else None for p in packets] == [
        (0, 10, 160), (0, 10, 320), (0, 0x8A, 480), (0, 0x8A, 480), (0, 0x8A, 480), None, None, None,
        (15, 10, 160), (15, 0x8A, 320), (15, 0x8A, 320), (15, 0x8A, 320), *[None] * 8,
    ]  # fmt: skip
    assert [p.marker for p in packets if p] == [True] + [False] * 4 + [True] + [False] * 3
    assert {p.timestamp for p in packets if p} == {1_000, 1_000 + 8 * 160}


def test_a_sender_is_active_until_the_pause_after_its_last_digit_is_over() -> None:
    sender = DigitSender()
    assert not sender.active
    sender.put("1", 40)
    told = []
    for i in range(8):
        sender.tick(160 * i)
        told.append(sender.active)
    assert told == [True] * 6 + [False] * 2


def test_a_digit_lasts_100_ms_unless_said_otherwise_and_a_full_queue_says_so() -> None:
    sender = DigitSender()
    sender.put("1")
    for _ in range(4):
        assert (packet := sender.tick(0)) and not packet.payload[1] & 0x80
    assert (packet := sender.tick(0)) and EVENT.unpack(packet.payload)[1:] == (0x8A, 800)
    with pytest.raises(CapacityError, match=f"{MOST_WAITING} digits wait"):
        for _ in range(MOST_WAITING + 1):
            sender.put("1")
