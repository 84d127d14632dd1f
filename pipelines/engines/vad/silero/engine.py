"""Silero VAD for every call at once: the published 16 kHz graph as float32 matrix products over a batch.

Must never import torch, onnxruntime or the `silero_vad` package itself (importing it loads torch); only the
ONNX file in that package is read. Set OPENBLAS_NUM_THREADS=1 before numpy is first imported: the matrices
are small and BLAS threads would cost more than they give and steal the cores of the workers.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import zipfile
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineMissingError
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.vad.protocol import VoiceScores

CHUNK = 512
"""New samples per decision: 32 ms."""
CONTEXT = 64
"""Samples of the previous chunk that the model sees again."""

FloatArray: TypeAlias = npt.NDArray[np.float32]

# Frames (320) and chunks (512) are both whole numbers of 64-sample blocks, so a slot's buffer is moved by
# block and never by sample.
_BLOCK = 64
_FRAME_BLOCKS = FRAME_SAMPLES // _BLOCK
_CHUNK_BLOCKS = CHUNK // _BLOCK
_BUFFER_BLOCKS = 1 + (_CHUNK_BLOCKS - 1) + _FRAME_BLOCKS

BLOCK_CHUNKS = 256
"""Chunks computed at once at most, for the sake of memory: the larger, the cheaper each."""

_FFT = 256
_BINS = 129
_HALF = 128
_HIDDEN = 128

MANIFEST = Manifest(
    name="silero",
    kind=Kind.VAD,
    summary="Silero VAD as numpy matrix products, all calls in one batch",
    languages=("*",),
    licence="MIT",
)


def model_path() -> Path | None:
    """The ONNX file inside the installed silero-vad package, found without importing it."""
    spec = importlib.util.find_spec("silero_vad")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / "data" / "silero_vad_op18_ifless.onnx"
        if path.is_file():
            return path
    return None


def check() -> Readiness:
    """Whether the model file is there."""
    if model_path() is None:
        return Readiness(False, "the silero-vad package; run `pip install --no-deps silero-vad==6.2.3`")
    return Readiness(True)


_NAMES = {
    "stft": "model.stft.forward_basis_buffer",
    "conv0_w": "model.encoder.0.reparam_conv.weight",
    "conv0_b": "model.encoder.0.reparam_conv.bias",
    "conv1_w": "model.encoder.1.reparam_conv.weight",
    "conv1_b": "model.encoder.1.reparam_conv.bias",
    "conv2_w": "model.encoder.2.reparam_conv.weight",
    "conv2_b": "model.encoder.2.reparam_conv.bias",
    "conv3_w": "model.encoder.3.reparam_conv.weight",
    "conv3_b": "model.encoder.3.reparam_conv.bias",
    "ih_w": "model.decoder.rnn.weight_ih",
    "ih_b": "model.decoder.rnn.bias_ih",
    "hh_w": "model.decoder.rnn.weight_hh",
    "hh_b": "model.decoder.rnn.bias_hh",
    "out_w": "model.decoder.decoder.2.weight",
    "out_b": "model.decoder.decoder.2.bias",
}


def load_weights(cache_dir: Path | None = None) -> dict[str, FloatArray]:
    """The 16 kHz model's weights. Importing `onnx` takes 0.25 s, so they are kept as .npz in `cache_dir`.

    Raises EngineMissingError when the model file is not installed or has other weights in it.
    """
    path = model_path()
    if path is None:
        raise EngineMissingError(f"Silero VAD lacks {check().lacks}")
    stat = path.stat()
    mark = hashlib.sha256(f"{path}:{stat.st_size}:{stat.st_mtime_ns}".encode()).hexdigest()[:16]
    cached = cache_dir / f"silero-{mark}.npz" if cache_dir is not None else None
    if cached is not None and cached.is_file():
        try:
            # Opened here: numpy would leave a torn file open.
            with cached.open("rb") as raw, np.load(raw) as file:
                return {name: np.asarray(file[name], np.float32) for name in _NAMES}
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            pass  # a torn or foreign file: read the model again and replace it
    weights = _read_onnx(path)
    if cached is not None:
        try:
            cached.parent.mkdir(parents=True, exist_ok=True)
            temporary = cached.with_suffix(f".{os.getpid()}.npz")
            np.savez(temporary, allow_pickle=False, **weights)
            temporary.replace(cached)
        except OSError:
            pass  # a full or read-only disk costs 0.3 s at the next start, nothing more
    return weights


def _read_onnx(path: Path) -> dict[str, FloatArray]:
    import onnx
    from onnx import numpy_helper

    tensors = {tensor.name: tensor for tensor in onnx.load(str(path)).graph.initializer}
    try:
        return {
            name: np.asarray(numpy_helper.to_array(tensors[source]), np.float32)
            for name, source in _NAMES.items()
        }
    except KeyError as missing:
        raise EngineMissingError(
            f"{path.name} has no tensor {missing}; install silero-vad==6.2.3 without its dependencies"
        ) from None


class _Work:
    """Where a batch of `n` chunks is computed: views on `memory`, which batches of all sizes share, because
    memory that was just used is in the cache. Matrices are named by what they hold first."""

    FLOATS = 4_668
    """Of memory, per chunk."""

    def __init__(self, n: int, memory: FloatArray) -> None:
        used = 0

        def room(*shape: int) -> FloatArray:
            nonlocal used
            begin, used = used, used + math.prod(shape)
            return memory[begin:used].reshape(shape)

        padded = room(n, CONTEXT + CHUNK + 64)
        self.chunks = padded[:, : CONTEXT + CHUNK]
        self.tail = padded[:, CONTEXT + CHUNK :]
        self.mirrored_tail = self.chunks[:, -2:-66:-1]  # reflected, the last sample not repeated
        # The four columns come first in what follows, so that each convolution tap is one matrix product
        # with whole columns: no copy of the taps, and none of padding.
        step, sample = padded.strides
        windows = np.lib.stride_tricks.as_strided(
            padded, (4, n, _FFT), (_HALF * sample, step, sample), writeable=False
        )
        mirrored = windows[:, :, : _HALF - 1 : -1]  # samples 255 .. 128
        self.even_parts = windows[:, :, 1 : _HALF + 1], mirrored
        self.odd_parts = windows[:, :, 1:_HALF], mirrored[:, :, :-1]
        self.even = room(4, n, _HALF)
        self.odd = room(4, n, _HALF - 1)
        self.real = room(4 * n, _BINS)
        self.imaginary = room(4 * n, _BINS - 2)
        self.first = self.even.reshape(4 * n, 128)  # which is needed no more by then
        self.tap = room(3 * n, 128)
        self.columns = room(n, 4 * 128)
        self.second = room(n, 2 * 64)
        self.third = room(n, 64)
        self.joined = room(n, 2 * _HIDDEN)
        self.gates = room(n, 4 * _HIDDEN)
        self.squashed = room(n, _HIDDEN)


class SileroModel:
    """The graph: 576 samples and a state in, a probability and the next state out, for a batch.

    Not for use by two threads at once.
    """

    def __init__(
        self, weights: dict[str, FloatArray], full_scale: float = 1.0, block: int = BLOCK_CHUNKS
    ) -> None:
        # A power of two: dividing the weights gives the same result as dividing the audio, for nothing.
        basis = weights["stft"][:, 0, :] / np.float32(full_scale)
        # The windowed Fourier basis is even (cosines) or odd (sines) around sample 128 and zero at sample 0,
        # so adding and subtracting the mirrored halves first halves the product.
        self._cos = _columns(basis[:_BINS, 1 : _HALF + 1])
        self._cos[-1] *= 0.5  # sample 128 is its own mirror
        self._sin = _columns(basis[_BINS + 1 : -1, 1:_HALF])  # bins 0 and 128 have no sine
        self._conv0 = [_columns(weights["conv0_w"][:, :, tap]) for tap in range(3)]
        self._conv0_b = weights["conv0_b"]
        # With a stride of two there are two columns left here; the first tap of the first meets padding.
        taps = weights["conv1_w"].transpose(0, 2, 1)
        self._conv1_left = _columns(taps[:, 1:].reshape(64, 2 * 128))
        self._conv1_right = _columns(taps.reshape(64, 3 * 128))
        self._conv1_b = np.concatenate([weights["conv1_b"], weights["conv1_b"]])
        # The first tap meets padding only, and after it one column is left, so the last convolution meets
        # padding with both outer taps.
        self._conv2 = _columns(weights["conv2_w"][:, :, 1:].transpose(0, 2, 1).reshape(64, 2 * 64))
        self._conv2_b = weights["conv2_b"]
        self._conv3 = _columns(weights["conv3_w"][:, :, 1])
        self._conv3_b = weights["conv3_b"]
        # Sigmoid is taken as (tanh(x/2)+1)/2, which numpy computes with vector instructions: the halving
        # goes into the weights of the three gates that use it.
        scale = np.ones(4 * _HIDDEN, np.float32)
        scale[: 2 * _HIDDEN] = 0.5
        scale[3 * _HIDDEN :] = 0.5
        joined = np.concatenate([weights["ih_w"], weights["hh_w"]], axis=1) * scale[:, None]
        self._lstm = _columns(joined)
        self._lstm_b = (weights["ih_b"] + weights["hh_b"]) * scale
        self._out = np.ascontiguousarray(weights["out_w"][0, :, 0])
        self._out_b = float(weights["out_b"][0])
        self._block = block
        self._memory = np.empty(block * _Work.FLOATS, np.float32)
        self._works: dict[int, _Work] = {}

    def __call__(self, audio: npt.NDArray[Any], hidden: FloatArray, cell: FloatArray) -> FloatArray:
        """Probabilities, shape (N,). `audio` (N, 576), of any type, in -full_scale..full_scale; `hidden` and
        `cell` (N, 128) are updated."""
        n = audio.shape[0]
        probabilities = np.empty(n, np.float32)
        parts = -(-n // self._block)
        for part in range(parts):
            rows = slice(n * part // parts, n * (part + 1) // parts)
            probabilities[rows] = self._run(audio[rows], hidden[rows], cell[rows])
        return probabilities

    def _run(self, audio: npt.NDArray[Any], hidden: FloatArray, cell: FloatArray) -> FloatArray:
        n = audio.shape[0]
        work = self._works.get(n)
        if work is None:
            work = self._works[n] = _Work(n, self._memory)
        work.chunks[:] = audio
        work.tail[:] = work.mirrored_tail
        np.add(*work.even_parts, out=work.even)
        np.subtract(*work.odd_parts, out=work.odd)
        spectrum = np.matmul(work.even.reshape(4 * n, _HALF), self._cos, out=work.real)
        imaginary = np.matmul(work.odd.reshape(4 * n, _HALF - 1), self._sin, out=work.imaginary)
        spectrum *= spectrum
        imaginary *= imaginary
        spectrum[:, 1:-1] += imaginary
        np.sqrt(spectrum, out=spectrum)

        first = np.matmul(spectrum, self._conv0[1], out=work.first)
        first[n:] += np.matmul(spectrum[: 3 * n], self._conv0[0], out=work.tap)
        first[: 3 * n] += np.matmul(spectrum[n:], self._conv0[2], out=work.tap)
        first += self._conv0_b
        columns = work.columns
        np.maximum(first.reshape(4, n, 128).transpose(1, 0, 2), 0.0, out=columns.reshape(n, 4, 128))
        second = work.second
        np.matmul(columns[:, : 2 * 128], self._conv1_left, out=second[:, :64])
        np.matmul(columns[:, 128:], self._conv1_right, out=second[:, 64:])
        second += self._conv1_b
        np.maximum(second, 0.0, out=second)
        third = np.matmul(second, self._conv2, out=work.third)
        third += self._conv2_b
        np.maximum(third, 0.0, out=third)
        joined = work.joined
        fourth = np.matmul(third, self._conv3, out=joined[:, :_HIDDEN])
        fourth += self._conv3_b
        np.maximum(fourth, 0.0, out=fourth)

        joined[:, _HIDDEN:] = hidden
        gates = np.matmul(joined, self._lstm, out=work.gates)
        gates += self._lstm_b
        np.tanh(gates, out=gates)
        forget = gates[:, _HIDDEN : 2 * _HIDDEN]
        forget += 1.0
        cell *= forget
        keep = gates[:, :_HIDDEN]
        keep += 1.0
        keep *= gates[:, 2 * _HIDDEN : 3 * _HIDDEN]
        cell += keep
        cell *= 0.5
        output = gates[:, 3 * _HIDDEN :]
        output += 1.0
        output *= 0.5
        squashed = np.tanh(cell, out=work.squashed)
        np.multiply(output, squashed, out=hidden)
        np.maximum(hidden, 0.0, out=squashed)
        logit = squashed @ self._out + self._out_b
        probability: FloatArray = (0.5 * (np.tanh(0.5 * logit) + 1.0)).astype(np.float32, copy=False)
        return probability


def _columns(matrix: FloatArray) -> FloatArray:
    """A weight matrix (outputs, inputs) laid out for `inputs @ matrix`."""
    return np.ascontiguousarray(matrix.T)


class SileroVad:
    """One state and one small buffer per call in arrays that grow by doubling; see `Vad`.

    After `reset_after_s` seconds without speech a slot's state is cleared by itself, because in long
    silence Silero under-reports the speech that follows.
    """

    manifest = MANIFEST
    chunk_samples = CHUNK

    def __init__(
        self,
        cache_dir: Path | None = None,
        *,
        weights: dict[str, FloatArray] | None = None,
        reset_after_s: float = 4.0,
        quiet_below: float = 0.15,
    ) -> None:
        self._model = SileroModel(weights if weights is not None else load_weights(cache_dir), 32_768.0)
        self._quiet_below = quiet_below
        self._quiet_limit = max(1, round(reset_after_s * SAMPLE_RATE / CHUNK))
        self._hidden = np.zeros((0, _HIDDEN), np.float32)
        self._cell = np.zeros((0, _HIDDEN), np.float32)
        self._audio = np.zeros((0, _BUFFER_BLOCKS, _BLOCK), np.int16)
        self._fill = np.zeros(0, np.intp)  # whole blocks waiting behind the context block
        self._quiet = np.zeros(0, np.int32)
        self._free: list[int] = []
        self._steps = np.arange(1, 1 + _FRAME_BLOCKS)
        self._grow(16)

    def _grow(self, capacity: int) -> None:
        old = self._fill.shape[0]
        for name in ("_hidden", "_cell", "_audio", "_fill", "_quiet"):
            array = getattr(self, name)
            grown = np.zeros((capacity, *array.shape[1:]), array.dtype)
            grown[:old] = array
            setattr(self, name, grown)
        self._free.extend(range(capacity - 1, old - 1, -1))

    def open(self) -> int:
        """A fresh slot."""
        if not self._free:
            self._grow(2 * self._fill.shape[0])
        slot = self._free.pop()
        self._fill[slot] = 0
        self.reset(slot)
        return slot

    def close(self, slot: int) -> None:
        """Give a slot back. Closing it twice is an error of the caller and raises ValueError."""
        if slot in self._free:
            raise ValueError(f"VAD slot {slot} is already closed")
        self._free.append(slot)

    def reset(self, slot: int) -> None:
        """Forget the past of one slot; samples waiting for a full chunk are kept, so chunks stay aligned."""
        self._hidden[slot] = 0.0
        self._cell[slot] = 0.0
        self._audio[slot, 0] = 0
        self._quiet[slot] = 0

    def process(self, slots: list[int], frames: npt.NDArray[np.int16]) -> VoiceScores:
        """Take one 20 ms frame per slot, shape (N, 320); a slot may occur once.

        Returns the rows whose slot completed a 32 ms chunk with this frame, and their speech probabilities.
        """
        if not slots:
            return [], []
        where = np.asarray(slots, np.intp)
        fill = self._fill[where]
        self._audio[where[:, None], fill[:, None] + self._steps] = frames.reshape(-1, _FRAME_BLOCKS, _BLOCK)
        fill += _FRAME_BLOCKS
        rows = np.flatnonzero(fill >= _CHUNK_BLOCKS)
        fill[rows] -= _CHUNK_BLOCKS
        self._fill[where] = fill
        if rows.size == 0:
            return [], []
        ready = where[rows]
        audio = self._audio[ready]
        chunks = audio[:, : 1 + _CHUNK_BLOCKS].reshape(rows.size, CONTEXT + CHUNK)
        hidden = self._hidden[ready]
        cell = self._cell[ready]
        probabilities = self._model(chunks, hidden, cell)
        self._hidden[ready] = hidden
        self._cell[ready] = cell
        # The chunk's last block is the next context; what lies behind it moves up with it.
        self._audio[ready, :_FRAME_BLOCKS] = audio[:, _CHUNK_BLOCKS : _CHUNK_BLOCKS + _FRAME_BLOCKS]

        quiet = np.where(probabilities < self._quiet_below, self._quiet[ready] + 1, 0)
        self._quiet[ready] = quiet
        for slot in ready[quiet >= self._quiet_limit].tolist():
            self._hidden[slot] = 0.0
            self._cell[slot] = 0.0
            self._quiet[slot] = 0
        return rows.tolist(), probabilities.tolist()
