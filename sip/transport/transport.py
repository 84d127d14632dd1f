"""The transport layer (RFC 3261 section 18) over UDP, TCP, TLS and WebSocket on the event loop.

It moves whole messages between sockets and a handler, and keeps to the rules of the Via header. It must never
raise out of a receive path, never block, and never send to a broadcast or multicast address.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mediaserver.addresses import is_address, may_send_to, unmapped
from sip.messages.grammar import ParseError
from sip.messages.headers import WEB_SOCKETS, Via
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError, parse, validate
from sip.messages.uri import Uri, bracketed
from sip.transactions.matching import TransactionKey
from sip.transactions.requests import Hop, Peer
from sip.transport.addresses import may_name
from sip.transport.connection import ConnectionLimits, Place, Source, StreamConnection
from sip.transport.datagrams import DatagramSockets
from sip.transport.default_ports import default_port
from sip.transport.dns_records import DnsRecords, system_dns
from sip.transport.intake import Intake
from sip.transport.listening import open_sockets, open_tls_sockets
from sip.transport.name_servers import lookup_by
from sip.transport.names import HostNames
from sip.transport.own_addresses import OwnAddresses
from sip.transport.queue_delay import QueueDelay
from sip.transport.resolver import SipResolver
from sip.transport.shedding import IntakeLimits, Shed
from sip.transport.streams import Streams
from sip.transport.tap import Tap
from sip.transport.tls import Tls
from sip.transport.triage import Standing, of_message
from sip.transport.undelivered import request_quoted
from sip.transport.way_back import fitted, port_of, stamped
from sip.transport.web_sockets import MessageWire

log = logging.getLogger(__name__)

DATAGRAM_LIMIT = 1300
"""Requests longer than this many bytes go over TCP when it can be had (RFC 3261 18.1.1)."""


class Handler(Protocol):
    """Who gets the messages. None of these may block."""

    def on_request(self, request: Request, source: Source) -> None: ...
    def on_response(self, response: Response, source: Source) -> None: ...
    def on_undelivered(self, branch: str, method: str) -> None:
        """Nobody was there for a request that may be ours."""

    def on_gone(self, connection: StreamConnection) -> None:
        """A WebSocket is closed: nobody can be reached by it any more, and there is no other way."""

    def refuse(self, error: MessageError) -> Response:
        """The response to `error.request`, which is there."""

    def asked(self, branch: str, host: str) -> bool | None: ...
    def asked_by_socket(self, branch: str, method: str) -> tuple[str, str, int] | None:
        """Transport, host and port of the WebSocket that a request of ours went out by; None when there is
        no such request, or it went otherwise."""

    def serves(self, transaction: TransactionKey, host: str) -> bool: ...
    def talks(self, call_id: str, tag: str, host: str) -> bool | None: ...
    def challenged(self, nonce: str, host: str) -> bool: ...


@dataclass(slots=True)
class TransportCounts:
    received: int = 0
    malformed: int = 0
    dropped: int = 0
    """Responses that were not ours, and what must not or could not be sent."""
    withheld: int = 0
    """Answers that would have been more than three times their request."""


def _nobody(host: str) -> bool:
    return False


def _nothing() -> None:
    return None


class Transport:
    """UDP and TCP listeners on one port, one for TLS on another where we have a certificate, and the
    connections to others.

    `port` 0 lets the system choose; `port` then tells which, and so does `tls_port`, which is None while
    nobody can call by TLS. `own` says what we name in Via and Contact.
    """

    def __init__(
        self,
        host: str,
        port: int,
        handler: Handler,
        *,
        tcp: bool = True,
        tls: Tls | None = None,
        tls_port: int = 0,
        own: OwnAddresses | None = None,
        limits: ConnectionLimits | None = None,
        intake: IntakeLimits | None = None,
        dns_servers: Sequence[str] = (),
    ) -> None:
        """`dns_servers`: asked for names; none: those of the system."""
        self.host = host
        self.port = port
        self.counts = TransportCounts()
        self._handler = handler
        self.tcp = tcp
        self.own = own or OwnAddresses(host)
        self._limits = limits or ConnectionLimits()
        self.intake = Intake(self, handler, intake or IntakeLimits())
        self._datagrams = DatagramSockets(self.intake)
        self.tls = tls or Tls()
        self._tls_port = tls_port
        self.tls_port: int | None = None
        self._streams = Streams(self, self._limits, self.tls, self.own)
        self.in_use: Callable[[], Collection[object]] = frozenset
        """Connections that are not closed however long they are silent; asked now and then."""
        self._lookup = lookup_by(dns_servers)
        self._names = HostNames(())
        self._records = DnsRecords(system_dns(dns_servers))
        self.resolver = self._resolver()
        """Where SIP URIs lead to."""
        self._sweep: asyncio.TimerHandle | None = None
        self.unwanted: Callable[[str], bool] = _nobody
        """Hosts of which nothing is looked at; asked of each datagram and each new connection."""
        self.mute: Callable[[str], bool] = _nobody
        """Hosts that are told nothing which they did not earn: no answer to what cannot be read, nor to the
        keep-alives of a connection."""
        self.forces_rport: Callable[[str], bool] = _nobody
        """Hosts that are answered to the port that they send from, also where they do not ask for that."""
        self.tap: Tap | None = None
        """Who sees what comes, but for what is shed, and what goes."""

    # -- life

    async def start(self) -> None:
        """Bind. Raises PortInUseError when a port is taken, StartupError when the address is not ours."""
        secure = open_tls_sockets(self.host, self._tls_port) if self.tls.server is not None else []
        try:
            datagrams, streams = open_sockets(self.host, self.port, self.tcp)
        except BaseException:
            for each in secure:
                each.close()
            raise
        self.port = datagrams[0].getsockname()[1]
        self._datagrams.listen(datagrams)
        self._streams.listen(streams)
        if secure:
            self.tls_port = secure[0].getsockname()[1]
            self._streams.listen(secure, tls=True)
        self._names = HostNames(self._datagrams.families, self._lookup)
        self.resolver = self._resolver()
        self._sweep = asyncio.get_running_loop().call_later(self._limits.sweep_s, self._sweep_up)

    async def stop(self) -> None:
        """Close everything. Messages already handed over were sent."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._datagrams.stop()
        self.intake.stop()
        self._names.stop()
        await self._records.close()
        await self._streams.stop()

    def _resolver(self, draw: Callable[[], float] = random.random) -> SipResolver:
        transports = ("UDP", "TCP", "TLS") if self.tcp else ("UDP", "TLS")  # to call by TLS needs no port
        return SipResolver(self._records, self._names.addresses, draw, transports)

    def _sweep_up(self) -> None:
        loop = asyncio.get_running_loop()
        self._streams.sweep(loop.time())
        self._names.forget_old(loop.time())
        self.intake.log(time.monotonic())
        self._sweep = loop.call_later(self._limits.sweep_s, self._sweep_up)

    @property
    def queue_delay(self) -> QueueDelay:
        """How long what arrives has waited for us."""
        return self.intake.queue_delay

    @queue_delay.setter
    def queue_delay(self, measure: QueueDelay) -> None:
        self.intake.queue_delay = measure

    @property
    def shed(self) -> Mapping[Shed, int]:
        """Datagrams that were not looked at, by why."""
        return self.intake.shedder.counts

    @property
    def sent(self) -> int:
        """Messages that went out."""
        return self._datagrams.sent + self._streams.sent

    @property
    def connections(self) -> int:
        """Connections that are open, by TCP and TLS."""
        return len(self._streams)

    @property
    def turned_away(self) -> int:
        """Connections that were refused, or closed to make room."""
        return self._streams.turned_away

    # -- who we are

    def local_host(self, towards: str) -> str:
        """Our address as `towards` (an IP address) sees it."""
        return self.own.towards(towards)

    def is_us(self, address: str, port: int) -> bool:
        """Whether what is sent there comes back to us. `address`: an IP address."""
        return port in (self.port, self.tls_port) and (
            unmapped(address) in self._datagrams.hosts or self.own.holds(address)
        )

    def is_open(self, transport: str, address: str, port: int, domain: str = "") -> bool:
        """Whether requests can come to us by the way that ours went there: by TCP and TLS on a connection
        that is still open. `domain`: see `Hop`."""
        return transport == "UDP" or self._streams.is_open(Place(transport, address, port, domain))

    def leads_to(self, name: str, address: str) -> bool:
        """Whether that is the address of a host (a name or an address), as far as we know without asking."""
        return name == address or self._names.known(name) == address

    def sent_by(self, hop: Hop) -> str:
        """The sent-by of our Via on the way to `hop`."""
        host = self.local_host(self._names.known(hop.host) or hop.named_by or "127.0.0.1")
        return f"{bracketed(host)}:{self.port_for(hop.transport)}"

    def port_for(self, transport: str) -> int:
        """Our port, as others are told it. By TLS without a certificate that others could call us by it is
        the one in the clear: the connection is all there is."""
        return self.tls_port or self.port if transport == "TLS" else self.port

    def is_ours(self, via: Via) -> bool:
        """Whether a response's top Via names us (18.1.2)."""
        return (via.port or default_port(via.transport)) == self.port_for(via.transport) and (
            via.address == self.host or (is_address(via.address) and self.own.holds(via.address))
        )

    # -- in

    def returned(self, quote: bytes) -> None:
        """Nobody was there for a datagram of ours (sip.transport.intake.DatagramUser)."""
        if (request := request_quoted(quote)) is not None:
            self._handler.on_undelivered(*request)

    def receive(self, data: bytes, source: Source) -> None:
        """One datagram that is to be read. Never raises."""
        if self.tap is not None:
            self.tap(data, False, "UDP", source.host, source.port)
        try:
            message = parse(data)
        except MessageError as error:
            self._refuse_unread(error, source)
            return
        self.deliver(message, source)

    def admits(self, item: Request | Response | MessageError, source: Source, *, again: bool = False) -> bool:
        """Whether what came by TCP may be looked at now. What is new or cannot be read must not come faster
        than by UDP; here the sender can be made to wait. `again`: it waits already, and was counted."""
        shedder, now = self.intake.shedder, time.monotonic()
        look = None if isinstance(item, MessageError) else of_message(item, source.host, self._handler)
        if look is not None and look.standing in (Standing.RUNNING, Standing.ROAMING):
            why = shedder.against_running(look, source.host, source.size, now)
        else:
            why = shedder.against_new(source.host, source.size, now, proven=True)
        if why is not None and not again:
            shedder.held(source.host)
            self.intake.log(now)
        return why is None

    def deliver(self, message: Request | Response, source: Source) -> None:
        """Check one message and hand it on. Never raises."""
        if source.connection is not None and not source.relayed and self.unwanted(source.host):
            source.connection.close()  # it became so while it was open
            return
        if self.tap is not None and source.connection is not None:
            self.tap(bytes(message), False, source.transport, source.host, source.port)
        self.counts.received += 1
        try:
            if isinstance(message, Request):
                validate(message)
                self._handler.on_request(stamped(message, source, self.forces_rport(source.host)), source)
            elif self.is_ours(message.via) and self._is_due(message, source):
                self._handler.on_response(message, source)
            else:
                self.counts.dropped += 1
        except MessageError as error:
            self._refuse_unread(error, source)
        except ParseError:
            self.counts.malformed += 1
        except Exception:
            # A bug of ours must not take the listener down with it; the message is lost, the log keeps why.
            log.exception("a message from %s:%s was not handled", source.host, source.port)

    def _is_due(self, response: Response, source: Source) -> bool:
        """Whether a response comes by the WebSocket that its request went out by, if by any: those who have
        one each often share an address, and none is to answer for another."""
        place = self._handler.asked_by_socket(response.via.branch or "", response.cseq.method)
        here = (source.transport, source.host, source.port)
        return here == place if place is not None else source.transport not in WEB_SOCKETS

    def malformed(self, error: MessageError, source: Source) -> None:
        """Something came by a connection that cannot be read."""
        if self.tap is not None and error.request is not None:
            self.tap(bytes(error.request), False, source.transport, source.host, source.port)
        self._refuse_unread(error, source)

    def _refuse_unread(self, error: MessageError, source: Source) -> None:
        """Answer without state, as far as it was readable."""
        self.counts.malformed += 1
        self.intake.shedder.malformed(source.host, time.monotonic(), proven=source.connection is not None)
        if error.request is None or self.mute(source.host):
            return
        log.debug("malformed SIP from %s:%s: %s", source.host, source.port, error.reason)
        try:
            stamped(error.request, source)
        except ParseError:
            port = source.port  # not even the Via can be read: all that is left is where the bytes came from
        else:
            via = error.request.via
            port = via.rport or via.port or default_port(source.transport)
        try:
            self._send_once(self._handler.refuse(error), source, port)
        except Exception:
            log.exception("a malformed message from %s:%s was not answered", source.host, source.port)

    # -- out

    def send_request(self, request: Request, hop: Hop, failed: Callable[[], None]) -> None:
        """Send a request; `failed` is called when the transport knows that it did not go out."""
        address = None if hop.service else self._names.known(hop.host)
        if address is None:
            self._streams.spawn(self._resolve_and_send(bytes(request), hop, failed))
        else:
            self._send_request(bytes(request), hop, address, failed)

    def send_response(self, response: Response, peer: Peer, failed: Callable[[], None]) -> None:
        """Send a response to where its request came from (18.2.2, RFC 3581 section 4). What the Via says of
        other places is not believed: anybody could have us send to anybody."""
        data = bytes(response)
        if peer.transport == "UDP":
            self._send(data, "UDP", peer.host, port_of(response), failed)
        else:
            self._send_back(data, peer, response.via.port or default_port(peer.transport), failed)

    def send_once(self, response: Response, peer: Peer) -> None:
        """Send a response that nothing is kept of. By UDP it is at most three times as long as its request:
        nobody knows who asked."""
        self._send_once(response, peer, port_of(response))

    def gone(self, connection: StreamConnection) -> None:
        """It is closed (sip.transport.streams.Reader)."""
        if connection.place.transport in WEB_SOCKETS:
            self._handler.on_gone(connection)

    def lets_socket_in(self, host: str, *, relayed: bool = False) -> bool:
        """Whether a WebSocket may be opened from that address now; to be asked before it is. `relayed`: it is
        a proxy's, which is not shut out for what one of many does behind it."""
        return self._streams.lets_in(host, relayed=relayed)

    def socket_opened(
        self,
        wire: MessageWire,
        *,
        secure: bool = False,
        relayed: bool = False,
        greeted: bool = False,
        known_as: str = "",
        on_proven: Callable[[], None] = _nothing,
    ) -> StreamConnection:
        """A WebSocket that may speak SIP: what comes by it is to be given to `data_received`, its end to
        `connection_lost`. `secure`: it goes by TLS. `relayed`, `greeted`, `known_as`,
        `on_proven`: see `StreamConnection`."""
        transport = "WSS" if secure else "WS"
        return self._streams.adopt(
            wire, transport, relayed=relayed, greeted=greeted, known_as=known_as, on_proven=on_proven
        )

    def known(self, connection: StreamConnection) -> None:
        """Who opened it has shown a certificate that we trust (sip.transport.streams.Reader)."""
        self.intake.shedder.proved(connection.place.host, time.monotonic())
        self._streams.proved(connection)

    def proved(self, peer: Peer) -> None:
        """Somebody at that address gets what we send there."""
        self.intake.shedder.proved(peer.host, time.monotonic())
        if isinstance(peer, Source) and peer.connection is not None:
            self._streams.used(peer.connection)

    def recognized(self, source: Source) -> None:
        """We know who is there, by a password or as a trunk: a connection is kept for it."""
        if source.connection is not None:
            self._streams.proved(source.connection)

    def _send_once(self, response: Response, peer: Peer, port: int) -> None:
        if peer.transport != "UDP":
            self._send_back(bytes(response), peer, port, _nothing)
        elif (data := fitted(response, peer.size)) is None:
            self.counts.withheld += 1
        else:
            self._send(data, "UDP", peer.host, port, _nothing)

    def _send_back(self, data: bytes, peer: Peer, port: int, failed: Callable[[], None]) -> None:
        """By the connection that the request came by; by another one when it is gone (18.2.2)."""
        connection = peer.connection if isinstance(peer, Source) else None
        if connection is not None and connection.open:
            self._streams.sent += 1
            if self.tap is not None:
                self.tap(data, True, peer.transport, peer.host, peer.port)
            connection.send(data)
        else:
            self._send(data, peer.transport, peer.host, port, failed)

    def _send_request(self, data: bytes, hop: Hop, address: str, failed: Callable[[], None]) -> None:
        if hop.named_by and not may_name(hop.named_by, address):
            self.counts.dropped += 1
            failed()
        else:
            self._send(data, hop.transport, address, hop.port, failed, hop.domain)

    def _send(
        self, data: bytes, transport: str, host: str, port: int, failed: Callable[[], None], domain: str = ""
    ) -> None:
        if not may_send_to(host) or not 0 < port < 65_536:
            self.counts.dropped += 1
            failed()
            return
        if self.tap is not None:
            self.tap(data, True, transport, host, port)
        if transport == "UDP":
            self._datagrams.send(data, host, port, failed)
        elif transport in WEB_SOCKETS:
            self._streams.send(data, Place(transport, host, port), failed)
        elif transport == "TLS":
            self._streams.send(data, Place("TLS", host, port, domain), failed)
        elif transport == "TCP" and self.tcp:
            self._streams.send(data, Place("TCP", host, port), failed)
        else:
            failed()

    async def _resolve_and_send(self, data: bytes, hop: Hop, failed: Callable[[], None]) -> None:
        if hop.service:
            await self._send_to_service(data, hop, failed)
            return
        address = await self.resolve(hop.host)
        if address is None:
            failed()
        else:
            self._send_request(data, hop, address, failed)

    async def _send_to_service(self, data: bytes, hop: Hop, failed: Callable[[], None]) -> None:
        """To the best server of a name, but for the one that names it, which was asked before: the same one
        at each repetition (RFC 3263 section 4.4)."""
        secure = "sips" if hop.transport == "TLS" else "sip"
        places = await self._resolver(_evenly).places(Uri(secure, host=bracketed(hop.host)), hop.transport)
        usable = [place for place in places if place.transport == hop.transport]
        place = next((each for each in usable if each.address != hop.named_by), next(iter(usable), None))
        if place is None:
            failed()
        else:
            there = replace(hop, host=place.address, port=place.port, service=False)
            self._send_request(data, there, place.address, failed)

    def trouble(self, hop: Hop) -> str:
        """Why there is no connection to a hop, as far as we know; empty: nobody said."""
        address = self._names.known(hop.host)
        if address is None or not hop.reliable:
            return ""
        return self._streams.trouble(Place(hop.transport, address, hop.port, hop.domain))

    async def resolve(self, host: str) -> str | None:
        """The address of a host name, remembered for a minute; None when it has none. A and AAAA only."""
        return await self._names.resolve(host)


def _evenly() -> float:
    """In the place of chance."""
    return 0.5
