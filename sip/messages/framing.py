"""Cuts a TCP or TLS byte stream into SIP messages (RFC 3261 section 18.3, RFC 5626 section 3.5.1).

Bytes in, messages out, no socket. Once the boundary between messages is lost nothing more may be read from
the stream: the framer says so with a FramingError and stays silent after it.
"""

from __future__ import annotations

import enum
from collections import deque
from typing import TypeAlias

from sip.messages.grammar import ParseError
from sip.messages.message import Request, Response
from sip.messages.parsing import MAX_MESSAGE, MessageError, answerable, content_length, parse_head, validate


class KeepAlive(enum.Enum):
    """White space between messages."""

    PING = "ping"
    """A double CRLF: answer with `PONG_BYTES`."""
    PONG = "pong"
    """A single CRLF: the answer to our ping, or the first half of a ping that has not arrived whole."""


PONG_BYTES = b"\r\n"


class FramingError(MessageError):
    """The stream cannot go on. When `request` is set, send the error response first; then close."""


Item: TypeAlias = Request | Response | MessageError | KeepAlive


class StreamFramer:
    """One connection's receiving side. Holds at most `max_message` bytes between calls."""

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self.max_message = max_message
        self.taken = 0
        """Bytes of the message given last."""
        self._buffer = bytearray()
        self._searched = 0
        self._message: Request | Response | None = None
        self._error: ParseError | None = None
        self._missing = 0
        self._half_ping = False
        self._dead = False
        self._ready: deque[Item] = deque()

    @property
    def idle(self) -> bool:
        """Whether no message has begun: a connection that stays otherwise for long is worth closing."""
        return not self._buffer and self._message is None

    def feed(self, data: bytes) -> list[Item]:
        """Take bytes as they came; give what became complete, in order.

        A MessageError is one broken message between good ones. A FramingError is always the last item.
        """
        self.add(data)
        items: list[Item] = []
        while (item := self.next_item()) is not None:
            items.append(item)
        return items

    def add(self, data: bytes) -> None:
        """Take bytes as they came; `next_item` reads them."""
        if not self._dead:
            self._buffer += data

    def next_item(self) -> Item | None:
        """What became complete next, in order; None when more bytes are needed. It reads no further than
        that: many messages in few bytes cost their time one by one."""
        if not self._ready and not self._dead:
            try:
                self._step()
            except FramingError as error:
                self._dead = True
                self._buffer.clear()
                self._ready.append(error)
        return self._ready.popleft() if self._ready else None

    def _step(self) -> None:
        """Take the keep-alives and the message off the buffer that stand first in it, if they are whole."""
        if self._message is None:
            self._skip_keepalives()
            if not self._read_head():
                return
        self._read_body()

    def _skip_keepalives(self) -> None:
        buffer, pos, found = self._buffer, 0, self._ready
        while buffer.startswith(PONG_BYTES, pos):
            kind = KeepAlive.PING if self._half_ping else KeepAlive.PONG
            self._half_ping = not self._half_ping
            if kind not in found:  # an answer to each would be more than they are worth
                found.append(kind)
            pos += 2
        del buffer[:pos]
        if buffer and buffer != b"\r":
            self._half_ping = False

    def _read_head(self) -> bool:
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n", self._searched)
        if end < 0:
            self._searched = max(0, len(buffer) - 3)
            if len(buffer) > self.max_message:
                raise FramingError(f"no end of headers within {self.max_message} bytes", 513)
            return False
        self._searched = 0
        self.taken = end + 4
        head = bytes(buffer[:end])
        del buffer[: end + 4]
        if end > self.max_message:
            raise FramingError(f"headers larger than {self.max_message} bytes", 513)
        try:
            message, self._error = parse_head(head)
        except ParseError as error:
            raise FramingError(error.reason, error.status) from error
        request = answerable(message)
        try:
            length = content_length(message)
        except ParseError as error:
            raise FramingError(error.reason, 400, request) from error
        if length is None:
            raise FramingError("Content-Length is required on a stream", 400, request)
        if end + 4 + length > self.max_message:
            raise FramingError(f"message larger than {self.max_message} bytes", 513, request)
        self.taken += length
        self._message, self._missing = message, length
        return True

    def _read_body(self) -> None:
        buffer, message, error = self._buffer, self._message, self._error
        if message is None or len(buffer) < self._missing:
            return
        message.body = bytes(buffer[: self._missing])
        del buffer[: self._missing]
        self._message = self._error = None
        if error is None and isinstance(message, Response):
            try:
                validate(message)
            except ParseError as wrong:
                error = wrong
        if error is not None:
            self._ready.append(MessageError(error.reason, error.status, answerable(message)))
        else:
            self._ready.append(message)
