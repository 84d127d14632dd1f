"""MMS-TTS through transformers, in its environment, on random weights; its languages without them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.mms import engine as mms
from tests.pipelines.engines.tts.making import made, torn
from tests.pipelines.engines.tts.speaking import assert_speech, audio, heard, seconds, started

SHORT = "Thank you for calling. I have two tables."


@pytest.mark.parametrize(
    ("settings", "language"),
    [
        ({}, "en"),
        ({"weights": "facebook/mms-tts-hin"}, "hi"),
        ({"weights": "/srv/weights/facebook--mms-tts-tam/"}, "ta"),
        ({"weights": "facebook/mms-tts-kmr-script_latin"}, "kmr"),
        ({"weights": "/srv/mine", "language": "sa"}, "sa"),
    ],
)
def test_one_engine_speaks_the_language_of_its_weights(
    settings: dict[str, object], language: str, tmp_path: Path
) -> None:
    tts = mms.make(EngineOptions(home=tmp_path, settings=settings))
    assert tts.manifest.languages == (language,)
    assert tts.pool.spec.options["language"] == language


def test_weights_without_a_language_in_their_name_need_one(tmp_path: Path) -> None:
    options = EngineOptions(home=tmp_path, settings={"weights": "/srv/mine"})
    with pytest.raises(EngineMissingError, match=r"name the language that /srv/mine speaks"):
        mms.make(options)
    assert "name the language" in mms.check(options).lacks


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_it_speaks_clauses_of_many_calls_together(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("transformers")
    folder = made(python, "random_mms.py", tmp_path / "mms-tts-eng", "eng")
    async with started(mms.ENGINE, engines_home, folder, seed=3) as tts:
        alone = await heard(tts, SHORT)
        assert_speech(alone, 1, 14)
        assert abs(seconds(await heard(tts, SHORT)) - seconds(alone)) < 0.01
        together = await asyncio.gather(*(heard(tts, f"{SHORT} Number {n}.") for n in "abcde"))
        for chunks in together:
            assert_speech(chunks, 1, 16)
        assert seconds(await heard(tts, SHORT, rate=2.0)) < 0.75 * seconds(alone)
        with pytest.raises(EngineError, match="gave no audio for a text"):
            await heard(tts, "अआइ")
        with pytest.raises(EngineMissingError, match="these weights speak en, not hi"):
            await heard(tts, "अआइ", language="hi")


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_was_trained_on_latin_letters_reads_another_script(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("transformers")
    folder = made(python, "random_mms.py", tmp_path / "mms-tts-amh", "amh", "uroman")
    async with started(mms.ENGINE, engines_home, folder) as tts:
        assert audio(await heard(tts, "ሰላም ለዓለም", language="am")).any()


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_weights_that_lack_a_layer_are_refused_and_old_names_are_not(
    installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
) -> None:
    python = installed_environment("transformers")
    folder = made(python, "random_mms.py", tmp_path / "mms-tts-eng", "eng")
    torn(python, folder, "old")
    async with started(mms.ENGINE, engines_home, folder) as tts:
        assert_speech(await heard(tts, "Thank you."), 0.05, 14)
    torn(python, folder, "less")
    with pytest.raises(EngineError, match=r"of its numbers are not in .*layer.*: look at the files in"):
        async with started(mms.ENGINE, engines_home, folder):
            pass
