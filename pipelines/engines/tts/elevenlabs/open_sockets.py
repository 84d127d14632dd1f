"""Connections that take several texts at once, by what they were opened with: which has room, and which are
to be closed. Pure.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

from collections.abc import Hashable, Sized
from typing import Generic, Protocol, TypeVar


class SharedSocket(Protocol):
    closed: bool
    used: float
    """When a text of it was over last, in the loop's time."""

    @property
    def contexts(self) -> Sized:
        """Texts that are said over it now."""


S = TypeVar("S", bound=SharedSocket)


class OpenSockets(Generic[S]):
    def __init__(self, keep_s: float, most_contexts: int, most_idle: int) -> None:
        """`most_contexts`: at once on one. `most_idle`: of all together; users may name any voice."""
        self._keep_s = keep_s
        self._most_contexts = most_contexts
        self._most_idle = most_idle
        self._open: list[tuple[Hashable, S]] = []

    @property
    def all(self) -> list[S]:
        return [socket for _, socket in self._open]

    def add(self, key: Hashable, socket: S) -> None:
        self._open.append((key, socket))

    def with_room(self, key: Hashable) -> S | None:
        """One that takes a text more."""
        for each, socket in self._open:
            if each == key and not socket.closed and len(socket.contexts) < self._most_contexts:
                return socket
        return None

    def left(self, now: float) -> list[S]:
        """Those that are closed, or idle for too long, or too many: they are forgotten, and to be closed."""
        idle = [socket for _, socket in self._open if not socket.contexts and not socket.closed]
        idle.sort(key=lambda socket: socket.used, reverse=True)
        kept = [socket for socket in idle[: self._most_idle] if now - socket.used <= self._keep_s]
        leaving = [socket for socket in self.all if socket.closed or (socket in idle and socket not in kept)]
        self._open = [(key, socket) for key, socket in self._open if socket not in leaving]
        return leaving
