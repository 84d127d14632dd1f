"""How Asterisk's WebSocket channel speaks (chan_websocket, from 20.16, 21.11, 22.6 and 23.0).

Binary messages are audio in the channel's format, both ways; text ones are events of Asterisk's and commands
of ours: a word with `name:value` pairs behind it, or JSON where `f(json)` or chan_websocket.conf asks for it.
Asterisk keeps what we send (up to 1,000 frames), plays it by its own clock and fills gaps with silence;
`FLUSH_MEDIA` drops it, `MARK_MEDIA` is answered when all before it was played (not in the first versions). It
takes commands of 128 octets at most, and no keys. Sources: docs.asterisk.org, Configuration, Channel Drivers,
WebSocket; tried against Asterisk 22.10.
"""

from __future__ import annotations

import re
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

SUBPROTOCOL = "media"
FORMATS = {
    "slin": StreamFormat(Coding.PCM16, 8_000),
    "slin16": StreamFormat(Coding.PCM16, 16_000),
    "slin24": StreamFormat(Coding.PCM16, 24_000),
    "slin48": StreamFormat(Coding.PCM16, 48_000),
    "ulaw": StreamFormat(Coding.MULAW, 8_000),
    "alaw": StreamFormat(Coding.ALAW, 8_000),
}
"""By Asterisk's names. Opus is passed through by it, without marks and without a way to drop what waits."""
NAMES = {fmt: name for name, fmt in FORMATS.items()}
_DECODER = msgspec.json.Decoder(dict[str, Any])
_PAIR = re.compile(r"([a-z_]+):(\S*)")
MOST_TEXT = 8 << 10
"""Octets of an event; a start in JSON has the channel's variables."""


class ChanWebSocketDialect:
    """Implements providers.streams.dialect.Dialect."""

    marks = True
    piece_ms = 20

    def __init__(self, fmt: StreamFormat = FORMATS["slin16"], *, json: bool = False) -> None:  # noqa: B008
        """`json`: our commands are JSON, as its events are."""
        self.format = fmt
        self.json = json

    def read(self, message: str | bytes) -> StreamEvent:
        if isinstance(message, bytes):
            if len(message) > LONGEST:
                raise StreamFault(f"audio of {len(message)} octets")
            return Audio(message)
        name, fields = _event(message)
        match name:
            case "MEDIA_START":
                return self._started(fields)
            case "MEDIA_MARK_PROCESSED":
                return Marked(fields.get("correlation_id", ""))
            case "DTMF_END":
                return Pressed(fields.get("digit", "")[:1])
            case "ERROR":
                return Other(f"Asterisk says: {fields.get('error_text', '')[:200]}")
            case _:
                return Other(name[:40])

    def audio(self, octets: bytes) -> bytes:
        return octets

    def mark(self, name: str) -> str:
        return self._command("MARK_MEDIA", name)

    def clear(self) -> str:
        return self._command("FLUSH_MEDIA")

    def digit(self, digit: str, duration_ms: int) -> None:
        return None

    def stop(self) -> str:
        return self._command("HANGUP")

    def answer(self) -> str:
        """Takes the call, where the channel was dialled with the option n; else it is answered already."""
        return self._command("ANSWER")

    def _command(self, word: str, id: str = "") -> str:
        if self.json:
            more = f',"correlation_id":"{id}"' if id else ""
            return f'{{"command":"{word}"{more}}}'
        return f"{word} {id}" if id else word

    def _started(self, fields: dict[str, str]) -> Started:
        name = fields.get("format", "")
        fmt = FORMATS.get(name)
        if fmt is None:
            raise StreamFault(f"audio as {name[:40]!r} is not read: dial it with c(slin16), or {_known()}")
        return Started(
            fields.get("connection_id", ""), fields.get("channel_id", ""), format=fmt, parameters=fields
        )


def _known() -> str:
    return ", ".join(name for name in FORMATS if name != "slin16")


def is_json(message: str) -> bool:
    """Whether its events are JSON; its commands are then, too."""
    return message.lstrip().startswith("{")


def _event(message: str) -> tuple[str, dict[str, str]]:
    """Its name and its fields. Raises StreamFault."""
    if len(message) > MOST_TEXT:
        raise StreamFault(f"an event of {len(message)} characters")
    if is_json(message):
        try:
            found = _DECODER.decode(message)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise StreamFault(f"no message that makes sense: {str(error)[:150]}") from None
        fields = {name: value for name, value in found.items() if isinstance(value, str)}
        return fields.pop("event", ""), fields
    name, _, rest = message.strip().partition(" ")
    if not name.isascii() or not name.replace("_", "").isupper():
        raise StreamFault(f"no event of Asterisk's: {name[:40]!r}")
    if name == "MEDIA_MARK_PROCESSED":
        return name, {"correlation_id": rest.partition("correlation_id:")[2] or rest}
    if name == "ERROR":
        return name, {"error_text": rest.partition("error_text:")[2] or rest}
    return name, dict(_PAIR.findall(rest))
