"""SDP text as a tree of lines (RFC 8866, RFC 4566): tolerant in reading, exact in writing, bounded in size.

Lines we do not understand are kept and written back. This module must never raise anything but SdpError on
any bytes, and it decides nothing: offer and answer are mediaserver/sdp/negotiation.py.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from mediaserver.errors import PeerError
from mediaserver.wire_text import ENCODING, ERRORS, readable

MAX_SDP = 65_535
MAX_LINES = 2_000
MAX_MEDIA = 64
MAX_FORMATS = 128
"""Of one media line; RTP has no more payload types."""

DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")

_MEDIA = re.compile(r"([^ ]++) ++([0-9]{1,8}+)(?:/[0-9]{1,8}+)? ++([^ ]++)((?: ++[^ ]++)*+) *+")
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)(?=.*[A-Za-z])[A-Za-z0-9_\-]{1,63}+(?:\.[A-Za-z0-9_\-]{1,63}+)*+\.?")
_RTPMAP = re.compile(r"([0-9]{1,3}+)[ \t]++([^/ \t]++)/([0-9]{1,8}+)(?:/([0-9]{1,3}+))?[ \t]*+")


class SdpError(PeerError):
    """A session description is malformed or cannot be used."""


class NoCommonCodec(SdpError):
    """The peer offers or accepts no audio that we can do: answer 488, or end the call."""


@dataclass(slots=True)
class Section:
    """The lines of one part of the description, each as (type letter, value)."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def first(self, letter: str) -> str | None:
        """The value of the first line of this type."""
        return next((value for kind, value in self.lines if kind == letter), None)

    def attributes(self) -> dict[str, str]:
        """The first value of each attribute; empty for a flag."""
        found: dict[str, str] = {}
        for kind, value in self.lines:
            if kind == "a":
                name, _, text = value.partition(":")
                found.setdefault(name.strip().lower(), text.strip())
        return found

    def direction(self) -> str | None:
        """sendrecv, sendonly, recvonly or inactive; None when nothing is said."""
        attributes = self.attributes()
        return next((name for name in DIRECTIONS if name in attributes), None)

    def connection(self, peer: str | None = None) -> str | None:
        """The IP address of the c= line, None without one. Raises SdpError for anything but one address.

        `peer`: the IP address that stands for a host name. Names are never looked up: what a stranger writes
        must make us ask nobody and wait for nobody, least of all on the media path.
        """
        value = self.first("c")
        if value is None:
            return None
        words = value.split()
        if len(words) != 3 or words[0].upper() != "IN" or words[1].upper() not in ("IP4", "IP6"):
            raise SdpError(f"bad connection line {readable(value[:60])!r}")
        try:
            address = ipaddress.ip_address(words[2])
        except ValueError as error:
            if peer is not None and _HOST_NAME.fullmatch(words[2]):
                return peer
            raise SdpError(f"no IP address in the connection line {readable(value[:60])!r}") from error
        if address.version != int(words[1][2]) or "%" in words[2]:
            raise SdpError(f"the connection line's address is not of its type: {readable(value[:60])!r}")
        if address.is_multicast or words[2] == "255.255.255.255":
            raise SdpError(f"audio can only go to a single host, not to {address}")
        return str(address)


@dataclass(slots=True)
class Media(Section):
    """One m= line with the lines below it."""

    kind: str = "audio"
    port: int = 0
    """0: refused or disabled."""
    proto: str = "RTP/AVP"
    formats: list[str] = field(default_factory=list)
    """Payload type numbers as text, in the order of preference."""

    @classmethod
    def parse(cls, value: str) -> Media:
        """Read the value of an m= line."""
        match = _MEDIA.fullmatch(value)
        if match is None or int(match[2]) > 65_535:
            raise SdpError(f"bad media line {readable(value[:60])!r}")
        return cls(kind=match[1].lower(), port=int(match[2]), proto=match[3], formats=_formats(match[4]))

    def line(self) -> str:
        """The m= line without `m=`."""
        return " ".join([self.kind, str(self.port), self.proto, *self.formats])

    def encodings(self) -> dict[int, tuple[str, int, int]]:
        """Payload type to (encoding name in upper case, clock rate in Hz, channels) by the rtpmap lines."""
        found: dict[int, tuple[str, int, int]] = {}
        for kind, value in self.lines:
            if kind == "a" and value[:7].lower() == "rtpmap:":
                match = _RTPMAP.fullmatch(value[7:].strip())
                if match is not None and int(match[1]) < 128:
                    encoding = (match[2].upper(), int(match[3]), int(match[4] or 1))
                    found.setdefault(int(match[1]), encoding)
        return found


def _formats(text: str) -> list[str]:
    """Each once, in their order; 0 and 00 are one. A line may name one thousands of times, or more than there
    are."""
    once: dict[str, str] = {}
    for each in text.split():
        once.setdefault(each.lstrip("0") or "0", each)
        if len(once) == MAX_FORMATS:
            break
    return list(once.values())


@dataclass(slots=True)
class SessionDescription(Section):
    """A whole description: the session's lines, then its media."""

    media: list[Media] = field(default_factory=list)

    @classmethod
    def parse(cls, data: bytes | str) -> SessionDescription:
        """Read a description; line ends may be CRLF or LF. Raises SdpError."""
        if len(data) > MAX_SDP:
            raise SdpError(f"session description larger than {MAX_SDP} bytes")
        text = data.decode(ENCODING, ERRORS) if isinstance(data, bytes) else data
        lines = text.split("\n", MAX_LINES)
        if len(lines) > MAX_LINES:
            raise SdpError(f"session description of more than {MAX_LINES} lines")
        session = cls()
        section: Section = session
        for number, raw in enumerate(lines):
            line = raw.strip("\r\t \0")
            if not line:
                continue
            if len(line) < 2 or line[1] != "=" or "\r" in line:
                raise SdpError(f"bad line {number + 1}: {readable(line[:60])!r}")
            letter, value = line[0], line[2:].strip(" \t")
            if letter == "m":
                if len(session.media) == MAX_MEDIA:
                    raise SdpError(f"more than {MAX_MEDIA} media lines")
                section = media = Media.parse(value)
                session.media.append(media)
            else:
                section.lines.append((letter, value))
        if not session.lines or session.lines[0] != ("v", "0"):
            raise SdpError("a session description begins with v=0")
        return session

    def __str__(self) -> str:
        lines = [f"{letter}={value}" for letter, value in self.lines]
        for media in self.media:
            lines.append(f"m={media.line()}")
            lines += [f"{letter}={value}" for letter, value in media.lines]
        return "\r\n".join(lines) + "\r\n"

    def __bytes__(self) -> bytes:
        return str(self).encode(ENCODING, ERRORS)
