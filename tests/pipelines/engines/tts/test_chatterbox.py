"""Chatterbox through its own loading and modules, in its environment, on random weights of two layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.chatterbox import engine as chatterbox
from tests.pipelines.engines.tts.making import made
from tests.pipelines.engines.tts.speaking import assert_speech, heard, started

TOKENS = 24
"""A clause has: about a second."""
TEXT = "Thank you for calling."


def test_its_settings_are_what_the_worker_is_told(tmp_path: Path) -> None:
    settings = {"exaggeration": 0.7, "cfg_weight": 0.3, "chunk_tokens": 25}
    spec = chatterbox.ENGINE.spec(EngineOptions(home=tmp_path, settings=settings))
    assert spec.options["exaggeration"] == 0.7 and spec.options["cfg_weight"] == 0.3
    assert spec.options["chunk_tokens"] == 25 and spec.options["temperature"] == 0.8
    assert spec.options["weights"].endswith("ResembleAI--chatterbox")


@pytest.mark.parametrize("settings", [{"exaggeration": 3}, {"cfg_weight": -1}, {"exageration": 0.5}])
def test_what_no_voice_can_do_is_refused(settings: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match="ex|cfg_weight"):
        chatterbox.make(EngineOptions(home=tmp_path, settings=settings))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_it_streams_a_clause_as_its_tokens_are_made_in_its_own_voice_and_anothers(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("chatterbox")
    folder = made(python, "random_chatterbox.py", tmp_path / "weights", str(TOKENS))
    settings = {
        "flow_steps": 1,
        "first_tokens": 10,
        "chunk_tokens": 10,
        "start_s": 900,
        "step_s": 600,
        "seed": 5,
        "voices": {"anna": str(folder / "recording.wav")},
    }
    async with started(chatterbox.ENGINE, engines_home, folder, **settings) as tts:
        assert tts.voices == ["anna", "chatterbox"]
        chunks = await heard(tts, TEXT)
        assert_speech(chunks, 0.5, 1.5)
        assert len(chunks) > 2
        assert_speech(await heard(tts, TEXT, voice="anna"), 0.5, 1.5)
        with pytest.raises(EngineMissingError, match="no voice 'bell'; it has anna, chatterbox"):
            await heard(tts, TEXT, voice="bell")
        with pytest.raises(EngineMissingError, match="speak en, not de"):
            await heard(tts, "Guten Tag.", language="de")
