"""Pairs of UDP sockets for RTP (even port) and RTCP (the next one), taken from a range.

Which port is next cannot be told by others, and a port that was given back rests, so that packets of a call
that just ended do not land in a new one. Pairs may be made ahead, on a thread of the pool's own: the kernel
takes its time for some of that (17 ms were seen), and calls that run must not wait for it.
"""

from __future__ import annotations

import contextlib
import errno
import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from mediaserver.errors import CapacityError, PortInUseError
from mediaserver.media.time import SECOND_NS

REST_NS = 30 * SECOND_NS
"""How long a port is not given out again, while there are others."""

_MOST_UNASKED = 64
SO_TIMESTAMPNS = 35
"""Linux; Python 3.11 has no name for it."""

Pair: TypeAlias = tuple[socket.socket, socket.socket]


class PortList:
    """The even ports of `first`..`last`: which is next. Pure; `now` in ns."""

    def __init__(self, first: int, last: int, rng: random.Random | None = None) -> None:
        self._rng = rng or random.SystemRandom()
        self._rested = list(range(first + (first & 1), last, 2))
        self._resting: deque[tuple[int, int]] = deque()
        """(until, port), the earliest first."""

    def __len__(self) -> int:
        return len(self._rested) + len(self._resting)

    def take(self, now: int) -> int | None:
        """Any that has rested; else the one that has rested longest; None when all are taken."""
        while self._resting and self._resting[0][0] <= now:
            self._rested.append(self._resting.popleft()[1])
        if not self._rested:
            return self._resting.popleft()[1] if self._resting else None
        at = self._rng.randrange(len(self._rested))
        self._rested[at], self._rested[-1] = self._rested[-1], self._rested[at]
        return self._rested.pop()

    def give_back(self, port: int, now: int) -> None:
        self._resting.append((now + REST_NS, port))


class PortPool:
    """Sockets on one address. Its thread does nothing but make pairs; all else is for one thread."""

    def __init__(
        self,
        host: str,
        first: int,
        last: int,
        ahead: int = 0,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        """`ahead`: pairs to be held ready, from the first `take` on."""
        self._host = host
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._now_ns = now_ns
        self._ports = PortList(first, last)
        self._count = len(self._ports)
        self._taken = 0
        self._ready: deque[Pair] = deque()
        self._ahead = min(ahead, self._count)
        self._lock = threading.Lock()
        """Of the list of ports."""
        self._making = threading.Lock()
        """The thread has a port that is not among the ready ones yet."""
        self._wanted = threading.Event()
        self._maker: threading.Thread | None = None
        self._closed = False

    @property
    def free(self) -> int:
        """Pairs not taken by us."""
        return self._count - self._taken

    @property
    def ready(self) -> int:
        """Pairs that are made ahead."""
        return len(self._ready)

    def take(self) -> Pair:
        """Two bound non-blocking sockets, RTP and RTCP. Raises CapacityError when none is free, and
        PortInUseError when the address itself cannot be used."""
        pair = self._take_ready()
        if pair is None:
            pair = self._make()
            if pair is None:
                with self._making:  # the thread may be about to hand over the last one
                    pair = self._take_ready()
        self._refill()
        if pair is None:
            raise CapacityError(
                f"no RTP port is free on {self._host} ({self._taken} calls); widen the RTP port range"
            )
        self._taken += 1
        return pair

    def give_back(self, port: int) -> None:
        """The sockets of this (even) port were closed."""
        self._taken -= 1
        with self._lock:
            self._ports.give_back(port, self._now_ns())

    def close(self) -> None:
        """Close what was made ahead. What was taken is its takers'."""
        self._closed = True
        self._wanted.set()
        if self._maker is not None:
            self._maker.join()
        while self._ready:
            for half in self._ready.popleft():
                half.close()

    # -- made ahead

    def _take_ready(self) -> Pair | None:
        if not self._ready:
            return None
        pair = self._ready.popleft()
        for half in pair:  # what came before anybody was called here is nobody's
            with contextlib.suppress(OSError):
                for _ in range(_MOST_UNASKED):
                    half.recv(1)
        return pair

    def _refill(self) -> None:
        if self._closed or not self._ahead or len(self._ready) > self._ahead // 2:
            return  # it is not woken for every call, since it would hold up this very one
        if self._maker is None:
            self._maker = threading.Thread(target=self._keep_ready, name="rtp-ports", daemon=True)
            self._maker.start()
        self._wanted.set()

    def _keep_ready(self) -> None:
        while not self._closed:
            self._wanted.wait()
            self._wanted.clear()
            # What fails here fails again in `take`, which says so.
            with contextlib.suppress(CapacityError, PortInUseError):
                while self._make_one_ready():
                    pass

    def _make_one_ready(self) -> bool:
        """False when there are enough, or no more are to be had."""
        if self._closed or len(self._ready) >= self._ahead:
            return False
        with self._making:
            made = self._make()
            if made is not None:
                self._ready.append(made)
        return made is not None

    # -- sockets

    def _make(self) -> Pair | None:
        """A pair on the next port that can be had; None when there is none."""
        for _ in range(self._count):
            with self._lock:
                port = self._ports.take(self._now_ns())
            if port is None:
                break
            pair = None
            try:
                pair = self._bind(port)
            finally:
                if pair is None:  # somebody else's, for now
                    with self._lock:
                        self._ports.give_back(port, self._now_ns())
            if pair is not None:
                return pair
        return None

    def _bind(self, port: int) -> Pair | None:
        made: list[socket.socket] = []
        try:
            for number in (port, port + 1):
                made.append(socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
                if self._family == socket.AF_INET6:
                    made[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                made[-1].bind((self._host, number))
            made[0].setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
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
