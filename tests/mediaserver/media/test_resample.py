from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.resample import (
    DOWN_DELAY_SAMPLES,
    UP_DELAY_SAMPLES,
    Downsampler,
    StreamResampler,
    Upsampler,
    resample,
)

Pcm = npt.NDArray[np.int16]


def tone(hz: float, rate: int, seconds: float = 0.5, delay_s: float = 0.0) -> npt.NDArray[np.float64]:
    t = np.arange(round(rate * seconds)) / rate - delay_s
    return np.asarray(8_000 * np.sin(2 * np.pi * hz * t))


def up(signal: npt.NDArray[np.float64]) -> Pcm:
    filt = Upsampler(2)
    blocks = signal.astype(np.float32).reshape(-1, 160)
    return np.concatenate([filt.process(np.array([1]), block[None])[0] for block in blocks])


def down(signal: npt.NDArray[np.float64]) -> Pcm:
    filt = Downsampler(2)
    blocks = np.rint(signal).astype(np.int16).reshape(-1, 320)
    return np.concatenate([filt.process(np.array([1]), block[None])[0] for block in blocks])


def db(signal: Pcm) -> float:
    """RMS of the middle in dB below a full-scale square wave."""
    power = float(np.mean(np.square(signal[400:-400], dtype=np.float64)))
    return float(10 * np.log10(max(power, 1e-9)) - 90.309)


@pytest.mark.parametrize("hz", [200, 1_000, 3_000, 3_400])
def test_telephone_band_passes_with_the_stated_delay(hz: int) -> None:
    narrow, wide = tone(hz, 8_000), tone(hz, 16_000)
    after_up = tone(hz, 16_000, delay_s=UP_DELAY_SAMPLES / 8_000)
    after_down = tone(hz, 8_000, delay_s=DOWN_DELAY_SAMPLES / 8_000)
    assert np.abs(up(narrow) - after_up)[200:].max() < 30
    assert np.abs(down(wide) - after_down)[200:].max() < 30


@pytest.mark.parametrize("hz", [4_600, 5_200, 7_000])
def test_what_would_alias_into_the_telephone_band_is_removed(hz: int) -> None:
    assert db(down(tone(hz, 16_000))) < db(np.rint(tone(hz, 16_000)).astype(np.int16)) - 50


@pytest.mark.parametrize("hz", [1_000, 3_300])
def test_upsampling_leaves_no_image(hz: int) -> None:
    image = up(tone(hz, 8_000)) - tone(hz, 16_000, delay_s=UP_DELAY_SAMPLES / 8_000)
    assert 20 * np.log10(np.abs(image[400:]).max() / 8_000) < -48


def test_rows_of_a_batch_do_not_touch_each_other() -> None:
    """Within one unit: a matrix product may round its last bit otherwise when the batch has another size."""
    rng = np.random.default_rng(1)
    x = rng.integers(-20_000, 20_000, (4, 3, 160)).astype(np.float32)  # ticks, calls, samples
    others = rng.integers(-20_000, 20_000, (4, 3, 160)).astype(np.float32)
    others[:, 1] = x[:, 1]
    together, beside_others, alone = Upsampler(4), Upsampler(4), Upsampler(4)
    for tick in range(4):
        order = np.array([2, 0, 1]) if tick % 2 else np.array([0, 1, 2])
        row = order.tolist().index(1)
        batch = together.process(order, x[tick][order])[row].astype(np.int32)
        beside = beside_others.process(order, others[tick][order])[row]
        single = alone.process(np.array([1]), x[tick][1:2])[0]
        assert np.abs(batch - beside).max() <= 1
        assert np.abs(batch - single).max() <= 1


def test_reset_forgets_and_makes_rows() -> None:
    filt = Downsampler(1)
    filt.reset(70)
    loud = np.full((1, 320), 9_000, np.int16)
    first = filt.process(np.array([70]), loud)
    filt.process(np.array([70]), loud)
    filt.reset(70)
    assert np.array_equal(filt.process(np.array([70]), loud), first)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 24_000, 44_100, 48_000])
def test_stream_resampler_is_exact_in_length_and_aligned(rate: int) -> None:
    signal = np.rint(tone(1_000, rate)).astype(np.int16)
    stream = StreamResampler(rate)
    rng = np.random.default_rng(rate)
    parts, at = [], 0
    while at < len(signal):
        size = int(rng.integers(1, 900))
        parts.append(stream.process(signal[at : at + size]))
        at += size
    parts.append(stream.flush())
    out = np.concatenate(parts)
    assert len(out) == -(-len(signal) * 16_000 // rate)
    assert np.abs(out - tone(1_000, 16_000)[: len(out)])[100:-100].max() < 4
    assert np.array_equal(out, resample(signal, rate))


def test_stream_resampler_holds_back_less_than_two_milliseconds() -> None:
    stream = StreamResampler(22_050)
    assert len(stream.process(np.zeros(441, np.int16))) >= 320 - 2 * 16


def test_stream_resampler_removes_what_would_alias() -> None:
    assert db(resample(np.rint(tone(9_500, 48_000)).astype(np.int16), 48_000)) < -60


def test_stream_resampler_can_be_used_again_after_flush() -> None:
    stream = StreamResampler(24_000)
    signal = np.rint(tone(500, 24_000, 0.1)).astype(np.int16)
    first = np.concatenate((stream.process(signal), stream.flush()))
    assert np.array_equal(np.concatenate((stream.process(signal), stream.flush())), first)
    assert len(stream.flush()) == 0
