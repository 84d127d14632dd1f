"""Sound from what hibari's network tells of each frame, in stretches: what the package makes of a whole
sentence at once, without its having to wait for the last of them.

Source: hibari/dsp.py and README of hibari-tts 0.2.1 (Apache-2.0). A frame is 12.5 ms, its spectrum

    S = exp(lh) e^(i pi tanh(theta)) E + exp(ln) Z + exp(lr) e^(i phi)

where E is the spectrum of a train of pulses at the pitch and Z is noise; the sound is the inverse STFT of S
(Hann, four frames over each other).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from hibari import dsp

OVERLAP = dsp.N_FFT // dsp.HOP
BEFORE = dsp.N_FFT // 2 // dsp.HOP
"""Hops of the inverse STFT before the first sample."""

LEAST_HZ = 40.0
"""What is lower is not voiced, as in the package."""

Float = npt.NDArray[np.float32]


class FrameSounds:
    """Some frames in a row of one sentence, from `first` on."""

    def __init__(self, pitch: Float, first: int, factor: float = 1.0) -> None:
        """`pitch`: in Hz for each frame of the sentence, as the network told it; `factor`: how much higher it
        is to sound."""
        self._told = pitch if factor != 1.0 else None
        pitch = pitch * np.float32(factor)
        self._source = np.pad(dsp.pulses(pitch), dsp.N_FFT // 2, mode="reflect")
        self._noise = np.random.default_rng(0)  # the same text is the same sound
        self._at = first
        self._made = np.zeros((OVERLAP - 1, dsp.HOP), np.float32)
        """What frames so far have given to hops behind the last of them."""
        self._weight = np.zeros((OVERLAP - 1, dsp.HOP), np.float32)
        self._left_out = BEFORE

    def of(self, spectrum: Sequence[Float], *, last: bool = False) -> Float:
        """The next frames' (`lh`, `theta`, `ln`, `lr`, `phi`, each [bins, frames]) samples at 24 kHz, as far
        as they are whole. `last`: no frames follow."""
        lh, theta, ln, lr, phi = (part.T for part in spectrum)
        count = len(lh)
        begin = self._at * dsp.HOP
        if self._told is not None:
            near = nearest_harmonics(self._told[self._at : self._at + count], lh.shape[1])
            lh, theta = (np.take_along_axis(part, near, 1) for part in (lh, theta))
        self._at += count
        views = np.lib.stride_tricks.sliding_window_view(
            self._source[begin : begin + (count - 1) * dsp.HOP + dsp.N_FFT], dsp.N_FFT
        )[:: dsp.HOP]
        whole = dsp.rfft(views * dsp.WIN_SRC, 1)
        whole *= dsp.ex(lh) * _turned(np.float32(np.pi) * np.tanh(theta))
        noise = self._noise.standard_normal((count, 2 * lh.shape[1]), np.float32)
        whole += dsp.ex(ln) * noise.view(np.complex64)
        whole += dsp.ex(lr) * _turned(phi)
        frames = (dsp.irfft(whole, dsp.N_FFT, 1) * dsp.WIN).reshape(count, OVERLAP, dsp.HOP)
        return self._added(frames, last)

    def _added(self, frames: Float, last: bool) -> Float:
        count = len(frames)
        room = ((0, count), (0, 0))
        made, weight = np.pad(self._made, room), np.pad(self._weight, room)
        square = np.square(dsp.WIN).reshape(OVERLAP, dsp.HOP)
        for place in range(OVERLAP):
            made[place : place + count] += frames[:, place]
            weight[place : place + count] += square[place]
        whole = count if not last else count + OVERLAP - BEFORE
        self._made, self._weight = made[count:], weight[count:]
        skipped = min(self._left_out, whole)
        self._left_out -= skipped
        sound: Float = (made[skipped:whole] / np.maximum(weight[skipped:whole], 1e-11)).ravel()
        return sound


def nearest_harmonics(pitch: Float, bins: int) -> npt.NDArray[np.int64]:
    """For each bin of each frame the one where the nearest harmonic of its pitch (Hz) lies, [frames, bins]:
    the network was trained at those alone, and between them it tells anything. Itself where nothing is
    voiced."""
    wide = dsp.SR / dsp.N_FFT
    all_bins = np.arange(bins)
    apart = np.maximum(pitch, LEAST_HZ)[:, None] / wide
    near = np.rint(np.maximum(1, np.rint(all_bins / apart)) * apart).astype(np.int64)
    near = np.where(pitch[:, None] < LEAST_HZ, all_bins, near)
    return np.minimum(near, bins - 1)


def _turned(angle: Float) -> npt.NDArray[np.complex64]:
    turned = np.empty(angle.shape, np.complex64)
    np.cos(angle, out=turned.real)
    np.sin(angle, out=turned.imag)
    return turned
