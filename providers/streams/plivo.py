"""How Plivo's audio streams speak (`<Stream bidirectional="true">`).

Made from Plivo's "Stream Event Protocol" and its audio streaming reference: text messages, payloads in
base64; mu-law at 8 kHz or linear PCM at 8 and 16 kHz, as `contentType` asks for: little-endian, which is not
documented, since public bots hand it to recognisers that take nothing else as it comes.
`playedStream` tells that all before a checkpoint was played; it does not come for what a `clearAudio` has
dropped. The end is the socket's. Not tried against the real service.
"""

from __future__ import annotations

import msgspec

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.dialect import Marked, Started, StreamEvent
from providers.streams.messages import base64_of, format_of, parsed, quoted
from providers.streams.usual import Dtmf, Mark, Media, event_of

_MULAW = StreamFormat(Coding.MULAW, 8_000)
_NAMES = {Coding.MULAW: "audio/x-mulaw", Coding.PCM16: "audio/x-l16"}


def content_type(fmt: StreamFormat) -> str:
    """As `<Stream contentType>` has it. Raises KeyError for what Plivo does not stream."""
    return f"{_NAMES[fmt.coding]};rate={fmt.rate}"


class _Format(msgspec.Struct, frozen=True):
    encoding: str = ""
    sampleRate: int = 0


class _Start(msgspec.Struct):
    callId: str = ""
    streamId: str = ""
    accountId: str = ""
    mediaFormat: _Format = _Format()


class _Message(msgspec.Struct):
    event: str
    streamId: str = ""
    name: str = ""
    extra_headers: str = ""
    start: _Start | None = None
    media: Media | None = None
    mark: Mark | None = None
    dtmf: Dtmf | None = None


_DECODER = msgspec.json.Decoder(_Message, strict=False)


class PlivoDialect:
    """Implements providers.streams.dialect.Dialect."""

    marks = True
    piece_ms = 20

    def __init__(self, fmt: StreamFormat = _MULAW) -> None:
        """`fmt`: as `contentType` has asked for it. Raises KeyError for what Plivo does not stream."""
        self.format = fmt
        self._head = (
            f'{{"event":"playAudio","media":{{"contentType":"{_NAMES[fmt.coding]}",'
            f'"sampleRate":{fmt.rate},"payload":"'
        )
        self._stream = '""'

    def read(self, message: str | bytes) -> StreamEvent:
        found = parsed(_DECODER, message)
        match found.event:
            case "playedStream":
                return Marked(found.name)
            case "start" if found.start is not None:
                start = found.start
                self._stream = quoted(start.streamId or found.streamId)
                return Started(
                    start.streamId,
                    start.callId,
                    start.accountId,
                    format_of(start.mediaFormat.encoding, start.mediaFormat.sampleRate),
                    _headers(found.extra_headers),
                )
            case "media" if found.media is not None:
                found.media.timestamp = None  # of the day, and not since the stream's start
        return event_of(found)

    def audio(self, octets: bytes) -> str:
        return f'{self._head}{base64_of(octets)}"}}}}'

    def mark(self, name: str) -> str:
        return f'{{"event":"checkpoint","streamId":{self._stream},"name":{quoted(name)}}}'

    def clear(self) -> str:
        return f'{{"event":"clearAudio","streamId":{self._stream}}}'

    def digit(self, digit: str, duration_ms: int) -> str:
        return f'{{"event":"sendDTMF","dtmf":{quoted(digit)}}}'

    def stop(self) -> None:
        return None


def _headers(text: str) -> dict[str, str]:
    """Of `extraHeaders`, which come back as "name=value;name=value", with commas in some documents."""
    pairs = (each.partition("=") for each in text.strip("{}").replace(",", ";").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}
