"""Server-sent events (WHATWG HTML, section 9.2.6) out of bytes, with limits: how models stream their answers.

A machine without I/O. The SDKs' own decoders have no limit on a line, and make objects of every event; here
whatever comes is measured before it is parsed.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.errors import PeerError

MOST_BYTES = 16 * 1024 * 1024
"""Of one answer: some two hundred bytes wrap each token."""
MOST_LINE = 256 * 1024
"""Bytes of a line, and of an event's data: a tool's arguments may come as a whole."""
MOST_PIECES = 100_000
"""In which its bytes come: a token is one, at the most."""
MOST_LINES = 200_000
"""Of one answer, empty ones and comments included."""


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    data: str
    name: str = ""
    """Of its `event` field."""


class EventStream:
    """Give it the bytes as they come, in pieces of any length. Lines end with LF or CRLF; the lone CR that
    the standard allows too no model's server sends."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        """Pieces of a line that has not ended."""
        self._rest_length = 0
        self._data: list[str] = []
        self._data_length = 0
        self._name = ""
        self._bytes = self._pieces = 0
        self._lines = 0

    def feed(self, received: bytes) -> list[ServerSentEvent]:
        """The events that are whole with these bytes. Raises PeerError for what is no such stream, and for
        more than it may be."""
        self._pieces += 1
        if self._pieces > MOST_PIECES:
            raise PeerError(f"it sent its answer in more than {MOST_PIECES} pieces")
        self._bytes += len(received)
        if self._bytes > MOST_BYTES:
            raise PeerError(f"it sent more than {MOST_BYTES} bytes")
        first, *others = received.split(b"\n")
        self._rest.append(first)
        self._rest_length += len(first)
        if self._rest_length > MOST_LINE:
            raise PeerError(f"it sent a line of more than {MOST_LINE} bytes")
        if not others:
            return []
        lines = [b"".join(self._rest), *others[:-1]]
        self._rest, self._rest_length = [others[-1]], len(others[-1])
        self._lines += len(lines)
        if self._lines > MOST_LINES:
            raise PeerError(f"it sent more than {MOST_LINES} lines")
        events = []
        for line in lines:
            if line.startswith(b":"):
                continue
            if line and line != b"\r":
                self._field(line.removesuffix(b"\r"))
            elif self._data:
                events.append(ServerSentEvent("\n".join(self._data), self._name))
                self._data, self._data_length, self._name = [], 0, ""
            else:
                self._name = ""
        return events

    def _field(self, line: bytes) -> None:
        if len(line) > MOST_LINE:
            raise PeerError(f"it sent a line of more than {MOST_LINE} bytes")
        try:
            name, _, value = line.decode().partition(":")
        except UnicodeDecodeError:
            raise PeerError("it sent bytes that are no text") from None
        value = value.removeprefix(" ")
        if name == "data":
            self._data_length += len(value)
            if self._data_length > MOST_LINE:
                raise PeerError(f"it sent an event of more than {MOST_LINE} bytes")
            self._data.append(value)
        elif name == "event":
            self._name = value
