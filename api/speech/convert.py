"""`POST /api/convert`: audio of one format and rate as another."""

from __future__ import annotations

import asyncio

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.plain_text import OneLine
from api.routing.models import RequestModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.speech.asked import speech_desk
from api.speech.faults import told_to_client
from api.speech.received import CONSUMES, HandedIn, received
from api.speech.sending import SentAnswer
from api.speech.transcribing import READ_S
from api.speech.tts import AUDIO_TYPES
from pipelines.audio.formats import ENCODINGS, FileFormat

routes = ApiRoutes("speech")

BATCH = 256 << 10
"""Bytes that are read at a time."""


class WishedFormat(RequestModel):
    format: FileFormat
    sample_rate: int = Field(
        0, ge=0, le=48_000, description="8000 to 48000; 0: its own, or the nearest that the format has."
    )
    url: OneLine = Field("", max_length=4_096, description="Where the audio is, in place of a file.")


@routes.post("/api/convert", scope=Scope.SPEECH, consumes=CONSUMES, reads=WishedFormat, produces=AUDIO_TYPES)
async def convert(request: web.Request) -> web.StreamResponse:
    """Audio in another format or rate.

    Handed in as for `POST /api/stt`. Stereo stays stereo, but for mulaw."""
    desk = speech_desk(request)
    with told_to_client():
        desk.files.check()
        async with received(request, WishedFormat) as (audio, wish):
            if wish.sample_rate and (refusal := ENCODINGS[wish.format].refused_rate(wish.sample_rate)):
                raise Problem(422, "bad_sample_rate", f"{wish.format}: {refusal}.")
            async with desk.files.place():
                written = await desk.audio.convert(
                    audio.path,
                    audio.folder / "converted",
                    wish.format,
                    wish.sample_rate,
                    seconds=60 * desk.settings.audio_minutes,
                    within_s=READ_S,
                )
            kind = ENCODINGS[wish.format].content_type(written.rate)
            answer = SentAnswer(request, kind, {"X-Sample-Rate": str(written.rate)})
            await answer.begin(written.bytes)
            return await _sent(answer, audio)


async def _sent(answer: SentAnswer, audio: HandedIn) -> web.StreamResponse:
    with await asyncio.to_thread((audio.folder / "converted").open, "rb") as file:
        while content := await asyncio.to_thread(file.read, BATCH):
            await answer.write(content)
    return await answer.end()
