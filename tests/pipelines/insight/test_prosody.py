"""Pitch, loudness and pace of what was said, in the telephone band too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.g711 import PCMU
from mediaserver.media.resample import resample
from pipelines.insight.pitch import STEP_MS, pitch_track
from pipelines.insight.prosody import prosody_of
from tests.recordings import read_wav
from tests.testdata import TESTDATA

Samples = npt.NDArray[np.int16]
ROOM = TESTDATA / "speech" / "dialogflow-book_a_room.wav"


def sung(hz: float, seconds: float = 1.0, *, lowest: float = 0.0, amplitude: float = 6000) -> Samples:
    """A vowel at this pitch, without what lies below `lowest`."""
    at = np.arange(int(16_000 * seconds)) / 16_000
    parts = [
        np.sin(2 * np.pi * hz * k * at + k) / (1 + ((hz * k - 700) / 600) ** 2)
        for k in range(1, int(3400 / hz))
        if hz * k >= lowest
    ]
    wave = np.sum(parts, axis=0)
    return np.asarray(wave / np.abs(wave).max() * amplitude, dtype=np.int16)


def by_telephone(samples: Samples) -> Samples:
    return resample(PCMU.decode(PCMU.encode(resample(samples, 16_000, 8_000))), 8_000, 16_000)


@pytest.mark.parametrize("hz", [85, 110, 147, 180, 220, 300, 400])
@pytest.mark.parametrize("lowest", [0.0, 300.0])
def test_the_pitch_of_a_voice_is_found_also_where_the_line_has_cut_it_off(hz: float, lowest: float) -> None:
    noise = np.random.default_rng(1).normal(0, 60, 16_000)
    track = pitch_track((by_telephone(sung(hz, lowest=lowest)) + noise).astype(np.int16))
    found = track.hz[track.voiced]
    assert len(found) > 80
    assert np.median(found) == pytest.approx(hz, rel=0.02)
    assert np.mean(np.abs(np.log2(found / hz)) < 0.1) > 0.95


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(16_000, np.int16),
        np.random.default_rng(2).normal(0, 3000, 16_000).astype(np.int16),
        np.full(16_000, 32_767, np.int16),
        np.where(np.arange(16_000) % 4001 == 0, 20_000, 0).astype(np.int16),
        np.zeros(0, np.int16),
        np.ones(639, np.int16),
    ],
)
def test_what_is_no_voice_has_no_prosody(samples: Samples) -> None:
    track = pitch_track(samples)
    assert np.isfinite(track.level_db).all() and np.isfinite(track.hz).all()
    assert track.voiced.mean() < 0.2 if len(track.hz) else True
    assert prosody_of(track) is None


def test_a_louder_higher_and_livelier_voice_shows_as_that() -> None:
    calm, glide = sung(110, 1.5), np.concatenate([sung(hz, 0.15) for hz in range(120, 220, 10)])
    first, second = prosody_of(pitch_track(calm)), prosody_of(pitch_track(glide))
    louder = prosody_of(pitch_track((calm * 2).astype(np.int16)))
    assert first is not None and second is not None and louder is not None
    assert first.range_st < 0.5 < 4 < second.range_st
    assert abs(first.slope_st_s) < 0.5 < 3 < second.slope_st_s
    assert second.pitch_st - first.pitch_st > 4
    assert louder.level_db - first.level_db == pytest.approx(6.0, abs=0.5)


@pytest.mark.parametrize("rate", [2, 4, 6])
def test_syllables_are_counted_by_their_dips(rate: int) -> None:
    at = np.arange(32_000) / 16_000
    spoken = sung(140, 2.0) * (0.06 + 0.94 * np.sin(np.pi * rate * at) ** 2)
    found = prosody_of(pitch_track(spoken.astype(np.int16)))
    assert found is not None and found.rate == pytest.approx(rate, abs=0.6)


def test_pauses_are_told_from_speech() -> None:
    silence = np.zeros(8_000, np.int16)
    found = prosody_of(pitch_track(np.concatenate([silence, sung(120, 0.5), silence, sung(120, 0.5)])))
    assert found is not None and found.pauses == pytest.approx(1 / 3, abs=0.07)
    assert found.voiced_s == pytest.approx(1.0, abs=0.1)


@pytest.mark.skipif(not ROOM.exists(), reason="no recorded speech here")
def test_of_a_recorded_person_the_telephone_changes_little() -> None:
    clear = read_wav(ROOM)
    wide, narrow = prosody_of(pitch_track(clear)), prosody_of(pitch_track(by_telephone(clear)))
    assert wide is not None and narrow is not None
    assert narrow.pitch_st == pytest.approx(wide.pitch_st, abs=0.5)
    assert narrow.rate == pytest.approx(wide.rate, abs=1.5)
    assert len(pitch_track(clear).hz) == pytest.approx(len(clear) / 16 / STEP_MS, abs=5)
