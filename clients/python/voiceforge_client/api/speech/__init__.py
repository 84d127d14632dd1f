"""speech"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.file_format import FileFormat, check_file_format
from ...models.problem_shown import ProblemShown
from ...models.segments_shown import SegmentsShown
from ...models.speech_convert_files_body import SpeechConvertFilesBody
from ...models.speech_stt_files_body import SpeechSttFilesBody
from ...models.speech_stt_files_body_format import (
    SpeechSttFilesBodyFormat,
    check_speech_stt_files_body_format,
)
from ...models.speech_vad_files_body import SpeechVadFilesBody
from ...models.text_to_speak import TextToSpeak
from ...models.transcript_shown import TranscriptShown
from ...models.wished_format import WishedFormat
from ...models.wished_segments import WishedSegments
from ...models.wished_transcript import WishedTranscript
from ...types import UNSET, File, FileTypes, ServerEvent, Unset
from . import speech_convert as _speech_convert
from . import speech_stt as _speech_stt
from . import speech_tts as _speech_tts
from . import speech_vad as _speech_vad

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Speech:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def tts(
        self,
        *,
        text: str,
        voice: str | Unset = "",
        language: str | Unset = "",
        format_: FileFormat | Unset = UNSET,
        sample_rate: int | Unset = 0,
        speed: float | Unset = 1.0,
        ssml: bool | Unset = False,
        timestamps: bool | Unset = False,
    ) -> bytes:
        """A text as speech.

        Streamed: the audio comes while it is made. `X-Voice-Engine` says who speaks, `X-Voice-Instead-Of`
        and
        `X-Voice-Why` which engine the voice was made for and why it is not that one. An answer that breaks
        off
        has no end of its chunks.
        """
        return self._client.ask(
            _speech_tts.request(
                body=TextToSpeak(
                    text=text,
                    voice=voice,
                    language=language,
                    format_=format_,
                    sample_rate=sample_rate,
                    speed=speed,
                    ssml=ssml,
                    timestamps=timestamps,
                ),
            ),
            _speech_tts.read,
        )

    def tts_stream(
        self,
        *,
        text: str,
        voice: str | Unset = "",
        language: str | Unset = "",
        format_: FileFormat | Unset = UNSET,
        sample_rate: int | Unset = 0,
        speed: float | Unset = 1.0,
        ssml: bool | Unset = False,
        timestamps: bool | Unset = False,
    ) -> Iterator[bytes]:
        """A text as speech.

        Streamed: the audio comes while it is made. `X-Voice-Engine` says who speaks, `X-Voice-Instead-Of`
        and
        `X-Voice-Why` which engine the voice was made for and why it is not that one. An answer that breaks
        off
        has no end of its chunks.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _speech_tts.request(
                body=TextToSpeak(
                    text=text,
                    voice=voice,
                    language=language,
                    format_=format_,
                    sample_rate=sample_rate,
                    speed=speed,
                    ssml=ssml,
                    timestamps=timestamps,
                ),
            )
        )

    def stt(
        self,
        *,
        file: File,
        language: str | Unset = "",
        engine: str | Unset = "",
        format_: SpeechSttFilesBodyFormat | Unset = "json",
        stream: bool | Unset = False,
    ) -> TranscriptShown:
        """A recording as text.

        As a form with `file`, as the body itself (`audio/*`, what is wished stands in the query), or as
        JSON with
        `url`. Long ones are cut at their pauses. 503 with Retry-After when too many are worked on.
        """
        return self._client.ask(
            _speech_stt.request(
                body=SpeechSttFilesBody(
                    file=file,
                    language=language,
                    engine=engine,
                    format_=format_,
                    stream=stream,
                ),
            ),
            _speech_stt.read,
        )

    def stt_events(
        self,
        *,
        file: File,
        language: str | Unset = "",
        engine: str | Unset = "",
        format_: SpeechSttFilesBodyFormat | Unset = "json",
        stream: bool | Unset = False,
    ) -> Iterator[ServerEvent]:
        """A recording as text.

        As a form with `file`, as the body itself (`audio/*`, what is wished stands in the query), or as
        JSON with
        `url`. Long ones are cut at their pauses. 503 with Retry-After when too many are worked on.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _speech_stt.request(
                body=SpeechSttFilesBody(
                    file=file,
                    language=language,
                    engine=engine,
                    format_=format_,
                    stream=stream,
                ),
            )
        )

    def stt_text(
        self,
        *,
        file: File,
        language: str | Unset = "",
        engine: str | Unset = "",
        format_: SpeechSttFilesBodyFormat | Unset = "json",
        stream: bool | Unset = False,
    ) -> str:
        """A recording as text.

        As a form with `file`, as the body itself (`audio/*`, what is wished stands in the query), or as
        JSON with
        `url`. Long ones are cut at their pauses. 503 with Retry-After when too many are worked on.

        As the text that was asked for by `format`.
        """
        return self._client.ask(
            _speech_stt.request(
                body=SpeechSttFilesBody(
                    file=file,
                    language=language,
                    engine=engine,
                    format_=format_,
                    stream=stream,
                ),
            ),
            lambda response: response.text,
        )

    def vad(
        self,
        *,
        file: File,
        threshold: float | Unset = 0.5,
        min_speech_ms: int | Unset = 250,
        min_silence_ms: int | Unset = 100,
        pad_ms: int | Unset = 30,
        probabilities: bool | Unset = False,
    ) -> SegmentsShown:
        """Where in a recording somebody speaks.

        Handed in as for `POST /api/stt`.
        """
        return self._client.ask(
            _speech_vad.request(
                body=SpeechVadFilesBody(
                    file=file,
                    threshold=threshold,
                    min_speech_ms=min_speech_ms,
                    min_silence_ms=min_silence_ms,
                    pad_ms=pad_ms,
                    probabilities=probabilities,
                ),
            ),
            _speech_vad.read,
        )

    def convert(
        self,
        *,
        file: File,
        format_: FileFormat,
        sample_rate: int | Unset = 0,
    ) -> bytes:
        """Audio in another format or rate.

        Handed in as for `POST /api/stt`. Stereo stays stereo, but for mulaw.
        """
        return self._client.ask(
            _speech_convert.request(
                body=SpeechConvertFilesBody(
                    file=file,
                    format_=format_,
                    sample_rate=sample_rate,
                ),
            ),
            _speech_convert.read,
        )

    def convert_stream(
        self,
        *,
        file: File,
        format_: FileFormat,
        sample_rate: int | Unset = 0,
    ) -> Iterator[bytes]:
        """Audio in another format or rate.

        Handed in as for `POST /api/stt`. Stereo stays stereo, but for mulaw.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _speech_convert.request(
                body=SpeechConvertFilesBody(
                    file=file,
                    format_=format_,
                    sample_rate=sample_rate,
                ),
            )
        )


