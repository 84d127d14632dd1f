"""`POST /v1/audio/speech` as OpenAI's API has it (API reference, "Create speech")."""

from __future__ import annotations

from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.plain_text import OneLine
from api.routing.models import RequestModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.speech.asked import speech_desk
from api.speech.sending import SSE, SentAnswer
from api.speech.speaking import Wish, as_audio, as_pieces, begun
from api.speech.tts import AUDIO_TYPES, BODY_LIMIT
from pipelines.audio.formats import FileFormat
from pipelines.synthesis.speaker import TimedWord

routes = ApiRoutes("openai", "What OpenAI's clients ask for, as they ask for it.")

USUAL_MODELS = frozenset({"tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15"})
"""OpenAI's, which clients name without being asked: here they are the server's usual voice."""
USUAL_VOICES = frozenset(
    (
        *("alloy", "ash", "ballad", "coral", "echo", "fable", "onyx"),
        *("nova", "sage", "shimmer", "verse", "marin", "cedar"),
    )
)
"""Likewise."""


class OpenAiSpeech(RequestModel):
    model: OneLine = Field(max_length=200, description="An engine (`GET /v1/models`), or one of OpenAI's.")
    input: str = Field(min_length=1)
    voice: OneLine | dict[str, Any] = Field(
        description="Of the catalogue, an engine's own, or one of OpenAI's, which stand for the usual one."
    )
    response_format: FileFormat = FileFormat.MP3
    speed: float = Field(1.0, ge=0.25, le=4.0)
    stream_format: Literal["audio", "sse"] = "audio"
    instructions: str = Field("", max_length=4_096, description="Taken, and not followed.")
    language: str = Field("", pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]+)*)?$", max_length=35)
    sample_rate: int = Field(0, ge=0, le=48_000, description="Not OpenAI's: 24000 unless said here.")


@routes.post(
    "/v1/audio/speech", scope=Scope.SPEECH, body_limit=BODY_LIMIT, produces=(*AUDIO_TYPES, SSE), errors=(404,)
)
async def openai_speech(request: web.Request, body: OpenAiSpeech) -> web.StreamResponse:
    """A text as speech.

    With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
    `speech.audio.done`."""
    wish = Wish(
        body.input,
        _voice(body.voice),
        body.language,
        body.response_format,
        body.sample_rate,
        body.speed,
        await _engine(request, body.model),
    )
    if body.stream_format == "audio":
        return await as_audio(request, wish)
    async with begun(request, wish) as speech:
        answer = SentAnswer(request, SSE, speech.headers())

        async def piece(audio: str, _: tuple[TimedWord, ...]) -> None:
            if audio:
                await answer.event({"type": "speech.audio.delta", "audio": audio})

        async def end() -> None:
            # No engine here counts tokens: characters of the text and tenths of a second are what was used.
            used = {"input_tokens": len(wish.text), "output_tokens": round(10 * speech.speech.seconds)}
            usage = {**used, "total_tokens": sum(used.values())}
            await answer.event({"type": "speech.audio.done", "usage": usage})

        return await as_pieces(answer, speech, piece, end)


def _voice(voice: str | dict[str, Any]) -> str:
    named = voice if isinstance(voice, str) else str(voice.get("id", ""))
    return "" if named in USUAL_VOICES else named


async def _engine(request: web.Request, model: str) -> str:
    """Which engine is meant; empty: the usual ones. Raises Problem."""
    if model in USUAL_MODELS:
        return ""
    known = await speech_desk(request).speaker.names()
    if model not in known:
        raise Problem(
            404, "model_not_found", f"There is no model {model!r} that speaks; there is {', '.join(known)}."
        )
    return model
