"""What an operator may tell a neural voice, and what is said of anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediaserver.errors import EngineMissingError
from pipelines.engines.registry import EngineEntry, EngineOptions
from pipelines.engines.tts import entries
from pipelines.engines.tts.kokoro import engine as kokoro
from pipelines.engines.tts.mms import engine as mms
from pipelines.engines.tts.neural.options import NeuralOptions, SampledVoices, checked_voice
from pipelines.engines.tts.piper import engine as piper
from pipelines.environments.places import weights
from pipelines.workers.limits import PoolLimits


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"devise": "cpu"}, "devise is no option of it: did you mean 'device'?"),
        ({"temperature": 1}, "temperature is no option of it: known are weights, device"),
        ({"device": "gpu"}, "device string should match pattern"),
        ({"threads": 0}, "threads input should be greater than or equal to 1"),
        ({"seed": -1}, "seed input should be"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(settings: dict[str, object], why: str) -> None:
    with pytest.raises(EngineMissingError) as raised:
        checked_voice("x", EngineOptions(settings=settings), NeuralOptions)
    assert str(raised.value).startswith("engines.options.x: ") and why in str(raised.value)


def test_a_voice_whose_recording_is_not_there_is_named(tmp_path: Path) -> None:
    settings = {"voices": {"anna": str(tmp_path / "anna.wav")}}
    with pytest.raises(EngineMissingError, match=r"voices\.anna: there is no file .*anna\.wav"):
        checked_voice("x", EngineOptions(settings=settings), SampledVoices)


def test_the_worker_is_told_its_folder_and_nothing_of_the_servers_surroundings(tmp_path: Path) -> None:
    options = EngineOptions(home=tmp_path, settings={"seed": 7, "threads": 3})
    spec = kokoro.ENGINE.spec(options)
    assert spec.options["weights"] == str(tmp_path / "weights" / "onnx-community--Kokoro-82M-v1.0-ONNX")
    assert spec.options["mend"].startswith("run `voiceforge engines pull kokoro`")
    assert spec.options["seed"] == 7 and spec.threads == 3
    assert spec.interpreter == str(tmp_path / "environments" / "onnx-voices" / "bin" / "python")
    assert spec.environment["HF_HUB_OFFLINE"] == "1" and not spec.inherits


def test_weights_may_be_a_folder_or_another_repository(tmp_path: Path) -> None:
    mine = EngineOptions(home=tmp_path, settings={"weights": str(tmp_path / "mine")})
    assert kokoro.ENGINE.spec(mine).options["weights"] == str(tmp_path / "mine")
    assert kokoro.ENGINE.spec(mine).options["mend"].startswith(f"look at the files in {tmp_path / 'mine'}")
    other = EngineOptions(home=tmp_path, settings={"weights": "someone/kokoro"})
    assert kokoro.ENGINE.spec(other).options["weights"] == str(tmp_path / "weights" / "someone--kokoro")


@pytest.mark.parametrize(
    "entry",
    [entry for entry in entries.ENTRIES if entry.recipe.lock],  # of others all is there
    ids=lambda entry: str(entry.manifest.name),
)
def test_every_voice_says_what_it_lacks_and_how_to_mend_it(entry: EngineEntry, tmp_path: Path) -> None:
    name = entry.manifest.name
    readiness = entry.readiness(EngineOptions(home=tmp_path))
    assert not readiness.ready and f"run `voiceforge engines install {name}`" in readiness.lacks
    assert entry.manifest.languages and entry.manifest.licence
    wrong = entry.readiness(EngineOptions(home=tmp_path, settings={"devise": "cpu"}))
    assert "did you mean 'device'?" in wrong.lacks
    if entry.recipe.weights:
        assert f"run `voiceforge engines pull {name}`" in readiness.lacks
        assert all(each.licence and each.size_mb for each in entry.recipe.weights)


def test_options_that_cannot_be_read_make_no_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match="did you mean 'threads'"):
        kokoro.make(EngineOptions(home=tmp_path, settings={"thread": 2}))
    with pytest.raises(EngineMissingError, match=r"set engines\.home"):
        kokoro.make(EngineOptions())


def test_how_many_texts_at_once_is_said_with_the_limits_of_workers(tmp_path: Path) -> None:
    options = EngineOptions(home=tmp_path, limits=PoolLimits(at_once=3))
    spec = mms.ENGINE.spec(options)
    assert spec.at_once == spec.options["at_once"] == 3
    assert mms.ENGINE.spec(EngineOptions(home=tmp_path)).options["at_once"] == 16


def test_piper_speaks_what_the_voices_of_its_folder_do(tmp_path: Path) -> None:
    for name, config in (
        ("it_IT-some-medium", {"language": {"code": "it_IT"}}),
        ("old", {"espeak": {"voice": "sv"}}),
        ("torn", []),
    ):
        (tmp_path / f"{name}.onnx.json").write_text(json.dumps(config))
    (tmp_path / "cut.onnx.json").write_text("{")
    voice = piper.make(EngineOptions(home=tmp_path, settings={"weights": str(tmp_path)}))
    assert voice.manifest.languages == ("it", "sv")
    empty = piper.make(EngineOptions(home=tmp_path))
    assert empty.manifest.languages == piper.MANIFEST.languages


@pytest.mark.parametrize(
    ("settings", "repo", "language"),
    [
        ({}, "facebook/mms-tts-eng", "en"),
        ({"model": "hi"}, "facebook/mms-tts-hin", "hi"),
        ({"model": "quc"}, "facebook/mms-tts-quc", "quc"),
        ({"model": "uzb-script_cyrillic"}, "facebook/mms-tts-uzb-script_cyrillic", "uzb"),
        ({"model": "hi", "weights": "facebook/mms-tts-tam"}, "facebook/mms-tts-tam", "ta"),
        ({"model": "hi", "weights": "acme/own", "language": "hi"}, "acme/own", "hi"),
    ],
)
def test_a_voice_of_mms_is_named_by_its_language(
    tmp_path: Path, settings: dict[str, str], repo: str, language: str
) -> None:
    options = EngineOptions(home=tmp_path, settings=settings, name="mms-tts:x")
    voice = mms.make(options)
    assert voice.manifest.languages == (language,)
    assert mms.ENGINE.spec(options).options["weights"] == str(weights(tmp_path, repo))
    assert f"its weights {repo}" in mms.check(options).lacks


def test_a_language_that_mms_has_no_code_for_is_refused(tmp_path: Path) -> None:
    options = EngineOptions(home=tmp_path, settings={"model": "ja"}, name="mms-tts:ja")
    assert "knows no model for 'ja'" in mms.check(options).refused
    with pytest.raises(EngineMissingError, match="three letters of ISO 639-3"):
        mms.make(options)


async def test_one_of_several_is_called_so_wherever_it_is_shown(tmp_path: Path) -> None:
    for name in ("", "kokoro:second"):
        engine = kokoro.make(EngineOptions(name=name, home=tmp_path))
        assert engine.manifest.name == engine.pool.spec.name == (name or "kokoro")
    voices = piper.make(EngineOptions(name="piper:mine", home=tmp_path)).manifest
    assert (voices.name, voices.languages) == ("piper:mine", piper.MANIFEST.languages)
