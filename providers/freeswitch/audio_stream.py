"""How FreeSWITCH's mod_audio_stream speaks (amigniter's, from 1.1.0, with STREAM_PLAYBACK).

Binary messages are the caller's audio: linear PCM, little-endian, one channel, at 8 or 16 kHz as it was
started with. Text comes first: the metadata behind the command, as the dialplan's author likes them. We send
audio as JSON, `streamAudio` with base64 within, which the module plays as it comes; it knows no marks and no
clear, so that what was sent is heard, 20 ms at a time. Keys are not told, nor taken. The end is the socket's.
Made from the module's README; not tried against a real FreeSWITCH, which Debian does not have.
"""

from __future__ import annotations

import binascii
from typing import Any

import msgspec

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.dialect import LONGEST, Audio, Other, Started, StreamEvent, StreamFault

RATES = (8_000, 16_000)
MOST_METADATA = 4 << 10
_DECODER = msgspec.json.Decoder(dict[str, Any])


class AudioStreamDialect:
    """Implements providers.streams.dialect.Dialect. Its stream has started with its first message, whichever
    that is."""

    marks = False
    piece_ms = 20

    def __init__(self, rate: int = 16_000) -> None:
        """Hz. Raises ValueError."""
        if rate not in RATES:
            raise ValueError(f"mod_audio_stream sends 8000 or 16000 Hz, not {rate}")
        self.format = StreamFormat(Coding.PCM16, rate)
        self._head = (
            f'{{"type":"streamAudio","data":{{"audioDataType":"raw","sampleRate":{rate},"audioData":"'
        )
        self._began = False

    def read(self, message: str | bytes) -> StreamEvent:
        began, self._began = self._began, True
        if isinstance(message, bytes):
            if len(message) > LONGEST or len(message) % 2:
                raise StreamFault(f"audio of {len(message)} octets")
            return Audio(message) if began else Started("", "", format=self.format)
        if len(message) > MOST_METADATA:
            raise StreamFault(f"metadata of {len(message)} characters")
        if began:
            return Other("text")
        try:
            found = _DECODER.decode(message)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            found = {}  # they need not be JSON
        told = {name: value for name, value in found.items() if isinstance(value, str)}
        return Started("", told.get("uuid", ""), format=self.format, parameters=told)

    def audio(self, octets: bytes) -> str:
        return f'{self._head}{binascii.b2a_base64(octets, newline=False).decode()}"}}}}'

    def mark(self, name: str) -> None:
        return None

    def clear(self) -> None:
        return None

    def digit(self, digit: str, duration_ms: int) -> None:
        return None

    def stop(self) -> None:
        return None
