"""Text to speech, as both of its routes have it: checked, spoken, encoded, streamed and counted."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from api.routing.problems import Problem
from api.speech.asked import count, gone, speech_desk, within_quota
from api.speech.faults import told_to_client, unavailable
from api.speech.sending import SentAnswer
from mediaserver.errors import EngineError
from mediaserver.storage.records import UsageKind
from pipelines.audio.formats import ENCODINGS, FileFormat
from pipelines.audio.workers import EncodingStream
from pipelines.spoken.ssml import parse_ssml
from pipelines.synthesis.speaker import SpokenPiece, TextSpeech, TimedWord


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be said, and how."""

    text: str
    voice: str
    language: str
    format: FileFormat
    rate: int
    """Samples a second; 0: the format's usual one."""
    speed: float
    engine: str = ""
    ssml: bool = False
    """The text is SSML; else nothing in it is markup."""

    @property
    def sample_rate(self) -> int:
        return self.rate or ENCODINGS[self.format].usual_rate


@dataclass(slots=True)
class BegunSpeech:
    """The first sound is there, and somebody encodes it."""

    request: web.Request
    wish: Wish
    speech: TextSpeech
    encoder: EncodingStream

    async def pieces(self) -> AsyncIterator[tuple[bytes, tuple[TimedWord, ...]]]:
        """What is ready of the audio, and the words whose end is known."""
        pace, sent = speech_desk(self.request).pace, 0
        async with aclosing(self.speech.pieces()) as pieces:
            async for piece in pieces:
                await pace.wait(sent)
                sent += 1
                yield await self._encoded(piece), piece.words
        yield await self.encoder.finish(), ()

    async def _encoded(self, piece: SpokenPiece) -> bytes:
        return await self.encoder.feed(piece.samples) if piece.samples.size else b""

    def headers(self) -> dict[str, str]:
        way = self.speech.way
        told = {"X-Voice-Engine": way.engine, "X-Sample-Rate": str(self.wish.sample_rate)}
        if way.instead_of:
            told["X-Voice-Instead-Of"], told["X-Voice-Why"] = way.instead_of, way.why
        return told


@asynccontextmanager
async def begun(request: web.Request, wish: Wish) -> AsyncIterator[BegunSpeech]:
    """Returns with the first sound. What was made is counted at the end. Raises Problem."""
    desk = speech_desk(request)
    check(wish, desk.settings.text_characters)
    within_quota(request, "tts_characters", len(wish.text))
    with told_to_client():
        async with desk.texts.place():
            speech = await desk.speaker.speak(
                wish.text,
                voice=wish.voice,
                language=wish.language,
                rate=wish.speed,
                engine=wish.engine,
                ssml=wish.ssml,
            )
            try:
                async with desk.audio.encoder(wish.format, wish.sample_rate) as encoder:
                    yield BegunSpeech(request, wish, speech, encoder)
            finally:
                await speech.aclose()
                if speech.made:
                    count(request, UsageKind.TTS_CHARACTERS, len(wish.text), speech.way.engine)
                    count(request, UsageKind.TTS_SECONDS, speech.seconds, speech.way.engine)


def check(wish: Wish, most: int) -> None:
    """Raises Problem."""
    if not wish.text.strip():
        raise Problem(422, "no_text", "There is no text to speak.")
    if len(wish.text) > most:
        raise Problem(
            422,
            "text_too_long",
            f"The text has {len(wish.text)} characters; at most {most} are spoken at once.",
        )
    if wish.ssml:
        try:
            parse_ssml(wish.text)
        except ValueError as error:
            raise Problem(422, "bad_ssml", f"{error}.") from None
    if refusal := ENCODINGS[wish.format].refused_rate(wish.sample_rate):
        raise Problem(422, "bad_sample_rate", f"{wish.format}: {refusal}.")


async def as_audio(request: web.Request, wish: Wish) -> web.StreamResponse:
    """The audio itself, from its first sound on."""
    async with begun(request, wish) as speech:
        answer = SentAnswer(request, ENCODINGS[wish.format].content_type(wish.sample_rate), speech.headers())
        await answer.begin()
        return await _sent(answer, speech, lambda data, _: answer.write(data))


async def as_pieces(
    answer: SentAnswer,
    speech: BegunSpeech,
    piece: Callable[[str, tuple[TimedWord, ...]], Awaitable[None]],
    end: Callable[[], Awaitable[None]],
) -> web.StreamResponse:
    """The audio as texts (base64), each with its words."""
    await answer.begin()

    async def send(data: bytes, words: tuple[TimedWord, ...]) -> None:
        if data or words:
            await piece(base64.b64encode(data).decode(), words)

    return await _sent(answer, speech, send, end)


async def _sent(
    answer: SentAnswer,
    speech: BegunSpeech,
    send: Callable[[bytes, tuple[TimedWord, ...]], Awaitable[None]],
    end: Callable[[], Awaitable[None]] | None = None,
) -> web.StreamResponse:
    try:
        async for data, words in speech.pieces():
            await send(data, words)
    except EngineError as error:
        unavailable(error)
        answer.cut()  # in the middle: there is no other way to say so
        raise gone("the voice failed in the middle of its text") from None
    if end is not None:
        await end()
    return await answer.end()
