"""What the settings tell the engines: each its own."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from cli.serving.engines import engine_options, open_engines
from mediaserver.config import Settings
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.builtin import STT, TTS
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from tests.fakes import FakeStt


def settings(folder: Path, **engines: object) -> Settings:
    return Settings(data=folder, engines=EnginesSettings.model_validate(engines))


def test_an_engine_has_its_own_settings_and_one_process(tmp_path: Path) -> None:
    given = settings(tmp_path, stt_workers=3, options={"whisper": {"model": "small"}, TTS: {"workers": 2}})
    cache = tmp_path / "cache"
    assert engine_options(given, Kind.STT, "whisper") == EngineOptions(1, cache, {"model": "small"})
    assert engine_options(given, Kind.STT, STT) == EngineOptions(3, cache, {})
    assert engine_options(given, Kind.TTS, TTS) == EngineOptions(2, cache, {})


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
    assert made == [EngineOptions(2, tmp_path / "cache", {"model": "small"})]
