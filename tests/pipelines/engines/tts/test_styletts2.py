"""StyleTTS 2 through its own modules and inference, in its environment, on random weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.styletts2 import engine as styletts2
from tests.pipelines.engines.tts.making import made
from tests.pipelines.engines.tts.speaking import assert_speech, heard, started

TEXT = "Thank you for calling."


def test_it_has_no_voice_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match="no voice of its own: voices = "):
        styletts2.make(EngineOptions(home=tmp_path))
    assert "no voice of its own" in styletts2.check(EngineOptions(home=tmp_path)).lacks


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_it_speaks_in_the_voice_of_a_recording(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("styletts2")
    folder = made(python, "random_styletts2.py", tmp_path / "weights")
    settings = {"start_s": 900, "step_s": 600, "seed": 4, "voices": {"anna": str(folder / "recording.wav")}}
    async with started(styletts2.ENGINE, engines_home, folder, **settings) as tts:
        assert tts.voices == ["anna"]
        assert_speech(await heard(tts, TEXT), 0.3, 6)
        with pytest.raises(EngineMissingError, match="no voice 'bell'; it has anna"):
            await heard(tts, TEXT, voice="bell")
        with pytest.raises(EngineMissingError, match="speak en, not de"):
            await heard(tts, "Guten Tag.", language="de")
