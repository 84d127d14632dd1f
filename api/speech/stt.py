"""`POST /api/stt`: a recording as text, with words, times and confidence, and progress meanwhile."""

from __future__ import annotations

import asyncio
from typing import Literal

from aiohttp import web
from pydantic import Field

from api import subtitles
from api.access.scopes import Scope
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import ProblemShown
from api.routing.table import ApiRoutes
from api.speech.asked import speech_desk, within_quota
from api.speech.faults import failed_event, told_to_client
from api.speech.received import CONSUMES, received
from api.speech.sending import SSE, SentAnswer, json_in_pieces
from api.speech.transcribing import BegunTranscript, cues, transcript_of
from mediaserver.errors import EngineError
from pipelines.transcription.transcript import TranscribedSegment

routes = ApiRoutes("speech")

LANGUAGE = r"^([A-Za-z]{2,3}(-[A-Za-z0-9]+)*)?$"


class WishedTranscript(RequestModel):
    language: str = Field(
        "", pattern=LANGUAGE, max_length=35, description="BCP 47. Empty: as the settings say."
    )
    engine: OneLine = Field(
        "", max_length=200, description="A recogniser; empty: the first that knows the language."
    )
    format: Literal["json", "text", "srt", "vtt"] = "json"
    stream: bool = Field(
        False, description="Server-sent events: `progress`, `segment`, and `done` with all of it."
    )
    url: OneLine = Field("", max_length=4_096, description="Where the audio is, in place of a file.")


class WordShown(ResponseModel):
    text: str
    start_ms: int
    end_ms: int
    confidence: float | None = Field(description="0 to 1; null where the recogniser does not tell.")


class SegmentShown(ResponseModel):
    """What was said between two pauses."""

    start_ms: int
    end_ms: int
    text: str
    confidence: float | None = Field(description="0 to 1; null where the recogniser does not tell.")
    speech_probability: float = Field(description="0 to 1, of the voice detector: that it is speech.")
    words: list[WordShown]


class TranscriptShown(ResponseModel):
    text: str
    language: str
    duration_ms: int
    confidence: float | None = Field(
        description="Of all segments, by their length; 0 where nothing was understood, null where the "
        "recogniser does not tell."
    )
    engine: str
    segments: list[SegmentShown]


class ProgressShown(ResponseModel):
    """How much of a recording is heard."""

    done_ms: int
    total_ms: int


EVENTS = {"progress": ProgressShown, "segment": SegmentShown, "done": TranscriptShown, "error": ProblemShown}
"""Of a stream, by name."""


@routes.post(
    "/api/stt",
    scope=Scope.SPEECH,
    consumes=CONSUMES,
    reads=WishedTranscript,
    produces=("text/plain", "application/x-subrip", "text/vtt", SSE),
    answers=TranscriptShown,
    events=EVENTS,
)
async def stt(request: web.Request) -> web.StreamResponse:
    """A recording as text.

    As a form with `file`, as the body itself (`audio/*`, what is wished stands in the query), or as JSON with
    `url`. Long ones are cut at their pauses. 503 with Retry-After when too many are worked on."""
    desk = speech_desk(request)
    within_quota(request, "stt_seconds")
    with told_to_client():
        desk.recordings.check()
        async with received(request, WishedTranscript) as (audio, wish):
            async with transcript_of(request, audio, engine=wish.engine, language=wish.language) as heard:
                if wish.stream:
                    return await _streamed(request, heard)
                await heard.hear_all()
                return await asyncio.to_thread(_answered, wish.format, heard)


def _answered(format: str, heard: BegunTranscript) -> web.Response:
    match format:
        case "text":
            return web.Response(text=heard.text + "\n")
        case "srt":
            return web.Response(
                text=subtitles.srt(cues(heard.segments)), content_type="application/x-subrip", charset="utf-8"
            )
        case "vtt":
            return web.Response(
                text=subtitles.vtt(cues(heard.segments)), content_type="text/vtt", charset="utf-8"
            )
        case _:
            return web.Response(body=_written(heard), content_type="application/json")


async def _streamed(request: web.Request, heard: BegunTranscript) -> web.StreamResponse:
    sent = SentAnswer(request, SSE)
    await sent.begin()
    total = heard.duration_ms
    await sent.event({"done_ms": 0, "total_ms": total}, "progress")
    try:
        async for segment in heard.hear():
            await sent.event(segment_shown(segment).model_dump(), "segment")
            await sent.event({"done_ms": segment.end_ms, "total_ms": total}, "progress")
    except EngineError as error:
        await sent.event(failed_event(request, error), "error")
        return await sent.end()
    await sent.event((await asyncio.to_thread(_written, heard)).decode(), "done")
    return await sent.end()


def _written(heard: BegunTranscript) -> bytes:
    """For a thread: an hour has ten thousand words."""
    told = TranscriptShown(
        text=heard.text,
        language=heard.language,
        duration_ms=heard.duration_ms,
        confidence=heard.confidence,
        engine=heard.engine,
        segments=[],
    )
    segments = [segment_shown(each).model_dump() for each in heard.segments]
    return json_in_pieces({**told.model_dump(), "segments": segments})


def segment_shown(segment: TranscribedSegment) -> SegmentShown:
    words = [
        WordShown(text=each.text, start_ms=each.start_ms, end_ms=each.end_ms, confidence=each.confidence)
        for each in segment.words
    ]
    return SegmentShown(
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        text=segment.text,
        confidence=segment.confidence,
        speech_probability=segment.speech_probability,
        words=words,
    )
