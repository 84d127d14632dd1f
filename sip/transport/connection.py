"""One TCP connection that carries SIP (RFC 3261 18.3), with its limits.

It cuts the stream into messages and nothing more; it must never hold more than its limits allow for a peer
that is slow, silent or hostile.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol, cast

from sip.messages.framing import PONG_BYTES, FramingError, KeepAlive, StreamFramer
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    connections: int = 1000
    """Open at once, in both directions together."""
    message_bytes: int = 65_535
    idle_s: float = 300.0
    """Closed after so long without a byte."""
    unfinished_s: float = 30.0
    """Closed when a message is not complete after so long."""
    unsent_bytes: int = 1 << 20
    """Closed when the peer leaves so much unread."""
    connect_s: float = 4.0
    sweep_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message came from. `connection` is None for UDP."""

    transport: str
    host: str
    port: int
    connection: StreamConnection | None = None


class Owner(Protocol):
    """The transport, as a connection sees it."""

    def connected(self, connection: StreamConnection) -> bool: ...
    def disconnected(self, connection: StreamConnection) -> None: ...
    def deliver(self, message: Request | Response, source: Source) -> None: ...
    def malformed(self, error: MessageError, source: Source) -> None: ...


class StreamConnection(asyncio.Protocol):
    """Bytes of one connection to and from its owner."""

    def __init__(self, owner: Owner, limits: ConnectionLimits, *, outgoing: bool = False) -> None:
        self.outgoing = outgoing
        self.remote: tuple[str, int] = ("", 0)
        self._owner = owner
        self._limits = limits
        self._framer = StreamFramer(limits.message_bytes)
        self._wire: asyncio.Transport | None = None
        self._last = 0.0
        self._unfinished_since: float | None = None

    @property
    def open(self) -> bool:
        return self._wire is not None and not self._wire.is_closing()

    def send(self, data: bytes) -> None:
        if self._wire is None or self._wire.is_closing():
            return
        self._last = asyncio.get_running_loop().time()
        self._wire.write(data)
        if self._wire.get_write_buffer_size() > self._limits.unsent_bytes:
            self._wire.abort()

    def close(self) -> None:
        """Close after what was written is out."""
        if self._wire is not None:
            self._wire.close()

    def close_if_idle(self, now: float) -> None:
        unfinished = self._unfinished_since
        if now - self._last > self._limits.idle_s or (
            unfinished is not None and now - unfinished > self._limits.unfinished_s
        ):
            self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire = cast(asyncio.Transport, transport)  # uvloop's transports have the methods, not the base class
        name = wire.get_extra_info("peername")
        self._last = asyncio.get_running_loop().time()
        self._wire = wire
        self.remote = (name[0], name[1]) if name else ("", 0)
        if not name or not self._owner.connected(self):
            wire.abort()

    def data_received(self, data: bytes) -> None:
        if not self.open:
            return
        self._last = asyncio.get_running_loop().time()
        source = Source("TCP", *self.remote, self)
        for item in self._framer.feed(data):
            if isinstance(item, Request | Response):
                self._owner.deliver(item, source)
            elif isinstance(item, MessageError):
                self._owner.malformed(item, source)
                if isinstance(item, FramingError):
                    # Where the next message begins is anyone's guess from here on (18.3).
                    self.close()
                    return
            elif item is KeepAlive.PING:
                self.send(PONG_BYTES)
        if self._framer.idle:
            self._unfinished_since = None
        elif self._unfinished_since is None:
            self._unfinished_since = self._last

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.disconnected(self)
        self._wire = None
