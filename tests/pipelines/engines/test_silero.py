"""The matrix form of Silero against the published graph, and the bookkeeping of many calls."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from pipelines.engines.vad.silero.engine import (
    CHUNK,
    CONTEXT,
    FloatArray,
    SileroModel,
    SileroVad,
    check,
    load_weights,
    model_path,
)
from tests.recordings import read_wav
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech"


@lru_cache(maxsize=1)
def weights() -> dict[str, FloatArray]:
    return load_weights()


def speechlike(seconds: float, seed: int = 7) -> npt.NDArray[np.int16]:
    """A buzzing, moving vowel: harmonics of a gliding pitch under a syllable rhythm."""
    t = np.arange(int(seconds * 16_000)) / 16_000
    pitch = 2 * np.pi * np.cumsum(120 + 30 * np.sin(3 * t)) / 16_000
    voice = sum(np.sin(k * pitch) / k * (1.5 if k in (5, 6, 11) else 0.6) for k in range(1, 25))
    rhythm = np.clip(np.sin(2 * np.pi * 3.3 * t), 0, 1)
    noise = np.random.default_rng(seed).normal(0, 30, t.size)
    return np.asarray(3000 * voice * rhythm + noise, np.int16)


def run(vad: SileroVad, slot: int, pcm: npt.NDArray[np.int16]) -> list[float]:
    found: list[float] = []
    for frame in pcm[: len(pcm) // 320 * 320].reshape(-1, 320):
        found += vad.process([slot], frame[None])[1]
    return found


def test_agrees_with_the_published_graph() -> None:
    path = model_path()
    assert path is not None
    oracle = ReferenceEvaluator(onnx.load(str(path)))
    model = SileroModel(weights())
    pcm = speechlike(1.1).astype(np.float32) / 32768
    pcm = np.stack([pcm, pcm[::-1]])
    state = np.zeros((2, 2, 128), np.float32)
    hidden, cell = np.zeros((2, 128), np.float32), np.zeros((2, 128), np.float32)
    context = np.zeros((2, CONTEXT), np.float32)
    worst, largest = 0.0, 0.0
    for at in range(0, pcm.shape[1] - CHUNK + 1, CHUNK):
        audio = np.concatenate([context, pcm[:, at : at + CHUNK]], axis=1)
        feeds = {"input": audio, "state": state, "sr": np.array(16_000, np.int64)}
        expected, state = (np.asarray(array) for array in oracle.run(None, feeds))
        context = audio[:, -CONTEXT:]
        got = model(audio, hidden, cell)
        worst = max(worst, float(np.abs(got - expected[:, 0]).max()), float(np.abs(hidden - state[0]).max()))
        largest = max(largest, float(got.max()))
    assert worst <= 1e-4
    assert largest > 0.01  # otherwise everything agrees on nothing


def test_calls_of_one_batch_do_not_touch_each_other() -> None:
    pcm = [speechlike(0.8, seed) for seed in range(5)]
    alone = []
    for signal in pcm:
        vad = SileroVad(weights=weights())
        alone.append(run(vad, vad.open(), signal))
    vad = SileroVad(weights=weights())
    slots = [vad.open() for _ in pcm]
    together: list[list[float]] = [[] for _ in pcm]
    frames = [signal[: len(signal) // 320 * 320].reshape(-1, 320) for signal in pcm]
    for tick in range(len(frames[0]) + len(pcm)):
        now = [i for i in range(len(pcm)) if 0 <= tick - i < len(frames[i])]  # each starts a tick later
        if not now:
            continue
        rows, scores = vad.process([slots[i] for i in now], np.stack([frames[i][tick - i] for i in now]))
        for row, score in zip(rows, scores, strict=True):
            together[now[row]].append(score)
    for a, b in zip(alone, together, strict=True):
        assert len(a) == len(b) == 40 * 320 // CHUNK
        np.testing.assert_allclose(a, b, atol=2e-5)


def test_a_slot_used_again_is_fresh_and_slots_grow() -> None:
    vad = SileroVad(weights=weights())
    slots = [vad.open() for _ in range(50)]
    assert len(set(slots)) == 50
    signal = speechlike(0.4)
    first = run(vad, slots[49], signal)
    vad.process([slots[49]], signal[None, :320])  # leave half a chunk behind
    vad.close(slots[49])
    with pytest.raises(ValueError, match="already closed"):
        vad.close(slots[49])
    assert vad.open() == slots[49]
    np.testing.assert_allclose(run(vad, slots[49], signal), first, atol=1e-6)


def test_reset_keeps_chunks_aligned() -> None:
    vad = SileroVad(weights=weights())
    slot = vad.open()
    signal = speechlike(0.2).reshape(-1, 320)
    assert vad.process([slot], signal[:1]) == ([], [])
    vad.reset(slot)
    assert vad.process([slot], signal[1:2])[0] == [0]
    assert vad.process([], np.zeros((0, 320), np.int16)) == ([], [])


def test_weights_are_cached_and_a_torn_cache_is_replaced(tmp_path: Path) -> None:
    first = load_weights(tmp_path / "made")
    (cached,) = (tmp_path / "made").iterdir()
    cached.write_bytes(cached.read_bytes()[:1000])
    again = load_weights(tmp_path / "made")
    third = load_weights(tmp_path / "made")
    assert first.keys() == again.keys() == third.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], third[name])


def test_check_finds_the_model() -> None:
    assert check().ready


@pytest.mark.skipif(not SPEECH.is_dir(), reason="the shared recordings are not here")
@pytest.mark.parametrize("name", ["dialogflow-book_a_room", "dialogflow-230pm", "librivox-0880"])
def test_hears_recorded_speech_and_its_end(name: str) -> None:
    vad = SileroVad(weights=weights())
    pcm = np.concatenate(
        [np.zeros(8000, np.int16), read_wav(SPEECH / f"{name}.wav"), np.zeros(16_000, np.int16)]
    )
    scores = run(vad, vad.open(), pcm)
    assert max(scores[:10]) < 0.3
    assert max(scores) > 0.95
    assert max(scores[-15:]) < 0.1
