"""AudioSocket on a TCP port: connections of Asterisk to legs.

Strangers reach nothing: who is in none of the networks is closed at once, unread; who names no call that is
expected, soon after. Nothing stays open: each connection has a deadline until it is a call, and a call whose
Asterisk is silent, gone or does not read is over within seconds (see AudioSocketLimits).
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from mediaserver.addresses import Networks
from mediaserver.errors import CapacityError, PortInUseError, VoiceForgeError
from mediaserver.host_port import host_port
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.media.stream_format import Coding, StreamFormat
from mediaserver.media.stream_wire import StreamWire
from mediaserver.seldom import Seldom
from providers.asterisk import audiosocket as messages
from providers.asterisk.door import AsteriskDoor
from providers.asterisk.leg import AsteriskLeg
from providers.asterisk.wanted import CallWanted

log = logging.getLogger(__name__)

USUAL_RATE = 8_000
RATES = (8_000, 16_000, 24_000, 48_000)
"""Hz that our audio can have; Asterisk's slin, slin16, slin24 and slin48."""
SEND_BUFFER = 16 << 10
"""Octets that the kernel may hold for an Asterisk that does not read: half a second of 8 kHz, since what lies
there cannot be taken back when the caller speaks."""
MOST_UNSENT = 2_000
"""Octets that wait for the kernel; a frame that comes then is dropped."""


@dataclass(frozen=True, slots=True)
class AudioSocketLimits:
    unproven: int = 64
    """Connections at once that are no calls yet."""
    name_s: float = 5.0
    """Until a connection says which call it is."""
    rate_s: float = 1.0
    """Until the first audio says its rate; a phone on hold sends none."""
    silence_s: float = 120.0
    """So long nothing may come of a call that is up."""
    unread_s: float = 5.0
    """So long nothing may be taken by Asterisk."""
    linger_s: float = 2.0
    """Until a connection that is over is cut, whether all was sent or not."""


class AudioSocketListener:
    """Of one server. Runs on the event loop."""

    def __init__(
        self,
        door: AsteriskDoor,
        wire: StreamWire,
        networks: Networks,
        limits: AudioSocketLimits = AudioSocketLimits(),  # noqa: B008
    ) -> None:
        """`networks`: whence Asterisk may connect."""
        self.door = door
        self.wire = wire
        self.networks = networks
        self.limits = limits
        self.unproven: set[AudioSocketConnection] = set()
        self.proven: set[AudioSocketConnection] = set()
        self.refused = 0
        self._seldom = Seldom()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Raises PortInUseError."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: AudioSocketConnection(self), host, port)
        except OSError as error:
            raise PortInUseError(
                f"cannot listen for AudioSocket on {host_port(host, port)}: {error.strerror or error}; set "
                "asterisk.audiosocket_host and asterisk.audiosocket_port"
            ) from None

    @property
    def port(self) -> int:
        assert self._server is not None
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    def __len__(self) -> int:
        return len(self.unproven) + len(self.proven)

    async def close(self) -> None:
        """No more connections, and none that stays."""
        if self._server is not None:
            self._server.close()
        for connection in [*self.unproven, *self.proven]:
            connection.cut()
        if self._server is not None:
            await self._server.wait_closed()

    def refuse(self, who: str, why: str) -> None:
        """Counted, and told now and then."""
        self.refused += 1
        if (unsaid := self._seldom.due(asyncio.get_running_loop().time())) is not None:
            more = f" (and {unsaid} more since the last such line)" if unsaid else ""
            log.warning("an AudioSocket of %s was closed: %s%s", who, why, more)


