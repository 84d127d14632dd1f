"""What speech that is kept depends on: of which engine it is, and which weights that has."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np

from cli.serving.finishing import open_finishing
from mediaserver.config import load
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.tts.failover import PreferredTts
from pipelines.engines.tts.neural.engine import NeuralTts
from pipelines.workers.spec import WorkerSpec

GREETING = "Good morning, this is the booking line."
MANIFEST = Manifest("tones", Kind.TTS, "tones", ("en",), "none", sample_rate=24_000)


def voice(name: str) -> NeuralTts:
    """One of several of the same engine."""
    return NeuralTts(MANIFEST, WorkerSpec(name, "tests.pipelines.engines.tts.tone_worker"))


async def times_made(folder: Path, *names: str, **options: object) -> int:
    """How often the greeting is made on a server, where each of these voices says it once. `options`: of
    engines by name."""
    engines = {"home": str(folder / "engines"), "options": options}
    settings = load(overrides={"data": folder / "data", "engines": engines})
    async with AsyncExitStack() as undo:
        finishing = open_finishing(settings, undo)
        assert finishing.kept is not None
        finishing.kept.fix([GREETING])
        for name in names:
            engine = voice(name)
            await engine.start()
            tts = PreferredTts(lambda engine=engine: [engine], finishing=finishing)  # type: ignore[misc]
            chunks = [chunk.samples async for chunk in tts.kept_for(GREETING).speak(GREETING)]
            assert np.concatenate(chunks).any()
            await engine.stop()
        return finishing.kept.misses


async def test_two_of_the_same_engine_do_not_speak_with_one_anothers_voice(tmp_path: Path) -> None:
    assert await times_made(tmp_path, "tones:anna", "tones:bob", "tones:anna") == 2
    assert await times_made(tmp_path, "tones:anna", "tones:bob") == 0


async def test_weights_that_were_pulled_anew_make_it_anew(tmp_path: Path) -> None:
    assert await times_made(tmp_path, "tones") == 1
    listed = tmp_path / "engines" / "weights" / "acme--tones" / "voiceforge.json"
    listed.parent.mkdir(parents=True)
    listed.write_text("{}")
    assert await times_made(tmp_path, "tones") == 1
    assert await times_made(tmp_path, "tones") == 0


async def test_a_sample_that_was_replaced_makes_it_anew(tmp_path: Path) -> None:
    sample = tmp_path / "anna.wav"
    sample.write_bytes(b"RIFF")
    tones = {"voices": {"anna": str(sample)}, "speed": 1.0, "note": "/" + "x" * 5_000}
    assert await times_made(tmp_path, "tones", tones=tones) == 1
    assert await times_made(tmp_path, "tones", tones=tones) == 0
    os.utime(sample, ns=(0, sample.stat().st_mtime_ns + 1))
    assert await times_made(tmp_path, "tones", tones=tones) == 1
