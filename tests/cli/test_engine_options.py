"""What the settings tell the engines: each its own."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from cli.serving.engine_options import engine_options
from cli.serving.engines import default_llms, open_engines
from mediaserver.config import Settings
from mediaserver.errors import EngineMissingError
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.builtin import STT, TTS, registry
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.workers.limits import PoolLimits
from tests.fakes import FakeStt


def settings(folder: Path, **engines: object) -> Settings:
    return Settings(data=folder, engines=EnginesSettings.model_validate(engines))


def test_an_engine_has_its_own_settings_and_one_process(tmp_path: Path) -> None:
    given = settings(tmp_path, stt_workers=3, options={"whisper": {"model": "small"}, TTS: {"workers": 2}})
    cache, home = tmp_path / "cache", tmp_path / "engines"
    assert engine_options(given, Kind.STT, "whisper") == EngineOptions(
        1, cache, {"model": "small"}, home=home
    )
    assert engine_options(given, Kind.STT, STT) == EngineOptions(3, cache, {}, home=home)
    assert engine_options(given, Kind.TTS, TTS) == EngineOptions(2, cache, {}, home=home)


def test_limits_of_workers_are_no_settings_of_the_engine(tmp_path: Path) -> None:
    told = {"model": "small", "max_batch": 8, "gpu_memory_mb": 2_000}
    made = engine_options(settings(tmp_path, options={"whisper": told}), Kind.STT, "whisper")
    assert (made.settings, made.limits) == ({"model": "small"}, PoolLimits(max_batch=8, gpu_memory_mb=2_000))
    with pytest.raises(ValueError, match=r"whisper\.max_batch must be a number"):
        settings(tmp_path, options={"whisper": {"max_batch": "many"}})
    wrong = settings(tmp_path, options={"whisper": {"max_batch": 0}})
    with pytest.raises(EngineMissingError, match="the engine whisper: max_batch must be a number"):
        engine_options(wrong, Kind.STT, "whisper")


async def test_an_engine_is_made_with_what_the_settings_tell_it(tmp_path: Path) -> None:
    made: list[EngineOptions] = []

    def make(options: EngineOptions) -> FakeStt:
        made.append(options)
        return FakeStt()

    manifest = Manifest("whisper", Kind.STT, "hears", ("*",), "MIT")
    known = EngineRegistry([EngineEntry(manifest, lambda: Readiness(True), make)])
    given = settings(tmp_path, options={"whisper": {"model": "small", "workers": 2}})
    async with AsyncExitStack() as undo:
        engines = open_engines(given, known, undo)
        engines.stt(["whisper"])
        await engines.settle()
    home = tmp_path / "engines"
    assert made == [EngineOptions(2, tmp_path / "cache", {"model": "small"}, home=home)]


def test_a_name_behind_a_colon_is_an_endpoint_of_its_own_or_a_model_at_the_usual_one(tmp_path: Path) -> None:
    tables = {
        "openai": {"base_url": "http://a/v1", "model": "one"},
        "openai:fast": {"base_url": "http://b/v1"},
    }
    given = settings(tmp_path, options=tables)
    fast = engine_options(given, Kind.LLM, "openai:fast")
    assert (fast.name, fast.settings) == ("openai:fast", {"base_url": "http://b/v1"})
    other = engine_options(given, Kind.LLM, "openai:llama3.2:3b")
    assert other.settings == {"base_url": "http://a/v1", "model": "llama3.2:3b"}
    assert engine_options(given, Kind.LLM, "openai").name == ""


def test_the_language_models_of_agents_that_name_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = registry()
    assert default_llms(settings(tmp_path), known) == ()
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-1")
    assert default_llms(settings(tmp_path), known) == ("anthropic",)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-2")
    assert default_llms(settings(tmp_path), known) == ("openai", "anthropic")
    monkeypatch.delenv("OPENAI_API_KEY")
    local = settings(tmp_path, options={"openai": {"base_url": "http://127.0.0.1:8000/v1"}})
    assert default_llms(local, known) == ("openai", "anthropic")
    assert default_llms(settings(tmp_path, llm=["openai:fast"]), known) == ("openai:fast",)