class AudioSocketConnection(asyncio.Protocol):
    """One. Implements mediaserver.media.socket_leg.SocketPeer for its leg."""

    def __init__(self, listener: AudioSocketListener) -> None:
        self._listener = listener
        self._limits = listener.limits
        self._loop = asyncio.get_running_loop()
        self._reader = messages.AudioSocketReader()
        self._transport: asyncio.Transport | None = None
        self._source = self._remote = ""
        self._timer: asyncio.TimerHandle | None = None
        self._wanted: CallWanted | None = None
        self._ref = ""
        self._rate = USUAL_RATE
        self._leg: AsteriskLeg | None = None
        self._keys: list[str] = []
        """Pressed before there was a leg."""
        self._heard_at = self._taken_at = 0.0
        self._over = False
        self.dropped = 0
        """Frames of ours that Asterisk did not read in time."""
        self.unknown = 0
        """Messages of kinds that are not known."""

    # -- the socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = self._transport = cast(asyncio.Transport, transport)  # uvloop's are not of that class
        self._source, port = transport.get_extra_info("peername")[:2]
        self._remote = host_port(self._source, port)
        if self._source not in self._listener.networks:
            self._listener.refuse(self._source, "its address is in none of asterisk.networks")
            self._over = True
            transport.abort()
            return
        if len(self._listener.unproven) >= self._limits.unproven:
            self._refuse(f"{self._limits.unproven} others have not said which call they are yet")
            return
        _watch_over(transport.get_extra_info("socket"), self._limits)
        self._listener.unproven.add(self)
        self._wait(self._limits.name_s, self._unnamed)

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._heard_at = self._loop.time()
        try:
            for message in self._reader.feed(data):
                self._handle(message)
                if self.is_over():
                    return
        except messages.AudioSocketFault as fault:
            self._fail(str(fault))

    def eof_received(self) -> bool:
        self._left()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._listener.unproven.discard(self)
        self._listener.proven.discard(self)
        if exc is not None and self._leg is not None:
            self._leg.left(Why.LOST, f"its connection was lost: {exc}")
        self._left()
        self._cancel()
        self._transport = None

    def is_over(self) -> bool:
        return self._over

    def cut(self) -> None:
        """At once."""
        if self._leg is not None:
            self._leg.ended(Termination(EndedBy.SERVER, Why.SHUTDOWN))
        if self._transport is not None:
            self._transport.abort()

    # -- what Asterisk says

    def _handle(self, message: messages.Message) -> None:
        match message:
            case messages.Heard(rate, octets):
                self._hear(rate, octets)
            case messages.KeyPressed(digit):
                if self._leg is not None:
                    self._leg.press(digit)
                elif len(self._keys) < 32:
                    self._keys.append(digit)
            case messages.Named(id):
                self._named(id, self._listener.door.expected.take(id, self._loop.time()))
            case messages.HungUp():
                self._left()
                self._finish()
            case messages.Failed(code):
                if self._leg is not None:
                    self._leg.left(Why.FAILED, f"Asterisk's AudioSocket failed with code {code}")
                self._finish()
            case messages.Unknown():
                self.unknown += 1

    def _named(self, id: UUID, wanted: CallWanted | None) -> None:
        if wanted is None:
            self._refuse("no such call is expected: it was not announced, has come before, or comes too late")
            return
        self._listener.unproven.discard(self)
        self._listener.proven.add(self)
        # A line's UUID is a password: who reads of the call must not learn it.
        self._wanted, self._ref = wanted, str(id)[:8] if wanted.standing else str(id)
        self._wait(self._limits.rate_s, lambda: self._begin(USUAL_RATE))

    def _hear(self, rate: int, octets: bytes) -> None:
        if self._leg is None:
            self._begin(rate)
        if self._leg is None:
            return
        if rate != self._rate:
            self._fail(f"audio of {rate} Hz in a call of {self._rate} Hz")
            return
        self._leg.push(octets)

    def _begin(self, rate: int) -> None:
        """The call."""
        assert self._wanted is not None  # the reader lets nothing else come first
        if rate not in RATES:
            self._fail(f"audio of {rate} Hz: use slin, slin16, slin24 or slin48")
            return
        self._rate = rate
        self._heard_at = self._taken_at = self._loop.time()
        try:
            fmt = StreamFormat(Coding.PCM16, rate)
            self._leg = self._listener.door.open(
                self._wanted,
                lambda: AsteriskLeg(
                    self._listener.wire, fmt, self, ref=self._ref, remote=self._remote, steady=True
                ),
                self._source,
            )
        except (CapacityError, VoiceForgeError) as error:
            self._refuse(str(error))
            return
        self._leg.figures = self._figures
        for key in self._keys:
            self._leg.press(key)
        if not self._over:
            self._look()

    # -- SocketPeer

    def audio(self, octets: bytes) -> None:
        transport = self._transport
        if transport is None or self._over:
            return
        if transport.get_write_buffer_size() > MOST_UNSENT:
            self.dropped += 1
            return
        self._taken_at = self._loop.time()
        transport.write(messages.audio_message(self._rate, octets))

    def cleared(self, heard_ms: int) -> None:
        """All that was sent is heard: Asterisk keeps none of it."""

    def digit(self, digit: str, duration_ms: int) -> None:
        """Its leg sends tones."""

    def over(self, why: Termination) -> None:
        self._finish()

    # -- inside

    def _figures(self) -> dict[str, Any]:
        return {"dropped_frames": self.dropped, "unknown_messages": self.unknown}

    def _look(self) -> None:
        """Now and then, whether somebody is there still."""
        leg, limits, now = self._leg, self._limits, self._loop.time()
        if leg is None or self._over:
            return
        if now - self._heard_at > limits.silence_s:
            leg.left(Why.MEDIA_TIMEOUT, f"nothing came from Asterisk for {limits.silence_s:g} s")
        elif leg.written() and now - self._taken_at > limits.unread_s and self.dropped:
            leg.left(Why.LOST, f"Asterisk has read nothing for {limits.unread_s:g} s")
        else:
            self._wait(min(limits.silence_s, limits.unread_s) / 4, self._look)

    def _unnamed(self) -> None:
        self._refuse(f"it did not say which call it is within {self._limits.name_s:g} s")

    def _refuse(self, why: str) -> None:
        self._listener.refuse(self._source, why)
        self._finish()

    def _fail(self, why: str) -> None:
        """What comes cannot be understood."""
        if self._leg is not None:
            self._leg.left(Why.FAILED, why)
            self._listener.refuse(self._source, why)
            self._finish()
        else:
            self._refuse(why)

    def _left(self) -> None:
        if self._leg is not None:
            self._leg.left()

    def _finish(self) -> None:
        """Say that it is over, and close. A channel that was dialled is hung up by that, `AudioSocket()` goes
        on with its dialplan."""
        if self._over:
            return
        self._over = True
        self._cancel()
        transport = self._transport
        if transport is not None and not transport.is_closing():
            transport.write(messages.HANGUP)
            transport.close()
            self._wait(self._limits.linger_s, transport.abort)

    def _wait(self, seconds: float, do: Callable[[], object]) -> None:
        self._cancel()
        self._timer = self._loop.call_later(seconds, do)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _watch_over(sock: socket.socket, limits: AudioSocketLimits) -> None:
    """The kernel finds out about a machine that is gone, and holds little for one that does not read."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", 10),
        ("TCP_KEEPINTVL", 5),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", int(limits.unread_s * 3_000)),
    ):
        if (option := getattr(socket, name, None)) is not None:  # macOS has not all of them
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
