"""All TCP connections that carry SIP: those that come, those that we open, and who gives way when it is full.

Connections of people we know stay. A stranger's is closed when it says nothing, and when others need its
place; one address cannot take the places of all.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Protocol

from mediaserver.addresses import site_of
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError
from sip.transport.connection import ConnectionLimits, Source, StreamConnection
from sip.transport.reading_turns import ReadingTurns
from sip.transport.token_buckets import TokenBuckets

log = logging.getLogger(__name__)

ACCEPTS_A_TURN = 8
"""Connections taken before the loop gets its turn again."""
REST_S = 1.0
"""After this it is tried again to accept connections when it could not be done."""

Waiting = list[tuple[bytes, Callable[[], None]]]


class Reader(Protocol):
    """Who gets the messages."""

    def admits(self, item: Request | Response | MessageError, source: Source) -> bool: ...
    def deliver(self, message: Request | Response, source: Source) -> None: ...
    def malformed(self, error: MessageError, source: Source) -> None: ...

    @property
    def unwanted(self) -> Callable[[str], bool]:
        """Whether nothing of a host is looked at."""

    @property
    def in_use(self) -> Callable[[], Collection[object]]:
        """The connections that calls need which are up."""


class Streams:
    """Implements `sip.transport.connection.Owner`."""

    def __init__(self, reader: Reader, limits: ConnectionLimits) -> None:
        self._reader = reader
        self._limits = limits
        self._listening: list[socket.socket] = []
        self._connections: dict[tuple[str, int], StreamConnection] = {}
        self._strangers: dict[str, dict[StreamConnection, None]] = {}
        """Unproven connections by whose they are (`site_of`)."""
        self._opening: dict[tuple[str, int], Waiting] = {}
        self._accepting = 0
        self._opened: TokenBuckets[str] = TokenBuckets()
        self._turns = ReadingTurns()
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = 0
        """Messages."""
        self.turned_away = 0
        """Connections that were refused or had to give way."""

    def __len__(self) -> int:
        return len(self._connections)

    # -- life

    def listen(self, sockets: Iterable[socket.socket]) -> None:
        for each in sockets:
            self._listening.append(each)
            self._watch(each)

    async def stop(self) -> None:
        for each in self._listening:
            asyncio.get_running_loop().remove_reader(each.fileno())
            each.close()
        self._listening.clear()
        self._turns.stop()
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
            self.spawn(self._adopt(accepted))

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

    async def _adopt(self, accepted: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: StreamConnection(self, self._limits), accepted
            )
        except OSError:
            accepted.close()
        finally:
            self._accepting -= 1

    def _make_room(self, host: str) -> bool:
        """Whether one more may come from there; a stranger who is silent longest gives way."""
        if self._reader.unwanted(host):
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
        self._connections[connection.remote] = connection
        if not connection.proven:
            self._strangers.setdefault(site_of(connection.remote[0]), {})[connection] = None
        return True

    def disconnected(self, connection: StreamConnection) -> None:
        self._forget(connection)

    def admits(self, item: Request | Response | MessageError, source: Source) -> bool:
        return self._reader.admits(item, source)

    def deliver(self, message: Request | Response, source: Source) -> None:
        self._reader.deliver(message, source)

    def malformed(self, error: MessageError, source: Source) -> None:
        self._reader.malformed(error, source)

    def proved(self, connection: StreamConnection) -> None:
        """Somebody whom we know is at the other end."""
        connection.proven = True
        self._no_stranger(connection)

    def wants_turn(self, connection: StreamConnection) -> None:
        self._turns.ask(connection)

    def _forget(self, connection: StreamConnection) -> None:
        if self._connections.get(connection.remote) is connection:
            del self._connections[connection.remote]
        self._no_stranger(connection)

    def _no_stranger(self, connection: StreamConnection) -> None:
        site = site_of(connection.remote[0]) if connection.remote[0] else ""
        group = self._strangers.get(site)
        if group is not None:
            group.pop(connection, None)
            if not group:
                del self._strangers[site]

    # -- going

    def send(self, data: bytes, host: str, port: int, failed: Callable[[], None]) -> None:
        """Over the connection that is there, or a new one."""
        connection = self._connections.get((host, port))
        if connection is not None and connection.open:
            self.sent += 1
            connection.send(data)
            return
        waiting = self._opening.get((host, port))
        if waiting is not None:
            waiting.append((data, failed))
            return
        self._opening[host, port] = [(data, failed)]
        self.spawn(self._connect(host, port))

    def is_open(self, host: str, port: int) -> bool:
        """Whether there is a connection to there."""
        connection = self._connections.get((host, port))
        return connection is not None and connection.open

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
            waiting = self._opening.pop((host, port), [])
        for data, failed in waiting:
            if connection is not None and connection.open:
                self.sent += 1
                connection.send(data)
            else:
                failed()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Do some work that `stop` ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
