"""How Exotel's AgentStream speaks (the Voicebot applet, both ways).

Made from Exotel's "WebSocket protocol" and "Working with the Stream and Voicebot Applet": as Twilio's with
names in snake case; linear PCM, little-endian, at 8, 16 or 24 kHz in base64. What is sent must come in
pieces of 100 ms at least, in multiples of 320 octets: shorter ones are played with gaps. The address keeps
its query (three fields at most, 256 characters). Keys can be heard and not sent. Not tried against the real
service.
"""

from __future__ import annotations

import msgspec

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.dialect import Started, Stopped, StreamEvent
from providers.streams.messages import base64_of, format_of, parsed, quoted
from providers.streams.usual import Dtmf, Mark, Media, event_of


class _Format(msgspec.Struct, frozen=True):
    encoding: str = ""
    sample_rate: int = 0


class _Start(msgspec.Struct):
    stream_sid: str = ""
    call_sid: str = ""
    account_sid: str = ""
    media_format: _Format = _Format()
    custom_parameters: dict[str, str] | None = None


class _Stop(msgspec.Struct):
    reason: str = ""


class _Message(msgspec.Struct):
    event: str
    stream_sid: str = ""
    start: _Start | None = None
    media: Media | None = None
    mark: Mark | None = None
    dtmf: Dtmf | None = None
    stop: _Stop | None = None


_DECODER = msgspec.json.Decoder(_Message, strict=False)


class ExotelDialect:
    """Implements providers.streams.dialect.Dialect."""

    marks = True
    piece_ms = 100

    def __init__(self, rate: int = 8_000) -> None:
        """Hz. Raises ValueError."""
        self.format = StreamFormat.of(Coding.PCM16, rate)
        self._sid = '""'

    def read(self, message: str | bytes) -> StreamEvent:
        found = parsed(_DECODER, message)
        match found.event:
            case "start" if found.start is not None:
                start, stream = found.start, found.start.stream_sid or found.stream_sid
                self._sid = quoted(stream)
                fmt = format_of(start.media_format.encoding, start.media_format.sample_rate)
                parameters = start.custom_parameters or {}
                return Started(stream, start.call_sid, start.account_sid, fmt, parameters)
            case "stop" if found.stop is not None:
                return Stopped(found.stop.reason[:100])
            case _:
                return event_of(found)

    def audio(self, octets: bytes) -> str:
        payload = base64_of(octets)
        return f'{{"event":"media","stream_sid":{self._sid},"media":{{"payload":"{payload}"}}}}'

    def mark(self, name: str) -> str:
        return f'{{"event":"mark","stream_sid":{self._sid},"mark":{{"name":{quoted(name)}}}}}'

    def clear(self) -> str:
        return f'{{"event":"clear","stream_sid":{self._sid}}}'

    def digit(self, digit: str, duration_ms: int) -> None:
        return None

    def stop(self) -> None:
        return None
