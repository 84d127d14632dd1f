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
from typing import Any, Protocol, TypeVar

from pipelines.workers.faults import LASTING, OUT_OF_MEMORY
from pipelines.workers.figures import PoolFigures
from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage, pack
from pipelines.workers.spec import WorkerSpec

log = logging.getLogger(__name__)

T = TypeVar("T")

PING_EVERY_S = 2.0
LOOKS_PER_LIMIT = 4
"""A worker with a limit shorter than some pings is pinged this often within it."""
BACKOFF_S = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
HEALTHY_AFTER_S = 20.0
"""A worker that was ready for so long starts its back-off anew."""
SEND_LIMIT = 8 << 20
"""Bytes waiting for one worker; past it the worker is stuck and is killed."""
STRIKES = 5
"""Requests that one worker failed one after the other, with nothing answered between: it is started again."""
USUAL_START_S = 1.0
"""How long a worker that has never been ready is taken to need for it."""


class Requester(Protocol):
    """Whoever has a request running on a worker."""

    def on_message(self, message: WorkerMessage) -> None:
        """RESULT, AUDIO, DONE or FAILED for this request."""

    def on_lost(self, why: str) -> None:
        """The worker is gone and nothing more will come; `why` reads on after "the NAME worker"."""


class Worker:
    """One child process; started again by itself until `stop`."""

    def __init__(
        self, spec: WorkerSpec, on_room: Callable[[], None], figures: PoolFigures | None = None
    ) -> None:
        """`on_room`: called whenever it can take one more request than before."""
        self.spec = spec
        self.requests: dict[int, Requester] = {}
        self.ready = False
        self.facts: dict[str, Any] = {}
        """What the worker told about itself when it became ready."""
        self.restarts = 0
        self.fault = ""
        """What the process said last of why it cannot work, in one line; empty while it can."""
        self.fault_kind = ""
        """See pipelines.workers.faults."""
        self._figures = figures or PoolFigures()
        self._since: dict[int, float] = {}
        """When each request was taken."""
        self._due: dict[int, float] = {}
        """When an answer to a request is overdue, for those that are waited for."""
        self._answered = 0.0
        """When a request was last answered in earnest."""
        self._strikes = 0
        self._start_s = USUAL_START_S
        """From the last start to readiness."""
        self._again_at = 0.0
        """When the next start is planned, while it is down."""
        self._on_room = on_room
        self._process: subprocess.Popen[bytes] | None = None
        self._dead: list[subprocess.Popen[bytes]] = []
        self._sock: socket.socket | None = None
        self._unpacker = Unpacker()
        self._pending = bytearray()
        self._failures = 0
        self._heard = 0.0
        self._started = 0.0
        self._ready_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self._proven = True
        """It has answered a request since it was last started for failing too many."""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def room(self) -> bool:
        """It can take one more request now."""
        return self.ready and (self.spec.at_once is None or len(self.requests) < self.spec.at_once)

    @property
    def ready_in_s(self) -> float:
        """In how many seconds it can be expected to work, by what its last start took."""
        if self.ready or self._stopped:
            return 0.0
        now = asyncio.get_running_loop().time()
        begins = self._started if self._sock is not None else self._again_at
        return max(0.0, begins + self._start_s - now)

    def take(self, id: int, requester: Requester) -> None:
        """The answers to request `id` go to this one."""
        self.requests[id] = requester
        self._since[id] = asyncio.get_running_loop().time()

    def release(self, id: int) -> None:
        """No more answers to request `id`. Its place is free."""
        if self.requests.pop(id, None) is not None:
            self._due.pop(id, None)
            self._figures.served(asyncio.get_running_loop().time() - self._since.pop(id))
            self._on_room()

    def awaits(self, id: int) -> None:
        """Somebody waits for the next answer to request `id`: it is to come within the spec's limit."""
        if id in self.requests:
            self._due[id] = asyncio.get_running_loop().time() + self.spec.answer_limit_s

    # -- life ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the process; `on_room` is called when it has loaded. Raises OSError when there is none."""
        self._stopped, self._failures, self.fault, self.fault_kind = False, 0, "", ""
        self._launch()

    def _launch(self) -> None:
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
        for process in self.end():
            process.wait()

    def end(self) -> list[subprocess.Popen[bytes]]:
        """Likewise, without waiting: the processes that are to be waited for. One with a large model takes
        its time to go."""
        self._stopped = True
        self._down("was stopped")
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        dead, self._dead = self._dead, []
        return dead

    def _tend(self) -> None:
        """Every few seconds: reap, ping, and kill a worker that has gone silent."""
        loop = asyncio.get_running_loop()
        self._reap()
        now = loop.time()
        limit = self.spec.silence_limit_s if self.ready else self.spec.start_limit_s
        if now - self._heard > limit:
            self._down(f"gave no sign of life for {limit:g} s")
            return
        if self.ready and self._proven and now - self._ready_at > HEALTHY_AFTER_S:
            self._failures = 0
        for id in [id for id, due in self._due.items() if due < now]:
            if id in self._due:  # else it was lost with the one before
                self._hung(id)
        if self._sock is None:
            return
        self.send(pack(Msg.PING))
        self._timer = loop.call_later(self._look_every_s, self._tend)

    def _hung(self, id: int) -> None:
        """A request that never ends costs itself; when nobody else was answered meanwhile, all of the
        worker."""
        limit = self.spec.answer_limit_s
        self._figures.hung += 1
        alone = self._answered <= self._due[id] - limit
        why = f"gave no answer for {limit:g} s"
        if alone:
            self._down(why)
            return
        requester = self.requests[id]
        self.send(pack(Msg.CANCEL, id))
        self.release(id)
        log.warning("the %s worker %s to one request, which was cancelled", self.spec.name, why)
        _tell(requester.on_lost, why)
        self._strike()

    def _strike(self) -> None:
        """One more request that it failed. Not from within the message of it: that has to be told first."""
        self._strikes += 1
        if self._strikes == STRIKES:
            self._proven = False
            asyncio.get_running_loop().call_soon(self._down, f"failed {STRIKES} requests one after the other")

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
        self._since.clear()
        self._due.clear()
        self._strikes = 0
        if self.fault and not self._stopped:
            why = f"{why} ({self.fault})"
        if not self._stopped:
            soon = self.fault_kind != LASTING
            delay = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1) if soon else -1]
            self._failures += 1
            self.restarts += 1
            self._again_at = loop.time() + delay
            log.warning("the %s worker %s; starting another in %.2f s", self.spec.name, why, delay)
            self._timer = loop.call_later(delay, self._start_again)
        for requester in lost.values():
            _tell(requester.on_lost, why)
        if lost:
            self._on_room()  # of theirs: at the gate, and on other workers

    def _start_again(self) -> None:
        self._reap()
        try:
            self._launch()
        except OSError as error:
            log.error("the %s worker cannot be started: %s", self.spec.name, error)
            loop = asyncio.get_running_loop()
            self._again_at = loop.time() + BACKOFF_S[-1]
            self._timer = loop.call_later(BACKOFF_S[-1], self._start_again)

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
            self.ready, self.fault, self.fault_kind = True, "", ""
            self._ready_at = self._heard
            self._start_s = self._heard - self._started
            self._on_room()
        for message in messages:
            self._take(message)

    def _take(self, message: WorkerMessage) -> None:
        requester = self.requests.get(message.id)
        if requester is None:
            if not message.id and message.payload:
                self._take_own(message)
            return  # else a pong, or an answer to what was cancelled
        self._due.pop(message.id, None)
        if message.kind is Msg.FAILED:
            self.release(message.id)
            if _own_fault(message):
                self._strike()
        else:
            self._answered, self._strikes, self._proven = self._heard, 0, True
            if message.kind is Msg.DONE:
                self.release(message.id)
        _tell(requester.on_message, message)

    def _take_own(self, message: WorkerMessage) -> None:
        """What it tells of itself."""
        try:
            if message.kind is Msg.PONG:
                self._figures.batched(message.json()["batches"])
            elif message.kind is Msg.FAILED:
                told = message.json()
                self.fault, self.fault_kind = str(told["error"]), str(told.get("kind", ""))
        except Exception:  # a worker may be anybody's
            log.warning("the %s worker told nonsense of itself", self.spec.name, exc_info=True)


def _tell(tell: Callable[[T], None], what: T) -> None:
    """One who cannot take it must not keep the others from theirs."""
    try:
        tell(what)
    except Exception:
        log.exception("whoever asked a worker cannot take its answer")


def _own_fault(message: WorkerMessage) -> bool:
    """The fault may be the worker's; one that has a kind is the request's, a provider's, or of its device."""
    try:
        told = message.json()
    except ValueError:
        return True
    return not told.get("missing") and told.get("kind", "") in ("", OUT_OF_MEMORY)
