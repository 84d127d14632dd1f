"""How Twilio's Media Streams speak, both ways (`<Connect><Stream>`).

Made from Twilio's documents "Media Streams - WebSocket Messages" and "TwiML Voice: <Stream>": text messages
alone; audio is mu-law at 8 kHz in base64, without any header. Twilio drops the query of the stream's address:
what it is to hand back goes by `<Parameter>`. A mark comes back when all audio before it was played, and also
when a clear has dropped that. Keys can be heard by `dtmf` and not sent.
"""

from __future__ import annotations

import msgspec

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.dialect import Started, StreamEvent, StreamFault
from providers.streams.messages import base64_of, format_of, parsed, quoted
from providers.streams.usual import Dtmf, Mark, Media, event_of

MULAW = StreamFormat(Coding.MULAW, 8_000)


class _Format(msgspec.Struct, frozen=True):
    encoding: str = ""
    sampleRate: int = 0


class _Start(msgspec.Struct):
    streamSid: str = ""
    callSid: str = ""
    accountSid: str = ""
    mediaFormat: _Format = _Format()
    customParameters: dict[str, str] = {}


class _Message(msgspec.Struct):
    event: str
    streamSid: str = ""
    start: _Start | None = None
    media: Media | None = None
    mark: Mark | None = None
    dtmf: Dtmf | None = None


_DECODER = msgspec.json.Decoder(_Message, strict=False)


class TwilioDialect:
    """Implements providers.streams.dialect.Dialect."""

    marks = True
    piece_ms = 20

    def __init__(self, fmt: StreamFormat = MULAW) -> None:
        """`fmt`: for others that speak as Twilio does; its own streams have mu-law alone."""
        self.format = fmt
        self._audio = self._mark = self._clear = ""

    def read(self, message: str | bytes) -> StreamEvent:
        found = parsed(_DECODER, message)
        if found.event == "start" and found.start is not None:
            return self._started(found.start, found.streamSid)
        return event_of(found)

    def audio(self, octets: bytes) -> str:
        return f'{self._audio}{base64_of(octets)}"}}}}'

    def mark(self, name: str) -> str:
        return f"{self._mark}{quoted(name)}}}}}"

    def clear(self) -> str:
        return self._clear

    def digit(self, digit: str, duration_ms: int) -> None:
        return None

    def stop(self) -> None:
        return None

    def _started(self, start: _Start, outer: str) -> Started:
        stream = start.streamSid or outer
        if not stream:
            raise StreamFault("start names no stream")
        sid = quoted(stream)
        self._audio = f'{{"event":"media","streamSid":{sid},"media":{{"payload":"'
        self._mark = f'{{"event":"mark","streamSid":{sid},"mark":{{"name":'
        self._clear = f'{{"event":"clear","streamSid":{sid}}}'
        return Started(
            stream,
            start.callSid,
            start.accountSid,
            format_of(start.mediaFormat.encoding, start.mediaFormat.sampleRate),
            start.customParameters,
        )
