"""Voices are as loud as each other from their first word, without pumping and without clipping."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipelines.engines.finish.levels import CEILING, TARGET_DB, VoiceLevels, amplified
from pipelines.engines.protocols import TtsChunk, WordMark

Pcm = npt.NDArray[np.int16]
QUIET, LOUD = ("one", "", "en"), ("other", "", "en")


def speech(seconds: float, db: float, seed: int = 1) -> Pcm:
    """Syllables of noise with pauses between them; `db`: RMS of the voiced part."""
    rng = np.random.default_rng(seed)
    samples = rng.normal(0.0, 32_768 * 10 ** (db / 20), int(seconds * 16_000))
    samples[(np.arange(len(samples)) // 3_200) % 4 == 3] = 0
    return np.clip(samples, -32_768, 32_767).astype(np.int16)


def level(samples: Pcm) -> float:
    voiced = samples[samples != 0].astype(float)
    return 20 * math.log10(np.sqrt(np.mean(voiced**2)) / 32_768)


async def chunks(samples: Pcm, size: int = 1_600) -> AsyncGenerator[TtsChunk, None]:
    for at in range(0, len(samples), size):
        yield TtsChunk(samples[at : at + size], (WordMark(0, 1, at),))


async def said(levels: VoiceLevels, key: tuple[str, str, str], samples: Pcm) -> Pcm:
    made = [chunk async for chunk in levels.levelled(chunks(samples), key)]
    assert [chunk.words[0].sample for chunk in made] == list(range(0, len(samples), 1_600))
    return np.concatenate([chunk.samples for chunk in made])


async def test_a_quiet_voice_and_a_loud_one_are_as_loud_as_each_other() -> None:
    levels = VoiceLevels()
    for key, db in ((QUIET, -30.0), (LOUD, -12.0)):
        await said(levels, key, speech(4.0, db))
        again = await said(levels, key, speech(2.0, db, seed=2))
        assert level(again) == pytest.approx(TARGET_DB, abs=1.0)
        first_word = again[:3_200]
        assert level(first_word) == pytest.approx(TARGET_DB, abs=1.5), "from the first word on"


async def test_a_soft_word_stays_softer_than_a_loud_one() -> None:
    levels = VoiceLevels()
    await said(levels, QUIET, speech(8.0, -25.0))
    both = await said(levels, QUIET, np.concatenate([speech(1.0, -31.0), speech(1.0, -25.0)]))
    assert level(both[16_000:]) - level(both[:16_000]) == pytest.approx(6.0, abs=1.6)


async def test_silence_moves_nothing_and_peaks_stay_below_the_ceiling() -> None:
    levels = VoiceLevels()
    silent = await said(levels, QUIET, np.zeros(32_000, np.int16))
    assert not silent.any() and levels.gain_db(QUIET) == 0.0
    await said(levels, QUIET, speech(4.0, -31.0))
    peaks = speech(1.0, -31.0)
    peaks[::97] = 32_767
    loud = await said(levels, QUIET, peaks)
    assert np.abs(loud.astype(np.int32)).max() <= CEILING * 32_768 + 1


async def test_no_gain_is_no_change() -> None:
    samples = speech(1.0, -20.0)
    assert amplified(samples, 0.0, 0.1) is samples


async def test_what_was_learned_is_there_after_a_start(tmp_path: Path) -> None:
    levels = VoiceLevels(tmp_path / "made" / "levels.json")
    await said(levels, QUIET, speech(4.0, -30.0))
    levels.write()
    again = VoiceLevels(tmp_path / "made" / "levels.json")
    assert again.gain_db(QUIET) == pytest.approx(levels.gain_db(QUIET), abs=0.1)
    for broken in (b"", b"[[1]]", b"{}", b"\xff", b'[["a","b","c","d"]]'):
        (tmp_path / "broken.json").write_bytes(broken)
        assert VoiceLevels(tmp_path / "broken.json").gain_db(QUIET) == 0.0
