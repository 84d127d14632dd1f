"""Hugging Face: inference endpoints for speech (huggingface.co/docs, tasks text-to-speech and
automatic-speech-recognition, "scale to zero"), Spaces with Gradio's API (gradio.app, "Querying Gradio Apps
with Curl") and the hub's account of a Space's stage. It speaks and hears Buzz.
"""

from __future__ import annotations

import base64
import io
import json
import wave
from typing import Any

import numpy as np
from aiohttp import web

from tests.plugins.acme_speech import buzz
from tests.standins.provider import StandIn, Trouble, cut, hang

RATE = 22_050
SPACE = "acme/buzz-tts"


class HuggingFace(StandIn):
    """`/endpoint/tts` and `/endpoint/stt` are endpoints, all else is a Space and the hub."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Any] = []
        self.stage = "RUNNING"
        self.form: Any = "wav"
        """Of an endpoint's audio: `wav`, `numbers` or `base64`."""
        self._files: dict[str, bytes] = {}
        self._calls: dict[str, tuple[str, list[Any]]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/endpoint/tts", self._endpoint_speaks),
            web.post("/endpoint/stt", self._endpoint_hears),
            web.post("/gradio_api/upload", self._upload),
            web.post("/gradio_api/call/{function}", self._call),
            web.get("/gradio_api/call/{function}/{event}", self._events),
            web.get("/gradio_api/file={path:.+}", self._file),
            web.get("/api/spaces/{owner}/{name}/runtime", self._runtime),
        ]

    def _admitted(self, request: web.Request, trouble: Trouble) -> web.Response | None:
        if trouble.status:
            return web.json_response(trouble.body, status=trouble.status, headers=trouble.headers)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.keys:
            return web.json_response({"error": "Invalid username or password."}, status=401)
        return None

    async def _endpoint_speaks(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if (refusal := self._admitted(request, trouble)) is not None:
            return refusal
        if trouble.silent:
            await hang()
        asked = await request.json()
        if not isinstance(asked.get("inputs"), str) or set(asked) - {"inputs", "parameters"}:
            self.refused("a body without inputs")
            return web.json_response({"error": "Body needs to provide a inputs key"}, status=400)
        self.asked.append(asked)
        if trouble.cut_after is not None:
            return await _half(request)
        samples = buzz.say(asked["inputs"], RATE)
        if trouble.empty:
            samples = samples[:0]
        if trouble.nonsense_after is not None:
            return web.Response(body=b"RIFF this is no audio", content_type="audio/wav")
        if self.form == "wav":
            return web.Response(body=_wav(samples, RATE), content_type="audio/wav")
        if self.form == "base64":
            told = {"audio": base64.b64encode(_wav(samples, RATE)).decode(), "sampling_rate": RATE}
            return web.json_response(told)
        numbers = (samples / 32768).tolist()
        if trouble.endless:  # a model that has gone wrong
            numbers[len(numbers) // 2] = float("nan")
        return web.json_response([{"audio": [numbers], "sampling_rate": RATE}])

    async def _endpoint_hears(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if (refusal := self._admitted(request, trouble)) is not None:
            return refusal
        content = await request.read()
        if trouble.silent:
            await hang()
        if trouble.cut_after is not None:
            return await _half(request)
        if request.content_type != "audio/wav":
            self.refused(f"audio as {request.content_type}")
            return web.json_response({"error": "Content type not supported"}, status=415)
        words = _heard(content)
        chunks = [
            {"text": f" {word.text}", "timestamp": [word.start_ms / 1000, word.end_ms / 1000]}
            for word in words
        ]
        answer: dict[str, Any] = {"text": " " + " ".join(word.text for word in words)}
        if request.query.get("return_timestamps") == "word":
            answer["chunks"] = chunks
        return web.json_response({"text": 5} if trouble.nonsense_after is not None else answer)

    def _awake(self, request: web.Request) -> web.Response | None:
        if self.stage in ("SLEEPING", "BUILDING", "APP_STARTING", "PAUSED"):
            page = "<html>Preparing Space</html>"
            return web.Response(status=503, text=page, content_type="text/html")
        return self._admitted(request, self.trouble())

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._awake(request)) is not None:
            return refusal
        form = await request.post()
        file = form["files"]
        assert isinstance(file, web.FileField)
        path = f"/tmp/gradio/{len(self._files)}/{file.filename}"
        self._files[path] = file.file.read()
        return web.json_response([path])

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._awake(request)) is not None:
            return refusal
        asked = await request.json()
        self.asked.append(asked)
        if set(asked) != {"data"} or not isinstance(asked["data"], list):
            self.refused("a call without data")
            return web.json_response({"detail": "data is missing"}, status=422)
        event = f"event{len(self._calls)}"
        self._calls[event] = request.match_info["function"], asked["data"]
        return web.json_response({"event_id": event})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._awake(request)) is not None:
            return refusal
        function, data = self._calls.pop(request.match_info["event"])
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: heartbeat\ndata: null\n\n")
        match function:
            case "speak":
                path = f"/tmp/gradio/out/{len(self._files)}.wav"
                self._files[path] = _wav(buzz.say(data[0], RATE), RATE)
                output: Any = {"path": path, "url": "http://elsewhere.invalid/x.wav", "meta": {}}
            case "hear":
                output = " ".join(word.text for word in _heard(self._files[data[0]["path"]]))
            case _:
                await response.write(b'event: error\ndata: "no such function"\n\n')
                return response
        await response.write(f"event: complete\ndata: {json.dumps([output])}\n\n".encode())
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._awake(request)) is not None:
            return refusal
        content = self._files.get("/" + request.match_info["path"].lstrip("/"))
        if content is None:
            return web.json_response({"detail": "File not found"}, status=404)
        return web.Response(body=content, content_type="audio/wav")

    async def _runtime(self, request: web.Request) -> web.StreamResponse:
        if f"{request.match_info['owner']}/{request.match_info['name']}" != SPACE:
            return web.json_response({"error": "Repository not found"}, status=404)
        return web.json_response({"stage": self.stage, "hardware": {"current": "cpu-basic"}})


async def _half(request: web.Request) -> web.StreamResponse:
    """The beginning of an answer, and no more."""
    response = web.StreamResponse(headers={"Content-Type": "audio/wav", "Content-Length": "100000"})
    await response.prepare(request)
    await response.write(b"RIFF")
    cut(request)
    return response


def _wav(samples: Any, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(rate)
        audio.writeframes(samples.tobytes())
    return file.getvalue()


def _heard(content: bytes) -> list[buzz.Word]:
    with wave.open(io.BytesIO(content)) as audio:
        samples = np.frombuffer(audio.readframes(audio.getnframes()), np.int16)
        return buzz.read(samples, audio.getframerate())
