"""`voiceforge doctor` asks each speech-to-speech model for a session, and says what is wrong where none
comes."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cli.doctor_engines import speech_models_there
from mediaserver.config import load
from mediaserver.diagnosis.finding import Finding
from tests.pipelines.speech_to_speech.realtime_server import KEY, serving


async def found(url: str, monkeypatch: pytest.MonkeyPatch, key: str = KEY) -> Finding:
    monkeypatch.setenv("SHOP_KEY", key)
    model = {"url": url, "model": "gpt-realtime", "api_key_env": "SHOP_KEY"}
    settings = load(None, {"engines": {"speech_to_speech": {"shop": model}}})
    (finding,) = await speech_models_there(settings)
    assert finding.name == "speech to speech shop" and not finding.fatal
    return finding


async def test_one_that_is_there_is_named_with_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as model:
        finding = await found(model.endpoint.url.partition("?")[0], monkeypatch)
    assert finding.ok and finding.detail.startswith("gpt-realtime at ws://")
    assert KEY not in finding.detail


async def test_a_key_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = await found("ws://127.0.0.1:9/v1/realtime", monkeypatch, "")
    assert not finding.ok and "SHOP_KEY" in finding.detail


async def test_a_wrong_address_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = await found("ws://127.0.0.1:9/v1/realtime", monkeypatch)
    assert not finding.ok and finding.detail.startswith("it cannot be reached")


async def _not_found(request: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


async def _refused(request: web.Request) -> web.StreamResponse:
    return web.Response(status=401)


async def _complains(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_json({"type": "error", "error": {"message": "no such\nmodel"}})
    await socket.close()
    return socket


async def _babbles(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_str("[1, 2")
    await socket.close()
    return socket


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (_not_found, "it answers 404: is the url right"),
        (_refused, "it refuses the key"),
        (_complains, "it says: no such model"),
        (_babbles, "something else than a session"),
    ],
)
async def test_one_that_takes_no_session_is_told_of(
    answers: Any, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = web.Application()
    app.router.add_get("/v1/realtime", answers)
    async with TestServer(app) as server:
        finding = await found(f"ws://127.0.0.1:{server.port}/v1/realtime", monkeypatch)
    assert not finding.ok and says in finding.detail


async def test_without_any_there_is_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert await speech_models_there(load(None, {})) == []
