"""How a provider's media streams speak: messages of a WebSocket to events, and what we say to messages.

Pure: no socket, no clock. One instance serves one stream, since some number their messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from mediaserver.errors import PeerError
from mediaserver.media.stream_format import StreamFormat

LONGEST = 64 << 10
"""Octets of a message; a longer one ends the stream."""


class StreamFault(PeerError):
    """A message that cannot be read; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The socket is up; nothing is known of the stream yet."""


@dataclass(frozen=True, slots=True)
class Started:
    stream: str
    """The provider's id of the stream."""
    call_ref: str
    """Its id of the call."""
    account: str = ""
    """Its id of the account; empty where it does not say."""
    format: StreamFormat | str | None = None
    """Of what comes; None: as agreed. A text: what it is called, where we read no such audio."""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audio:
    octets: bytes
    at_ms: int | None = None
    """Since the stream's start, by the provider."""
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """What was sent before this mark was played, or dropped by a clear."""

    name: str


@dataclass(frozen=True, slots=True)
class Pressed:
    digit: str
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """The provider ends the stream: the call is over, or goes on elsewhere."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Nothing that concerns us."""

    what: str = ""


StreamEvent: TypeAlias = Opened | Started | Audio | Marked | Pressed | Stopped | Other


class Dialect(Protocol):
    """Of one stream."""

    @property
    def format(self) -> StreamFormat:
        """What we ask for, both ways."""

    @property
    def marks(self) -> bool:
        """Whether the provider says what was played."""

    @property
    def piece_ms(self) -> int:
        """The least that it takes at once; 20 as a rule."""

    def read(self, message: str | bytes) -> StreamEvent:
        """Raises StreamFault. Payloads that are no base64 are a fault of this message alone."""

    def audio(self, octets: bytes) -> str | bytes:
        """To be played behind what came before; `piece_ms`, or some of these."""

    def mark(self, name: str) -> str | bytes | None:
        """Asks to be told when all before this was played; None: it cannot."""

    def clear(self) -> str | bytes | None:
        """Drops what was not played; None: it cannot."""

    def digit(self, digit: str, duration_ms: int) -> str | bytes | None:
        """Presses a key; None: it cannot, tones are sent."""

    def stop(self) -> str | bytes | None:
        """Ends the call from our side; None: closing the socket does."""
