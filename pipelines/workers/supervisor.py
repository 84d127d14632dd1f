"""One supervised worker process as the server sees it: start, health, restart with back-off, end.

Lives on the event loop's thread and reads the socket there; must never block the loop on a worker, and no
worker's death may reach a call as anything but `lost` on its requests.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
from collections.abc import Callable
from typing import Any, Protocol

from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage, pack
from pipelines.workers.spec import WorkerSpec

log = logging.getLogger(__name__)

PING_EVERY_S = 2.0
LOOKS_PER_LIMIT = 4
"""A worker with a limit shorter than some pings is pinged this often within it."""
BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
HEALTHY_AFTER_S = 20.0
"""A worker that lived this long starts its back-off anew."""
SEND_LIMIT = 8 << 20
"""Bytes waiting for one worker; past it the worker is stuck and is killed."""


class Requester(Protocol):
    """Whoever has a request running on a worker."""

    def on_message(self, message: WorkerMessage) -> None:
        """RESULT, AUDIO, DONE or FAILED for this request."""

    def on_lost(self, why: str) -> None:
        """The worker is gone and nothing more will come; `why` reads on after "the NAME worker"."""


class Worker:
    """One child process; started again by itself until `stop`."""

    def __init__(self, spec: WorkerSpec, on_room: Callable[[], None]) -> None:
        """`on_room`: called whenever it can take one more request than before."""
        self.spec = spec
        self.requests: dict[int, Requester] = {}
        self.ready = False
        self.facts: dict[str, Any] = {}
        """What the worker told about itself when it became ready."""
        self.restarts = 0
        self._on_room = on_room
        self._process: subprocess.Popen[bytes] | None = None
        self._dead: list[subprocess.Popen[bytes]] = []
        self._sock: socket.socket | None = None
        self._unpacker = Unpacker()
        self._pending = bytearray()
        self._failures = 0
        self._heard = 0.0
        self._started = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def room(self) -> bool:
        """It can take one more request now."""
        return self.ready and (self.spec.at_once is None or len(self.requests) < self.spec.at_once)

    def take(self, id: int, requester: Requester) -> None:
        """The answers to request `id` go to this one."""
        self.requests[id] = requester

    def release(self, id: int) -> None:
        """No more answers to request `id`. Its place is free."""
        if self.requests.pop(id, None) is not None:
            self._on_room()

    # -- life ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the process; `on_room` is called when it has loaded. Raises OSError when there is none."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            self._process = subprocess.Popen(
                self.spec.command(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=self.spec.surroundings(),
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._sock = ours
        self._unpacker = Unpacker()
        self._pending.clear()
        self._started = self._heard = loop.time()
        loop.add_reader(ours, self._readable)
        self._timer = loop.call_later(self._look_every_s, self._tend)

    def stop(self) -> None:
        """End the process and wait for it; running requests are lost."""
        self._stopped = True
        self._down("was stopped")
        for process in self._dead:
            process.wait()
        self._dead.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tend(self) -> None:
        """Every few seconds: reap, ping, and kill a worker that has gone silent."""
        loop = asyncio.get_running_loop()
        self._reap()
        now = loop.time()
        limit = self.spec.silence_limit_s if self.ready else self.spec.start_limit_s
        if now - self._heard > limit:
            self._down(f"gave no sign of life for {limit:g} s")
            return
        if self.ready and now - self._started > HEALTHY_AFTER_S:
            self._failures = 0
        self.send(pack(Msg.PING))
        if self._sock is not None:
            self._timer = loop.call_later(self._look_every_s, self._tend)

    @property
    def _look_every_s(self) -> float:
        return min(PING_EVERY_S, self.spec.silence_limit_s / LOOKS_PER_LIMIT)

    def _reap(self) -> None:
        self._dead = [process for process in self._dead if process.poll() is None]

    def _down(self, why: str) -> None:
        """Close and kill what is left, tell the requests, and plan the next start."""
        loop = asyncio.get_running_loop()
        if self._sock is None:
            return
        loop.remove_reader(self._sock)
        loop.remove_writer(self._sock)
        self._sock.close()
        self._sock = None
        self.ready = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._process is not None:
            self._process.kill()
            self._dead.append(self._process)
            self._process = None
        lost, self.requests = self.requests, {}
        if not self._stopped:
            delay = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
            self._failures += 1
            self.restarts += 1
            log.warning("the %s worker %s; starting another in %.2f s", self.spec.name, why, delay)
            self._timer = loop.call_later(delay, self._start_again)
        for requester in lost.values():
            requester.on_lost(why)

    def _start_again(self) -> None:
        self._reap()
        try:
            self.start()
        except OSError as error:
            log.error("the %s worker cannot be started: %s", self.spec.name, error)
            self._timer = asyncio.get_running_loop().call_later(BACKOFF_S[-1], self._start_again)

    # -- messages --------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send packed messages, now or when the socket has room. Does nothing while the worker is down."""
        if self._sock is None:
            return
        if not self._pending:
            try:
                sent = self._sock.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                return  # the reader sees the end of the stream and tells everyone
            if sent == len(data):
                return
            data = data[sent:]
            asyncio.get_running_loop().add_writer(self._sock, self._writable)
        self._pending += data
        if len(self._pending) > SEND_LIMIT:
            # Not from within the caller's send: its own bookkeeping may be half done.
            asyncio.get_running_loop().call_soon(self._down, "takes no more data")

    def _writable(self) -> None:
        if self._sock is None:
            return
        try:
            sent = self._sock.send(self._pending)
        except BlockingIOError:
            return
        except OSError:
            self._pending.clear()
            sent = 0
        del self._pending[:sent]
        if not self._pending:
            asyncio.get_running_loop().remove_writer(self._sock)

    def _readable(self) -> None:
        assert self._sock is not None
        try:
            data = self._sock.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._down("died")
            return
        self._heard = asyncio.get_running_loop().time()
        try:
            messages = self._unpacker.feed(data)
            facts = [message.json() for message in messages if message.kind is Msg.READY]
        except Exception as error:  # a worker may be anybody's
            self._down(f"sent nonsense ({error})")
            return
        if facts:
            self.facts = facts[-1]
            self.ready = True
            self._on_room()
        for message in messages:
            self._take(message)

    def _take(self, message: WorkerMessage) -> None:
        requester = self.requests.get(message.id)
        if requester is None:
            return  # a pong, or an answer to what was cancelled
        if message.kind in (Msg.DONE, Msg.FAILED):
            self.release(message.id)
        requester.on_message(message)
