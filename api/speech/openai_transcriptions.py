"""`POST /v1/audio/transcriptions` as OpenAI's API has it (API reference, "Create transcription"), and
`/v1/audio/translations`, which no engine here can do."""

from __future__ import annotations

import asyncio
import math
import zlib
from typing import Any, Literal

from aiohttp import web
from pydantic import Field, model_validator

from api import subtitles
from api.access.scopes import Scope
from api.answers import answer
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.speech.asked import speech_desk, within_quota
from api.speech.faults import failed_event, told_to_client
from api.speech.received import received
from api.speech.sending import SSE, SentAnswer, json_in_pieces
from api.speech.stt import LANGUAGE
from api.speech.transcribing import BegunTranscript, cues, transcript_of
from mediaserver.errors import EngineError
from pipelines.languages.asking import name_of
from pipelines.transcription.transcript import TranscribedSegment

routes = ApiRoutes("openai")

USUAL_MODELS = frozenset({"whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"})
"""OpenAI's, which clients name without being asked: here they are the server's usual recogniser."""
LEAST_CONFIDENCE = 1e-3
FORM = ("multipart/form-data",)


class OpenAiTranscriptionWish(RequestModel):
    model: OneLine = Field(max_length=200, description="A recogniser (`GET /v1/models`), or one of OpenAI's.")
    language: str = Field("", pattern=LANGUAGE, max_length=35)
    response_format: Literal["json", "text", "srt", "verbose_json", "vtt"] = "json"
    timestamp_granularities: list[Literal["word", "segment"]] = Field(["segment"], max_length=2)
    stream: bool = False
    prompt: str = Field("", description="Taken, and not followed.")
    temperature: float = Field(0.0, ge=0, le=1, description="Likewise.")
    chunking_strategy: str = Field("auto", description="Likewise: recordings are always cut at their pauses.")
    url: OneLine = Field("", max_length=4_096, description="Not OpenAI's: where the audio is.")

    @model_validator(mode="before")
    @classmethod
    def _one_chunking_strategy(cls, given: Any) -> Any:
        """Its client writes an object as one field for each part: `chunking_strategy[type]`."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if not name.startswith("chunking_strategy[")}


class OpenAiTranscript(ResponseModel):
    """With `verbose_json` also `task`, `language`, `duration`, `segments` and `words`."""

    text: str
    usage: dict[str, Any]


@routes.post(
    "/v1/audio/transcriptions",
    scope=Scope.SPEECH,
    consumes=FORM,
    reads=OpenAiTranscriptionWish,
    produces=("text/plain", SSE),
    answers=OpenAiTranscript,
    errors=(404,),
)
async def openai_transcription(request: web.Request) -> web.StreamResponse:
    """A recording as text.

    With `stream` as events `transcript.text.delta` and one `transcript.text.done`."""
    desk = speech_desk(request)
    within_quota(request, "stt_seconds")
    with told_to_client():
        desk.recordings.check()
        async with received(request, OpenAiTranscriptionWish) as (audio, wish):
            engine = _engine(request, wish.model)
            async with transcript_of(request, audio, engine=engine, language=wish.language) as heard:
                if wish.stream:
                    return await _streamed(request, heard)
                await heard.hear_all()
                return await asyncio.to_thread(_answered, wish, heard)


@routes.post(
    "/v1/audio/translations",
    scope=Scope.SPEECH,
    consumes=FORM,
    reads=OpenAiTranscriptionWish,
    answers=OpenAiTranscript,
)
async def openai_translation(request: web.Request) -> web.StreamResponse:
    """Refused: no engine here translates speech."""
    raise Problem(
        400,
        "translation_unsupported",
        "No engine of this server translates speech. Have it transcribed in its own language "
        "(/v1/audio/transcriptions), and the text translated by a language model (/v1/chat/completions).",
    )


def _answered(wish: OpenAiTranscriptionWish, heard: BegunTranscript) -> web.Response:
    match wish.response_format:
        case "text":
            return web.Response(text=heard.text + "\n")
        case "srt":
            return web.Response(text=subtitles.srt(cues(heard.segments)))
        case "vtt":
            return web.Response(text=subtitles.vtt(cues(heard.segments)))
        case "verbose_json":
            return web.Response(body=json_in_pieces(_verbose(wish, heard)), content_type="application/json")
        case _:
            return answer({"text": heard.text, "usage": _usage(heard)})


async def _streamed(request: web.Request, heard: BegunTranscript) -> web.StreamResponse:
    sent = SentAnswer(request, SSE)
    await sent.begin()
    said = False
    try:
        async for segment in heard.hear():
            if segment.text:
                delta = f" {segment.text}" if said else segment.text
                said = True
                await sent.event({"type": "transcript.text.delta", "delta": delta})
    except EngineError as error:
        await sent.event(failed_event(request, error), "error")
        return await sent.end()
    await sent.event({"type": "transcript.text.done", "text": heard.text, "usage": _usage(heard)})
    await sent.event("[DONE]")
    return await sent.end()


def _verbose(wish: OpenAiTranscriptionWish, heard: BegunTranscript) -> dict[str, Any]:
    made: dict[str, Any] = {
        "task": "transcribe",
        "language": name_of(heard.language, "en").lower(),
        "duration": round(heard.audio.seconds, 3),
        "text": heard.text,
        "usage": _usage(heard),
    }
    if "segment" in wish.timestamp_granularities:
        made["segments"] = [_segment(at, each) for at, each in enumerate(heard.segments)]
    if "word" in wish.timestamp_granularities:
        made["words"] = [
            {
                "word": each.text,
                "start": each.start_ms / 1000,
                "end": each.end_ms / 1000,
                "confidence": each.confidence,
            }
            for segment in heard.segments
            for each in segment.words
        ]
    return made


def _segment(at: int, segment: TranscribedSegment) -> dict[str, Any]:
    """As Whisper tells of its own: what our recognisers have no number for is left empty, and their
    confidence stands in the place of Whisper's probability of its tokens."""
    octets = segment.text.encode()
    return {
        "id": at,
        "seek": segment.start_ms // 10,
        "start": segment.start_ms / 1000,
        "end": segment.end_ms / 1000,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": _log_probability(segment.confidence),
        "compression_ratio": round(len(octets) / len(zlib.compress(octets)), 3),
        "no_speech_prob": round(1.0 - segment.speech_probability, 3),
        "confidence": segment.confidence,
    }


def _log_probability(confidence: float | None) -> float:
    """0 where nobody tells: clients drop what has little."""
    return 0.0 if confidence is None else round(math.log(max(confidence, LEAST_CONFIDENCE)), 3)


def _usage(heard: BegunTranscript) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(heard.audio.seconds)}


def _engine(request: web.Request, model: str) -> str:
    """Which engine is meant; empty: the usual one. Raises Problem."""
    known = speech_desk(request).recognisers.names
    if model in USUAL_MODELS:
        return ""
    if model not in known:
        there = ", ".join(known) or "none"
        raise Problem(404, "model_not_found", f"There is no model {model!r} that hears; there is {there}.")
    return model