class AsyncSpeech:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def tts(
        self,
        *,
        text: str,
        voice: str | Unset = "",
        language: str | Unset = "",
        format_: FileFormat | Unset = UNSET,
        sample_rate: int | Unset = 0,
        speed: float | Unset = 1.0,
        ssml: bool | Unset = False,
        timestamps: bool | Unset = False,
    ) -> bytes:
        """A text as speech.

        Streamed: the audio comes while it is made. `X-Voice-Engine` says who speaks, `X-Voice-Instead-Of`
        and
        `X-Voice-Why` which engine the voice was made for and why it is not that one. An answer that breaks
        off
        has no end of its chunks.
        """
        return await self._client.ask(
            _speech_tts.request(
                body=TextToSpeak(
                    text=text,
                    voice=voice,
                    language=language,
                    format_=format_,
                    sample_rate=sample_rate,
                    speed=speed,
                    ssml=ssml,
                    timestamps=timestamps,
                ),
            ),
            _speech_tts.read,
        )

    def tts_stream(
        self,
        *,
        text: str,
        voice: str | Unset = "",
        language: str | Unset = "",
        format_: FileFormat | Unset = UNSET,
        sample_rate: int | Unset = 0,
        speed: float | Unset = 1.0,
        ssml: bool | Unset = False,
        timestamps: bool | Unset = False,
    ) -> AsyncIterator[bytes]:
        """A text as speech.

        Streamed: the audio comes while it is made. `X-Voice-Engine` says who speaks, `X-Voice-Instead-Of`
        and
        `X-Voice-Why` which engine the voice was made for and why it is not that one. An answer that breaks
        off
        has no end of its chunks.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _speech_tts.request(
                body=TextToSpeak(
                    text=text,
                    voice=voice,
                    language=language,
                    format_=format_,
                    sample_rate=sample_rate,
                    speed=speed,
                    ssml=ssml,
                    timestamps=timestamps,
                ),
            )
        )

    async def stt(
        self,
        *,
        file: File,
        language: str | Unset = "",
        engine: str | Unset = "",
        format_: SpeechSttFilesBodyFormat | Unset = "json",
        stream: bool | Unset = False,
    ) -> TranscriptShown:
        """A recording as text.

        As a form with `file`, as the body itself (`audio/*`, what is wished stands in the query), or as
        JSON with
        `url`. Long ones are cut at their pauses. 503 with Retry-After when too many are worked on.
        """
        return await self._client.ask(
            _speech_stt.request(
                body=SpeechSttFilesBody(
                    file=file,
                    language=language,
                    engine=engine,
                    format_=format_,
                    stream=stream,
                ),
            ),
            _speech_stt.read,
        )

    def stt_events(
        self,
        *,
        file: File,
        language: str | Unset = "",
        engine: str | Unset = "",
        format_: SpeechSttFilesBodyFormat | Unset = "json",
        stream: bool | Unset = False,
    ) -> AsyncIterator[ServerEvent]:
        """A recording as text.

        As a form with `file`, as the body itself (`audio/*`, what is wished stands in the query), or as
        JSON with
        `url`. Long ones are cut at their pauses. 503 with Retry-After when too many are worked on.

        As events: ask for a stream.
        """
        return self._client.read_events(
            _speech_stt.request(
                body=SpeechSttFilesBody(
                    file=file,
                    language=language,
                    engine=engine,
                    format_=format_,
                    stream=stream,
                ),
            )
        )

    async def stt_text(
        self,
        *,
        file: File,
        language: str | Unset = "",
        engine: str | Unset = "",
        format_: SpeechSttFilesBodyFormat | Unset = "json",
        stream: bool | Unset = False,
    ) -> str:
        """A recording as text.

        As a form with `file`, as the body itself (`audio/*`, what is wished stands in the query), or as
        JSON with
        `url`. Long ones are cut at their pauses. 503 with Retry-After when too many are worked on.

        As the text that was asked for by `format`.
        """
        return await self._client.ask(
            _speech_stt.request(
                body=SpeechSttFilesBody(
                    file=file,
                    language=language,
                    engine=engine,
                    format_=format_,
                    stream=stream,
                ),
            ),
            lambda response: response.text,
        )

    async def vad(
        self,
        *,
        file: File,
        threshold: float | Unset = 0.5,
        min_speech_ms: int | Unset = 250,
        min_silence_ms: int | Unset = 100,
        pad_ms: int | Unset = 30,
        probabilities: bool | Unset = False,
    ) -> SegmentsShown:
        """Where in a recording somebody speaks.

        Handed in as for `POST /api/stt`.
        """
        return await self._client.ask(
            _speech_vad.request(
                body=SpeechVadFilesBody(
                    file=file,
                    threshold=threshold,
                    min_speech_ms=min_speech_ms,
                    min_silence_ms=min_silence_ms,
                    pad_ms=pad_ms,
                    probabilities=probabilities,
                ),
            ),
            _speech_vad.read,
        )

    async def convert(
        self,
        *,
        file: File,
        format_: FileFormat,
        sample_rate: int | Unset = 0,
    ) -> bytes:
        """Audio in another format or rate.

        Handed in as for `POST /api/stt`. Stereo stays stereo, but for mulaw.
        """
        return await self._client.ask(
            _speech_convert.request(
                body=SpeechConvertFilesBody(
                    file=file,
                    format_=format_,
                    sample_rate=sample_rate,
                ),
            ),
            _speech_convert.read,
        )

    def convert_stream(
        self,
        *,
        file: File,
        format_: FileFormat,
        sample_rate: int | Unset = 0,
    ) -> AsyncIterator[bytes]:
        """Audio in another format or rate.

        Handed in as for `POST /api/stt`. Stereo stays stereo, but for mulaw.

        Piece by piece, as it comes.
        """
        return self._client.read_pieces(
            _speech_convert.request(
                body=SpeechConvertFilesBody(
                    file=file,
                    format_=format_,
                    sample_rate=sample_rate,
                ),
            )
        )
