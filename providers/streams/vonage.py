"""How Vonage's WebSockets speak (the endpoint `websocket` of an NCCO's `connect`).

Made from Vonage's guide "WebSockets in the Vonage Voice API": audio is binary, linear PCM, little-endian,
20 ms a message both ways, at 8, 16 or 24 kHz as `content-type` has asked for; events are text. The first,
`websocket:connected`, hands back the endpoint's own `headers` (a token, the call's id). Up to 3,072 messages
are kept for playing; `clear` drops them, `notify` tells when all before it was played. The end is the
socket's. Not tried against the real service.
"""

from __future__ import annotations

from typing import Any

import msgspec

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.dialect import (
    LONGEST,
    Audio,
    Marked,
    Other,
    Pressed,
    Started,
    StreamEvent,
    StreamFault,
)
from providers.streams.messages import format_of, parsed, quoted

CALL = "call"
"""The field of `headers` by which the provider's id of the call comes back."""


_DECODER = msgspec.json.Decoder(dict[str, Any])


class VonageDialect:
    """Implements providers.streams.dialect.Dialect."""

    marks = True
    piece_ms = 20

    def __init__(self, rate: int = 16_000) -> None:
        """Hz. Raises ValueError."""
        self.format = StreamFormat.of(Coding.PCM16, rate)

    def read(self, message: str | bytes) -> StreamEvent:
        if isinstance(message, bytes):
            if len(message) > LONGEST or len(message) % 2:
                raise StreamFault(f"audio of {len(message)} octets")
            return Audio(message)
        found = parsed(_DECODER, message)
        match found.get("event"):
            case "websocket:connected":
                return self._started(found)
            case "websocket:notify":
                payload = found.get("payload")
                return Marked(str(payload.get("name", ""))) if isinstance(payload, dict) else Other("notify")
            case "websocket:dtmf":
                duration = found.get("duration")
                return Pressed(str(found.get("digit", ""))[:1], duration if isinstance(duration, int) else 0)
            case None:
                raise StreamFault("a message without an event")
            case other:
                return Other(str(other)[:40])

    def audio(self, octets: bytes) -> bytes:
        return octets

    def mark(self, name: str) -> str:
        return f'{{"action":"notify","payload":{{"name":{quoted(name)}}}}}'

    def clear(self) -> str:
        return '{"action":"clear"}'

    def digit(self, digit: str, duration_ms: int) -> None:
        return None

    def stop(self) -> None:
        return None

    def _started(self, found: dict[str, Any]) -> Started:
        kind, _, rate = str(found.get("content-type", "")).partition(";rate=")
        readable = rate.isascii() and rate.isdigit() and len(rate) < 7 and int(rate) > 0
        if rate and not readable:  # a fault of the call's stream, found out once it is known whose that is
            fmt: StreamFormat | str | None = repr(f"{kind[:40]};rate={rate[:20]}")
        else:
            fmt = format_of(kind, int(rate or 0))
        told = {name: value for name, value in found.items() if isinstance(value, str)}
        return Started("", told.get(CALL, ""), format=fmt, parameters=told)
