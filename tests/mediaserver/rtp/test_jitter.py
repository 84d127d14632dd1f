"""The buffer is driven by a linked sender: packets with arrival times in, one pop per 20 ms."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.narrowband import CONCEAL
from mediaserver.media.time import FRAME_NS as TICK_NS
from mediaserver.rtp.jitter import MARGIN_NS, JitterBuffer, target_for

MS = 1_000_000


def octet(sample: int) -> int:
    """What the sender's n-th sample looks like; differs between neighbouring frames."""
    return sample // 80 % 251 + 1


def payload(start: int, size: int) -> bytes:
    return bytes(octet(i) for i in range(start, start + size))


class Line:
    """A sender, a network and a receiver's clock. `pop` results are kept with the time they were due."""

    def __init__(self, buffer: JitterBuffer | None = None, ptime_ms: int = 20, base: int = 0) -> None:
        self.buffer = buffer or JitterBuffer()
        self.size = ptime_ms * 8
        self.base = base
        self.played: list[bytes | None] = []
        self.holes: list[bytes | None] = []
        self.now = 0

    def run(
        self,
        packets: list[tuple[int, int]],
        until_ms: int,
        tick_offset_ms: float = 3.0,
        tick_ns: int = TICK_NS,
        jitter_ns: int = 0,
    ) -> None:
        """`packets`: (arrival in ns, number of the packet); ticks come every 20 ms from the offset on."""
        waiting = sorted(packets)
        tick = int(tick_offset_ms * MS)
        i = 0
        while tick < until_ms * MS:
            while i < len(waiting) and waiting[i][0] <= tick:
                arrived, n = waiting[i]
                start = n * self.size
                self.buffer.push(
                    (self.base + start) & 0xFFFFFFFF, payload(start, self.size), arrived, jitter_ns
                )
                i += 1
            self.played.append(self.buffer.pop(tick))
            self.holes.append(self.buffer.missing)
            tick += tick_ns

    def frames(self) -> list[int]:
        """First octets of the frames played, without gaps."""
        return [frame[0] for frame in self.played if frame]


def steady(count: int, ptime_ms: float = 20, start_ms: float = 0) -> list[tuple[int, int]]:
    return [(int((start_ms + n * ptime_ms) * MS), n) for n in range(count)]


