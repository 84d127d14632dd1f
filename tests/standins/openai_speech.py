"""OpenAI's `audio/speech` and `audio/transcriptions`, by its published interface (the types of its client):
as strict as the real ones. It speaks and hears Buzz (tests.plugins.acme_speech.buzz).
"""

from __future__ import annotations

import asyncio
import io
import wave
from typing import Any

import numpy as np
from aiohttp import web

from tests.plugins.acme_speech import buzz
from tests.standins.provider import StandIn, Trouble, cut, hang

VOICES = set("alloy ash ballad coral echo fable onyx nova sage shimmer verse marin cedar".split())
SPEAKS = {"tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15"}
HEARS = {"whisper-1", "gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"}
SPEECH = {"input", "model", "voice", "response_format", "speed", "instructions", "stream_format"}
TRANSCRIPTION = {
    *("file", "model", "language", "prompt", "response_format", "temperature", "timestamp_granularities[]"),
    *("include[]", "keywords[]", "languages[]", "stream", "chunking_strategy"),
}
RATE = 24_000
CHUNK = 4800


class OpenaiAudio(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/audio/speech", self._speech),
            web.post("/audio/transcriptions", self._transcription),
        ]

    def _admitted(self, request: web.Request, trouble: Trouble) -> web.Response | None:
        if trouble.status:
            body = trouble.body or {"error": {"message": "trouble", "type": "server_error", "code": None}}
            return web.json_response(body, status=trouble.status, headers=trouble.headers)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.keys:
            return _no(401, "Incorrect API key provided: sk-***", "invalid_api_key")
        return None

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if (refusal := self._admitted(request, trouble)) is not None:
            return refusal
        if trouble.silent:
            await hang()
        asked = await request.json()
        if why := _wrong_speech(asked):
            self.refused(why)
            return _no(400, why, "invalid_request_error")
        self.asked.append(asked)
        response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        audio = b"" if trouble.empty else buzz.say(asked["input"], RATE).tobytes()
        number = 0
        async with self.streaming():
            while audio or trouble.endless:
                if trouble.cut_after == number:
                    cut(request)
                    return response
                await response.write(audio[: CHUNK + 1] or bytes(CHUNK))  # samples cut in their middle, too
                audio, number = audio[CHUNK + 1 :], number + 1
                await asyncio.sleep(0)
        await response.write_eof()
        return response

    async def _transcription(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if (refusal := self._admitted(request, trouble)) is not None:
            return refusal
        if trouble.silent:
            await hang()
        async with self.streaming():
            form = await request.post()
        if trouble.cut_after is not None:
            cut(request)
            return web.Response()
        if trouble.nonsense_after is not None:
            return web.Response(text='{"text": 3, "logprobs": 5}', content_type="application/json")
        file = form.get("file")
        if not isinstance(file, web.FileField):
            return _no(400, "file is missing", "invalid_request_error")
        with wave.open(io.BytesIO(file.file.read())) as audio:
            rate = audio.getframerate()
            samples = np.frombuffer(audio.readframes(audio.getnframes()), np.int16)
        why = _wrong_transcription(form, len(samples) / rate)
        if why:
            self.refused(why)
            return _no(400, why, "invalid_request_error")
        self.asked.append({name: form.getall(name) for name in form if name != "file"})
        words = buzz.read(samples, rate)
        answer: dict[str, Any] = {"text": " ".join(word.text for word in words)}
        if "include[]" in form:
            answer["logprobs"] = [{"token": word.text, "logprob": -0.1} for word in words]
        if form.get("response_format") == "verbose_json":
            answer |= _verbose(words, len(samples) / rate)
        return web.json_response(answer)


def _verbose(words: list[buzz.Word], seconds: float) -> dict[str, Any]:
    """With a second segment, of the silence behind the words, that Whisper has invented."""
    end = words[-1].end_ms / 1000 if words else 0.0
    said = " ".join(word.text for word in words)
    segments = [
        {"text": said, "start": 0.0, "end": end, "no_speech_prob": 0.01, "avg_logprob": -0.2},
        {
            "text": "Thank you for watching!",
            "start": end,
            "end": seconds,
            "no_speech_prob": 0.9,
            "avg_logprob": -1.4,
        },
    ]
    times = [{"word": w.text, "start": w.start_ms / 1000, "end": w.end_ms / 1000} for w in words]
    invented = [{"word": "watching", "start": end + 0.01, "end": seconds}]
    text = f"{said} Thank you for watching!"
    return {"text": text, "segments": segments, "words": times + invented, "duration": seconds}


def _wrong_speech(asked: dict[str, Any]) -> str:
    if unknown := set(asked) - SPEECH:
        return f"Unrecognized request arguments: {sorted(unknown)}"
    if asked.get("model") not in SPEAKS:
        return f"The model {asked.get('model')!r} does not exist"
    if asked.get("voice") not in VOICES:
        return f"Invalid voice {asked.get('voice')!r}"
    if not 0 < len(asked.get("input", "")) <= 4096:
        return "input: 1 to 4096 characters"
    if not 0.25 <= asked.get("speed", 1.0) <= 4.0:
        return "speed: 0.25 to 4.0"
    if "instructions" in asked and asked["model"].startswith("tts-1"):
        return "instructions are not for tts-1"
    return "" if asked.get("response_format") == "pcm" else "the tests want pcm"


def _wrong_transcription(form: Any, seconds: float) -> str:
    if unknown := set(form) - TRANSCRIPTION:
        return f"Unrecognized request arguments: {sorted(unknown)}"
    model = form.get("model")
    if model not in HEARS:
        return f"The model {model!r} does not exist"
    if form.get("response_format") == "verbose_json" and model != "whisper-1":
        return "response_format 'verbose_json' is not compatible with this model"
    if "include[]" in form and not str(model).startswith("gpt-4o"):
        return "include is not for this model"
    if "keywords[]" in form and model != "gpt-transcribe":
        return "keywords are not for this model"
    if "language" in form and len(form["language"]) != 2:
        return "language: ISO-639-1"
    return "Audio file is too short. Minimum audio length is 0.1 seconds." if seconds < 0.1 else ""


def _no(status: int, message: str, code: str) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "code": code, "param": None}
    return web.json_response({"error": error}, status=status)
