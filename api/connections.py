"""Who may hold an HTTP connection, and for how long; below aiohttp, which lets everybody for ever.

A connection is proven once a request on it was let in by the guard. One that is not is short: whatever goes
on in it (half a request, a body by drops, an answer that nobody reads) it is closed after `unproven_s`,
serves one request, and when there is no room the oldest of them gives way. So strangers can hold connections,
but cannot keep out somebody who has the token.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, cast
from uuid import UUID

from mediaserver.addresses import site_of, unmapped

T = TypeVar("T")

AT_ONCE = 4 << 10
"""Octets that are read of one connection before others get their turn. The system hands over 256 KB: it may
be 40,000 empty frames of a WebSocket, for which all calls would wait a quarter of a second."""
_WAITS = ("_reading_paused", "_buffer_paused")
"""How aiohttp's handler notes that it has the socket wait."""
_EMPTY = bytearray()


@dataclass(frozen=True, slots=True)
class HttpLimits:
    connections: int = 200
    """Open at once; anybody may open them, and each takes a descriptor."""
    unproven_per_source: int = 32
    """Open at once from one address, while nobody has proven anything on them."""
    unproven_s: float = 15.0
    """The whole life of a connection on which nobody has."""
    idle_s: float = 20.0
    """One without a whole request for so long is closed; clients keep their idle ones for less."""
    unread_s: float = 30.0
    """One whose client takes nothing of an answer for so long is closed."""

    @property
    def proven_per_key(self) -> int:
        """Open at once that one key has proven; further ones live as a stranger's do."""
        return max(1, self.connections // 2)


class HttpAdmission(Generic[T]):
    """Which connections there are, the oldest first, and who gives way. Pure."""

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._unproven: dict[T, str] = {}
        self._proven: dict[T, UUID | None] = {}
        """With the key that proved them; None: the operator's."""
        self._of_keys: Counter[UUID] = Counter()

    def __len__(self) -> int:
        return len(self._unproven) + len(self._proven)

    def enter(self, who: T, source: str) -> tuple[bool, T | None]:
        """One more came. Whether it may stay, and who has to go for that; that one is forgotten."""
        limits = self._limits
        own = [each for each, its in self._unproven.items() if its == source]
        leaves: T | None = None
        if len(own) >= limits.unproven_per_source:
            leaves = own[0]
        elif len(self) >= limits.connections:
            leaves = next(iter(self._unproven), None)
            if leaves is None:
                return False, None
        if leaves is not None:
            self.leave(leaves)
        self._unproven[who] = source
        return True, leaves

    def prove(self, who: T, key: UUID | None = None) -> None:
        """It belongs to somebody who may ask. One key does not keep all others out: with many it proves no
        more."""
        if who not in self._unproven:
            return
        if key is not None:
            if self._of_keys[key] >= self._limits.proven_per_key:
                return
            self._of_keys[key] += 1
        del self._unproven[who]
        self._proven[who] = key

    def is_proven(self, who: T) -> bool:
        return who in self._proven

    def leave(self, who: T) -> None:
        """It is gone. Idempotent."""
        self._unproven.pop(who, None)
        key = self._proven.pop(who, None)
        if key is not None:
            self._of_keys[key] -= 1
            if not self._of_keys[key]:
                del self._of_keys[key]


class HttpHandler(Protocol):
    """What aiohttp makes for each connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def connection_lost(self, exc: BaseException | None) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def eof_received(self) -> bool | None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class HttpConnections:
    """All connections of one server."""

    def __init__(self, limits: HttpLimits) -> None:
        self.limits = limits
        self._admission: HttpAdmission[asyncio.WriteTransport] = HttpAdmission(limits)

    def __len__(self) -> int:
        return len(self._admission)

    def guarded(self, make: Callable[[], HttpHandler]) -> asyncio.BufferedProtocol:
        """The protocol of one connection, for `create_server`. `make`: aiohttp's part of it."""
        return _Connection(self, make)

    def prove(self, wire: asyncio.WriteTransport | None, key: UUID | None = None) -> None:
        """A request on this connection was let in, by this key."""
        if wire is not None:
            self._admission.prove(wire, key)

    def is_proven(self, wire: asyncio.WriteTransport | None) -> bool:
        return wire is not None and self._admission.is_proven(wire)

    def enter(self, wire: asyncio.WriteTransport) -> bool:
        """Whether this connection may begin; only for _Connection."""
        name = wire.get_extra_info("peername")
        if not name:
            return False  # it is gone already
        stays, leaves = self._admission.enter(wire, site_of(unmapped(name[0])))
        if leaves is not None:
            leaves.abort()
        return stays

    def leave(self, wire: asyncio.WriteTransport) -> None:
        """It is gone; only for _Connection."""
        self._admission.leave(wire)


class _Connection(asyncio.BufferedProtocol):
    """Stands between a socket and aiohttp's handler of it. Reads AT_ONCE at a time and keeps nothing back, so
    that aiohttp's own flow control holds: what it does not take stays with the sender."""

    def __init__(self, owner: HttpConnections, make: Callable[[], HttpHandler]) -> None:
        self._owner = owner
        self._make = make
        self._handler: HttpHandler | None = None
        self._wire: asyncio.WriteTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._buffer = _EMPTY
        """What the system is reading into, no longer than that takes: most connections are idle."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire = cast(asyncio.WriteTransport, transport)  # uvloop's have the methods, not the base class
        if not self._owner.enter(wire):
            wire.abort()
            return
        limits = self._owner.limits
        with contextlib.suppress(OSError):  # also for a client that reads nothing: its window stays shut
            wire.get_extra_info("socket").setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * limits.unread_s)
            )
        self._wire = wire
        self._timer = asyncio.get_running_loop().call_later(limits.unproven_s, self._expire)
        self._handler = self._make()
        self._handler.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._wire is not None:
            self._owner.leave(self._wire)
            self._wire = None
        if self._handler is not None:
            self._handler.connection_lost(exc)
            self._handler = None

    def get_buffer(self, sizehint: int) -> bytearray:
        self._buffer = bytearray(AT_ONCE)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        data, self._buffer = bytes(memoryview(self._buffer)[:nbytes]), _EMPTY
        if self._handler is None:
            return
        self._handler.data_received(data)
        if nbytes == AT_ONCE and self._reads(False):  # there may be more: the others get their turn first
            asyncio.get_running_loop().call_soon(self._read_on)

    def _read_on(self) -> None:
        handler = self._handler
        # aiohttp that waits for who takes what came reads on by itself.
        if handler is not None and not any(getattr(handler, flag, False) for flag in _WAITS):
            self._reads(True)

    def _reads(self, on: bool) -> bool:
        """Whether it could be told so."""
        wire = cast(asyncio.Transport | None, self._wire)
        if wire is None or wire.is_closing():
            return False
        with contextlib.suppress(RuntimeError):
            (wire.resume_reading if on else wire.pause_reading)()
        return True

    def eof_received(self) -> bool | None:
        return None if self._handler is None else self._handler.eof_received()

    def pause_writing(self) -> None:
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        if self._handler is not None:
            self._handler.resume_writing()

    def _expire(self) -> None:
        if self._wire is not None and not self._owner.is_proven(self._wire):
            self._wire.abort()
