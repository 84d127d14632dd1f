"""Registries of engines that a test made, and the server's choice among them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cli.serving.speech import Speech
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.protocols import Kind, Llm, Manifest, Readiness, Stt, Tts
from pipelines.engines.registry import EngineEntry, EngineRegistry
from pipelines.engines.running import Engines


def shelf(
    stts: Mapping[str, Stt], ttss: Mapping[str, Tts], llms: Mapping[str, Llm] = MappingProxyType({})
) -> EngineRegistry:
    """A registry of these engines under these names."""
    known = EngineRegistry()
    for kind, engines in ((Kind.STT, stts), (Kind.TTS, ttss), (Kind.LLM, llms)):
        for name, engine in engines.items():
            manifest = Manifest(name, kind, "a test's", ("en",), "none")
            known.add(EngineEntry(manifest, lambda: Readiness(True), lambda _, engine=engine: engine))  # type: ignore[misc]
    return known


def only(stt: Stt, tts: Tts, language: str = "en-us") -> tuple[Engines, Speech]:
    """A server with one recogniser and one voice, which its settings name; settle the engines first."""
    engines = Engines(shelf({"hears": stt}, {"speaks": tts}))
    settings = EnginesSettings(stt=("hears",), tts=("speaks",), language=language)
    engines.stt(settings.stt)
    engines.tts(settings.tts)
    return engines, Speech(engines, settings, lambda: None)
