"""Speech to text, as all of its routes have it: read, cut at its pauses, heard piece by piece, counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from api.speech.asked import count, speech_desk, still_there, within_quota
from api.speech.received import HandedIn
from api.subtitles import SubtitleCue
from mediaserver.storage.records import UsageKind
from pipelines.audio.workers import ReadAudio
from pipelines.engines.protocols import Stt
from pipelines.transcription.hearing import heard
from pipelines.transcription.pieces import RULE, pieces
from pipelines.transcription.transcript import TranscribedSegment, whole_text

READ_S = 600.0
"""To read a file and find the speech in it: a tenth of that for an hour, on an idle machine."""
CUE_CHARACTERS = 80
"""Two lines of a subtitle."""


@dataclass(slots=True)
class BegunTranscript:
    """The file was read, its speech found and a recogniser is there: from here on it takes its time."""

    request: web.Request
    received: HandedIn
    audio: ReadAudio
    stt: Stt
    engine: str
    language: str
    segments: list[TranscribedSegment] = field(default_factory=list)
    """So far."""

    async def hear(self) -> AsyncIterator[TranscribedSegment]:
        """What is said, as it is known. Raises EngineError, and ConnectionResetError when nobody wants it any
        more."""
        found = list(pieces(self.audio.segments))
        at_once = speech_desk(self.request).recognisers.at_once
        raw = self.received.folder / "raw"
        async with aclosing(heard(self.stt, raw, found, language=self.language, at_once=at_once)) as coming:
            async for segment in coming:
                still_there(self.request)
                self.segments.append(segment)
                yield segment

    async def hear_all(self) -> None:
        async for _ in self.hear():
            pass

    @property
    def text(self) -> str:
        return whole_text(self.segments)

    @property
    def duration_ms(self) -> int:
        return round(1000 * self.audio.seconds)

    @property
    def confidence(self) -> float | None:
        """Mean, by how long each segment is; 0 where nothing was understood, None where the recogniser does
        not tell."""
        said = [each for each in self.segments if each.text]
        told = [
            (each.confidence, each.end_ms - each.start_ms) for each in said if each.confidence is not None
        ]
        whole = sum(length for _, length in told)
        if not whole:
            return None if said else 0.0
        return round(sum(confidence * length for confidence, length in told) / whole, 3)


@asynccontextmanager
async def transcript_of(
    request: web.Request, received: HandedIn, *, engine: str, language: str
) -> AsyncIterator[BegunTranscript]:
    """`engine`: empty for the usual one. `language`: empty likewise. Raises UnreadableAudioError,
    CapacityError, EngineError."""
    desk = speech_desk(request)
    spoken = language or desk.recognisers.language
    name = desk.recognisers.choice(engine, spoken)
    async with desk.recordings.place():
        async with desk.files.place():
            audio = await desk.audio.read(
                received.path,
                received.folder / "raw",
                seconds=60 * desk.settings.audio_minutes,
                within_s=READ_S,
                speech=RULE,
            )
        within_quota(request, "stt_seconds", audio.seconds)
        stt = await desk.recognisers.recogniser(name)
        transcript = BegunTranscript(request, received, audio, stt, name, spoken)
        try:
            yield transcript
        finally:
            done_ms = transcript.segments[-1].end_ms if transcript.segments else 0
            if not audio.segments or transcript.segments:
                whole = len(transcript.segments) >= len(list(pieces(audio.segments)))
                count(request, UsageKind.STT_SECONDS, audio.seconds if whole else done_ms / 1000, name)


def cues(segments: list[TranscribedSegment]) -> list[SubtitleCue]:
    """Subtitles of a bearable length, where it is known when each word was said."""
    made = []
    for segment in segments:
        words = segment.words
        if not words or len(segment.text) <= CUE_CHARACTERS:
            made.append(SubtitleCue(segment.start_ms, segment.end_ms, segment.text))
            continue
        begin = 0
        for at in range(1, len(words) + 1):
            line = " ".join(word.text for word in words[begin : at + 1])
            if at == len(words) or len(line) > CUE_CHARACTERS:
                said = words[begin:at]
                text = " ".join(word.text for word in said)
                made.append(SubtitleCue(said[0].start_ms, said[-1].end_ms, text))
                begin = at
    return made
