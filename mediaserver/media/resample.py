"""Rate conversion: 8 <-> 16 kHz for all calls in one batch, any rate to 16 kHz for streams and files.

Live conversion never holds audio back beyond its filter's delay; state is explicit, one row per call.
"""

from __future__ import annotations

import math

import numpy as np

from mediaserver.media.arrays import Float, Pcm, Rows
from mediaserver.media.time import FRAME_SAMPLES, NARROW_SAMPLES, SAMPLE_RATE

HALF_TAPS = 12
"""Half the number of taps of the half-band filter's odd branch."""
UP_DELAY_SAMPLES = HALF_TAPS
"""Delay of 8 -> 16 kHz, in samples at 8 kHz (1.5 ms)."""
DOWN_DELAY_SAMPLES = HALF_TAPS - 1
"""Delay of 16 -> 8 kHz, in samples at 8 kHz (1.375 ms)."""

_PIECE = 2_048
_BLOCK = 32
_TAPS = 2 * HALF_TAPS
_PAST = _TAPS - 1
"""Samples (per branch) a filter looks back."""


def _branch() -> Float:
    """The odd branch of a half-band low-pass at 4 kHz (of 16): flat to 3.4 kHz, -55 dB from 4.6 kHz."""
    at = np.arange(_TAPS) - HALF_TAPS + 0.5
    taps = np.sinc(at) * np.kaiser(2 * _TAPS + 1, 5.4)[1::2]
    return np.asarray(taps / taps.sum(), np.float32)


def _up_matrix() -> Float:
    """[_BLOCK + past, 2 * _BLOCK]: a window of 8 kHz times this is two samples for each of a block."""
    matrix = np.zeros((_BLOCK + _PAST, 2 * _BLOCK), np.float32)
    for at in range(_BLOCK):
        matrix[at + HALF_TAPS - 1, 2 * at] = 1.0  # every other sample is one that was there
        matrix[at : at + _TAPS, 2 * at + 1] = _branch()
    return matrix


def _down_matrix() -> Float:
    """[2 * (_BLOCK + past), _BLOCK]: a window of 16 kHz times this is one sample for every two of a block."""
    matrix = np.zeros((2 * (_BLOCK + _PAST), _BLOCK), np.float32)
    for at in range(_BLOCK):
        # Even samples only pass through the centre tap, odd ones through the branch.
        matrix[2 * (at + HALF_TAPS), at] = 0.5
        matrix[2 * at + 1 : 2 * (at + _TAPS) : 2, at] = 0.5 * _branch()
    return matrix


_UP, _DOWN = _up_matrix(), _down_matrix()


