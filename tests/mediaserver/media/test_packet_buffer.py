"""Bursts of any size become frames on time; a tick is one `pop`."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.g711 import PCMA, PCMU, Codec
from mediaserver.media.leg import Frame
from mediaserver.media.packet_buffer import G711, SOON_TICKS, WIDE, PacketBuffer, Sample


def ramp(samples: int, start: int = 0) -> Frame:
    return (np.arange(start, start + samples) % 30_000 + 1).astype(np.int16)


def drain(buffer: PacketBuffer[Sample], ticks: int = 100) -> list[npt.NDArray[Sample]]:
    return [frame for _ in range(ticks) if (frame := buffer.pop()) is not None]


def test_what_comes_in_odd_pieces_goes_out_whole_and_in_order() -> None:
    rng, buffer, said, heard, at = random.Random(4), PacketBuffer(WIDE), ramp(320 * 50), [], 0
    while at < len(said):
        size = rng.choice((1, 160, 333, 640, 1_000))
        buffer.push(said[at : at + size])
        at += size
        while buffer.waiting_ms >= 60 and (frame := buffer.pop()) is not None:
            heard.append(frame)
    heard += drain(buffer)
    assert all(frame.shape == (320,) and frame.dtype == np.int16 for frame in heard)
    assert np.array_equal(np.concatenate(heard)[: len(said)], said)
    assert (buffer.gaps, buffer.trimmed, buffer.dropped) == (0, 0, 0)


def test_playing_begins_when_enough_waits() -> None:
    buffer = PacketBuffer(WIDE, target_ms=60)
    buffer.push(ramp(320))
    assert buffer.pop() is None
    buffer.push(ramp(640))
    frame = buffer.pop()
    assert frame is not None and frame[0] == 1


def test_a_short_word_is_not_held_back_for_ever() -> None:
    buffer = PacketBuffer(WIDE, target_ms=60)
    buffer.push(ramp(100))
    frames = [buffer.pop() for _ in range(5)]
    assert frames[:3] == [None] * 3
    last = frames[3]
    assert last is not None and np.array_equal(last[:100], ramp(100)) and not last[100:].any()
    assert frames[4] is None


def test_what_comes_just_in_time_is_no_gap() -> None:
    buffer, heard = PacketBuffer(WIDE, target_ms=60), []
    for at in range(0, 9_600, 960):  # 60 ms at once, every 60 ms
        buffer.push(ramp(960, at))
        heard += [buffer.pop() for _ in range(3)]
    assert all(frame is not None for frame in heard)
    assert (buffer.gaps, buffer.target_ms) == (0, 60)


def test_a_gap_is_counted_and_makes_room_and_a_pause_does_not() -> None:
    buffer = PacketBuffer(WIDE, target_ms=40)
    buffer.push(ramp(640))
    assert len(drain(buffer, 4)) == 2
    buffer.push(ramp(640))  # two ticks late
    assert (buffer.gaps, buffer.target_ms) == (1, 60)
    drain(buffer, 50)
    buffer.push(ramp(640))  # half a second later: the sender had nothing to say
    assert (buffer.gaps, buffer.target_ms) == (1, 60)


def test_a_sender_whose_clock_runs_fast_is_kept_up_with() -> None:
    buffer, at, most = PacketBuffer(WIDE), 0, 0.0
    for _ in range(5_000):  # 100 s at one part in a thousand too fast
        buffer.push(ramp(320 + (at % 3 == 0), at))
        at += 320
        buffer.pop()
        most = max(most, buffer.waiting_ms)
    assert buffer.trimmed >= 3 and most < 120 and buffer.dropped == 0


def test_leaving_a_frame_out_makes_no_step() -> None:
    buffer, heard = PacketBuffer(WIDE), []
    t = np.arange(320 * 300) / 16_000
    said = np.rint(8_000 * np.sin(2 * np.pi * 200 * t)).astype(np.int16)
    buffer.push(said[: 320 * 10])
    for at in range(320 * 10, len(said), 320):
        buffer.push(said[at : at + 320])
        frame = buffer.pop()
        assert frame is not None
        heard.append(frame)
    assert buffer.trimmed >= 1
    steps = np.abs(np.diff(np.concatenate(heard).astype(int)))
    assert steps.max() <= 1.2 * np.abs(np.diff(said.astype(int))).max()


@pytest.mark.parametrize("burst", [16_000, 48_000])
def test_it_is_bounded_and_drops_the_oldest(burst: int) -> None:
    buffer = PacketBuffer(WIDE, most_ms=500)
    buffer.push(ramp(burst))
    assert buffer.waiting_ms == 500 and buffer.dropped == burst - 8_000
    frame = buffer.pop()
    assert frame is not None and frame[0] == ramp(burst)[-8_000]


def test_what_was_cleared_is_not_heard() -> None:
    buffer = PacketBuffer(WIDE)
    buffer.push(ramp(3_200))
    buffer.clear()
    assert buffer.pop() is None and buffer.waiting_ms == 0


def test_after_a_connection_stood_still_the_delay_is_worked_off_in_seconds() -> None:
    buffer = PacketBuffer(WIDE)
    for at in range(0, 320 * 35, 320):  # 700 ms at once
        buffer.push(ramp(320, at))
    ticks = 0
    while buffer.waiting_ms > 160:
        buffer.push(ramp(320))
        buffer.pop()
        ticks += 1
    assert ticks < 500 and buffer.dropped == 0


def test_a_network_that_stood_still_once_has_nothing_late_for_the_rest_of_the_call() -> None:
    """80 ms late, and all at once: in the end no more waits than at the beginning."""
    buffer = PacketBuffer(WIDE)
    waiting: list[float] = []
    for tick in range(2_000):  # 40 s
        still = 200 <= tick < 204
        buffer.push(ramp(0 if still else 320 * 5 if tick == 204 else 320))
        waiting.append(buffer.waiting_ms)
        buffer.pop()
    assert buffer.gaps == 1
    assert max(waiting[205:300]) >= 100, "the burst"
    assert max(waiting[-100:]) <= max(waiting[100:200]) and buffer.target_ms == 40


def test_a_network_that_goes_on_standing_still_is_waited_for() -> None:
    """60 ms late each second: what is kept for that is not given up."""
    buffer, gone = PacketBuffer(WIDE), 0
    for tick in range(3_000):
        place = tick % 50
        buffer.push(ramp(0 if place in (10, 11, 12) else 320 * 4 if place == 13 else 320))
        gone += buffer.pop() is None and tick > 500
    assert not gone


@pytest.mark.parametrize("law", [PCMU, PCMA])
def test_octets_are_kept_as_they_are_and_frames_left_out_make_no_step(law: Codec) -> None:
    buffer, heard = PacketBuffer(G711[law]), []
    t = np.arange(160 * 300) / 8_000
    said = law.encode(np.rint(8_000 * np.sin(2 * np.pi * 200 * t)).astype(np.int16))
    buffer.push(said[: 160 * 5])
    for at in range(160 * 5, len(said), 160):
        buffer.push(said[at : at + 160])
        frame = buffer.pop()
        assert frame is not None and frame.dtype == np.uint8
        heard.append(frame)
    assert np.array_equal(np.concatenate(heard[:50]), said[: 160 * 50])
    assert buffer.trimmed >= 1
    steps = np.abs(np.diff(law.decode(np.concatenate(heard)).astype(int)))
    assert steps.max() <= 1.5 * np.abs(np.diff(law.decode(said).astype(int))).max()


def test_what_is_missing_for_a_moment_is_told_from_a_pause() -> None:
    buffer = PacketBuffer(G711[PCMU])
    assert buffer.pop() is None and not buffer.missing, "nothing was ever there"
    buffer.push(np.full(160 * 2 + 40, 7, np.uint8))
    frames = drain(buffer, 3)
    assert [len(frame) for frame in frames] == [160] * 3
    assert buffer.present == 40 and (frames[2][40:] == PCMU.silence).all()
    told = []
    for _ in range(SOON_TICKS + 2):
        assert buffer.pop() is None
        told.append(buffer.missing)
    assert told == [True] * (SOON_TICKS - 1) + [False] * 3
    buffer.push(np.full(160, 7, np.uint8))
    assert not buffer.missing
    buffer.clear()
    assert not buffer.missing
