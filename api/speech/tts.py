"""`POST /api/tts`: a text as speech, in any format and rate, with the time of each word on request."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.table import ApiRoutes
from api.speech.sending import NDJSON, SentAnswer
from api.speech.speaking import Wish, as_audio, as_pieces, begun
from pipelines.audio.formats import ENCODINGS, FileFormat
from pipelines.synthesis.speaker import TimedWord

routes = ApiRoutes("speech", "Text to speech, speech to text, and audio from one format to another.")

AUDIO_TYPES = tuple(dict.fromkeys(each.media_type.partition(";")[0] for each in ENCODINGS.values()))
BODY_LIMIT = 4 << 20
"""Bytes of a text, escaped: `speech.text_characters` says how many characters."""


class TextToSpeak(RequestModel):
    text: str = Field(min_length=1, description="At most `speech.text_characters` characters.")
    voice: OneLine = Field(
        "", max_length=200, description="Of the catalogue, or an engine's own. Empty: as the settings say."
    )
    language: str = Field(
        "", pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]+)*)?$", max_length=35,
        description="BCP 47. Empty: the voice's own.",
    )  # fmt: skip
    format: FileFormat = FileFormat.WAV
    sample_rate: int = Field(
        0, ge=0, le=48_000,
        description="8000 to 48000; 0: 24000, and 8000 for mulaw. MP3 and AAC have those of MPEG alone.",
    )  # fmt: skip
    speed: float = Field(1.0, ge=0.25, le=4.0, description="Of the speech; engines bear less at either end.")
    ssml: bool = Field(
        False,
        description="The text is SSML: speak, p, s, break, say-as, prosody (rate, volume), sub and lang; "
        "phoneme and pitch where the voice can; of other elements the words are said. Else nothing in it is "
        "markup.",
    )
    timestamps: bool = Field(
        False, description="Lines of JSON with pieces of the audio (base64) and the words that end in them."
    )


class TimedWordShown(ResponseModel):
    text: str
    text_start: int = Field(
        description="Index of its first character in the text; with `ssml` in its words alone."
    )
    text_end: int
    start_ms: int = Field(description="Since the beginning of the audio.")
    end_ms: int


class SpeechLine(ResponseModel):
    """One line of an answer with `timestamps`; the last one has `done`."""

    audio: str = Field("", description="Base64; the pieces of all lines, one behind the other, are the file.")
    words: list[TimedWordShown] = []
    done: bool = False
    duration_ms: int | None = Field(None, description="With `done`: of the whole.")


@routes.post(
    "/api/tts",
    scope=Scope.SPEECH,
    body_limit=BODY_LIMIT,
    produces=(*AUDIO_TYPES, NDJSON),
    answers=SpeechLine,
)
async def tts(request: web.Request, body: TextToSpeak) -> web.StreamResponse:
    """A text as speech.

    Streamed: the audio comes while it is made. `X-Voice-Engine` says who speaks, `X-Voice-Instead-Of` and
    `X-Voice-Why` which engine the voice was made for and why it is not that one. An answer that breaks off
    has no end of its chunks."""
    wish = Wish(
        body.text, body.voice, body.language, body.format, body.sample_rate, body.speed, ssml=body.ssml
    )
    if not body.timestamps:
        return await as_audio(request, wish)
    async with begun(request, wish) as speech:
        answer = SentAnswer(request, NDJSON, speech.headers())

        async def piece(audio: str, words: tuple[TimedWord, ...]) -> None:
            await answer.line({"audio": audio, "words": [word_shown(word) for word in words]})

        async def end() -> None:
            await answer.line({"done": True, "duration_ms": round(1000 * speech.speech.seconds)})

        return await as_pieces(answer, speech, piece, end)


def word_shown(word: TimedWord) -> dict[str, str | int]:
    return {
        "text": word.text,
        "text_start": word.text_start,
        "text_end": word.text_end,
        "start_ms": word.start_ms,
        "end_ms": word.end_ms,
    }
