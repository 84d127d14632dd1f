"""Bursts of any size become frames on time; a tick is one `pop`."""

from __future__ import annotations

import random

import numpy as np
import pytest

from mediaserver.media.leg import Frame
from mediaserver.media.packet_buffer import PacketBuffer


def ramp(samples: int, start: int = 0) -> Frame:
    return (np.arange(start, start + samples) % 30_000 + 1).astype(np.int16)


def drain(buffer: PacketBuffer, ticks: int = 100) -> list[Frame]:
    return [frame for _ in range(ticks) if (frame := buffer.pop()) is not None]


def test_what_comes_in_odd_pieces_goes_out_whole_and_in_order() -> None:
    rng, buffer, said, heard, at = random.Random(4), PacketBuffer(), ramp(320 * 50), [], 0
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
    buffer = PacketBuffer(target_ms=60)
    buffer.push(ramp(320))
    assert buffer.pop() is None
    buffer.push(ramp(640))
    frame = buffer.pop()
    assert frame is not None and frame[0] == 1


def test_a_short_word_is_not_held_back_for_ever() -> None:
    buffer = PacketBuffer(target_ms=60)
    buffer.push(ramp(100))
    frames = [buffer.pop() for _ in range(5)]
    assert frames[:3] == [None] * 3
    last = frames[3]
    assert last is not None and np.array_equal(last[:100], ramp(100)) and not last[100:].any()
    assert frames[4] is None


def test_a_gap_is_counted_and_makes_room_and_a_pause_does_not() -> None:
    buffer = PacketBuffer(target_ms=40)
    buffer.push(ramp(640))
    assert len(drain(buffer, 4)) == 2
    buffer.push(ramp(640))  # two ticks late
    assert (buffer.gaps, buffer.target_ms) == (1, 60)
    drain(buffer, 50)
    buffer.push(ramp(640))  # half a second later: the sender had nothing to say
    assert (buffer.gaps, buffer.target_ms) == (1, 60)


def test_a_sender_whose_clock_runs_fast_is_kept_up_with() -> None:
    buffer, at, most = PacketBuffer(), 0, 0.0
    for _ in range(5_000):  # 100 s at one part in a thousand too fast
        buffer.push(ramp(320 + (at % 3 == 0), at))
        at += 320
        buffer.pop()
        most = max(most, buffer.waiting_ms)
    assert buffer.trimmed >= 3 and most < 120 and buffer.dropped == 0


def test_leaving_a_frame_out_makes_no_step() -> None:
    buffer, heard = PacketBuffer(), []
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
    buffer = PacketBuffer(most_ms=500)
    buffer.push(ramp(burst))
    assert buffer.waiting_ms == 500 and buffer.dropped == burst - 8_000
    frame = buffer.pop()
    assert frame is not None and frame[0] == ramp(burst)[-8_000]


def test_what_was_cleared_is_not_heard() -> None:
    buffer = PacketBuffer()
    buffer.push(ramp(3_200))
    buffer.clear()
    assert buffer.pop() is None and buffer.waiting_ms == 0
