"""All connections that carry SIP, by TCP, TLS and WebSocket: those that come, those that we open,
and who gives way when it is full.

Connections of people we know stay. A stranger's is closed when it says nothing, and when others need its
place; one address cannot take the places of all. TLS handshakes have turns of their own, so that neither many
of them nor costly ones keep anybody else waiting.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import socket
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from typing import Protocol

from mediaserver.addresses import site_of
from mediaserver.errors import ConfigError
from mediaserver.host_port import host_port
from mediaserver.seldom import Seldom
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError
from sip.transport.connection import ConnectionLimits, Place, Source, StreamConnection, Unheard
from sip.transport.own_addresses import OwnAddresses
from sip.transport.reading_turns import ReadingTurns
from sip.transport.tls import Tls
from sip.transport.tls_channel import TlsChannel
from sip.transport.tls_trouble import TlsError
from sip.transport.token_buckets import TokenBuckets
from sip.transport.web_sockets import MessageWire

log = logging.getLogger(__name__)

ACCEPTS_A_TURN = 8
"""Connections taken before the loop gets its turn again."""
REST_S = 1.0
"""After this it is tried again to accept connections when it could not be done."""
TROUBLES_KEPT = 256

Waiting = list[tuple[bytes, Callable[[], None]]]


class LastTry:
    """Whom to tell when what is sent for the second time does not go out either."""

    __slots__ = ("_failed",)

    def __init__(self, failed: Callable[[], None]) -> None:
        self._failed = failed

    def __call__(self) -> None:
        self._failed()


class Reader(Protocol):
    """Who gets the messages."""

    def admits(self, item: Request | Response | MessageError, source: Source, *, again: bool) -> bool: ...
    def deliver(self, message: Request | Response, source: Source) -> None: ...
    def malformed(self, error: MessageError, source: Source) -> None: ...
    def known(self, connection: StreamConnection) -> None:
        """Who opened it has shown a certificate that we trust."""

    def gone(self, connection: StreamConnection) -> None:
        """It is closed."""

    @property
    def unwanted(self) -> Callable[[str], bool]:
        """Whether nothing of a host is looked at."""

    @property
    def mute(self) -> Callable[[str], bool]:
        """Whether a host is told nothing that it did not earn."""

    @property
    def in_use(self) -> Callable[[], Collection[object]]:
        """The connections that calls need which are up."""


class Streams:
    """Implements `sip.transport.connection.Owner`."""

    def __init__(self, reader: Reader, limits: ConnectionLimits, tls: Tls, own: OwnAddresses) -> None:
        self._reader = reader
        self._limits = limits
        self._tls = tls
        self._own = own
        self._listening: dict[socket.socket, bool] = {}
        """To whether TLS is spoken there."""
        self._connections: dict[Place, StreamConnection] = {}
        self._strangers: dict[str, dict[StreamConnection, None]] = {}
        """Unproven connections by whose they are (`site_of`)."""
        self._kept: dict[str, dict[StreamConnection, None]] = {}
        """Those that came from people we know, or that calls use; by whose they are."""
        self._opening: dict[Place, Waiting] = {}
        self._troubles: dict[Place, str] = {}
        """Why no connection was to be had, the oldest first."""
        self._secured: dict[Place, asyncio.Future[str]] = {}
        """Of connections that we open by TLS: why the handshake failed; empty when it did not."""
        self._accepting = 0
        self._opened: TokenBuckets[str] = TokenBuckets()
        self._turns = ReadingTurns()
        self._handshakes = ReadingTurns()
        self._refused = Seldom()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self.sent = 0
        """Messages."""
        self.turned_away = 0
        """Connections that were refused or had to give way."""

    def __len__(self) -> int:
        return len(self._connections)

    # -- life

    def listen(self, sockets: Iterable[socket.socket], *, tls: bool = False) -> None:
        for each in sockets:
            self._listening[each] = tls
            self._watch(each)

    async def stop(self) -> None:
        self._stopped = True
        for each in self._listening:
            asyncio.get_running_loop().remove_reader(each.fileno())
            each.close()
        self._listening.clear()
        self._turns.stop()
        self._handshakes.stop()
        for connection in list(self._connections.values()):
            connection.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def sweep(self, now: float) -> None:
        """Close what was silent for too long. `now` in seconds of the event loop's clock."""
        in_use = self._reader.in_use() if self._connections else ()
        for connection in list(self._connections.values()):
            connection.close_if_idle(now, connection in in_use)
        for connection in [each for group in self._kept.values() for each in group]:
            if not connection.proven and connection not in in_use:
                self._release(connection)

    # -- coming

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTS_A_TURN):
            try:
                accepted, address = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                self._rest(listening, error)
                return
            if not self._may_open(address[0]) or not self._make_room(address[0]):
                self.turned_away += 1
                accepted.close()
                continue
            accepted.setblocking(False)
            self._accepting += 1
            self.spawn(self._adopt(accepted, self._listening[listening]))

    def lets_in(self, host: str, *, relayed: bool = False) -> bool:
        """Whether one more WebSocket may be opened from there: to be asked first, and once. `relayed`: the
        address is a proxy's."""
        if not self._stopped and self._may_open(host) and self._make_room(host, relayed=relayed):
            return True
        self.turned_away += 1
        return False

    def adopt(
        self,
        wire: MessageWire,
        transport: str,
        *,
        relayed: bool,
        greeted: bool,
        known_as: str,
        on_proven: Callable[[], None],
    ) -> StreamConnection:
        """A WebSocket that was opened to us. Whoever has it hands over what comes (`data_received`) and its
        end (`connection_lost`)."""
        connection = StreamConnection(
            self,
            self._limits,
            socket=transport,
            relayed=relayed,
            greeted=greeted,
            known_as=known_as,
            on_proven=on_proven,
        )
        connection.opened(wire)
        return connection

    def _rest(self, listening: socket.socket, error: OSError) -> None:
        """Accept nobody for a while: no descriptor is left, and who waits would wake us again at once."""
        loop = asyncio.get_running_loop()
        log.warning("no TCP connection can be accepted now: %s", error)
        loop.remove_reader(listening.fileno())
        loop.call_later(REST_S, self._watch, listening)

    def _watch(self, listening: socket.socket) -> None:
        if listening in self._listening:
            asyncio.get_running_loop().add_reader(listening.fileno(), self._accept, listening)

    def _may_open(self, host: str) -> bool:
        return self._opened.take(site_of(host), self._limits.opened_per_source, time.monotonic())

    async def _adopt(self, accepted: socket.socket, secure: bool) -> None:
        try:
            channel = None
            if secure:
                assert self._tls.server is not None
                channel = TlsChannel(self._tls.server)
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: StreamConnection(self, self._limits, tls=channel), accepted
            )
        except OSError:
            accepted.close()
        finally:
            self._accepting -= 1

    def _make_room(self, host: str, *, relayed: bool = False) -> bool:
        """Whether one more may come from there; a stranger who is silent longest gives way."""
        if not relayed and self._reader.unwanted(host):
            return False
        limits = self._limits
        neighbours = self._strangers.get(site_of(host), {})
        if len(neighbours) >= limits.unproven_per_source:
            self._turn_away(neighbours)
        if len(self._connections) + self._accepting < limits.connections:
            return True
        return self._turn_away(each for group in self._strangers.values() for each in group)

    def _turn_away(self, among: Iterable[StreamConnection]) -> bool:
        oldest = min(among, key=lambda each: each.last_message, default=None)
        if oldest is None:
            return False
        self.turned_away += 1
        self._forget(oldest)
        oldest.abort()
        return True

    # -- sip.transport.connection.Owner

    def connected(self, connection: StreamConnection) -> bool:
        """False refuses it: there are too many."""
        if connection.outgoing and len(self._connections) >= self._limits.connections:
            return False
        self._connections[connection.place] = connection
        if not connection.proven:
            self._strangers.setdefault(site_of(connection.place.host), {})[connection] = None
        return True

    def disconnected(self, connection: StreamConnection) -> None:
        self._forget(connection)
        self._handshake_over(connection, "it closed the connection in the middle of the handshake")
        self._reader.gone(connection)

    def broken(self, connection: StreamConnection, lost: Sequence[Unheard]) -> None:
        """The other side closed it, or a firewall on the way had forgotten it, and we found out by what we
        sent: that goes by a new one, once. Whoever has it already knows it again."""
        for data, failed, _ in lost if not self._stopped else ():
            if isinstance(failed, LastTry):
                failed()
            else:
                self.send(data, connection.place, LastTry(failed))

    def secured(self, connection: StreamConnection) -> None:
        self._handshake_over(connection, "")
        if not connection.outgoing and connection.certified:
            self._reader.known(connection)

    def insecure(self, connection: StreamConnection, why: str) -> None:
        place = connection.place
        if connection.outgoing:
            self._remember_trouble(place, why)
            self._handshake_over(connection, why)
        elif (unsaid := self._refused.due(time.monotonic())) is not None:
            others = f" (and {unsaid} others since the last such line)" if unsaid else ""
            log.warning("no TLS with %s, who called: %s%s", host_port(place.host, place.port), why, others)

    def _handshake_over(self, connection: StreamConnection, why: str) -> None:
        over = self._secured.get(connection.place) if connection.outgoing else None
        if over is not None and not over.done():
            over.set_result(why)

    def admits(self, item: Request | Response | MessageError, source: Source, *, again: bool) -> bool:
        return self._reader.admits(item, source, again=again)

    def answers_pings(self, connection: StreamConnection) -> bool:
        return connection.outgoing or not self._reader.mute(connection.place.host)

    def deliver(self, message: Request | Response, source: Source) -> None:
        self._reader.deliver(message, source)

    def malformed(self, error: MessageError, source: Source) -> None:
        self._reader.malformed(error, source)

    def proved(self, connection: StreamConnection) -> None:
        """Somebody whom we know is at the other end."""
        if self._keep(connection):
            connection.believe()

    def used(self, connection: StreamConnection) -> None:
        """A call uses it, of whomever: it is no stranger's until the sweep finds that none does any more."""
        self._keep(connection)

    def _keep(self, connection: StreamConnection) -> bool:
        """False when too many from there are kept."""
        if connection.outgoing or not connection.open:
            return connection.outgoing
        site = site_of(connection.place.host)
        kept = self._kept.setdefault(site, {})
        if connection not in kept:
            if len(kept) >= self._limits.kept_per_source:
                return False
            _leave(self._strangers, site, connection)
            kept[connection] = None
        return True

    def _release(self, connection: StreamConnection) -> None:
        """Its calls are over: it is a stranger's again, and gives way as one."""
        site = site_of(connection.place.host)
        _leave(self._kept, site, connection)
        strangers = self._strangers.setdefault(site, {})
        strangers[connection] = None
        if len(strangers) > self._limits.unproven_per_source:
            self._turn_away(strangers)

    def wants_turn(self, connection: StreamConnection) -> None:
        (self._handshakes if connection.shaking_hands else self._turns).ask(connection)

    def _forget(self, connection: StreamConnection) -> None:
        if self._connections.get(connection.place) is connection:
            del self._connections[connection.place]
        if connection.place.host:
            site = site_of(connection.place.host)
            _leave(self._strangers, site, connection)
            _leave(self._kept, site, connection)

    # -- going

    def send(self, data: bytes, to: Place, failed: Callable[[], None]) -> None:
        """Over the connection that is there, or a new one. By TLS a new one has to lead to somebody whom its
        certificate is for: without a domain only one that is there is used."""
        connection = self._connections.get(to)
        if connection is not None and connection.open and not connection.shaking_hands:
            self.sent += 1
            connection.send(data, failed)
            return
        if to.transport in WEB_SOCKETS or (to.transport == "TLS" and not to.domain):
            self._remember_trouble(to, "the connection that it opened is closed")
            failed()
            return
        waiting = self._opening.get(to)
        if waiting is not None:
            waiting.append((data, failed))
            return
        self._opening[to] = [(data, failed)]
        # In no call's context: the connection outlives the call that wanted it first.
        contextvars.Context().run(self.spawn, self._open(to))

    def is_open(self, to: Place) -> bool:
        """Whether there is a connection to there."""
        connection = self._connections.get(to)
        return connection is not None and connection.open

    def trouble(self, to: Place) -> str:
        """Why the latest attempt to connect there failed; empty when nothing is known."""
        return self._troubles.get(to, "")

    async def _open(self, to: Place) -> None:
        connection: StreamConnection | None = None
        try:
            async with asyncio.timeout(self._limits.connect_s):
                connection = await self._connect(to)
            self._troubles.pop(to, None)
        except TimeoutError:
            why = f"no {to.transport} connection within {self._limits.connect_s:g} s"
            if to.domain:
                why += "; check that it is up, and speaks TLS at this port (5061 is usual)"
            self._not_opened(to, why)
        except (ConfigError, TlsError) as error:
            self._not_opened(to, str(error))
        except OSError as error:
            self._not_opened(to, os.strerror(error.errno) if error.errno else str(error))
        finally:
            waiting = self._opening.pop(to, [])
        for data, failed in waiting:
            if connection is not None and connection.open:
                self.sent += 1
                connection.send(data, failed)
            else:
                failed()

    async def _connect(self, to: Place) -> StreamConnection:
        """Raises OSError; by TLS ConfigError and TlsError, too."""
        loop = asyncio.get_running_loop()
        local_addr = self._own.leaves_from(to.host)
        if to.transport != "TLS":
            _, plain = await loop.create_connection(
                lambda: StreamConnection(self, self._limits, to=to), to.host, to.port, local_addr=local_addr
            )
            return plain
        channel = TlsChannel(await self._tls.client(), to.domain)
        over = self._secured[to] = loop.create_future()
        connection: StreamConnection | None = None
        try:
            _, connection = await loop.create_connection(
                lambda: StreamConnection(self, self._limits, to=to, tls=channel),
                to.host,
                to.port,
                local_addr=local_addr,
            )
            connection.begin()
            if why := await over:
                raise TlsError(why)
        except BaseException:
            if connection is not None:
                connection.abort()
            raise
        finally:
            del self._secured[to]
        return connection

    def _not_opened(self, to: Place, why: str) -> None:
        log.info("no %s connection to %s: %s", to.transport, host_port(to.host, to.port), why)
        self._remember_trouble(to, why)

    def _remember_trouble(self, to: Place, why: str) -> None:
        self._troubles.pop(to, None)
        self._troubles[to] = why
        if len(self._troubles) > TROUBLES_KEPT:
            del self._troubles[next(iter(self._troubles))]

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Do some work that `stop` ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _leave(groups: dict[str, dict[StreamConnection, None]], site: str, connection: StreamConnection) -> None:
    group = groups.get(site)
    if group is not None:
        group.pop(connection, None)
        if not group:
            del groups[site]
