"""How Telnyx's media streaming speaks, both ways (`stream_bidirectional_mode` rtp).

Made from Telnyx's AsyncAPI document "Stream call media over WebSocket" and its guide "Media Streaming over
Websockets": text messages; payloads of RTP without headers in base64, in pieces of 20 ms to 30 s; PCMU, PCMA
or L16. Order is not guaranteed: `chunk` tells. A mark comes back when what was before it was played, at once
when nothing waits, and when a clear drops it. The address keeps its query. Keys can be heard and not sent.
Not tried against the real service.

Its documents leave the byte order of L16 open. Little-endian, as public bots have it that run by it (they
keep big-endian as a way back); an unmerged change of pipecat's (its issue 3383) believes :rfc:`2586`.
"""

from __future__ import annotations

import msgspec

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.dialect import Other, Started, StreamEvent
from providers.streams.messages import base64_of, format_of, parsed, quoted
from providers.streams.usual import Dtmf, Mark, Media, event_of

_MULAW = StreamFormat(Coding.MULAW, 8_000)


class _Format(msgspec.Struct, frozen=True):
    encoding: str = ""
    sample_rate: int = 0


class _Start(msgspec.Struct):
    call_control_id: str = ""
    user_id: str = ""
    stream_id: str = ""
    media_format: _Format = _Format()
    custom_parameters: dict[str, str] | None = None


class _Error(msgspec.Struct):
    code: int = 0
    title: str = ""
    detail: str = ""


class _Message(msgspec.Struct):
    event: str
    stream_id: str = ""
    start: _Start | None = None
    media: Media | None = None
    mark: Mark | None = None
    dtmf: Dtmf | None = None
    payload: _Error | None = None


_DECODER = msgspec.json.Decoder(_Message, strict=False)


class TelnyxDialect:
    """Implements providers.streams.dialect.Dialect."""

    marks = True
    piece_ms = 20

    def __init__(self, fmt: StreamFormat = _MULAW) -> None:
        """`fmt`: what was asked for by `stream_codec` and `stream_bidirectional_codec`."""
        self.format = fmt

    def read(self, message: str | bytes) -> StreamEvent:
        found = parsed(_DECODER, message)
        match found.event:
            case "start" if found.start is not None:
                start = found.start
                return Started(
                    found.stream_id or start.stream_id,
                    start.call_control_id,
                    start.user_id,
                    format_of(start.media_format.encoding, start.media_format.sample_rate),
                    start.custom_parameters or {},
                )
            case "error":
                told = found.payload or _Error()
                return Other(f"error {told.code} {told.title}: {told.detail}"[:200])
            case _:
                return event_of(found)

    def audio(self, octets: bytes) -> str:
        return f'{{"event":"media","media":{{"payload":"{base64_of(octets)}"}}}}'

    def mark(self, name: str) -> str:
        return f'{{"event":"mark","mark":{{"name":{quoted(name)}}}}}'

    def clear(self) -> str:
        return '{"event":"clear"}'

    def digit(self, digit: str, duration_ms: int) -> None:
        return None

    def stop(self) -> None:
        return None
