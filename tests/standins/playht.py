"""PlayHT's voices over HTTP, by docs.play.ht and its client: an account is told where its models are, and
they stream audio. It speaks Buzz (tests.plugins.acme_speech.buzz).
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from tests.plugins.acme_speech import buzz
from tests.standins.provider import StandIn, cut, hang

USER = "user-1"
MODELS = ("Play3.0-mini", "PlayDialog", "PlayDialogMultilingual", "PlayDialogArabic")
WANTED = {"text", "voice", "output_format", "sample_rate", "voice_engine", "speed"}


class Playht(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v4/sdk-auth", self._places), web.post("/stream/{model}", self._stream)]

    async def _places(self, request: web.Request) -> web.StreamResponse:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if request.headers.get("x-user-id") != USER or key not in self.keys:
            return web.json_response({"error_message": "unauthorized"}, status=401)
        urls = {
            model: {
                "http_streaming_url": f"{self.url}/stream/{model}?token={key}",
                "websocket_url": f"{self.url}/ws/{model}",
            }
            for model in MODELS
        }
        return web.json_response({**urls, "expires_at": "2099-01-01T00:00:00.000Z"})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if trouble.status:
            return web.json_response(trouble.body, status=trouble.status, headers=trouble.headers)
        if trouble.silent:
            await hang()
        if request.query.get("token") not in self.keys:
            return web.json_response({"error_message": "token expired"}, status=401)
        asked = await request.json()
        if missing := WANTED - {name for name, value in asked.items() if value is not None}:
            self.refused(f"missing {sorted(missing)}")
            return web.json_response({"error_message": f"missing {sorted(missing)}"}, status=400)
        if not str(asked["voice"]).startswith("s3://"):
            return web.json_response({"error_message": "invalid voice"}, status=400)
        if asked["output_format"] != "pcm" or asked["voice_engine"] != request.match_info["model"]:
            self.refused("format or engine do not fit")
            return web.json_response({"error_message": "format or engine"}, status=400)
        self.asked.append(asked)
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        await response.prepare(request)
        text = asked["text"][0] if isinstance(asked["text"], list) else asked["text"]
        audio, number = buzz.say(text, asked["sample_rate"]).tobytes(), 0
        audio = b"" if trouble.empty else audio
        async with self.streaming():
            while audio or trouble.endless:
                if trouble.cut_after == number:
                    cut(request)
                    return response
                await response.write(audio[:4801] or bytes(4800))
                audio, number = audio[4801:], number + 1
                await asyncio.sleep(0)
        return response
