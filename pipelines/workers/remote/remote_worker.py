"""The workers of one host on another machine, to a pool like one worker of its own.

Each request has a line to itself, and gives it back for the next: so a balancer between us sees how many are
at work, none waits behind another's audio, and opening one costs no request anything. A host that is gone is
noticed within a second and reached again by itself.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession

from pipelines.workers.figures import PoolFigures
from pipelines.workers.protocol import Msg, WorkerMessage, id_of, pack
from pipelines.workers.remote.host import RemoteHost
from pipelines.workers.remote.line import HostError, RemoteLine, new_session, opened
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import BACKOFF_S, Requester

log = logging.getLogger(__name__)

TEND_EVERY_S = 0.2
PING_IDLE_S = 8.0
IDLE_SILENCE_S = 4.0
KEPT_S = 15.0
"""A line beyond the spare ones is closed when it was not used for so long."""
AGE_S = 60.0
"""One that is older is replaced when it is idle: whoever balances may have found a better place for it."""
FULL_FOR_S = 0.5
"""A host that had no room is asked no sooner."""


class RemoteWorker:
    """See the module, and `pipelines.workers.any_worker.AnyWorker`."""

    def __init__(
        self, spec: WorkerSpec, on_room: Callable[[], None], figures: PoolFigures, host: RemoteHost
    ) -> None:
        self.spec = spec
        self.host = host
        self._figures = figures
        self._since: dict[int, float] = {}
        """When each request was taken."""
        self.requests: dict[int, Requester] = {}
        self.facts: dict[str, Any] = {}
        """What the host told about its engine."""
        self.restarts = 0
        """How often it was lost."""
        self.fault = ""
        """Why no line can be opened now; reads on after "the host NAME"."""
        self.fault_kind = ""
        self._on_room = on_room
        self._session: ClientSession | None = None
        self._lines: list[RemoteLine] = []
        self._idle: list[RemoteLine] = []
        self._busy: dict[int, RemoteLine] = {}
        self._early: dict[int, list[bytes]] = {}
        """What was sent for requests that wait for a line."""
        self._opening: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[Any]] = set()
        self._failures = 0
        self._again: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tended = 0.0
        self._full_until = 0.0

    @property
    def pid(self) -> int | None:
        """Not on this machine."""
        return None

    @property
    def ready(self) -> bool:
        """A line is open."""
        return bool(self._lines)

    @property
    def ready_in_s(self) -> float:
        """In how many seconds it can be expected to work: when the next line is tried."""
        if self._lines or self._again is None:
            return 0.0
        return max(0.0, self._again.when() - asyncio.get_running_loop().time())

    @property
    def room(self) -> bool:
        """It can take one more request now."""
        if not self._lines or asyncio.get_running_loop().time() < self._full_until:
            return False
        most = self.facts.get("at_once")
        if isinstance(most, int) and len(self.requests) >= most:
            return False
        return bool(self._idle) or not self.fault

    # -- for the pool ----------------------------------------------------------------------------------

    def take(self, id: int, requester: Requester) -> None:
        """The answers to request `id` go to this one."""
        self.requests[id] = requester
        self._since[id] = asyncio.get_running_loop().time()
        if self._idle:
            self._give(self._idle.pop(), id)
        else:
            self._early[id] = []
        self._reach()

    def release(self, id: int) -> None:
        """No more answers to request `id`. Its line is free."""
        if self._gone(id) is None:
            return
        self._early.pop(id, None)
        line = self._busy.pop(id, None)
        if line is not None:
            line.send(pack(Msg.CANCEL, id))  # of one that is over there too it is passed over
            self._rest(line)
        self._on_room()

    def awaits(self, id: int) -> None:
        """Somebody waits for the next answer to request `id`: its host is told, and watches over that."""
        self.send(pack(Msg.PING, id))

    def send(self, data: bytes) -> None:
        """Send packed messages of one request."""
        id = id_of(data)
        if (line := self._busy.get(id)) is not None:
            line.send(data)
        elif (early := self._early.get(id)) is not None:
            early.append(data)

    # -- life ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to open lines; `on_room` is called when there is one, and when there can be none."""
        loop = asyncio.get_running_loop()
        self._session = new_session()
        self._tended = loop.time()
        self._timer = loop.call_later(TEND_EVERY_S, self._tend)
        self._reach()

    def stop(self) -> None:
        """Close all lines; running requests are lost."""
        session, self._session = self._session, None
        for timer in (self._timer, self._again):
            if timer is not None:
                timer.cancel()
        self._timer = self._again = None
        for task in self._opening:
            task.cancel()
        lost, self.requests, self._since = self.requests, {}, {}
        for line in self._lines:
            self._close(line)
        self._lines, self._idle, self._busy, self._early = [], [], {}, {}
        if session is not None:
            self._keep(asyncio.get_running_loop().create_task(self._end(session)))
        for requester in lost.values():
            requester.on_lost("was stopped")

    def end(self) -> list[subprocess.Popen[bytes]]:
        """Likewise; there is no process of it here."""
        self.stop()
        return []

    async def stopped(self) -> None:
        """Return when all lines are closed."""
        while self._closing:
            await asyncio.wait(set(self._closing))

    async def _end(self, session: ClientSession) -> None:
        mine = asyncio.current_task()
        others = {task for task in (*self._closing, *self._opening) if task is not mine}
        await asyncio.gather(*others, return_exceptions=True)
        await session.close()

    # -- lines -----------------------------------------------------------------------------------------

    def _reach(self) -> None:
        """Begin to open the lines that are wanted, unless that has just failed."""
        if self._session is None or self._again is not None:
            return
        wanted = len(self._early) + max(0, self.host.spare - len(self._idle)) - len(self._opening)
        for _ in range(wanted):
            task = asyncio.get_running_loop().create_task(self._open(self._session))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, session: ClientSession) -> None:
        try:
            socket, facts = await opened(session, self.host)
        except HostError as error:
            self._failed(str(error))
            return
        line = RemoteLine(socket, self._told, self._lost)
        if self._session is not session:
            self._close(line)
            return
        if self.fault or not self._lines:
            log.info("the %s host %s is there", self.spec.name, self.host.place)
        self.facts, self.fault, self._failures = facts, "", 0
        self._lines.append(line)
        self._rest(line)
        self._on_room()

    def _failed(self, why: str) -> None:
        """No line could be opened."""
        if self._session is None:
            return
        if why != self.fault:
            log.warning("the %s host %s %s", self.spec.name, self.host.place, why)
        self.fault = why
        if self._again is None:
            delay = BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
            self._failures += 1
            self._again = asyncio.get_running_loop().call_later(delay, self._try_again)
        early, self._early = self._early, {}
        lost = [self._gone(id) for id in early]
        for requester in lost:
            if requester is not None:
                requester.on_lost(why)
        self._on_room()

    def _try_again(self) -> None:
        self._again = None
        self._reach()

    def _give(self, line: RemoteLine, id: int) -> None:
        line.request, line.asked_at = id, None
        self._busy[id] = line
        for data in self._early.pop(id, ()):
            line.send(data)

    def _rest(self, line: RemoteLine) -> None:
        """It carries no request now: give it the one that waits longest, or keep it for the next."""
        line.request, line.used_at = None, asyncio.get_running_loop().time()
        if self._early:
            self._give(line, next(iter(self._early)))
        elif line.used_at - line.opened_at > AGE_S:
            self._retire(line)
        else:
            self._idle.append(line)

    def _retire(self, line: RemoteLine) -> None:
        self._lines.remove(line)
        if line in self._idle:
            self._idle.remove(line)
        self._close(line)
        self._reach()

    def _close(self, line: RemoteLine) -> None:
        self._keep(line.close())

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _lost(self, line: RemoteLine, why: str) -> None:
        """A line is over, and with it the request that it carried."""
        if line not in self._lines:
            return
        self._lines.remove(line)
        if line in self._idle:
            self._idle.remove(line)
        self._close(line)
        requester = None
        if line.request is not None:
            self._busy.pop(line.request, None)
            requester = self._gone(line.request)
        if not self._lines:
            self.restarts += 1
            log.warning("the %s host %s %s; it is reached again", self.spec.name, self.host.place, why)
        if line.cut:  # what is idle was most likely cut with it, and is cheap to replace
            self._drop_idle(why)
        self._reach()
        if requester is not None:
            requester.on_lost(why)
            self._on_room()

    def _drop_idle(self, why: str) -> None:
        for line in list(self._idle):
            self._lost(line, why)

    def _tend(self) -> None:
        """A few times a second: ping, give up a silent host, close what is not used."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        late = now - self._tended > 2 * TEND_EVERY_S  # we were away: silence proves nothing
        self._tended = now
        self._timer = loop.call_later(TEND_EVERY_S, self._tend)
        for line in list(self._lines):
            busy = line.request is not None
            if line.asked_at is not None and late:
                line.asked_at = now
            if line.asked_at is not None:
                if now - line.asked_at > (self.host.silence_s if busy else IDLE_SILENCE_S):
                    line.cut = True
                    self._lost(line, f"gave no sign of life for {now - line.heard_at:.1f} s")
            elif now - line.heard_at > (TEND_EVERY_S if busy else PING_IDLE_S):
                line.ping()
        for line in [line for line in self._idle[self.host.spare :] if now - line.used_at > KEPT_S]:
            self._retire(line)
        old = [line for line in self._idle if now - line.opened_at > AGE_S]
        for line in old[:1]:  # one at a time: the others stand ready meanwhile
            self._retire(line)

    # -- messages --------------------------------------------------------------------------------------

    def _told(self, line: RemoteLine, message: WorkerMessage) -> None:
        requester = self.requests.get(message.id)
        if message.id != line.request or requester is None or message.kind is Msg.PONG:
            return  # else an answer to what was cancelled
        if message.kind is Msg.LOST:
            fields = message.json()
            if fields.get("full"):
                self._full()
            self._over(message.id)
            if fields.get("down"):  # no other line leads to a worker either, until a new one can be opened
                self._drop_idle("has no worker now")
            requester.on_lost(str(fields.get("why", "is gone")))
            return
        if message.kind in (Msg.DONE, Msg.FAILED):
            self._over(message.id)
        requester.on_message(message)

    def _over(self, id: int) -> None:
        """The host has given the last answer to a request."""
        self._gone(id)
        line = self._busy.pop(id, None)
        if line is not None:
            self._rest(line)
        self._on_room()

    def _gone(self, id: int) -> Requester | None:
        """Whose request that was, which is none any more."""
        requester = self.requests.pop(id, None)
        if requester is not None:
            self._figures.served(asyncio.get_running_loop().time() - self._since.pop(id))
        return requester

    def _full(self) -> None:
        loop = asyncio.get_running_loop()
        self._full_until = loop.time() + FULL_FOR_S
        loop.call_later(FULL_FOR_S + 0.01, self._on_room)
