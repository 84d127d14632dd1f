"""Every format that is written can be read again, at every rate that it has, and comes while it is made."""

from __future__ import annotations

import io

import numpy as np
import pytest

from mediaserver.media.g711 import PCMU
from mediaserver.media.time import SAMPLE_RATE
from pipelines.audio.decoding import AudioLimits, AudioSource
from pipelines.audio.encoding import AudioEncoder
from pipelines.audio.formats import ENCODINGS, FileFormat
from pipelines.audio.worker import nearest_rate
from tests.pipelines.audio.sounds import Pcm, made, melody, pitch

RAW = (FileFormat.PCM, FileFormat.MULAW)
PACKED = tuple(each for each in FileFormat if each not in RAW)


def decoded(content: bytes) -> tuple[Pcm, int]:
    """Mono samples and their rate."""
    source = AudioSource(io.BytesIO(content), AudioLimits(60))
    parts, rate = [], 0
    for frame in source:
        plane = frame.to_ndarray()
        plane = plane[0] if plane.ndim > 1 else plane
        parts.append(plane if plane.dtype == np.int16 else (plane * 32_767).astype(np.int16))
        rate = frame.sample_rate
    return np.concatenate(parts), rate


def told(format: FileFormat, content: bytes) -> tuple[Pcm, int]:
    """Of raw formats, whose rate nothing tells."""
    if format is FileFormat.PCM:
        return np.frombuffer(content, "<i2").astype(np.int16), 0
    return PCMU.decode(np.frombuffer(content, np.uint8)), 0


@pytest.mark.parametrize("format", list(FileFormat))
@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
def test_what_is_written_sounds_as_it_should(format: FileFormat, rate: int) -> None:
    content = made(format, rate=rate)
    samples, found = told(format, content) if format in RAW else decoded(content)
    found = found or rate
    assert len(samples) / found == pytest.approx(1.0, abs=0.05 + 2_300 / found)  # MP3 and AAC are padded
    assert pitch(samples[: int(0.4 * found)], found) == pytest.approx(440, abs=8)
    assert pitch(samples[int(0.7 * found) : int(0.95 * found)], found) == pytest.approx(880, abs=8)


@pytest.mark.parametrize("format", [FileFormat.PCM, FileFormat.MULAW, FileFormat.WAV, FileFormat.FLAC])
@pytest.mark.parametrize("rate", [8_001, 11_025, 22_050, 37_000, 44_100])
def test_formats_without_rates_of_their_own_take_any(format: FileFormat, rate: int) -> None:
    content = made(format, rate=rate)
    samples, found = told(format, content) if format in RAW else decoded(content)
    assert (found or rate) == rate
    assert len(samples) == pytest.approx(rate, abs=rate // 100)


def test_opus_takes_any_rate_for_it_has_one_of_its_own() -> None:
    samples, found = decoded(made(FileFormat.OPUS, rate=22_050))
    assert found == 48_000 and len(samples) / found == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("format", [FileFormat.MP3, FileFormat.AAC])
def test_a_rate_that_a_format_has_not_is_refused_with_those_it_has(format: FileFormat) -> None:
    assert "it has 8000, 11025, 12000" in ENCODINGS[format].refused_rate(37_000)
    with pytest.raises(ValueError, match="37000"):
        AudioEncoder(format, 37_000)
    assert nearest_rate(format, 37_000) == 44_100


@pytest.mark.parametrize("rate", [0, -8_000, 7_999, 48_001, 2**31])
def test_no_format_has_a_rate_beyond_the_limits(rate: int) -> None:
    assert all("8000 to 48000" in encoding.refused_rate(rate) for encoding in ENCODINGS.values())


@pytest.mark.parametrize("format", list(FileFormat))
def test_audio_comes_while_it_is_made(format: FileFormat) -> None:
    """Within half a second of speech half of the bytes have come, whatever the format holds back."""
    encoder = AudioEncoder(format, ENCODINGS[format].usual_rate)
    samples = melody(2.0)
    came = [len(encoder.feed(samples[at : at + 1_600], SAMPLE_RATE)) for at in range(0, len(samples), 1_600)]
    whole = sum(came) + len(encoder.finish())
    assert sum(came[:3]) > 0
    assert sum(came[:15]) > whole / 2


def test_stereo_stays_stereo_where_the_format_can() -> None:
    assert AudioSource(io.BytesIO(made(FileFormat.FLAC, channels=2)), AudioLimits(9)).channels == 2
    assert len(made(FileFormat.MULAW, rate=8_000, channels=2)) == pytest.approx(8_000, abs=80)


@pytest.mark.parametrize("format", list(PACKED))
def test_an_empty_stream_is_a_whole_file(format: FileFormat) -> None:
    AudioEncoder(format, 24_000).finish()
