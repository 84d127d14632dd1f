"""A cold start as who asks over HTTP sees it: a model that sleeps at its provider, against the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.speech import chat
from pipelines.engines.cloud_entries import ENTRIES
from pipelines.engines.protocols import LlmText, Readiness
from pipelines.engines.registry import EngineEntry, EngineRegistry
from tests.api.speech.studio import Studio
from tests.fakes import FakeLlm
from tests.standins.hugging_face import HuggingFace
from tests.standins.provider import KEY, Trouble, serving
from tests.testdata import TESTDATA

EAR, VOICE = "hf-endpoint-stt", "hf-endpoint-tts"


@pytest.fixture
async def hub() -> AsyncIterator[HuggingFace]:
    async with serving(HuggingFace()) as hub:
        yield hub


@pytest.fixture
async def asleep(hub: HuggingFace, tmp_path: Path) -> AsyncIterator[Studio]:
    """Its only engines are models behind Hugging Face."""
    key = tmp_path / "token"
    key.write_text(KEY)
    options = {
        name: {"base_url": f"{hub.url}/endpoint/{name[-3:]}", "api_key_file": str(key)}
        for name in (EAR, VOICE)
    }
    known = EngineRegistry(entry for entry in ENTRIES if entry.manifest.name in (EAR, VOICE))
    engines = {"stt": [EAR], "tts": [VOICE], "options": options}
    studio = Studio(tmp_path, known=known, engines=engines)
    await studio.start()
    yield studio
    await studio.stop()


async def refused(studio: Studio, path: str, **asked: Any) -> tuple[int, str, str]:
    """Status, code and Retry-After."""
    async with studio.client.post(path, **asked) as answer:
        return answer.status, (await answer.json())["error"]["code"], answer.headers["Retry-After"]


async def state(studio: Studio, kind: str, name: str) -> dict[str, Any]:
    async with studio.client.get(f"/api/engines/{kind}/{name}") as answer:
        shown: dict[str, Any] = (await answer.json())["state"]
        return shown


async def test_a_text_for_a_voice_that_sleeps_may_be_asked_for_again(
    hub: HuggingFace, asleep: Studio
) -> None:
    loading = Trouble(503, {"error": "Model is loading", "estimated_time": 40.2})
    text = {"text": "Good day."}
    hub.troubles.append(loading)
    assert await refused(asleep, "/api/tts", json=text) == (503, "engine_warming", "41")
    shown = await state(asleep, "tts", VOICE)
    assert (shown["status"], shown["ready"]) == ("warming", False)
    assert 0 < shown["ready_in_s"] <= 41
    hub.troubles.append(loading)
    openai = {"input": "Good day.", "model": VOICE, "voice": "alloy"}
    assert await refused(asleep, "/v1/audio/speech", json=openai) == (503, "engine_warming", "41")
    async with asleep.client.post("/api/tts", json=text) as answer:
        assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, VOICE)
    shown = await state(asleep, "tts", VOICE)
    assert (shown["status"], shown["ready_in_s"]) == ("ready", None)
    hub.troubles.append(Trouble(500, {"error": "CUDA out of memory"}))
    assert await refused(asleep, "/api/tts", json=text) == (503, "engine_unavailable", "2")


@pytest.mark.skipif(not TESTDATA.is_dir(), reason="recorded speech is not part of the project")
async def test_a_recording_for_a_recogniser_that_sleeps_likewise(hub: HuggingFace, asleep: Studio) -> None:
    content = (TESTDATA / "speech" / "cards-001.wav").read_bytes()
    wav: Any = {"data": content, "headers": {"Content-Type": "audio/wav"}}
    hub.troubles.append(Trouble(503, {"error": "Model is loading", "estimated_time": 3}))
    assert await refused(asleep, "/api/stt", **wav) == (503, "engine_warming", "3")
    assert (await state(asleep, "stt", EAR))["status"] == "warming"
    hub.troubles.append(Trouble(503, {"error": "Model is loading", "estimated_time": 3}))
    async with asleep.client.post("/api/stt?stream=true", **wav) as answer:
        told = (await answer.read()).decode()
    assert '"engine_warming"' in told.partition("event: error")[2]


class Loading(FakeLlm):
    """One that is loaded when the test says so."""

    def __init__(self) -> None:
        super().__init__([LlmText("Good day.")])
        self.loaded = asyncio.Event()

    async def start(self) -> None:
        await self.loaded.wait()


async def test_a_question_to_a_model_that_is_being_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "START_S", 0.01)
    model = Loading()
    known = EngineRegistry([EngineEntry(model.manifest, lambda: Readiness(True), lambda _: model)])
    studio = Studio(tmp_path, known=known, engines={"llm": ["fake"]})
    await studio.start()
    try:
        question = {"model": "fake", "messages": [{"role": "user", "content": "Hello?"}]}
        for stream in (False, True):
            asked = question | {"stream": stream}
            status, code, again = await refused(studio, "/v1/chat/completions", json=asked)
            assert (status, code) == (503, "engine_warming") and int(again) > 0
        assert (await state(studio, "llm", "fake"))["status"] == "warming"
        model.loaded.set()
        monkeypatch.setattr(chat, "START_S", 10.0)
        async with studio.client.post("/v1/chat/completions", json=question) as answer:
            assert (await answer.json())["choices"][0]["message"]["content"] == "Good day."
    finally:
        await studio.stop()
