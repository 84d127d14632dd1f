"""The buffer is driven by a linked sender: packets with arrival times in, one pop per 20 ms."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.narrowband import CONCEAL
from mediaserver.media.time import FRAME_NS as TICK_NS
from mediaserver.rtp.jitter import MARGIN_NS, JitterBuffer

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
