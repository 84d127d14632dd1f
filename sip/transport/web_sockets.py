"""SIP over WebSocket (:rfc:`7118`), as far as it is a transport: its names, what we need of a socket, and its
framing. Who speaks WebSocket itself hands sockets in (`sip.transport.transport.Transport.socket_opened`).
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from sip.messages.framing import FramingError, Item, KeepAlive
from sip.messages.grammar import ParseError
from sip.messages.message import Request, Response
from sip.messages.parsing import MAX_MESSAGE, MessageError, answerable, parse, parse_head

SUBPROTOCOL = "sip"
"""Of the WebSocket handshake (section 4.1)."""
_PING = b"\r\n\r\n"


class MessageWire(Protocol):
    """What a connection is written to: asyncio's transport of a stream, or one WebSocket, of which each
    `write` is a message. None of these may block."""

    def write(self, data: bytes, /) -> None: ...
    def close(self) -> None:
        """After what was written is out."""

    def abort(self) -> None: ...
    def is_closing(self) -> bool: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def get_write_buffer_size(self) -> int: ...
    def get_extra_info(self, name: str, /) -> object: ...


class MessageFramer:
    """The receiving side of one WebSocket: each of its messages is one of SIP (section 5.1), whose end needs
    no Content-Length. In the place of a StreamFramer."""

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self.max_message = max_message
        self.taken = 0
        """Bytes of the message given last."""
        self._waiting: deque[bytes] = deque()
        self._dead = False

    @property
    def idle(self) -> bool:
        """No message is ever half there."""
        return True

    def add(self, data: bytes) -> None:
        """Take one message as it came; `next_item` reads it."""
        if not self._dead:
            self._waiting.append(data)

    def next_item(self) -> Item | None:
        """What came next; None when nothing did. A FramingError is the last of all."""
        while self._waiting and not self._dead:
            data = self._waiting.popleft()
            self.taken = len(data)
            if len(data) > self.max_message:
                self._dead = True
                self._waiting.clear()
                return FramingError(f"message larger than {self.max_message} bytes", 513, self._begun(data))
            if not data.strip(b"\r\n"):
                return KeepAlive.PING if data == _PING else KeepAlive.PONG
            return _read(data)
        return None

    def _begun(self, data: bytes) -> Request | None:
        """The request that a message which is too long begins with, so that it can be answered; None: there
        is none."""
        head, blank, _ = data[: self.max_message].partition(b"\r\n\r\n")
        if not blank:
            return None
        try:
            message, _ = parse_head(head)
        except ParseError:
            return None
        return answerable(message)


def _read(data: bytes) -> Request | Response | MessageError:
    try:
        return parse(data)
    except MessageError as error:
        return MessageError(error.reason, error.status, error.request)


def as_message(data: bytes) -> str | bytes:
    """A message of ours for a WebSocket: text where it can be (section 5.1 lets both be read)."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
