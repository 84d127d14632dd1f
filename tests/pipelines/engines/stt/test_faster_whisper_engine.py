"""Its options choose the model, and what is missing is told with the command that mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.errors import EngineMissingError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt import local_engine
from pipelines.engines.stt.faster_whisper import engine as faster_whisper


def options(home: Path, **settings: object) -> EngineOptions:
    return EngineOptions(settings=settings, home=home)


def test_without_a_gpu_it_is_small_in_int8_and_a_final_may_take_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (faster_whisper, local_engine):
        monkeypatch.setattr(module, "has_cuda", lambda: False)
    assert faster_whisper.ENGINE.spec(options(tmp_path)).options["weights"].endswith("faster-whisper-small")
    assert (
        faster_whisper.ENGINE.make(options(tmp_path)).manifest.final_within_s == local_engine.FINAL_ON_CPU_S
    )
    for module in (faster_whisper, local_engine):
        monkeypatch.setattr(module, "has_cuda", lambda: True)
    assert "large-v3-turbo" in faster_whisper.ENGINE.spec(options(tmp_path)).options["weights"]
    assert faster_whisper.ENGINE.make(options(tmp_path)).manifest.final_within_s == 1.5


def test_a_model_is_named_by_its_size_or_a_folder(tmp_path: Path) -> None:
    assert (
        "faster-whisper-base"
        in faster_whisper.ENGINE.spec(options(tmp_path, model="base")).options["weights"]
    )
    spec = faster_whisper.ENGINE.spec(options(tmp_path, weights=str(tmp_path), threads=3, limit_s=4))
    assert spec.options["weights"] == str(tmp_path) and spec.threads == 3
    assert spec.silence_limit_s > 4 and spec.interpreter.startswith(str(tmp_path))


def test_models_of_one_language_say_so(tmp_path: Path) -> None:
    english = faster_whisper.ENGINE.make(options(tmp_path, model="small.en")).manifest
    assert english.languages == ("en",) and not english.detects
    assert faster_whisper.ENGINE.make(options(tmp_path)).manifest.detects


def test_one_of_several_bears_its_own_name(tmp_path: Path) -> None:
    """Else failovers, usage and metrics of two of them could not be told apart."""
    fast = EngineOptions(name="faster-whisper:fast", home=tmp_path)
    assert faster_whisper.ENGINE.make(fast).manifest.name == "faster-whisper:fast"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"modle": "base"}, "modle is no option of it: did you mean 'model'?"),
        ({"model": "huge"}, "there is no model 'huge': known are large-v3-turbo"),
        ({"beam_size": 0}, "beam_size input should be greater than or equal to 1"),
        ({"compute_type": "int7"}, "compute_type string should match pattern"),
    ],
)
def test_a_wrong_option_is_told_by_its_name(tmp_path: Path, settings: dict[str, object], said: str) -> None:
    with pytest.raises(EngineMissingError, match="engines.options.faster-whisper") as fault:
        faster_whisper.ENGINE.spec(options(tmp_path, **settings))
    assert said in str(fault.value)
    assert said in faster_whisper.ENGINE.check(options(tmp_path, **settings)).lacks


def test_what_is_missing_is_told_with_its_command(tmp_path: Path) -> None:
    lacks = faster_whisper.ENGINE.check(options(tmp_path, model="base")).lacks
    assert "voiceforge engines install faster-whisper" in lacks
    assert "Systran/faster-whisper-base (148 MB, MIT)" in lacks and "engines pull faster-whisper" in lacks
    assert "there is no folder" in faster_whisper.ENGINE.check(options(tmp_path, weights="/nowhere")).lacks
