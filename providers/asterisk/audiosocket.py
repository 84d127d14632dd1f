"""AudioSocket, Asterisk's own protocol for audio on a TCP connection: octets to messages and back.

Each message is a kind (one octet), the length of what follows (two, the high one first) and that. Asterisk
connects and sends a UUID, then audio as it hears it and keys as they are let go; it takes audio and the
hang-up from us, and ends the call on anything else. Pure. Source: docs.asterisk.org, Configuration, Channel
Drivers, AudioSocket; Asterisk 22.10's res_audiosocket for what is taken.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from mediaserver.errors import PeerError
from mediaserver.media.socket_leg import KEYS

_HEADER = struct.Struct(">BH")
LONGEST_AUDIO = 19_200
"""Octets of one message: 200 ms at 48 kHz. Asterisk sends 20 ms at a time."""
LONGEST_OTHER = 1_024


class Kind(enum.IntEnum):
    HANGUP = 0x00
    UUID = 0x01
    KEY = 0x03
    AUDIO = 0x10
    """Signed, 16 bits, the low octet first, mono, 8 kHz; the kinds behind it are other rates."""
    ERROR = 0xFF


RATES = {0x10: 8_000, 0x11: 12_000, 0x12: 16_000, 0x13: 24_000, 0x14: 32_000, 0x15: 44_100, 0x16: 48_000,
         0x17: 96_000, 0x18: 192_000}  # fmt: skip
"""Hz of audio by its kind; others than 0x10 by `Dial(AudioSocket/…/c(slin16))` alone."""
_KINDS = {rate: kind for kind, rate in RATES.items()}


class AudioSocketFault(PeerError):
    """What comes is no AudioSocket; the text says why."""


@dataclass(frozen=True, slots=True)
class Named:
    """Which call this is; the first message."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Heard:
    rate: int
    """Hz."""
    octets: bytes


@dataclass(frozen=True, slots=True)
class KeyPressed:
    digit: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The far end's channel is gone."""


@dataclass(frozen=True, slots=True)
class Failed:
    code: int | None
    """1: Asterisk's channel was hung up, 2: it could not pass a frame on, 4: it has no memory."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something newer than this page."""

    kind: int


Message: TypeAlias = Named | Heard | KeyPressed | HungUp | Failed | Unknown


class AudioSocketReader:
    """Of one connection: octets in pieces of any length to messages."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._named = False

    def feed(self, octets: bytes) -> Iterator[Message]:
        """What is whole by now. Raises AudioSocketFault; nothing that follows is to be read then. What comes
        before the fault is given first."""
        self._held += octets
        while len(self._held) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._held)
            self._check(kind, length)
            end = _HEADER.size + length
            if len(self._held) < end:
                return
            content = bytes(self._held[_HEADER.size : end])
            del self._held[:end]
            yield self._message(kind, content)

    def _check(self, kind: int, length: int) -> None:
        """By the header alone, so that nothing is kept for what will never be read."""
        if not self._named and (kind != Kind.UUID or length != 16):
            raise AudioSocketFault(
                f"the first message is a UUID of 16 octets, not kind 0x{kind:02x} with {length}"
            )
        if length > (LONGEST_AUDIO if kind in RATES else LONGEST_OTHER):
            raise AudioSocketFault(f"a message of kind 0x{kind:02x} with {length} octets is too long")

    def _message(self, kind: int, content: bytes) -> Message:
        if kind in RATES:
            if len(content) % 2:
                raise AudioSocketFault(f"audio of {len(content)} octets: samples have two")
            return Heard(RATES[kind], content)
        match kind:
            case Kind.HANGUP:
                return HungUp()
            case Kind.UUID:
                if self._named:
                    raise AudioSocketFault("a second UUID")
                self._named = True
                return Named(UUID(bytes=content))
            case Kind.KEY:
                digit = content.decode("latin-1").upper()
                if digit not in KEYS:
                    raise AudioSocketFault(f"{digit[:8]!r} is no key")
                return KeyPressed(digit)
            case Kind.ERROR:
                return Failed(content[0] if content else None)
            case _:
                return Unknown(kind)


HANGUP = _HEADER.pack(Kind.HANGUP, 0)
"""Ends it: `AudioSocket()` is left and its dialplan goes on; a channel that was dialled is hung up."""


def audio_message(rate: int, octets: bytes) -> bytes:
    """Octets of whole samples, at most 65,535. `rate`: one of RATES, in Hz."""
    return _HEADER.pack(_KINDS[rate], len(octets)) + octets
