from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.concealment import FADE_END, HISTORY, Concealment
from mediaserver.media.g711 import PCMU
from mediaserver.media.narrowband import CONCEAL, Mend, NarrowBand
from tests.testdata import TESTDATA

VECTORS = TESTDATA / "g711"
Float = npt.NDArray[np.float32]


def voiced(hz: float, samples: int) -> Float:
    t = np.arange(samples) / 8_000
    wave = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 8))
    return np.asarray(4_000 * wave, np.float32)


def made_up(gap: Concealment, samples: int) -> Float:
    hole = np.zeros(samples, np.float32)
    gap.fill(hole)
    return hole


@pytest.mark.parametrize("hz", [90, 125, 180])
def test_a_voiced_sound_goes_on_at_its_pitch(hz: int) -> None:
    signal = voiced(hz, HISTORY + 160)
    made = made_up(Concealment(signal[:HISTORY]), 80)
    wanted = signal[HISTORY : HISTORY + 80]
    assert np.corrcoef(made, wanted)[0, 1] > 0.95


def test_no_step_where_the_gap_begins_or_ends() -> None:
    signal = voiced(130, HISTORY + 320)
    gap = Concealment(signal[:HISTORY])
    made = made_up(gap, 160)
    after = signal[HISTORY + 160 :].copy()
    assert gap.join(after)
    whole = np.concatenate((signal[:HISTORY], made, after))
    usual = np.abs(np.diff(signal)).max()
    assert np.abs(np.diff(whole)).max() < 1.3 * usual


def test_it_fades_to_silence_within_60_ms() -> None:
    gap = Concealment(voiced(120, HISTORY))
    levels = [float(np.abs(made_up(gap, 160)).max()) for _ in range(4)]
    assert levels[0] > levels[1] > levels[2] > levels[3] == 0.0
    assert FADE_END == 480


def test_silence_and_noise_are_survived() -> None:
    assert not made_up(Concealment(np.zeros(HISTORY, np.float32)), 160).any()
    noise = np.random.default_rng(1).normal(0, 1_000, HISTORY).astype(np.float32)
    made = made_up(Concealment(noise), 160)
    assert np.isfinite(made).all() and np.abs(made).max() < 8_000


def test_a_gap_sounds_the_same_in_one_piece_or_in_many() -> None:
    history = voiced(110, HISTORY)
    whole = made_up(Concealment(history), 300)
    gap = Concealment(history)
    pieces = np.concatenate([made_up(gap, size) for size in (10, 25, 45, 80, 140)])
    assert np.allclose(whole, pieces, atol=1e-2)


def test_audio_that_is_back_for_a_moment_is_joined_over_more_than_one_piece() -> None:
    signal = voiced(70, HISTORY + 320)
    one, other = Concealment(signal[:HISTORY]), Concealment(signal[:HISTORY])
    made_up(one, 160), made_up(other, 160)
    whole, halves = signal[HISTORY + 160 :].copy(), signal[HISTORY + 160 :].copy()
    assert one.join(whole)
    assert not other.join(halves[:10]) and other.join(halves[10:])
    assert np.allclose(whole, halves, atol=1e-2)


def heard(speech: npt.NDArray[np.int16], lost: npt.NDArray[np.bool_]) -> Float:
    """Packets of 10 ms, of which some are lost, as a leg hears them in frames of 20 ms."""
    band = NarrowBand()
    voice = band.open()
    codes = PCMU.encode(speech).reshape(-1, 160)
    known = np.repeat(~lost, 80).reshape(-1, 160)
    frames = []
    for octets, there in zip(codes, known, strict=True):
        mends: list[Mend] = []
        mask = None if there.all() else there.astype(np.uint8).tobytes()
        taken = CONCEAL if not there.any() else np.where(there, octets, 0).astype(np.uint8).tobytes()
        codes_out, _ = band.take(voice, 0, taken, None if taken is CONCEAL else mask, mends)
        row = PCMU.to_float[np.frombuffer(codes_out, np.uint8)].copy()
        for mend in mends:
            mend.voice.mend(mend.known, row)
        frames.append(row)
    return np.concatenate(frames)


def distance_db(wanted: Float, got: Float) -> float:
    """Of the error below the signal."""
    return float(10 * np.log10(np.square(wanted).sum() / np.square(got - wanted).sum()))


@pytest.mark.parametrize("half", [0, 1])
def test_what_came_after_a_hole_in_half_a_frame_is_heard_as_it_came(half: int) -> None:
    speech = voiced(115, 160 * 12).astype(np.int16)
    lost = np.zeros(24, np.bool_)
    lost[12 + half] = True
    clean = PCMU.decode(PCMU.encode(speech)).astype(np.float32)
    got = heard(speech, lost)
    joined_by = (13 + half) * 80 + 40
    assert np.array_equal(got[joined_by:], clean[joined_by:])
    gap = slice((12 + half) * 80, joined_by)
    assert distance_db(clean[gap], got[gap]) > 12


@pytest.mark.parametrize(("erasures", "output"), [("fe10", "f2_10"), ("fe10_2", "f2_10_2")])
def test_losses_of_10_ms_sound_no_worse_than_after_the_itu_reference(erasures: str, output: str) -> None:
    if not VECTORS.is_dir():
        pytest.skip("the ITU-T G.711 Appendix I vectors are not on this machine")
    speech = np.fromfile(VECTORS / "f2.le", "<i2")
    speech = speech[: len(speech) // 160 * 160]
    lost = np.resize(np.fromfile(VECTORS / f"{erasures}.g192", "<u2") == 0x6B20, len(speech) // 80)
    reference = np.fromfile(VECTORS / f"{output}.raw", "<i2")[: len(speech)].astype(np.float32)
    coded = PCMU.decode(PCMU.encode(speech)).astype(np.float32)
    ours, theirs = distance_db(coded, heard(speech, lost)), distance_db(speech.astype(np.float32), reference)
    assert ours > theirs - 0.2


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
            made = made_up(Concealment(speech[i * 80 - HISTORY : i * 80]), 80)
            ours += float(np.square(made - speech[lost]).sum())
            theirs += float(np.square(reference[lost] - speech[lost]).sum())
    assert ours < 1.15 * theirs
