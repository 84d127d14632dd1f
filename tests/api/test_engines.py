"""`/api/engines` over the real espeak-ng: what each engine needs and costs, and how it fares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import numpy as np
import pytest
from aiohttp.test_utils import TestClient

from mediaserver.errors import EngineError, EngineWarmingError
from pipelines.engines.modes import EngineModes
from pipelines.engines.overview import BILLED, FREE, EngineOverview
from pipelines.engines.protocols import Kind, Manifest, Readiness, TtsChunk
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.engines.tts.espeak import engine as espeak
from pipelines.environments.recipe import Recipe
from tests.api.desk import Desk
from tests.fakes import FakeTts

ENGINES = "/api/engines"


class LoadingTts(FakeTts):
    """Loads until it is told that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = "loading weights 40 %"
        self.loaded = asyncio.Event()

    async def start(self) -> None:
        await self.loaded.wait()


class BrokenTts(FakeTts):
    async def speak(self, text: str, **_: Any) -> AsyncGenerator[TtsChunk, None]:
        if text:
            raise EngineError("its weights are damaged")
        yield TtsChunk(np.zeros(0, np.int16))


def manifest(name: str, kind: Kind = Kind.TTS, *needs: str) -> Manifest:
    return Manifest(name, kind, "speaks", ("en",), "MIT", needs)


class Shelf:
    """Engines with all that may be wrong with them."""

    def __init__(self) -> None:
        self.loading = LoadingTts()
        ready = Readiness(True)
        entries = (
            EngineEntry(espeak.MANIFEST, espeak.check, lambda _: espeak.EspeakTts(workers=1)),
            EngineEntry(
                manifest("elevenlabs", Kind.TTS, "key"),
                lambda: Readiness(False, "a key: set ELEVENLABS_API_KEY"),
                lambda _: FakeTts(),
            ),
            EngineEntry(
                manifest("kokoro", Kind.TTS, "weights"),
                lambda: ready,
                lambda _: self.loading,
                recipe=Recipe(gpu_mb=1200, cost="nothing, as of November 2026"),
            ),
            EngineEntry(manifest("piper"), lambda: ready, lambda _: BrokenTts()),
            EngineEntry(manifest("vllm", Kind.LLM), lambda: ready, lambda _: FakeTts(), several=True),
            EngineEntry(
                manifest("mms-tts"),
                lambda: ready,
                lambda _: FakeTts(),
                several=True,
                manifest_with=lambda told: Manifest(
                    "mms-tts", Kind.TTS, "", (str(told.settings["model"]),), ""
                ),
            ),
            EngineEntry(manifest("silero", Kind.VAD), lambda: ready, lambda _: FakeTts()),
        )
        self.registry = EngineRegistry(entries)
        self.engines = Engines(self.registry)
        tables = {"vllm:Qwen/Qwen3-8B": {"model": "Qwen/Qwen3-8B"}, "mms-tts:quc": {"model": "quc"}}

        def options(kind: Kind, name: str) -> EngineOptions:
            return EngineOptions(settings=tables.get(name, {}) if kind is Kind.TTS else {})

        modes = EngineModes(self.registry, options, tables)
        self.overview = EngineOverview(self.registry, self.engines, options, tables, modes)


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    shelf = Shelf()
    yield shelf
    await shelf.engines.stop()


@pytest.fixture
def client(desk: Desk, shelf: Shelf) -> TestClient[Any, Any]:
    desk.context.engines = shelf.overview
    return desk.client


async def got(client: TestClient[Any, Any], path: str = ENGINES, status: int = 200) -> dict[str, Any]:
    response = await client.get(path)
    assert response.status == status
    body: dict[str, Any] = await response.json()
    return body