def held_up(packets: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The network keeps what is sent between 400 and 460 ms and then lets it all go."""
    return [(460 * MS if 400 * MS <= a < 460 * MS else a, n) for a, n in packets]


def stream(frames: list[bytes | None]) -> bytes:
    return b"".join(frame for frame in frames if frame)


@pytest.mark.parametrize("ptime", [10, 20, 30, 40, 50, 60])
@pytest.mark.parametrize("base", [0, 0xFFFFFFFF - 1_000, 0x7FFFFFFF - 500])
def test_a_clean_line_is_played_whole_for_every_packet_length(ptime: int, base: int) -> None:
    line = Line(ptime_ms=ptime, base=base)
    count = 1_200 // ptime
    line.run(steady(count, ptime), 1_300)
    heard = stream(line.played)
    assert heard == payload(0, len(heard))
    assert len(heard) >= (count - 1) * ptime * 8 - 160
    assert line.buffer.late == line.buffer.inserted == line.buffer.skipped == 0


@pytest.mark.parametrize("offset", [0.5, 5, 12, 19])
def test_the_first_packet_waits_no_longer_than_the_margin_and_a_tick(offset: float) -> None:
    line = Line()
    line.run(steady(30), 400, tick_offset_ms=offset)
    first = next(i for i, frame in enumerate(line.played) if frame)
    waited = offset + 20 * first
    assert MARGIN_NS / MS <= waited <= MARGIN_NS / MS + 20


def test_reordered_packets_are_put_right() -> None:
    packets = steady(40)
    for n in range(5, 35, 4):
        packets[n], packets[n + 1] = (packets[n][0] + 3 * MS, n + 1), (packets[n][0] + 4 * MS, n)
    packets = [(arrived if n % 4 else arrived, n) for arrived, n in packets]
    buffer = JitterBuffer()
    line = Line(buffer)
    line.run(packets, 900, tick_offset_ms=19)
    heard = stream(line.played)
    assert heard == payload(0, len(heard))


def test_duplicates_change_nothing() -> None:
    once, twice = Line(), Line()
    once.run(steady(30), 700)
    twice.run(steady(30) + [(a + MS, n) for a, n in steady(30)], 700)
    assert once.played == twice.played


def test_a_lost_packet_is_one_concealed_frame_and_costs_no_delay() -> None:
    line = Line()
    line.run([p for p in steady(50) if p[1] % 10 != 7], 1_000)
    gaps = [i for i, frame in enumerate(line.played) if frame == CONCEAL]
    assert len(gaps) == 5 == line.buffer.concealed
    assert line.buffer.inserted == line.buffer.late == 0
    assert [b - a for a, b in zip(gaps, gaps[1:], strict=False)] == [10] * 4


def test_half_a_frame_lost_is_marked() -> None:
    line = Line(ptime_ms=10)
    line.run([p for p in steady(60, 10) if p[1] != 21], 650)
    holed = [hole for hole in line.holes if hole is not None]
    assert len(holed) == 1
    assert sorted((holed[0][:80], holed[0][80:])) == [bytes(80), bytes([1]) * 80]


def test_late_packets_make_the_buffer_deeper_and_are_still_heard() -> None:
    packets = [(a + (25 * MS if n >= 20 else 0), n) for a, n in steady(60)]
    line = Line()
    line.run(packets, 1_200)
    heard = stream(line.played)
    assert heard == payload(0, len(heard))  # nothing left out: a frame was put in between
    assert line.buffer.inserted == 1
    assert 1 <= line.buffer.concealed <= 2
    assert line.buffer.late == 1


def test_spikes_are_learnt_from() -> None:
    rng = random.Random(3)
    packets = [(a + int(rng.uniform(0, 45) * MS), n) for a, n in steady(500)]
    line = Line()
    line.run(packets, 10_100, jitter_ns=15 * MS)
    assert line.buffer.concealed < 12
    assert line.buffer.delay_ms <= 100


def test_delay_shrinks_again_in_a_pause() -> None:
    quiet = JitterBuffer(lambda frame: True)
    packets = held_up(steady(1_500))
    line = Line(quiet)
    line.run(packets, 29_900)
    assert quiet.inserted >= 2
    assert quiet.skipped == quiet.inserted


def test_speech_is_not_cut_while_patience_lasts_but_afterwards() -> None:
    loud = JitterBuffer(lambda frame: False)
    packets = held_up(steady(1_500))
    line = Line(loud)
    line.run(packets, 4_000)
    assert loud.inserted >= 2 and loud.skipped == 0
    longer = Line(JitterBuffer(lambda frame: False))
    longer.run(packets, 29_900)
    assert longer.buffer.skipped == longer.buffer.inserted


def test_packets_that_are_overtaken_again_and_again_deepen_the_buffer() -> None:
    packets = [(a + (45 * MS if n % 10 == 5 else 0), n) for a, n in steady(200)]
    line = Line()
    line.run(packets, 3_900)
    assert line.buffer.inserted >= 1
    assert None not in line.played[3:] and CONCEAL not in line.played[-100:]


@pytest.mark.parametrize("ppm", [-500, 500])
def test_clock_drift_does_not_build_up_delay(ppm: int) -> None:
    """Three minutes; a sender whose crystal is 500 ppm off gains or loses 90 ms."""
    ptime = 20 * (1 + ppm / 1e6)
    line = Line(JitterBuffer(lambda frame: True))
    count = 9_000
    line.run(steady(count, ptime), 179_000)
    assert line.buffer.delay_ms <= 40
    moved = line.buffer.skipped - line.buffer.inserted
    assert abs(moved) >= 3
    assert (moved > 0) == (ppm < 0)  # a fast sender sends packets closer together
    assert line.buffer.concealed <= 40


def test_a_pause_of_the_sender_is_silence_not_loss() -> None:
    line = Line()
    spurt = steady(20)
    later = [(a + 2_000 * MS, n + 100) for a, n in steady(20)]  # time and timestamps went on
    line.run(spurt + later, 2_600)
    assert line.buffer.concealed == 0
    assert len([f for f in line.played if f]) == 40
    assert line.buffer.late == 0


@pytest.mark.parametrize(("skipped", "concealed"), [(12, 12), (3, 3), (0, 0)])
def test_the_numbers_of_the_packets_tell_a_long_loss_from_a_pause(skipped: int, concealed: int) -> None:
    buffer = JitterBuffer()
    for n in range(60):
        if not 20 <= n < 32:
            buffer.push(n * 160, payload(n * 160, 160), n * TICK_NS, 0, skipped if n == 32 else 0)
        buffer.pop(n * TICK_NS + 3 * MS)
    assert buffer.concealed == concealed


def test_a_sender_whose_timestamps_stand_still_in_pauses() -> None:
    line = Line()
    later = [(a + 3_000 * MS, n + 20) for a, n in steady(20)]
    line.run(steady(20) + later, 3_600)
    heard = stream(line.played)
    assert heard == payload(0, 40 * 160)


@pytest.mark.parametrize("leap", [100_000, -100_000, 0x80000000])
def test_a_timestamp_leap_starts_afresh(leap: int) -> None:
    line = Line()
    line.run(steady(20), 420)
    before = len(line.frames())
    line.base = leap & 0xFFFFFFFF
    line.played.clear()
    line.run([(a + 420 * MS, n) for a, n in steady(20)], 860, tick_offset_ms=423)
    assert before >= 19
    assert len(line.frames()) >= 19


def test_a_stalled_network_that_lets_go_leaves_little_delay() -> None:
    packets = [(max(a, 1_500 * MS) if a >= 500 * MS else a, n) for a, n in steady(600)]
    line = Line(JitterBuffer(lambda frame: True))
    line.run(packets, 11_900)
    assert line.buffer.delay_ms <= 60


def test_delay_is_capped() -> None:
    rng = random.Random(5)
    packets = [(a + int(rng.choice([0, 0, 0, 150, 190]) * MS), n) for a, n in steady(300)]
    line = Line()
    line.run(packets, 6_000, jitter_ns=60 * MS)
    assert line.buffer.delay_ms <= 220
    assert max(line.buffer.target_ns, 0) <= 200 * MS


def test_pause_is_told_and_nothing_is_concealed() -> None:
    line = Line()
    line.run(steady(10), 200)
    line.buffer.pause()
    line.played.clear()
    line.run([], 300, tick_offset_ms=203)
    assert CONCEAL not in line.played


def test_early_ns_says_how_much_sooner_ticks_could_come() -> None:
    line = Line()
    line.run(steady(60), 1_100, tick_offset_ms=9)  # first played at 29 ms: 19 ms more than the margin
    early = line.buffer.early_ns()
    assert early is not None
    assert early == pytest.approx(19 * MS, abs=MS)
    assert JitterBuffer().early_ns() is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.integers(0, 0xFFFFFFFF), st.integers(0, 4_000)),
            st.integers(0, 2_000),
            st.integers(0, 40),
            st.booleans(),
        ),
        max_size=80,
    )
)
def test_nothing_a_peer_sends_raises_or_breaks_the_frame_size(
    packets: list[tuple[int, int, int, bool]],
) -> None:
    buffer = JitterBuffer(lambda frame: True)
    now = 0
    for timestamp, size, wait_ms, pop in packets:
        now += wait_ms * MS
        buffer.push(timestamp, b"\x01" * size, now)
        if pop:
            frame = buffer.pop(now)
            assert frame is None or len(frame) in (0, 160)
        assert buffer.delay_ms <= 600


def playing(packets: int = 10) -> JitterBuffer:
    """A packet every 20 ms and a pop 12 ms after each; that of the last one is still to come."""
    buffer = JitterBuffer()
    for n in range(packets):
        buffer.push(n * 160, payload(n * 160, 160), n * TICK_NS)
        if n < packets - 1:
            assert buffer.pop(n * TICK_NS + 12 * MS) == payload(n * 160, 160)
    return buffer


@pytest.mark.parametrize(
    ("jitter_ms", "target_ms"), [(0, 10), (3, 10), (4, 12), (20, 60), (66, 198), (67, 200), (500, 200)]
)
def test_the_target_is_three_times_the_jitter_within_bounds(jitter_ms: int, target_ms: int) -> None:
    assert target_for(jitter_ms * MS) == target_ms * MS
    for buffer in (JitterBuffer(), playing()):
        buffer.push(1_600, bytes(160), 200 * MS, jitter_ms * MS)
        assert buffer.target_ns == target_ms * MS


@pytest.mark.parametrize(("ptime", "starts_ms"), [(10, 20), (20, 10), (30, 20), (40, 10), (60, 10), (50, 20)])
def test_playout_starts_so_long_after_the_first_packet(ptime: int, starts_ms: int) -> None:
    """Half a frame later where packets are no whole frames."""
    buffer = JitterBuffer()
    for n in range(2):
        buffer.push(n * ptime * 8, payload(n * ptime * 8, ptime * 8), 5 * MS)
    assert buffer.delay_ms == 2 * ptime
    assert buffer.pop((5 + starts_ms) * MS - 1) is None
    assert buffer.pop((5 + starts_ms) * MS) == payload(0, 160)
    assert buffer.delay_ms == max(0, 2 * ptime - 20)


def test_a_sender_that_falls_silent_is_concealed_for_five_frames_and_that_was_no_loss() -> None:
    buffer = playing()
    heard = [buffer.pop(192 * MS + n * TICK_NS) for n in range(9)]
    assert heard == [payload(9 * 160, 160), *[CONCEAL] * 5, None, None, None]
    assert buffer.concealed == 0 and buffer.delay_ms == 0
    assert buffer.early_ns() is None


def test_a_hole_with_audio_after_it_is_concealed_however_long_it_is() -> None:
    buffer = playing()
    buffer.push(18 * 160, payload(18 * 160, 160), 181 * MS)
    heard = [buffer.pop(192 * MS + n * TICK_NS) for n in range(10)]
    assert heard == [payload(9 * 160, 160), *[CONCEAL] * 8, payload(18 * 160, 160)]
    assert buffer.concealed == 8


def test_after_a_pause_that_was_told_the_next_packet_starts_afresh() -> None:
    buffer = playing()
    buffer.pause()
    heard = [buffer.pop(192 * MS + n * TICK_NS) for n in range(3)]
    assert heard == [payload(9 * 160, 160), None, None]
    buffer.push(20 * 160, payload(0, 160), 400 * MS)
    assert buffer.pop(410 * MS - 1) is None
    assert buffer.pop(410 * MS) == payload(0, 160)
    assert buffer.pop(430 * MS) is CONCEAL, "that pause is over"
    assert buffer.concealed == 1


@pytest.mark.parametrize("size", [80, 160])
def test_a_pause_ends_with_the_next_packet_of_any_length(size: int) -> None:
    buffer = playing()
    buffer.pause()
    buffer.push(1_600, payload(1_600, size), 200 * MS)
    heard = [buffer.pop(192 * MS + n * TICK_NS) for n in range(3)]
    assert heard[2] is CONCEAL


def test_a_reset_forgets_all_audio() -> None:
    buffer = playing()
    buffer.pause()
    buffer.reset()
    assert buffer.delay_ms == 0 and buffer.pop(192 * MS) is None
    buffer.push(0xFFFFFF60, payload(0, 160), 200 * MS)
    assert buffer.pop(209 * MS) is None
    assert [buffer.pop(210 * MS), buffer.pop(230 * MS)] == [payload(0, 160), CONCEAL]


def test_an_empty_packet_is_none() -> None:
    buffer = JitterBuffer()
    buffer.push(0, b"", 0)
    assert buffer.pop(100 * MS) is None and buffer.target_ns == MARGIN_NS


def test_packets_of_more_than_200_ms_are_cut() -> None:
    buffer = JitterBuffer()
    buffer.push(0, payload(0, 1_700), 0)
    assert buffer.delay_ms == 200
    assert [buffer.pop(20 * MS + n * TICK_NS) for n in range(11)] == [
        *[payload(n * 160, 160) for n in range(10)],
        CONCEAL,
    ]


def test_the_first_packets_may_come_in_any_order() -> None:
    buffer = JitterBuffer()
    for at, n in enumerate((2, 0, 1)):
        buffer.push((n * 160 - 320) & 0xFFFFFFFF, payload(n * 160, 160), at * MS)
    assert buffer.pop(9 * MS) is None
    assert [buffer.pop(10 * MS + n * TICK_NS) for n in range(3)] == [payload(n * 160, 160) for n in range(3)]
    assert buffer.late == buffer.inserted == 0


@pytest.mark.parametrize("start", [-1_608, 2_400, 100_000])
def test_what_lies_too_far_from_the_first_packet_takes_its_place(start: int) -> None:
    buffer = JitterBuffer()
    buffer.push(5_000, payload(0, 160), 0)
    buffer.push(5_000 + start, payload(320, 160), 3 * MS)
    assert buffer.pop(12 * MS) is None, "it starts anew"
    assert buffer.pop(13 * MS) == payload(320, 160)


def test_too_much_that_waits_is_left_out_up_to_the_target() -> None:
    buffer = playing()
    for n in range(10, 19):
        buffer.push(n * 160, payload(n * 160, 160), 181 * MS, 14 * MS)
    buffer.push(19 * 160, payload(19 * 160, 160), 182 * MS, 14 * MS)
    assert buffer.delay_ms == 220 and buffer.skipped == 0
    buffer.push(20 * 160, payload(20 * 160, 160), 183 * MS, 14 * MS)
    assert buffer.delay_ms == 40, "the target, 42 ms, in whole frames"
    assert buffer.skipped == 10
    assert [buffer.pop(192 * MS + n * TICK_NS) for n in range(3)] == [
        payload(19 * 160, 160),
        payload(20 * 160, 160),
        CONCEAL,
    ]


def test_a_frame_stays_when_too_much_waits_and_the_target_is_less() -> None:
    buffer = playing()
    for n in range(10, 21):
        buffer.push(n * 160, payload(n * 160, 160), 183 * MS)
    assert (buffer.delay_ms, buffer.skipped) == (20, 11)


def test_a_packet_that_is_a_little_late_moves_playout_back_by_whole_frames() -> None:
    buffer = playing()
    assert buffer.pop(192 * MS) == payload(1_440, 160)
    assert [buffer.pop(212 * MS), buffer.pop(232 * MS)] == [CONCEAL, CONCEAL]
    buffer.push(1_600, payload(1_600, 160), 233 * MS)
    assert (buffer.late, buffer.inserted, buffer.concealed) == (1, 2, 2)
    assert buffer.delay_ms == 20
    assert buffer.pop(252 * MS) == payload(1_600, 160)


def half_played() -> JitterBuffer:
    """30 ms packets; the fourth would have begun in the middle of the frame that was played last."""
    buffer = JitterBuffer()
    for n in range(3):
        buffer.push(n * 240, payload(n * 240, 240), n * 30 * MS)
    *_, holed = [buffer.pop(20 * MS + n * TICK_NS) for n in range(5)]
    assert holed is not None and holed[:80] == payload(640, 80)
    assert buffer.missing == bytes([1]) * 80 + bytes(80) and buffer.concealed == 1
    return buffer


def test_a_packet_that_is_half_a_frame_late_is_played_whole_a_frame_later() -> None:
    buffer = half_played()
    buffer.push(720, payload(720, 240), 101 * MS)
    assert (buffer.late, buffer.inserted, buffer.delay_ms) == (1, 1, 40)
    heard = buffer.pop(120 * MS)
    assert heard is not None and heard[80:] == payload(720, 80)
    assert buffer.missing == bytes(80) + bytes([1]) * 80
    assert buffer.pop(140 * MS) == payload(800, 160) and buffer.missing is None


def test_what_is_left_of_a_late_packet_is_played_when_its_successor_is_there_already() -> None:
    buffer = half_played()
    buffer.push(960, payload(960, 240), 121 * MS)
    buffer.push(720, payload(720, 240), 121 * MS)
    assert (buffer.late, buffer.inserted, buffer.delay_ms) == (1, 0, 50)
    assert buffer.pop(120 * MS) == payload(800, 160) and buffer.missing is None
    assert buffer.pop(140 * MS) == payload(960, 160)


def test_the_third_packet_in_a_window_that_was_overtaken_adds_a_frame_of_delay() -> None:
    buffer = playing(4)
    for n in range(4, 20):
        overtaken = n in (7, 11, 15)
        if not overtaken:
            buffer.push(n * 160, payload(n * 160, 160), n * TICK_NS)
        if n - 2 in (7, 11, 15):
            buffer.push((n - 2) * 160, payload((n - 2) * 160, 160), n * TICK_NS)
        heard = buffer.pop((n - 1) * TICK_NS + 12 * MS)
        assert (heard is CONCEAL) == (n - 1 in (7, 11, 15, 16)), n
        assert buffer.inserted == (n - 1 >= 16)
    assert (buffer.late, buffer.concealed) == (3, 4)


def test_packets_overtaken_once_in_a_while_cost_no_delay() -> None:
    buffer = playing(4)
    for n in range(4, 600):
        if n % 60 != 7:
            buffer.push(n * 160, payload(n * 160, 160), n * TICK_NS)
        if n % 60 == 9:
            buffer.push((n - 2) * 160, payload((n - 2) * 160, 160), n * TICK_NS)
        buffer.pop((n - 1) * TICK_NS + 12 * MS)
    assert buffer.late == 10 and buffer.inserted == 0


def first_skips(buffer: JitterBuffer, seconds: int, faster_ms: int = 60, offset_ms: int = 12) -> list[int]:
    """A line whose packets come so much sooner from the tenth on: when frames are left out, in ms."""
    skips: list[int] = []
    n = 0
    for tick in range(seconds * 50):
        now = (tick * 20 + offset_ms) * MS
        while n * 20 + (faster_ms if n < 10 else 0) <= now // MS:
            at = max(n * 20, faster_ms + min(n, 9) * 20)
            buffer.push(n * 160, payload(n * 160, 160), at * MS)
            n += 1
        skipped = buffer.skipped
        buffer.pop(now)
        skips += [tick * 20 + offset_ms] * (buffer.skipped - skipped)
    return skips


def skips_after(spikes_ms: Sequence[tuple[int, int]], seconds: int) -> tuple[list[int], JitterBuffer]:
    """A line that holds back what is sent from the begin to the end of each spike: when frames are left out,
    in ms."""
    buffer = JitterBuffer(lambda frame: True)
    skips: list[int] = []
    n = 0
    for tick in range(seconds * 50):
        now = tick * 20 + 12
        while (at := max([n * 20, *(end for begin, end in spikes_ms if begin <= n * 20 < end)])) <= now:
            buffer.push(n * 160, payload(n * 160, 160), at * MS)
            n += 1
        skipped = buffer.skipped
        buffer.pop(now * MS)
        skips += [now] * (buffer.skipped - skipped)
    return skips, buffer


def test_delay_that_a_whole_window_did_not_need_is_given_back_in_pauses() -> None:
    """Windows end at 2 072 and 4 072 ms; only the second was fast from its beginning."""
    for faster_ms, frames in ((20, 1), (40, 2), (60, 3), (100, 5)):
        buffer = JitterBuffer(lambda frame: True)
        begins = 4_012 + faster_ms
        assert first_skips(buffer, 8, faster_ms) == [begins + 20 * n for n in range(frames)]
        assert buffer.early_ns() == 2 * MS and buffer.concealed == 0


@pytest.mark.parametrize(("faster_ms", "at_ms"), [(20, 5_532), (40, 5_052), (60, 4_832), (100, 4_612)])
def test_without_a_pause_it_is_given_back_all_the_same_the_sooner_the_more_it_is(
    faster_ms: int, at_ms: int
) -> None:
    asked: list[bytes] = []

    def is_quiet(frame: bytes) -> bool:
        asked.append(frame)
        return False

    assert first_skips(JitterBuffer(is_quiet), 8, faster_ms)[0] == at_ms
    assert {len(frame) for frame in asked} == {160}
    assert len(asked) == (at_ms - 4_012 - faster_ms) // 20, "each frame that is about to be played"


@pytest.mark.parametrize(
    ("spikes", "skips"),
    [
        ([(400, 450)], [4_452, 4_472]),
        ([(400, 450), (1_000, 1_120)], [9_132 + 20 * n for n in range(6)]),
        (
            [(400, 450), (1_000, 1_120), (9_600, 9_650)],
            [*[9_132 + 20 * n for n in range(6)], 17_652, 17_672],
        ),
    ],
)
def test_delay_is_kept_for_longer_each_time_that_it_was_needed_again(
    spikes: list[tuple[int, int]], skips: list[int]
) -> None:
    """For 4 s after the packet that came late, then 8 s, and less again when it was given back."""
    found, buffer = skips_after(spikes, 20)
    assert found == skips
    assert buffer.late == len(spikes) and buffer.inserted == buffer.concealed == len(skips)


def test_and_for_a_minute_at_most() -> None:
    spikes = [(400 + 600 * n, 430 + 635 * n) for n in range(5)]
    skips, buffer = skips_after(spikes, 70)
    assert buffer.late == 5
    assert spikes[-1][1] + 60_000 <= skips[0] < spikes[-1][1] + 62_020


def test_how_early_ticks_could_come_is_unknown_after_they_were_moved() -> None:
    buffer = playing(20)
    assert buffer.early_ns() == 2 * MS
    buffer.moved(400 * MS)
    assert buffer.early_ns() is None
    buffer.push(20 * 160, payload(0, 160), 401 * MS)
    assert buffer.early_ns() == 11 * MS - MARGIN_NS
    assert buffer.early_from(30 * MS, None) == 20 * MS
    assert buffer.early_from(30 * MS, 20 * MS) == -30 * MS


def test_a_buffer_whose_work_was_lent_goes_on_as_if_it_never_was() -> None:
    """The borrower takes five packets and plays six frames."""
    kept, lender = playing(), playing()
    lent = lender.lend(1_600)
    assert lent is not None
    assert lent.audio == payload(1_440, 160) and lent.last_pop == 172 * MS
    assert lent.window_until == 2_012 * MS and lent.least_slack == 12 * MS
    audio = lent.audio
    for n in range(10, 15):
        kept.push(n * 160, payload(n * 160, 160), n * TICK_NS, 5 * MS)
        audio += payload(n * 160, 160)
        assert kept.pop((n - 1) * TICK_NS + 12 * MS) == audio[:160]
        audio = audio[160:]
    lender.restore(5, audio, lent.least_slack, 272 * MS, 5 * MS)
    for buffer in (kept, lender):
        assert (buffer.position, buffer.head, buffer.delay_ms) == (14 * 160, 15 * 160, 20)
        assert buffer.early_ns() == 12 * MS - 15 * MS
        buffer.push(15 * 160, payload(15 * 160, 160), 308 * MS, 5 * MS)
        assert buffer.early_ns() == 4 * MS - 15 * MS
    tail = [(kept.pop(at * MS), lender.pop(at * MS)) for at in range(292, 472, 20)]
    assert [one for one, _ in tail] == [other for _, other in tail]
    assert kept.concealed == lender.concealed == 0 and lender.delay_ms == 0


def test_what_was_lent_and_never_used_comes_back_as_it_was() -> None:
    buffer = playing()
    lent = buffer.lend(1_600)
    assert lent is not None
    buffer.restore(0, lent.audio, lent.least_slack, lent.last_pop, None)
    assert (buffer.delay_ms, buffer.target_ns, buffer.early_ns()) == (20, MARGIN_NS, 2 * MS)
    assert buffer.lend(1_600) == lent


def test_an_empty_buffer_can_be_lent_until_a_frame_is_missing() -> None:
    buffer = playing()
    assert buffer.pop(192 * MS) == payload(1_440, 160)
    lent = buffer.lend(1_600)
    assert lent is not None and lent.audio == b""
    buffer.restore(0, b"", lent.least_slack, lent.last_pop, None)
    buffer.pop(212 * MS)
    assert buffer.lend(1_600) is None


def full() -> JitterBuffer:
    buffer = playing()
    for n in range(10, 19):
        buffer.push(n * 160, payload(n * 160, 160), 181 * MS)
    return buffer


def test_a_buffer_that_is_nearly_full_is_not_lent() -> None:
    assert full().lend(19 * 160) is None
    less = full()
    less.pop(192 * MS)
    lent = less.lend(19 * 160)
    assert lent is not None and lent.audio == payload(1_600, 9 * 160)


@pytest.mark.parametrize(
    "unsteady",
    [
        lambda buffer: buffer.push(1_600, payload(1_600, 80), 200 * MS),  # half a frame
        lambda buffer: buffer.push(1_760, payload(1_760, 160), 200 * MS),  # a hole before it
        lambda buffer: buffer.pause(),
        lambda buffer: buffer.reset(),
    ],
)
def test_what_is_not_steady_is_not_lent(unsteady: Callable[[JitterBuffer], None]) -> None:
    buffer = playing()
    assert buffer.lend(1_599) is None and buffer.lend(1_601) is None
    unsteady(buffer)
    assert buffer.lend(buffer.head) is None


def test_a_buffer_that_is_about_to_change_its_delay_is_not_lent() -> None:
    deeper = playing(20)
    for n in (12, 13, 14):
        deeper.push(n * 160, payload(n * 160, 160), 381 * MS)
    assert deeper.late == 3 and deeper.lend(20 * 160) is None
    assert deeper.pop(392 * MS) is CONCEAL and deeper.inserted == 1
    assert deeper.lend(20 * 160) is not None
    for seconds, lent in ((4, True), (5, False), (6, True)):  # a frame is given back between 4 and 5.5 s
        shallower = JitterBuffer(lambda frame: False)
        first_skips(shallower, seconds, 20)
        assert (shallower.lend(shallower.head) is not None) == lent


@pytest.mark.parametrize("leap", [1_601, -1_601, 3_000, 2_400])
def test_what_lies_far_from_what_is_played_starts_afresh(leap: int) -> None:
    buffer = playing()
    starts_afresh = leap < -1_600 or leap > 2_336
    buffer.push((1_440 + leap) & 0xFFFFFFFF, payload(0, 160), 181 * MS)
    assert (buffer.pop(190 * MS) is None) == starts_afresh


def test_what_is_left_out_and_concealed_adds_up() -> None:
    buffer = playing()
    for lap in range(2):
        base = 10 + 12 * lap
        for n in range(base, base + 12):
            buffer.push(n * 160, payload(n * 160, 160), (181 + 20 * lap) * MS)
        assert buffer.skipped == 11 * (lap + 1)
        buffer.pop((192 + 20 * lap) * MS)
    line = Line(ptime_ms=10)
    line.run([p for p in steady(60, 10) if p[1] not in (21, 33, 45)], 600)
    assert line.buffer.concealed == 3


def test_delay_that_was_put_in_for_overtaken_packets_is_kept_for_seconds() -> None:
    buffer = JitterBuffer(lambda frame: True)
    skips = []
    for n in range(350):
        overtaken = n in (7, 11, 15)
        if not overtaken:
            buffer.push(n * 160, payload(n * 160, 160), n * TICK_NS)
        if n - 2 in (7, 11, 15):
            buffer.push((n - 2) * 160, payload((n - 2) * 160, 160), n * TICK_NS)
        skipped = buffer.skipped
        if n:
            buffer.pop((n - 1) * TICK_NS + 12 * MS)
        skips += [n * 20] * (buffer.skipped - skipped)
    assert buffer.inserted == 1 and len(skips) == 1
    assert 17 * 20 + 4_000 <= skips[0] <= 17 * 20 + 6_040
