"""One connection that carries SIP (RFC 3261 18.3): TCP in the clear, TLS, or a WebSocket; with its limits.

It cuts the stream into messages and nothing more; it must never hold more than its limits allow for a peer
that is slow, silent or hostile, nor keep the event loop for longer than a turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, cast

from sip.messages.framing import PONG_BYTES, FramingError, KeepAlive, StreamFramer
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError
from sip.transport.tls_channel import TlsChannel
from sip.transport.tls_trouble import TlsError
from sip.transport.token_buckets import Rate
from sip.transport.web_sockets import MessageFramer, MessageWire

READ_AGAIN_S = 0.02
"""A connection that sends more new requests than its source may is read again after this."""
UNHEARD = 100
"""Messages on a connection of ours after which nothing came, of which is known what to do when it breaks."""
STALE_S = 5.0
"""What was sent so long before, on a connection that worked, did arrive or is repeated by others."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    connections: int = 1000
    """Open at once, in both directions together."""
    unproven_per_source: int = 20
    """Open at once from one address that has not proven to be anybody we know."""
    message_bytes: int = 65_535
    unproven_message_bytes: int = 16_384
    """The same while nobody has proven anything on it: as by UDP."""
    first_message_s: float = 5.0
    """Closed when no whole message came so long after it was opened; nor, while nobody has proven anything on
    it, so long after any later message began."""
    unproven_idle_s: float = 120.0
    """Closed when nobody has proven anything on it and no message came for so long."""
    idle_s: float = 300.0
    """Closed after so long without a byte, unless a call needs it."""
    unfinished_s: float = 30.0
    """Closed when a message is not complete after so long."""
    kept_per_source: int = 400
    """Open at once from one address of those that somebody we know has, or a call uses; what is beyond them
    is a stranger's, with its limits."""
    opened_per_source: Rate = Rate(per_s=50, burst=200)
    """How often one address may open one; more are closed at once."""
    unsent_bytes: int = 1 << 20
    """Closed when the peer leaves so much unread."""
    connect_s: float = 4.0
    sweep_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message came from. `connection` is None for UDP."""

    transport: str
    host: str
    port: int
    connection: StreamConnection | None = None
    size: int = 0
    """Bytes that came with it."""

    @property
    def relayed(self) -> bool:
        """Its address is that of a proxy, or of a page's browser, and proves nothing of who sends."""
        return self.connection is not None and self.connection.relayed


class Place(NamedTuple):
    """Where a connection leads."""

    transport: str
    """TCP, TLS, WS or WSS."""
    host: str
    """An IP address."""
    port: int
    domain: str = ""
    """Whom the certificate there is for, as we made sure; empty for TCP, and where the other side called us.
    A connection is never used in the name of another one than its own (RFC 5923 section 9.2)."""


class Unheard(NamedTuple):
    """A message on a connection of ours after which nothing came."""

    data: bytes
    failed: Callable[[], None]
    at: float


class Owner(Protocol):
    """Who has all connections, as one of them sees it."""

    def connected(self, connection: StreamConnection) -> bool: ...
    def disconnected(self, connection: StreamConnection) -> None: ...
    def broken(self, connection: StreamConnection, lost: Sequence[Unheard]) -> None:
        """A connection that we opened ended after it had worked. `lost`: what was sent on it last, and may
        not have arrived."""

    def secured(self, connection: StreamConnection) -> None:
        """The TLS handshake is done."""

    def insecure(self, connection: StreamConnection, why: str) -> None:
        """The connection cannot be secured any longer and is being closed. `why`: what to say of the other
        side."""

    def admits(self, item: Request | Response | MessageError, source: Source, *, again: bool) -> bool:
        """Whether this may be looked at now; when not, the connection waits with it, and asks `again`."""

    def answers_pings(self, connection: StreamConnection) -> bool:
        """Whether its keep-alives are answered."""

    def deliver(self, message: Request | Response, source: Source) -> None: ...
    def malformed(self, error: MessageError, source: Source) -> None: ...
    def wants_turn(self, connection: StreamConnection) -> None:
        """It has something to read: call its `read_one`, now or later."""


