"""Higgs Audio V2 through transformers, in its environment, on random weights of small geometry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.higgs import engine as higgs
from tests.pipelines.engines.tts.making import made, torn
from tests.pipelines.engines.tts.speaking import assert_speech, heard, started

TEXT = "Thank you for calling."


def test_a_recording_needs_its_words(tmp_path: Path) -> None:
    recording = tmp_path / "anna.wav"
    recording.touch()
    settings = {"voices": {"anna": str(recording)}}
    with pytest.raises(EngineMissingError, match=r"say in transcripts\.anna what is said"):
        higgs.make(EngineOptions(home=tmp_path, settings=settings))
    told = higgs.make(
        EngineOptions(home=tmp_path, settings={**settings, "transcripts": {"anna": "One, two."}})
    ).pool.spec.options
    assert told["voices"] == {"anna": str(recording.resolve())}
    assert told["codec"] == str(tmp_path / "weights" / "bosonai--higgs-audio-v2-tokenizer")


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_it_streams_a_clause_in_its_own_voice_a_recorded_and_a_described_one(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("higgs")
    folder = made(python, "random_higgs.py", tmp_path / "weights")
    settings = {
        "start_s": 900,
        "step_s": 600,
        "seed": 4,
        "temperature": 1.0,
        "top_p": 1.0,
        "top_k": 256,
        "voices": {"anna": str(folder / "recording.wav")},
        "transcripts": {"anna": "one two"},
    }
    async with started(higgs.ENGINE, engines_home, folder, **settings) as tts:
        assert tts.voices == ["anna"]
        for voice in ("", "anna", "A woman speaks slowly."):
            assert_speech(await heard(tts, TEXT, voice=voice), 0.1, 9)
        with pytest.raises(EngineMissingError, match="describe it in words, or name one of anna"):
            await heard(tts, TEXT, voice="nobody")
        with pytest.raises(EngineMissingError, match="speaks de, en, ko, zh, not hi"):
            await heard(tts, "नमस्ते", language="hi")


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_weights_that_lack_a_layer_are_refused(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("higgs")
    folder = made(python, "random_higgs.py", tmp_path / "weights")
    torn(python, folder, "less")
    with pytest.raises(EngineError, match=r"of its numbers are not in .*layer.*: look at the files in"):
        async with started(higgs.ENGINE, engines_home, folder, start_s=900, step_s=600):
            pass
