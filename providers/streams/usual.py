"""The messages that streams of Twilio, SignalWire, Telnyx, Plivo and Exotel have in common. Each one's start
is its own, and whatever else differs.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from providers.streams.dialect import (
    Audio,
    Marked,
    Opened,
    Other,
    Pressed,
    Stopped,
    StreamEvent,
    StreamFault,
)

OURS = "outbound"
"""How tracks of what we have said begin."""


class Media(msgspec.Struct):
    payload: bytes
    track: str = ""
    chunk: int | None = None
    timestamp: int | None = None


class Mark(msgspec.Struct):
    name: str


class Dtmf(msgspec.Struct):
    digit: str
    track: str = ""
    duration: int = 0


class Message(Protocol):
    event: str
    media: Media | None
    mark: Mark | None
    dtmf: Dtmf | None


def event_of(found: Message) -> StreamEvent:
    """Of any message but a start. Raises StreamFault."""
    match found.event:
        case "media" if found.media is not None:
            media = found.media
            if media.track.startswith(OURS):
                return Other("our own voice")
            return Audio(media.payload, media.timestamp, media.chunk)
        case "mark" if found.mark is not None:
            return Marked(found.mark.name)
        case "dtmf" if found.dtmf is not None:
            if found.dtmf.track.startswith(OURS):
                return Other("our own key")
            return Pressed(found.dtmf.digit, found.dtmf.duration)
        case "connected":
            return Opened()
        case "stop":
            return Stopped()
        case "media" | "mark" | "dtmf" | "start":
            raise StreamFault(f"{found.event} without its content")
        case other:
            return Other(other[:40])
