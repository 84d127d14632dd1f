"""`POST /api/vad`: where in a recording somebody speaks."""

from __future__ import annotations

import asyncio

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.table import ApiRoutes
from api.speech.asked import speech_desk
from api.speech.faults import told_to_client
from api.speech.received import CONSUMES, received
from api.speech.sending import json_in_pieces
from api.speech.transcribing import READ_S
from pipelines.audio.speech_finder import CHUNK_MS, SpeechRule
from pipelines.audio.workers import ReadAudio

routes = ApiRoutes("speech")


class WishedSegments(RequestModel):
    threshold: float = Field(0.5, ge=0.2, le=0.95, description="Probability from which sound is speech.")
    min_speech_ms: int = Field(250, ge=0, le=10_000, description="Shorter sounds are none.")
    min_silence_ms: int = Field(100, ge=32, le=10_000, description="Shorter silences do not end a segment.")
    pad_ms: int = Field(30, ge=0, le=2_000, description="Added before and after each segment.")
    probabilities: bool = Field(False, description="The probability of each step, too.")
    url: OneLine = Field("", max_length=4_096, description="Where the audio is, in place of a file.")


class SpeechSegmentShown(ResponseModel):
    start_ms: int
    end_ms: int
    probability: float = Field(description="Mean, that this is speech.")


class SegmentsShown(ResponseModel):
    duration_ms: int
    speech_ms: int = Field(description="Of all segments together.")
    segments: list[SpeechSegmentShown]
    step_ms: int = CHUNK_MS
    probabilities: list[float] | None = Field(None, description="Of each `step_ms`, where they are wished.")


@routes.post("/api/vad", scope=Scope.SPEECH, consumes=CONSUMES, reads=WishedSegments, answers=SegmentsShown)
async def vad(request: web.Request) -> web.StreamResponse:
    """Where in a recording somebody speaks.

    Handed in as for `POST /api/stt`."""
    desk = speech_desk(request)
    with told_to_client():
        desk.files.check()
        async with received(request, WishedSegments) as (audio, wish), desk.files.place():
            found = await desk.audio.read(
                audio.path,
                None,
                seconds=60 * desk.settings.audio_minutes,
                within_s=READ_S,
                speech=SpeechRule(wish.threshold, wish.min_speech_ms, wish.min_silence_ms, wish.pad_ms),
                probabilities=wish.probabilities,
            )
    return web.Response(
        body=await asyncio.to_thread(_written, found, wish.probabilities), content_type="application/json"
    )


def _written(found: ReadAudio, probabilities: bool) -> bytes:
    segments = [
        SpeechSegmentShown(start_ms=each.start_ms, end_ms=each.end_ms, probability=each.probability)
        for each in found.segments
    ]
    shown = SegmentsShown(
        duration_ms=round(1000 * found.seconds),
        speech_ms=sum(each.end_ms - each.start_ms for each in segments),
        segments=segments,
        probabilities=list(found.probabilities) if probabilities else None,
    )
    return json_in_pieces(shown.model_dump())
