from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.errors import VoiceForgeError
from mediaserver.media.audio import SILENCE_DBFS, levels_dbfs, read_wav, rms_dbfs, write_wav
from mediaserver.media.g711 import PCMU
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
    return rms_dbfs(signal[400:-400])


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


def test_levels() -> None:
    full = np.where(np.arange(320) % 2, 32_767, -32_767).astype(np.int16)
    assert rms_dbfs(full) == pytest.approx(0, abs=0.01)
    assert rms_dbfs((full // 10).astype(np.int16)) == pytest.approx(-20, abs=0.05)
    assert levels_dbfs(np.zeros((2, 320), np.int16)).tolist() == [SILENCE_DBFS, SILENCE_DBFS]
    assert rms_dbfs(np.zeros(0, np.int16)) == SILENCE_DBFS


def wav(code: int, channels: int, rate: int, bits: int, body: bytes, extra: bytes = b"") -> bytes:
    form = struct.pack(
        "<HHIIHH", code, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits
    )
    form += extra
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"LIST" + struct.pack("<I", 3) + b"abc\0"  # an odd chunk to be skipped, with its pad octet
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def formats() -> list[tuple[str, bytes]]:
    x = np.rint(tone(440, 16_000, 0.1)).astype(np.int16)
    wide = x.astype(np.int32) << 16
    guid = struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)
    return [
        ("pcm16", wav(1, 1, 16_000, 16, x.tobytes())),
        ("pcm8", wav(1, 1, 16_000, 8, ((x >> 8) + 128).astype(np.uint8).tobytes())),
        ("pcm24", wav(1, 1, 16_000, 24, wide.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes())),
        ("pcm32", wav(1, 1, 16_000, 32, wide.tobytes())),
        ("float32", wav(3, 1, 16_000, 32, (x / 32_768).astype("<f4").tobytes())),
        ("float64", wav(3, 1, 16_000, 64, (x / 32_768).astype("<f8").tobytes())),
        ("mu-law", wav(7, 1, 16_000, 8, PCMU.encode(x).tobytes())),
        ("extensible", wav(0xFFFE, 1, 16_000, 16, x.tobytes(), guid)),
        ("stereo", wav(1, 2, 16_000, 16, np.stack((x, x), axis=1).tobytes())),
    ]


@pytest.mark.parametrize(("name", "data"), formats(), ids=[name for name, _ in formats()])
def test_wav_formats_are_read_as_mono_16_khz(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    x = read_wav(tmp_path / "a.wav")
    assert x.dtype == np.int16 and len(x) == 1_600
    assert np.abs(x - tone(440, 16_000, 0.1)).max() < (300 if name in ("pcm8", "mu-law") else 3)


def test_other_rates_are_converted(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.rint(tone(440, 8_000)).astype(np.int16), 8_000)
    x = read_wav(tmp_path / "a.wav")
    assert len(x) == 8_000
    assert np.abs(x - tone(440, 16_000))[200:-200].max() < 10


def test_stereo_is_written_interleaved(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.array([[1, -1], [2, -2]], np.int16))
    data = (tmp_path / "a.wav").read_bytes()
    assert struct.unpack("<4h", data[-8:]) == (1, -1, 2, -2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ID3 not a wav at all",
        wav(1, 0, 16_000, 16, b"1234"),
        wav(2, 1, 16_000, 4, b"1234"),
        wav(1, 1, 16_000, 16, b"")[:30],
        wav(1, 1, 0, 16, b"12"),
    ],
)
def test_what_is_no_usable_wav_gives_one_clear_line(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_bytes(data)
    with pytest.raises(VoiceForgeError, match="bad.wav") as error:
        read_wav(tmp_path / "bad.wav")
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceForgeError, match="none.wav: cannot be read"):
        read_wav(tmp_path / "none.wav")
