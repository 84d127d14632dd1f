"""The transport layer (RFC 3261 section 18) over UDP and TCP on the event loop.

It moves whole messages between sockets and a handler, and keeps to the rules of the Via header. It must never
raise out of a receive path, never block, and never send to a broadcast or multicast address.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from sip.messages.grammar import ParseError
from sip.messages.headers import Via
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError, parse, validate
from sip.messages.uri import bracketed
from sip.transactions.layer import Hop, Peer
from sip.transport.addresses import (
    LocalAddresses,
    Reach,
    is_address,
    may_name,
    may_send_to,
    reach_of,
    unmapped,
)
from sip.transport.connection import ConnectionLimits, Source, StreamConnection
from sip.transport.listening import startup_error
from sip.transport.queue_delay import QueueDelay

log = logging.getLogger(__name__)

DATAGRAM_LIMIT = 1300
"""Requests longer than this many bytes go over TCP when it can be had (RFC 3261 18.1.1)."""
MAX_DATAGRAM = 65_535
READ_BUDGET_S = 0.004
"""So long datagrams are read before the loop gets its turn again: a flood must not starve media."""
SOCKET_BUFFER = 4 << 20
DEFAULT_PORT = 5060
NAME_CACHE_S = 60.0
_SO_TIMESTAMPNS = 35
"""Linux; Python 3.11 has no name for it. The stamp is a struct timespec."""
_STAMP = struct.Struct("@qq")
_STAMP_SPACE = socket.CMSG_SPACE(_STAMP.size)


class Handler(Protocol):
    """Who gets the messages. None of these may block."""

    def on_request(self, request: Request, source: Source) -> None: ...
    def on_response(self, response: Response, source: Source) -> None: ...
    def refuse(self, error: MessageError) -> Response:
        """The response to `error.request`, which is there."""


@dataclass(slots=True)
class TransportCounts:
    received: int = 0
    sent: int = 0
    malformed: int = 0
    dropped: int = 0
    """Responses that were not ours, and what the socket would not take."""


class Transport:
    """UDP and TCP listeners on one port, and the connections to others.

    `port` 0 lets the system choose; `port` then tells which. `advertised` is the host we name in Via and
    Contact when we listen on all addresses and the right one cannot be told from the route.
    """

    def __init__(
        self,
        host: str,
        port: int,
        handler: Handler,
        *,
        tcp: bool = True,
        advertised: str | None = None,
        limits: ConnectionLimits | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.counts = TransportCounts()
        self._handler = handler
        self.tcp = tcp
        self._advertised = advertised
        self._limits = limits or ConnectionLimits()
        self._udp: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[tuple[str, int], StreamConnection] = {}
        self._connecting: dict[tuple[str, int], list[tuple[bytes, Callable[[], None]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._names: dict[str, tuple[float, str]] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self.queue_delay = QueueDelay()
        self._local = LocalAddresses()
        self._any_host = host in ("", "0.0.0.0", "::")

    # -- life

    async def start(self) -> None:
        """Bind. Raises PortInUseError when the port is taken, StartupError when the address is not ours."""
        loop = asyncio.get_running_loop()
        udp = self._bind_udp()
        for attempts_left in reversed(range(8)):
            port = udp.getsockname()[1]
            if not self.tcp:
                break
            try:
                self._server = await loop.create_server(
                    lambda: StreamConnection(self, self._limits), self.host, port, backlog=512
                )
                break
            except OSError as error:
                udp.close()
                if self.port != 0 or not attempts_left:
                    raise startup_error(error, self.host, port, "TCP") from error
                udp = self._bind_udp()  # the system chose a port whose TCP twin is taken: let it choose again
        self._udp = udp
        self.port = udp.getsockname()[1]
        loop.add_reader(udp.fileno(), self._read_udp)
        self._sweep = loop.call_later(self._limits.sweep_s, self._close_idle)

    async def stop(self) -> None:
        """Close everything. Messages already handed over were sent."""
        if self._sweep is not None:
            self._sweep.cancel()
        if self._udp is not None:
            asyncio.get_running_loop().remove_reader(self._udp.fileno())
            self._udp.close()
            self._udp = None
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections.values()):
            connection.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _bind_udp(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                sock.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
            sock.bind((self.host, self.port))
        except OSError as error:
            sock.close()
            raise startup_error(error, self.host, self.port, "UDP") from error
        return sock

    # -- who we are

    def local_host(self, towards: str) -> str:
        """Our address as `towards` (an IP address) sees it."""
        if not self._any_host:
            return self.host
        return self._advertised or self._local.towards(towards, time.monotonic())

    def is_us(self, address: str, port: int) -> bool:
        """Whether what is sent there comes back to us. `address`: an IP address."""
        if port != self.port:
            return False
        address = unmapped(address)
        bound = self._udp.getsockname()[0] if self._udp is not None else self.host
        return address in (self.host, self._advertised, bound) or (
            self._any_host
            and (reach_of(address) is Reach.HOST or self._local.towards(address, time.monotonic()) == address)
        )

    def sent_by(self, hop: Hop) -> str:
        """The sent-by of our Via on the way to `hop`."""
        host = self.local_host(self._known_address(hop.host) or "127.0.0.1")
        return f"{bracketed(host)}:{self.port}"

    def is_ours(self, via: Via) -> bool:
        """Whether a response's top Via names us (18.1.2)."""
        if (via.port or DEFAULT_PORT) != self.port:
            return False
        return via.address in (self.host, self._advertised) or (
            self._any_host and via.address == self.local_host(via.address)
        )

    # -- in

    def _read_udp(self) -> None:
        sock = self._udp
        end = time.perf_counter() + READ_BUDGET_S
        while sock is not None and sock.fileno() >= 0:
            try:
                data, extra, _, address = sock.recvmsg(MAX_DATAGRAM, _STAMP_SPACE)
            except OSError:
                # Empty, or an ICMP error of something sent before: the transaction's timers deal with that.
                return
            if extra:
                seconds, nanoseconds = _STAMP.unpack(extra[0][2])
                waited = max(0.0, time.time() - seconds - nanoseconds / 1e9)
                self.queue_delay.measured(waited, time.monotonic())
            self.receive(data, Source("UDP", address[0], address[1]))
            if time.perf_counter() > end:
                return

    def receive(self, data: bytes, source: Source) -> None:
        """One datagram arrived. Never raises."""
        if not data.strip(b"\r\n\0 "):
            return  # a keep-alive
        try:
            message = parse(data)
        except MessageError as error:
            self.malformed(error, source)
            return
        self.deliver(message, source)

    def deliver(self, message: Request | Response, source: Source) -> None:
        """Check one message and hand it on. Never raises."""
        self.counts.received += 1
        try:
            if isinstance(message, Request):
                validate(message)
                self._handler.on_request(stamped(message, source), source)
            elif self.is_ours(message.via):
                self._handler.on_response(message, source)
            else:
                self.counts.dropped += 1
        except MessageError as error:
            self.malformed(error, source)
        except ParseError:
            self.counts.malformed += 1
        except Exception:
            # A bug of ours must not take the listener down with it; the message is lost, the log keeps why.
            log.exception("a message from %s:%s was not handled", source.host, source.port)

    def malformed(self, error: MessageError, source: Source) -> None:
        """Something arrived that cannot be read: answer without state, as far as it was readable."""
        self.counts.malformed += 1
        if error.request is None:
            return
        log.debug("malformed SIP from %s:%s: %s", source.host, source.port, error.reason)
        try:
            response = self._handler.refuse(error)
            try:
                stamped(error.request, source)
                self.send_response(self._handler.refuse(error), source, _nothing)
            except ParseError:
                # Not even the Via can be read: all that is left is the address the bytes came from.
                if source.connection is not None:
                    source.connection.send(bytes(response))
                else:
                    self._send(bytes(response), "UDP", source.host, source.port, _nothing)
        except Exception:
            log.exception("a malformed message from %s:%s was not answered", source.host, source.port)

    # -- out

    def send_request(self, request: Request, hop: Hop, failed: Callable[[], None]) -> None:
        """Send a request; `failed` is called when the transport knows that it did not go out."""
        address = self._known_address(hop.host)
        if address is None:
            self._spawn(self._resolve_and_send(bytes(request), hop, failed))
        else:
            self._send_request(bytes(request), hop, address, failed)

    def send_response(self, response: Response, peer: Peer, failed: Callable[[], None]) -> None:
        """Send a response the way its top Via says (18.2.2, RFC 3581 section 4), but for its maddr: anybody
        could have us send to anybody."""
        via = response.via
        data = bytes(response)
        host = via.received or via.address
        connection = peer.connection if isinstance(peer, Source) else None
        if peer.transport != "UDP":
            if connection is not None and connection.open:
                self.counts.sent += 1
                connection.send(data)
                return
            self._send(data, peer.transport, peer.host, via.port or DEFAULT_PORT, failed)
            return
        address = self._known_address(host) or peer.host
        self._send(data, "UDP", address, via.rport or via.port or DEFAULT_PORT, failed)

    def _send_request(self, data: bytes, hop: Hop, address: str, failed: Callable[[], None]) -> None:
        if hop.named_by and not may_name(hop.named_by, address):
            self.counts.dropped += 1
            failed()
        else:
            self._send(data, hop.transport, address, hop.port, failed)

    def _send(self, data: bytes, transport: str, host: str, port: int, failed: Callable[[], None]) -> None:
        if not may_send_to(host) or not 0 < port < 65_536:
            self.counts.dropped += 1
            failed()
        elif transport == "UDP":
            self._send_datagram(data, host, port, failed)
        elif transport == "TCP" and self.tcp:
            self._send_stream(data, host, port, failed)
        else:
            failed()

    def _send_datagram(self, data: bytes, host: str, port: int, failed: Callable[[], None]) -> None:
        if self._udp is None:
            return
        try:
            self._udp.sendto(data, (host, port))
            self.counts.sent += 1
        except BlockingIOError:
            self.counts.dropped += 1  # the socket's buffer is full: as good as lost on the way
        except OSError:
            self.counts.dropped += 1
            failed()

    def _send_stream(self, data: bytes, host: str, port: int, failed: Callable[[], None]) -> None:
        connection = self._connections.get((host, port))
        if connection is not None and connection.open:
            self.counts.sent += 1
            connection.send(data)
            return
        waiting = self._connecting.get((host, port))
        if waiting is not None:
            waiting.append((data, failed))
            return
        self._connecting[host, port] = [(data, failed)]
        self._spawn(self._connect(host, port))

    async def _connect(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        connection: StreamConnection | None = None
        try:
            async with asyncio.timeout(self._limits.connect_s):
                _, connection = await loop.create_connection(
                    lambda: StreamConnection(self, self._limits, outgoing=True), host, port
                )
        except (OSError, TimeoutError) as error:
            log.info("no TCP connection to %s:%s: %s", host, port, error)
        finally:
            waiting = self._connecting.pop((host, port), [])
        for data, failed in waiting:
            if connection is not None and connection.open:
                self.counts.sent += 1
                connection.send(data)
            else:
                failed()

    async def _resolve_and_send(self, data: bytes, hop: Hop, failed: Callable[[], None]) -> None:
        address = await self.resolve(hop.host)
        if address is None:
            failed()
        else:
            self._send_request(data, hop, address, failed)

    async def resolve(self, host: str) -> str | None:
        """The address of a host name, remembered for a minute; None when it has none. A and AAAA only."""
        if (known := self._known_address(host)) is not None:
            return known
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            found = await loop.getaddrinfo(host, None, family=family, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            return None
        address = str(found[0][4][0])
        self._names[host] = (loop.time() + NAME_CACHE_S, address)
        return address

    def _known_address(self, host: str) -> str | None:
        host = host.strip("[]")
        if is_address(host):
            return host
        known = self._names.get(host)
        if known is not None and known[0] > asyncio.get_running_loop().time():
            return known[1]
        return None

    # -- connections

    def connected(self, connection: StreamConnection) -> bool:
        """A connection opened. False refuses it: there are too many."""
        if len(self._connections) >= self._limits.connections:
            return False
        self._connections[connection.remote] = connection
        return True

    def disconnected(self, connection: StreamConnection) -> None:
        if self._connections.get(connection.remote) is connection:
            del self._connections[connection.remote]

    def _close_idle(self) -> None:
        loop = asyncio.get_running_loop()
        for connection in list(self._connections.values()):
            connection.close_if_idle(loop.time())
        self._names = {name: item for name, item in self._names.items() if item[0] > loop.time()}
        self._sweep = loop.call_later(self._limits.sweep_s, self._close_idle)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def stamped(request: Request, source: Source) -> Request:
    """The request with `received` and `rport` in its top Via (18.2.1, RFC 3581 section 4). A `received`
    that it came with is the sender's invention."""
    via = request.via
    if via.wants_rport:
        request.set_top_via(via.with_params(received=source.host, rport=str(source.port)))
    elif via.address != source.host or "received" in via.params:
        request.set_top_via(via.with_params(received=source.host))
    return request


def _nothing() -> None:
    return None
