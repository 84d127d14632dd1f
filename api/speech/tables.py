"""All routes of speech, in the order of the document."""

from __future__ import annotations

from api.routing.table import ApiRoutes
from api.speech import chat, convert, models, openai_speech, openai_transcriptions, stt, tts, vad

TABLES: tuple[ApiRoutes, ...] = (
    tts.routes,
    stt.routes,
    vad.routes,
    convert.routes,
    openai_speech.routes,
    openai_transcriptions.routes,
    models.routes,
    chat.routes,
)
