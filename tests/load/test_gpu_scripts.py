"""The scripts that measure on a GPU: without one they end at once; on processors (slow) all of them but the
size is played."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipelines.environments.places import interpreter
from tests.load import gpu_figures, gpu_llm_load, gpu_stt_load, gpu_tts_load
from tests.models.vllm_home import LOCK as VLLM
from tests.models.vllm_home import home_of_vllm

SCRIPTS = (gpu_stt_load, gpu_llm_load, gpu_tts_load)


@pytest.mark.parametrize("script", SCRIPTS)
def test_without_a_gpu_it_ends_with_a_line(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu_figures, "has_cuda", lambda: False)
    monkeypatch.setattr(sys, "argv", [script.__name__])
    assert script.main() == 0
    name = script.__name__.rpartition(".")[2]
    assert capsys.readouterr().out == f"{name}: skipped, there is no NVIDIA GPU here\n"


def played(script: ModuleType, python: Path, folder: Path, *given: str) -> dict[str, Any]:
    """What it told."""
    told = folder / "told.json"
    sys.argv = [script.__name__, "--small", "--python", str(python), "--json", str(told), *given]
    assert script.main() == 0
    line: dict[str, Any] = json.loads(told.read_text())
    assert (line["weights"], line["geometry"]) == ("random", "small")
    assert line["date"] and line["device"] and script.__name__ in line["command"]
    return line


@pytest.fixture
def _arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back afterwards."""
    monkeypatch.setattr(sys, "argv", sys.argv)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("_arguments")
def test_streams_are_transcribed(installed_environment: Callable[[str], Path], tmp_path: Path) -> None:
    python = installed_environment(gpu_stt_load.LOCK)
    told = played(gpu_stt_load, python, tmp_path, "--streams", "1,2", "--seconds", "15")
    assert [each["streams"] for each in told["levels"]] == [1, 2]
    for each in told["levels"]:
        assert each["words_each"] == 8  # as the script says of the amount of work
        assert each["final_ms"]["count"] > 0


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.usefixtures("_arguments")
def test_sentences_are_spoken(installed_environment: Callable[[str], Path], tmp_path: Path) -> None:
    python = installed_environment(gpu_tts_load.LOCK)
    told = played(gpu_tts_load, python, tmp_path, "--streams", "1", "--seconds", "1")
    (each,) = told["levels"]
    assert each["first_audio_ms"]["count"] == each["sentences"] > 0
    assert 0.4 < each["seconds_each"] < 1.1  # 24 tokens of 40 ms, less what sounds like silence at the edges


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.usefixtures("_arguments")
def test_questions_are_answered(installed_environment: Callable[[str], Path], tmp_path: Path) -> None:
    home = home_of_vllm(tmp_path / "home", installed_environment(VLLM))
    python = interpreter(home, "vllm")
    told = played(gpu_llm_load, python, tmp_path, "--calls", "3", "--seconds", "10")
    assert told["first_token_ms"]["count"] >= 3
    assert told["between_tokens_ms"]["count"] > told["first_token_ms"]["count"]
