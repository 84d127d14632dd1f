"""The pitch, the loudness and the voicing of an utterance, 10 ms by 10 ms.

Pitch comes from the autocorrelation of a window divided by that of the window itself (Boersma, "Accurate
short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound", 1993),
which finds it also where the telephone band has cut the fundamental off. Instead of a path through all
candidates an octave's jump is mended from the utterance's own median: some points of accuracy for a fraction
of the time. All windows of an utterance are one batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE

Floats = npt.NDArray[np.float32]

STEP_MS = 10
_RATE = SAMPLE_RATE // 2
"""Telephone speech holds nothing above 4 kHz, and half as many samples are half the work."""
_STEP = _RATE * STEP_MS // 1000
_WINDOW = _RATE * 40 // 1000
"""Three periods of the deepest voice."""
_FFT = 1024
LOWEST_HZ, HIGHEST_HZ = 75, 500
_FINER = 2
"""Lags are taken twice as close as samples are: a period between two samples would lose to its own double."""
_LAG_RATE = _RATE * _FINER
_LAGS = slice(_LAG_RATE // HIGHEST_HZ, _LAG_RATE // LOWEST_HZ + 1)
PITCHED_BELOW_HZ = 1_600
"""What lies above it tells little of the pitch, and most of noise and of the samples' own grid."""
VOICED = 0.5
"""How much a window must repeat itself to be voiced (0.45 in the paper; noise of the line is not)."""
VOICED_BELOW_PEAK_DB = 30.0
"""What is fainter than this below the loudest is no vowel of this utterance."""
_OCTAVE_COST = 0.005
"""Favours the higher of two candidates as good, per octave: each multiple of the period repeats as well."""
_QUIETEST = 1e-9

_HANN = np.hanning(_WINDOW).astype(np.float32)


def _autocorrelations(power: Floats) -> Floats:
    """Of what lies below PITCHED_BELOW_HZ."""
    low = power[..., : _FFT * PITCHED_BELOW_HZ // _RATE]
    found: Floats = np.fft.irfft(low, _FFT * _FINER, axis=-1)[..., : _LAGS.stop].astype(np.float32)
    return found


_OF_HANN = _autocorrelations((np.abs(np.fft.rfft(_HANN, _FFT)) ** 2).astype(np.float32))
_OF_HANN /= _OF_HANN[0]
_LAG_COST = (_OCTAVE_COST * np.log2(np.arange(_LAGS.start, _LAGS.stop) * LOWEST_HZ / _LAG_RATE)).astype(
    np.float32
)


@dataclass(frozen=True, slots=True)
class PitchTrack:
    """One value per 10 ms."""

    level_db: Floats
    """dBFS (0 is a full-scale square wave)."""
    hz: Floats
    """0 where it is not voiced."""
    power: Floats
    """Spectra, [windows, bins], of 0 to 4 kHz; for whoever wants more of them."""

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        return self.hz > 0


def halved(samples: npt.NDArray[np.int16]) -> Floats:
    """At 8 kHz, -1..1: the mean of neighbours is low-pass enough below the telephone's 3.4 kHz."""
    even = len(samples) // 2 * 2
    pairs = samples[:even].reshape(-1, 2).astype(np.float32)
    return np.asarray(pairs.sum(axis=1) / 65_536.0, dtype=np.float32)


def pitch_track(samples: npt.NDArray[np.int16]) -> PitchTrack:
    """Of mono int16 at 16 kHz; empty when there are less than 40 ms."""
    x = halved(samples)
    if len(x) < _WINDOW:
        nothing = np.zeros(0, np.float32)
        return PitchTrack(nothing, nothing, np.zeros((0, _FFT // 2 + 1), np.float32))
    windows = np.lib.stride_tricks.sliding_window_view(x, _WINDOW)[::_STEP]
    centred = (windows - windows.mean(axis=1, keepdims=True)) * _HANN
    spectra = np.fft.rfft(centred, _FFT, axis=1)
    power = (spectra.real**2 + spectra.imag**2).astype(np.float32)
    correlations = _autocorrelations(power)
    energy = (centred**2).sum(axis=1)
    level = 10.0 * np.log10(energy / float((_HANN**2).sum()) + _QUIETEST)
    scale = _OF_HANN[_LAGS] * (correlations[:, :1] + _QUIETEST)
    repeats = (correlations[:, _LAGS] / scale).astype(np.float32)
    hz = _hz(repeats)
    strength = repeats.max(axis=1)
    loud = level > level.max() - VOICED_BELOW_PEAK_DB
    hz[(strength < VOICED) | ~loud] = 0.0
    return PitchTrack(level.astype(np.float32), _without_octaves(hz, repeats), power)


def _hz(repeats: Floats) -> Floats:
    """The best lag of each window, between the samples by a parabola."""
    best = (repeats - _LAG_COST).argmax(axis=1)
    return _at(repeats, best)


def _at(repeats: Floats, best: npt.NDArray[np.intp]) -> Floats:
    rows = np.arange(len(best))
    inside = np.clip(best, 1, repeats.shape[1] - 2)
    before, here, after = (repeats[rows, inside + shift] for shift in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)
    return np.asarray(_LAG_RATE / (inside + np.clip(shift, -1, 1) + _LAGS.start), dtype=np.float32)


def _without_octaves(hz: Floats, repeats: Floats) -> Floats:
    """What lies more than two thirds of an octave from the utterance's median is looked for again near it."""
    voiced = hz > 0
    if not voiced.any():
        return hz
    median = float(np.median(hz[voiced]))
    far = voiced & (np.abs(np.log2(np.where(voiced, hz, median) / median)) > 2 / 3)
    if not far.any():
        return hz
    lags = np.arange(_LAGS.start, _LAGS.stop)
    near = np.abs(np.log2(_LAG_RATE / lags / median)) <= 0.5
    again = np.where(near, repeats[far], -1.0)
    found = _at(repeats[far], again.argmax(axis=1))
    mended = hz.copy()
    mended[far] = np.where(again.max(axis=1) >= VOICED, found, 0.0)
    return mended