class StreamConnection(asyncio.Protocol):
    """Bytes of one connection to and from its owner."""

    def __init__(
        self,
        owner: Owner,
        limits: ConnectionLimits,
        *,
        to: Place | None = None,
        tls: TlsChannel | None = None,
        socket: str = "",
        relayed: bool = False,
        greeted: bool = False,
        known_as: str = "",
        on_proven: Callable[[], None] | None = None,
    ) -> None:
        """`to`: where we open it to; None: the other side does. `tls`: None in the clear. `socket`: WS or WSS
        where it is a WebSocket. `relayed`: see `Source`. `greeted`: whoever opened it may be silent at first.
        `known_as`: the host name by which the other side asked for us; empty: it did not say. `on_proven`:
        told once it is somebody we know."""
        self.outgoing = to is not None
        self.proven = self.outgoing
        """Somebody we know is at the other end, by a password, a certificate or as a trunk."""
        self.place = to or Place(socket or ("TCP" if tls is None else "TLS"), "", 0)
        self.known_as = known_as
        self.relayed = relayed
        """See `Source`."""
        self.last_message = 0.0
        """Or when it was opened, in seconds of the event loop's clock."""
        self._greeted = self.outgoing or greeted
        self._on_proven = on_proven
        self._owner = owner
        self._limits = limits
        framer = MessageFramer if socket else StreamFramer
        self._framer = framer(limits.message_bytes if self.outgoing else limits.unproven_message_bytes)
        self._tls = tls
        self._unheard: deque[Unheard] = deque()
        """What was sent since anything came."""
        self._heard = False
        """Anything came."""
        self._wire: MessageWire | None = None
        self._held: Request | Response | MessageError | None = None
        self._waits = False
        """For a turn to read; nothing more is taken from the socket until then."""
        self._paused = False
        self._again: asyncio.Handle | None = None
        """When it asks for a turn again with what was not admitted."""
        self._ended = False
        """The peer sends no more."""
        self._last = 0.0
        self._unfinished_since: float | None = None

    @property
    def open(self) -> bool:
        return self._wire is not None and not self._wire.is_closing()

    @property
    def domain(self) -> str:
        """See `Place.domain`."""
        return self.place.domain

    @property
    def shaking_hands(self) -> bool:
        """Who is at the other end is still being found out."""
        return self._tls is not None and not self._tls.ready

    @property
    def certified(self) -> bool:
        """The other end has shown a certificate that we trust."""
        return self._tls is not None and self._tls.ready and self._tls.certified

    def begin(self) -> None:
        """Begin the TLS handshake of a connection that we opened."""
        if self.open and not self._waits:
            self._waits = True
            self._owner.wants_turn(self)

    def believe(self) -> None:
        """Somebody we know is at the other end, and may send longer messages."""
        self.proven = True
        self._framer.max_message = self._limits.message_bytes
        if self._on_proven is not None:
            self._on_proven()
            self._on_proven = None

    def send(self, data: bytes, failed: Callable[[], None] | None = None) -> None:
        """`failed` is called when the connection ends before anything came back by it, or it is sent anew."""
        if self._wire is None or self._wire.is_closing():
            return
        self._last = asyncio.get_running_loop().time()
        if self.outgoing and failed is not None and len(self._unheard) < UNHEARD:
            self._unheard.append(Unheard(data, failed, self._last))
        if self._tls is not None:
            try:
                self._tls.write(data)
            except TlsError:
                self.abort()
                return
            data = self._tls.outgoing()
        self._write(data)

    def _write(self, data: bytes) -> None:
        """Octets as they go over the wire."""
        if self._wire is None or not data:
            return
        self._wire.write(data)
        if self._wire.get_write_buffer_size() > self._limits.unsent_bytes:
            self._wire.abort()

    def close(self) -> None:
        """Close after what was written is out."""
        if self._wire is not None and not self._wire.is_closing():
            if self._tls is not None and self._tls.ready:
                self._tls.close()
                self._write(self._tls.outgoing())
            self._wire.close()

    def abort(self) -> None:
        """Close at once."""
        if self._wire is not None:
            self._wire.abort()

    def close_if_idle(self, now: float, in_use: bool = False) -> None:
        """`in_use`: a call that is up has no other way to its other side, and ends it with itself."""
        while self._heard and self._unheard and self._is_stale(self._unheard[0]):
            self._unheard.popleft()
        limits, unfinished = self._limits, self._unfinished_since
        patience = limits.unfinished_s if self.proven else min(limits.unfinished_s, limits.first_message_s)
        silent = isinstance(self._framer, StreamFramer) and now - self._last > limits.idle_s
        if (  # a WebSocket shows by pings of its own that it lives
            (silent and not in_use)
            or (unfinished is not None and now - unfinished > patience)
            or (not self._greeted and now - self.last_message > limits.first_message_s)
            or (not self.proven and not in_use and now - self.last_message > limits.unproven_idle_s)
        ):
            self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.opened(cast(asyncio.Transport, transport))  # uvloop's have the methods, not the base class

    def opened(self, wire: MessageWire) -> None:
        """It is open."""
        name = cast("tuple[str, int] | None", wire.get_extra_info("peername"))
        self._last = self.last_message = asyncio.get_running_loop().time()
        self._wire = wire
        if name and not self.outgoing:
            self.place = self.place._replace(host=name[0], port=name[1])
        if not name or not self._owner.connected(self):
            wire.abort()

    def data_received(self, data: bytes) -> None:
        if not self.open:
            return
        self._last = asyncio.get_running_loop().time()
        if self._tls is None:
            self._came(data)
        else:
            self._tls.take(data)
        if not self._waits:
            self._waits = True
            self._owner.wants_turn(self)
            if self._waits and self._wire is not None and self.open:
                self._paused = True
                self._wire.pause_reading()  # the peer must wait as well

    def _came(self, text: bytes) -> None:
        self._framer.add(text)
        self._heard = True
        self._unheard.clear()

    def eof_received(self) -> bool:
        self._ended = True
        return self._waits  # what is left is read first

    def connection_lost(self, exc: Exception | None) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        self._owner.disconnected(self)
        self._wire = None
        lost = list(self._unheard)
        self._unheard.clear()
        if self._heard:
            self._owner.broken(self, [each for each in lost if not self._is_stale(each)])
            return
        for each in lost:
            each.failed()

    def _is_stale(self, sent: Unheard) -> bool:
        return asyncio.get_running_loop().time() - sent.at > STALE_S

    def read_one(self) -> bool:
        """Hand on the next message that is whole, or read what it is made of, or go on with the handshake.
        True when there may be more, for another turn."""
        if not self.open:
            return False
        if self.shaking_hands:
            self._shake_hands()
            return False
        again = self._held is not None
        item, self._held = (self._framer.next_item() if self._held is None else self._held), None
        if item is None:
            if self._decipher():
                return True
            self._all_read()
            return False
        place = self.place
        source = Source(place.transport, place.host, place.port, self, self._framer.taken)
        if not isinstance(item, KeepAlive) and not self._owner.admits(item, source, again=again):
            self._held = item
            self._again = asyncio.get_running_loop().call_later(READ_AGAIN_S, self._ask_again)
            return False
        self._take(item, source)
        return True

    def _shake_hands(self) -> None:
        """One step of the handshake."""
        assert self._tls is not None and self._wire is not None
        why = ""
        try:
            self._tls.step()
        except TlsError as error:
            why = str(error)
        self._write(self._tls.outgoing())  # of a failed one the alert
        if why:
            self._owner.insecure(self, why)
            self._wire.close()
        elif self.shaking_hands:
            self._all_read()
        else:
            self._owner.secured(self)
            self._owner.wants_turn(self)  # a message may have come with the last of it

    def _decipher(self) -> bool:
        """Read some text; whether there was any."""
        if self._tls is None:
            return False
        try:
            text = self._tls.read()
        except TlsError as error:
            self._owner.insecure(self, str(error))
            self.abort()
            return False
        if text:
            self._came(text)
        elif self._tls.ended:
            self._ended = True
        self._write(self._tls.outgoing())  # the answer to a change of keys
        return bool(text)

    def _ask_again(self) -> None:
        self._again = None
        self._owner.wants_turn(self)

    def _all_read(self) -> None:
        self._waits = False
        if self._framer.idle:
            self._unfinished_since = None
        elif self._unfinished_since is None:
            self._unfinished_since = self._last
        if self._ended:
            self.close()
        elif self._paused and self._wire is not None:
            self._paused = False
            self._wire.resume_reading()

    def _take(self, item: Request | Response | MessageError | KeepAlive, source: Source) -> None:
        self._unfinished_since = None  # what is left of the octets begins another one
        if isinstance(item, Request | Response):
            self._greeted = True
            self.last_message = self._last
            self._owner.deliver(item, source)
        elif isinstance(item, MessageError):
            self._owner.malformed(item, source)
            if isinstance(item, FramingError):
                # Where the next message begins is anyone's guess from here on (18.3).
                self.close()
        elif item is KeepAlive.PING and self._owner.answers_pings(self):
            self.send(PONG_BYTES)
