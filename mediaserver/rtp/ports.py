"""Pairs of UDP sockets for RTP (even port) and RTCP (the next one), taken from a range.

Goes round the range, so that packets of a call that just ended do not land in a new one.
"""

from __future__ import annotations

import errno
import random
import socket

from mediaserver.errors import CapacityError, PortInUseError

_SO_TIMESTAMPNS = 35  # Linux; the socket module has no name for it


class PortPool:
    """Even ports of `first`..`last` on one address."""

    def __init__(self, host: str, first: int, last: int) -> None:
        self._host = host
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        first += first & 1
        self._ports = range(first, last, 2)
        self._next = random.randrange(len(self._ports)) if self._ports else 0
        self._taken: set[int] = set()

    @property
    def free(self) -> int:
        """Pairs not taken by us."""
        return len(self._ports) - len(self._taken)

    def take(self) -> tuple[socket.socket, socket.socket]:
        """Two bound non-blocking sockets, RTP and RTCP. Raises CapacityError when none is free, and
        PortInUseError when the address itself cannot be used."""
        for _ in range(len(self._ports)):
            port = self._ports[self._next]
            self._next = (self._next + 1) % len(self._ports)
            if port in self._taken:
                continue
            pair = self._bind(port)
            if pair is not None:
                self._taken.add(port)
                return pair
        raise CapacityError(
            f"no RTP port is free on {self._host} ({len(self._taken)} calls); widen the RTP port range"
        )

    def give_back(self, port: int) -> None:
        """The sockets of this (even) port were closed."""
        self._taken.discard(port)

    def _bind(self, port: int) -> tuple[socket.socket, socket.socket] | None:
        made: list[socket.socket] = []
        try:
            for number in (port, port + 1):
                made.append(socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
                made[-1].bind((self._host, number))
            made[0].setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        except OSError as error:
            for half in made:
                half.close()
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return None
            if error.errno in (errno.EMFILE, errno.ENFILE):
                raise CapacityError("too many open files for another call; raise `ulimit -n`") from error
            raise PortInUseError(
                f"cannot open RTP sockets on {self._host} ({error.strerror}): check rtp.host"
            ) from error
        return made[0], made[1]
