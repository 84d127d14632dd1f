"""Parler-TTS through its own classes and streamer, in its environment, on random weights, small geometry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.parler.engine import ENGINES
from pipelines.voices.catalogue import catalogue
from tests.pipelines.engines.tts.making import made, torn
from tests.pipelines.engines.tts.speaking import assert_speech, heard, started

TEXT = "Thank you for calling."


def test_each_speaks_the_languages_that_the_catalogue_has_for_it() -> None:
    for each in ENGINES:
        assert sorted(each.manifest.languages) == sorted(catalogue().engines[each.manifest.name].languages)


def test_the_worker_is_told_where_the_reader_of_descriptions_lies(tmp_path: Path) -> None:
    spec = ENGINES[0].spec(EngineOptions(home=tmp_path))
    assert spec.options["weights"] == str(tmp_path / "weights" / "ai4bharat--indic-parler-tts")
    assert spec.options["languages"] == list(ENGINES[0].manifest.languages)
    assert spec.options["reader"] == str(tmp_path / "weights" / "google--flan-t5-large")


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_it_streams_a_clause_in_a_voice_that_is_described(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("parler")
    folder = made(python, "random_parler.py", tmp_path / "weights")
    settings = {"start_s": 900, "step_s": 600, "seed": 4, "voices": {"divya": "Divya speaks slowly."}}
    async with started(ENGINES[0], engines_home, folder, **settings) as tts:
        assert tts.voices == ["divya"]
        assert_speech(await heard(tts, TEXT), 0.1, 9)
        assert_speech(await heard(tts, TEXT, voice="divya", language="hi"), 0.1, 9)
        assert_speech(await heard(tts, TEXT, voice="A man speaks fast, in a low voice."), 0.1, 9)
        with pytest.raises(EngineMissingError, match="describe it in words, or name one of divya"):
            await heard(tts, TEXT, voice="nobody")


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_weights_that_lack_a_layer_are_refused_and_old_names_are_not(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("parler")
    folder = made(python, "random_parler.py", tmp_path / "weights")
    torn(python, folder, "old")
    async with started(ENGINES[0], engines_home, folder, start_s=900, step_s=600) as tts:
        assert_speech(await heard(tts, "Thank you."), 0.05, 14)
    torn(python, folder, "less")
    with pytest.raises(EngineError, match=r"of its numbers are not in .*layer.*: look at the files in"):
        async with started(ENGINES[0], engines_home, folder, start_s=900, step_s=600):
            pass