async def test_all_engines_with_what_they_need_and_cost(client: TestClient[Any, Any]) -> None:
    body = await got(client)
    found = {each["name"]: each for each in body["engines"]}
    assert list(found) == [
        "vllm", "vllm:Qwen/Qwen3-8B", "elevenlabs", "espeak-ng", "kokoro", "mms-tts", "mms-tts:quc", "piper",
        "silero",
    ]  # fmt: skip
    assert [found[name]["languages"] for name in ("mms-tts", "mms-tts:quc")] == [["en"], ["quc"]]
    assert found["elevenlabs"]["lacks"] == "a key: set ELEVENLABS_API_KEY"
    assert [found[name]["cost"] for name in ("elevenlabs", "espeak-ng", "kokoro")] == [
        BILLED,
        FREE,
        "nothing, as of November 2026",
    ]
    assert found["kokoro"]["gpu_mb"] == 1200
    assert [found[name]["pool"] for name in ("espeak-ng", "vllm", "silero")] == ["tts", "llm", None]
    assert found["espeak-ng"]["state"] is None
    (cloud, own) = body["modes"]
    assert (cloud["name"], own["name"]) == ("cloud-first", "self-hosted")
    assert own["tts"] == ["kokoro", "piper", "mms-tts", "espeak-ng"]
    assert own["llm"] == ["vllm:Qwen/Qwen3-8B"]


async def test_they_are_found_by_kind_and_state(client: TestClient[Any, Any], shelf: Shelf) -> None:
    assert [each["name"] for each in (await got(client, f"{ENGINES}?kind=vad"))["engines"]] == ["silero"]
    assert [each["name"] for each in (await got(client, f"{ENGINES}?ready=false"))["engines"]] == [
        "elevenlabs"
    ]
    assert (await got(client, f"{ENGINES}?used=true"))["engines"] == []
    shelf.engines.tts(["piper"])
    assert [each["name"] for each in (await got(client, f"{ENGINES}?used=true"))["engines"]] == ["piper"]


async def test_how_one_fares_that_loads(client: TestClient[Any, Any], shelf: Shelf) -> None:
    shelf.engines.tts(["kokoro"])
    async with asyncio.timeout(5):
        while (state := (await got(client, f"{ENGINES}/tts/kokoro"))["state"])["doing"] is None:
            pass
    assert (state["ready"], state["doing"]) == (False, "loading weights 40 %")
    assert (state["status"], state["ready_in_s"]) == ("warming", None)
    with pytest.raises(EngineWarmingError, match="kokoro is being started"):
        await shelf.engines.started(Kind.TTS, ["kokoro"], 0.0)
    shelf.loading.loaded.set()
    await shelf.engines.settle(5)
    state = (await got(client, f"{ENGINES}/tts/kokoro"))["state"]
    assert (state["ready"], state["load"], state["latency_ms"]) == (True, 0, None)


async def test_a_name_with_a_slash_and_one_that_nobody_knows(client: TestClient[Any, Any]) -> None:
    assert (await got(client, f"{ENGINES}/llm/vllm:Qwen%2FQwen3-8B"))["name"] == "vllm:Qwen/Qwen3-8B"
    told = await got(client, f"{ENGINES}/tts/espeak", 404)
    assert told["error"]["message"] == "There is no engine 'espeak': did you mean 'espeak-ng'?"


async def test_an_engine_is_tried_for_real(client: TestClient[Any, Any], shelf: Shelf) -> None:
    response = await client.post(f"{ENGINES}/tts/espeak-ng/test")
    told = await response.json()
    assert (response.status, told["ok"], told["fault"]) == (200, True, None)
    assert told["took_ms"] > 0
    state = (await got(client, f"{ENGINES}/tts/espeak-ng"))["state"]
    assert state["workers_ready"] == 1
    assert state["latency_ms"] > 0

    told = await (await client.post(f"{ENGINES}/tts/piper/test")).json()
    assert (told["ok"], told["fault"]) == (False, "its weights are damaged")
    told = await (await client.post(f"{ENGINES}/tts/elevenlabs/test")).json()
    assert "lacks a key: set ELEVENLABS_API_KEY" in told["fault"]
    assert (await client.post(f"{ENGINES}/vad/silero/test")).status == 404


async def test_one_at_a_time_is_tried(client: TestClient[Any, Any], shelf: Shelf) -> None:
    first = asyncio.create_task(client.post(f"{ENGINES}/tts/kokoro/test"))
    async with asyncio.timeout(5):
        while not (await got(client, f"{ENGINES}?used=true"))["engines"]:
            pass
    response = await client.post(f"{ENGINES}/tts/piper/test")
    assert response.status == 503
    assert (await response.json())["error"]["code"] == "busy"
    shelf.loading.loaded.set()
    assert (await (await first).json())["ok"]