def _filter(x: Float, matrix: Float, step: int) -> Pcm:
    """Multiply windows of each row of x [N, any], `step` apart, with the matrix: the results side by side."""
    n, size = len(x), len(matrix)
    along, across = x.strides
    shape, strides = (n, NARROW_SAMPLES // _BLOCK, size), (along, across * step, across)
    windows = np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
    out = np.ascontiguousarray(windows).reshape(-1, size) @ matrix
    np.rint(out, out=out)
    return _to_int16(out.reshape(n, -1))


def _to_int16(x: Float) -> Pcm:
    """Clips in place, if need be: to look is cheaper."""
    if x.size and (x.max() > 32_767.0 or x.min() < -32_768.0):
        np.clip(x, -32_768.0, 32_767.0, out=x)
    return x.astype(np.int16)


class _Rows:
    """Filter history, one row per call, growing as rows are used."""

    def __init__(self, rows: int, past: int) -> None:
        self._past = np.zeros((rows, past), np.float32)

    def reset(self, row: int) -> None:
        """Forget a row's past (a new call, or sound after silence). Makes the row if it is new."""
        if row >= len(self._past):
            grown = np.zeros((max(row + 1, 2 * len(self._past)), self._past.shape[1]), np.float32)
            grown[: len(self._past)] = self._past
            self._past = grown
        self._past[row] = 0.0


class Upsampler(_Rows):
    """8 -> 16 kHz for a batch of calls; delay `UP_DELAY_SAMPLES`."""

    def __init__(self, rows: int = 64) -> None:
        super().__init__(rows, _PAST)

    def process(self, rows: Rows, x: Float) -> Pcm:
        """x: [N, 160] float32 in int16 range, `rows`: the N different rows they continue -> [N, 320]."""
        n = len(x)
        joined = np.empty((n, _PAST + NARROW_SAMPLES), np.float32)
        joined[:, :_PAST] = self._past[rows]
        joined[:, _PAST:] = x
        self._past[rows] = joined[:, -_PAST:]
        return _filter(joined, _UP, _BLOCK)


class Downsampler(_Rows):
    """16 -> 8 kHz for a batch of calls; delay `DOWN_DELAY_SAMPLES`."""

    def __init__(self, rows: int = 64) -> None:
        super().__init__(rows, 2 * _PAST)

    def process(self, rows: Rows, x: Pcm) -> Pcm:
        """x: [N, 320] int16, `rows`: the N different rows they continue -> [N, 160]."""
        n = len(x)
        joined = np.empty((n, 2 * _PAST + FRAME_SAMPLES), np.float32)
        joined[:, : 2 * _PAST] = self._past[rows]
        joined[:, 2 * _PAST :] = x
        self._past[rows] = joined[:, -2 * _PAST :]
        return _filter(joined, _DOWN, 2 * _BLOCK)


class FrameConverter(_Rows):
    """Frames of 20 ms from any of 8, 16, 24 and 48 kHz to any other, for a batch of streams.

    A windowed sinc over 2.5 ms blocks: flat to 0.85 of the lower rate's band, and delayed by half its length
    (`delay`), at most 0.9 ms.
    """

    REACH = 12
    """Zero crossings of the filter on either side."""
    BLOCKS = 8
    """In a frame."""

    def __init__(self, from_rate: int, to_rate: int, rows: int = 16) -> None:
        cut = min(1.0, to_rate / from_rate) * 0.92
        self.delay = math.ceil(self.REACH / cut)
        """Samples at `from_rate`."""
        super().__init__(rows, 2 * self.delay)
        self._block_in, self._block_out = (rate // 50 // self.BLOCKS for rate in (from_rate, to_rate))
        self._matrix = _block_matrix(self._block_in, self._block_out, self.delay, cut)

    def process(self, rows: Rows, x: Pcm) -> Pcm:
        """x: [N, from_rate / 50] int16, `rows`: the N different rows they continue -> [N, to_rate / 50]."""
        n, past = len(x), self._past.shape[1]
        joined = np.empty((n, past + x.shape[1]), np.float32)
        joined[:, :past] = self._past[rows]
        joined[:, past:] = x
        self._past[rows] = joined[:, -past:]
        along, across = joined.strides
        windows = np.lib.stride_tricks.as_strided(
            joined,
            (n, self.BLOCKS, past + self._block_in),
            (along, across * self._block_in, across),
            writeable=False,
        )
        out = np.ascontiguousarray(windows).reshape(-1, past + self._block_in) @ self._matrix
        np.rint(out, out=out)
        return _to_int16(out.reshape(n, -1))


def _block_matrix(block_in: int, block_out: int, half: int, cut: float) -> Float:
    """[block_in + 2 * half, block_out]: a window of the input times this is a block of the output."""
    at = np.arange(block_in + 2 * half)[:, None] - half - np.arange(block_out) * (block_in / block_out)
    taps = cut * np.sinc(cut * at) * np.i0(6.0 * np.sqrt(np.maximum(0, 1 - (at / half) ** 2)))
    taps[np.abs(at) > half] = 0.0
    return np.asarray(taps / taps.sum(axis=0), np.float32)


class StreamResampler:
    """Any rate to any other for one stream in chunks of any length; the total length is exact.

    Output is aligned with the input (no added shift); half a filter of input is held back until `flush`.
    """

    REACH = 16
    """Zero crossings of the filter on either side."""

    def __init__(self, from_rate: int, to_rate: int = SAMPLE_RATE) -> None:
        common = math.gcd(from_rate, to_rate)
        self._up, self._down = to_rate // common, from_rate // common
        # When the rate falls the filter widens so that it also removes what would alias.
        cut = min(1.0, self._up / self._down) * 0.94
        self._half = math.ceil(self.REACH / cut)
        self._bank = _phase_bank(self._up, self._half, cut)
        self._held = np.zeros(self._half, np.float32)
        self._first = -self._half  # index of the held block's first sample in the whole stream
        self._taken = 0
        self._made = 0

    def process(self, chunk: Pcm) -> Pcm:
        """The next input, any length [n] -> what can be computed so far [m]."""
        self._taken += len(chunk)
        if self._up == self._down:
            return chunk.astype(np.int16, copy=True)
        self._held = np.concatenate((self._held, chunk.astype(np.float32)))
        return self._emit((self._taken - self._half) * self._up // self._down)

    def flush(self) -> Pcm:
        """The rest, and start anew. Total output: ceil(total input * to / from)."""
        if self._up == self._down:
            rest = np.zeros(0, np.int16)
        else:
            self._held = np.concatenate((self._held, np.zeros(self._half + 1, np.float32)))
            rest = self._emit(-(-self._taken * self._up // self._down))
        self._held, self._first = np.zeros(self._half, np.float32), -self._half
        self._taken = self._made = 0
        return rest

    def _emit(self, until: int) -> Pcm:
        if until <= self._made:
            return np.zeros(0, np.int16)
        at = np.arange(self._made, until, dtype=np.int64) * self._down
        whole, phase = at // self._up, at % self._up
        start = whole - self._half + 1 - self._first
        windows = np.lib.stride_tricks.sliding_window_view(self._held, 2 * self._half)[start]
        out = _to_int16(np.rint(np.einsum("ij,ij->i", windows, self._bank[phase])))
        self._made = until
        keep = until * self._down // self._up - self._half + 1 - self._first
        if keep > 0:
            self._held = self._held[keep:]
            self._first += keep
        return out


def _phase_bank(up: int, half: int, cut: float) -> Float:
    """[up, 2 * half]: for each phase the taps over input samples whole-half+1 .. whole+half."""
    offset = np.arange(1 - half, half + 1)[None, :] - (np.arange(up) / up)[:, None]
    bank = cut * np.sinc(cut * offset) * np.i0(8.0 * np.sqrt(np.maximum(0, 1 - (offset / half) ** 2)))
    return np.asarray(bank / bank.sum(axis=1, keepdims=True), np.float32)


def resample(pcm: Pcm, from_rate: int, to_rate: int = SAMPLE_RATE) -> Pcm:
    """A whole signal [n] -> [ceil(n * to / from)]."""
    if from_rate == to_rate:
        return pcm
    stream = StreamResampler(from_rate, to_rate)
    # In pieces, so that a long file does not need taps-times its size in memory. They are small because
    # each holds the interpreter's lock: on another thread calls are to have it back within a millisecond.
    parts = [stream.process(pcm[i : i + _PIECE]) for i in range(0, len(pcm), _PIECE)]
    return np.concatenate([*parts, stream.flush()])
