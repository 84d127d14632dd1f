from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.concealment import FADE_END, HISTORY, Concealment
from tests.testdata import TESTDATA

VECTORS = TESTDATA / "g711"
Float = npt.NDArray[np.float32]


def voiced(hz: float, samples: int) -> Float:
    t = np.arange(samples) / 8_000
    wave = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 8))
    return np.asarray(4_000 * wave, np.float32)


@pytest.mark.parametrize("hz", [90, 125, 180])
def test_a_voiced_sound_goes_on_at_its_pitch(hz: int) -> None:
    signal = voiced(hz, HISTORY + 160)
    made = Concealment(signal[:HISTORY]).frame()[:80]
    wanted = signal[HISTORY : HISTORY + 80]
    assert np.corrcoef(made, wanted)[0, 1] > 0.95


def test_no_step_where_the_gap_begins_or_ends() -> None:
    signal = voiced(130, HISTORY + 320)
    gap = Concealment(signal[:HISTORY])
    made = gap.frame()
    after = signal[HISTORY + 160 :].copy()
    gap.join(after)
    whole = np.concatenate((signal[:HISTORY], made, after))
    usual = np.abs(np.diff(signal)).max()
    assert np.abs(np.diff(whole)).max() < 1.3 * usual


def test_it_fades_to_silence_within_60_ms() -> None:
    gap = Concealment(voiced(120, HISTORY))
    levels = [float(np.abs(gap.frame()).max()) for _ in range(4)]
    assert levels[0] > levels[1] > levels[2] > levels[3] == 0.0
    assert FADE_END == 480


def test_silence_and_noise_are_survived() -> None:
    assert not Concealment(np.zeros(HISTORY, np.float32)).frame().any()
    noise = np.random.default_rng(1).normal(0, 1_000, HISTORY).astype(np.float32)
    made = Concealment(noise).frame()
    assert np.isfinite(made).all() and np.abs(made).max() < 8_000


def test_on_real_speech_it_errs_no_more_than_the_itu_reference() -> None:
    """10 ms losses, one frame in ten: the reference's own error is the ruler (phase is never right)."""
    if not VECTORS.is_dir():
        pytest.skip("the ITU-T G.711 Appendix I vectors are not on this machine")
    speech = np.fromfile(VECTORS / "f2.le", "<i2").astype(np.float32)
    reference = np.fromfile(VECTORS / "f2_10.raw", "<i2").astype(np.float32)
    pattern = np.fromfile(VECTORS / "fe10.g192", "<u2") == 0x6B20
    ours = theirs = 0.0
    for i in range(HISTORY // 80, len(speech) // 80):
        if pattern[i % len(pattern)]:
            lost = slice(i * 80, i * 80 + 80)
            made = Concealment(speech[i * 80 - HISTORY : i * 80]).frame()[:80]
            ours += float(np.square(made - speech[lost]).sum())
            theirs += float(np.square(reference[lost] - speech[lost]).sum())
    assert ours < 1.15 * theirs
