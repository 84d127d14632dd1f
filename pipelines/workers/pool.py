"""A few workers of one kind; the least loaded one with room gets the next request, a call's before a job's.

Must never raise into a call because a worker is down: a request without a worker waits, is refused at once
where that would take too long, or is told `on_lost`.
"""

from __future__ import annotations

import asyncio
import itertools
from bisect import insort
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaserver.errors import EngineBusyError, EngineError, EngineMemoryError, EngineRequestError
from pipelines.workers.any_worker import AnyWorker, MakeWorker
from pipelines.workers.faults import CRASHED, LASTING, OUT_OF_MEMORY
from pipelines.workers.figures import PoolFigures
from pipelines.workers.gpu_memory import on_device
from pipelines.workers.limits import PoolLimits
from pipelines.workers.protocol import MAX_PAYLOAD, Msg, json_bytes, pack
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import Requester, Worker
from pipelines.workers.urgency import Priority, urgency
from pipelines.workers.work_pool import CALLS_LATELY_S, WorkGate

START_TRIES = 2
"""Deaths after which a worker that has never been ready is given up; one is enough where it says that the
next start would end the same way."""
START_LOOK_S = 0.2


class Ticket:
    """One request on one worker."""

    __slots__ = ("id", "worker")

    def __init__(self, worker: AnyWorker, id: int) -> None:
        self.worker = worker
        self.id = id

    def send(self, data: bytes) -> None:
        """Send packed messages with this ticket's id; nothing happens when the worker has died since."""
        if self.id in self.worker.requests:
            self.worker.send(data)

    def awaits(self) -> None:
        """The next answer is waited for from now on: one that does not come costs the worker its life."""
        self.worker.awaits(self.id)

    def close(self) -> None:
        """Take no more answers; the place on the worker is free."""
        self.worker.release(self.id)

    def drop(self) -> None:
        """Nobody wants an answer."""
        self.send(pack(Msg.CANCEL, self.id))
        self.close()


class _Waiting:
    """A request for which there is no room yet."""

    __slots__ = ("opened", "opening", "order", "requester", "since")

    def __init__(self, order: tuple[int, int], requester: Requester, opening: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.order = order
        """Its priority, and its number among all that waited."""
        self.requester = requester
        self.opening = opening
        """The payload of its OPEN."""
        self.since = loop.time()
        self.opened: asyncio.Future[Ticket] = loop.create_future()

    def __lt__(self, other: _Waiting) -> bool:
        return self.order < other.order


class WorkerPool:
    """`count` workers of one spec."""

    def __init__(self, spec: WorkerSpec, count: int, make: MakeWorker = Worker) -> None:
        if count < 1:
            raise ValueError(f"{spec.name} needs at least one worker, not {count}")
        self.spec = spec
        self.figures = PoolFigures()
        self.workers = [make(spec, self._room, self.figures) for _ in range(count)]
        self.relief: Callable[[], Awaitable[bool]] | None = None
        """Makes room on the device when a worker has too little; false when there is none to be made."""
        self._gate: WorkGate | None = None
        self._ids = itertools.count(1)
        self._changed: set[asyncio.Future[None]] = set()
        self._line: list[_Waiting] = []
        """Who waits for room, in order."""
        self._numbers = itertools.count()
        self._call_at = float("-inf")
        """When a call last asked."""
        self._stopped = False

    def limit(self, limits: PoolLimits) -> None:
        """Before the start: what the settings say of these workers. Raises ValueError on senseless limits."""
        self._respecify(limits.applied(self.spec))

    def configure(self, *, gate: WorkGate | None = None, device: int | None = None) -> None:
        """Before the start: the gate of their pool of work, and the GPU that they may use."""
        if device is not None:
            environment = {**on_device(device), **self.spec.environment}
            self._respecify(replace(self.spec, environment=environment))
        self._gate = gate

    def _respecify(self, spec: WorkerSpec) -> None:
        self.spec = spec
        for worker in self.workers:
            worker.spec = spec

    async def start(self) -> None:
        """Start all workers at once and wait until each is ready. Raises EngineError when one is not within
        its start limit."""
        within_s = self.spec.start_limit_s
        before = [worker.restarts for worker in self.workers]
        self._begin()
        try:
            for worker in self.workers:
                worker.start()
            async with asyncio.timeout(within_s):
                while not all(worker.ready for worker in self.workers):
                    if any(map(_hopeless, self.workers, before)):
                        raise OSError("it died again and again")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._change(), START_LOOK_S)
        except (TimeoutError, OSError) as error:
            why = str(error) or f"it was not ready within {within_s:g} s"
            out_of_memory = any(worker.fault_kind == OUT_OF_MEMORY for worker in self.workers)
            await self.close()
            failure = EngineMemoryError if out_of_memory else EngineError
            raise failure(self._not_started(why)) from None
        except BaseException:
            await self.close()
            raise

    def stop(self) -> None:
        """End all workers, and wait for them."""
        self._turn_away()
        for worker in self.workers:
            worker.stop()

    async def close(self) -> None:
        """Likewise, without keeping the loop waiting."""
        self._turn_away()
        processes = [process for worker in self.workers for process in worker.end()]
        if processes:
            await asyncio.to_thread(lambda: [process.wait() for process in processes])

    @property
    def ready(self) -> bool:
        return any(worker.ready for worker in self.workers)

    @property
    def restarts(self) -> int:
        return sum(worker.restarts for worker in self.workers)

    @property
    def load(self) -> int:
        """Requests that run now."""
        return sum(len(worker.requests) for worker in self.workers)

    @property
    def waiting(self) -> int:
        """Requests that wait for room."""
        return len(self._line)

    def predicted_wait_s(self, priority: Priority = Priority.CALL) -> float:
        """How long a request that comes now would wait for room, by what requests took lately."""
        ahead = sum(1 for each in self._line if each.order[0] <= priority)
        ready = [worker for worker in self.workers if worker.ready]
        start_s = 0.0 if ready else min(worker.ready_in_s for worker in self.workers)
        if self.spec.at_once is None or (ready and not ahead and self._free(priority) is not None):
            return start_s
        places = self.spec.at_once * max(1, len(ready))
        if not ready:
            return start_s + ahead * self.figures.service_s / places
        return (ahead + 1) * self.figures.service_s / places

    def open(self, requester: Requester, **fields: Any) -> Ticket | None:
        """Open a request on the least loaded worker; None when none has room now. Raises EngineRequestError
        for one that cannot be written."""
        priority = urgency().priority
        return self._open_in_turn(priority, requester, _opening(priority, fields))

    async def opened(self, requester: Requester, *, within_s: float, **fields: Any) -> Ticket:
        """`open`, waiting for room: up to `within_s`, or as long as whoever asks has patience. Raises
        EngineBusyError, at once where the wait is predicted to be longer, and EngineError when the pool is
        stopped."""
        wish = urgency()
        opening = _opening(wish.priority, fields)
        if (ticket := self._open_in_turn(wish.priority, requester, opening)) is not None:
            return ticket
        if self._stopped:
            raise self._was_stopped()
        limits = [each for each in (wish.patience_s, self.spec.wait_limit_s) if each is not None]
        ahead = sum(1 for each in self._line if each.order[0] <= wish.priority)
        if ahead >= self.spec.queue_limit:
            raise self._refused("full", f"{ahead} requests wait for it already")
        predicted = self.predicted_wait_s(wish.priority)
        if limits and predicted > min(limits):
            raise self._refused("too long", f"a wait of {predicted:.1f} s")
        waiting = _Waiting((int(wish.priority), next(self._numbers)), requester, opening)
        insort(self._line, waiting)
        limit = min([within_s, *limits])
        try:
            async with asyncio.timeout(limit):
                ticket = await waiting.opened
        except TimeoutError:
            self._left(waiting)
            raise self._refused("timeout", f"no room within {limit:g} s") from None
        except BaseException:
            self._left(waiting)
            raise
        return ticket

    async def open_within(self, within_s: float, requester: Requester, **fields: Any) -> Ticket | None:
        """`open`, waiting for room. None when `within_s` passed first."""
        try:
            return await self.opened(requester, within_s=within_s, **fields)
        except EngineBusyError:
            return None

    async def wait_room(self, within_s: float) -> bool:
        """Wait until some worker has room for a request; who has waited longest is told first. False when
        `within_s` passed first."""
        try:
            async with asyncio.timeout(within_s):
                while not any(worker.room for worker in self.workers):
                    await self._change()
        except TimeoutError:
            return False
        return True

    def admitted(self, requester: Requester) -> Requester:
        """Who is told the answers to a request that gets a place now; for pools that listen in."""
        return requester

    async def relieved(self) -> bool:
        """A worker has too little memory on its device: whether some was made free."""
        return self.relief is not None and await self.relief()

    # -- inside ----------------------------------------------------------------------------------------

    def _open_in_turn(self, priority: Priority, requester: Requester, opening: bytes) -> Ticket | None:
        """Who waits comes first."""
        if self._line and self._line[0].order[0] <= priority:
            return None
        return self._open(priority, requester, opening)

    def _open(self, priority: Priority, requester: Requester, opening: bytes) -> Ticket | None:
        if priority is Priority.CALL:
            self._call_at = asyncio.get_running_loop().time()
        worker = self._free(priority)
        if worker is None or (self._gate is not None and not self._gate.admits(priority)):
            return None
        ticket = Ticket(worker, next(self._ids))
        worker.take(ticket.id, self.admitted(requester))
        worker.send(pack(Msg.OPEN, ticket.id, opening))
        return ticket

    def _free(self, priority: Priority) -> AnyWorker | None:
        """The least loaded worker with room. Batch work leaves a place on each for a call, where there may
        be one: what runs is not broken off, but a call never waits behind all of it."""
        free = [worker for worker in self.workers if worker.room]
        most = self.spec.at_once
        if priority is not Priority.CALL and most is not None and most > 1:
            if asyncio.get_running_loop().time() - self._call_at < CALLS_LATELY_S:
                free = [worker for worker in free if len(worker.requests) < most - 1]
        return min(free, key=lambda worker: len(worker.requests), default=None)

    def _dispatch(self) -> None:
        """Give room that has become free to those who have waited."""
        while self._line:
            first = self._line[0]
            if not first.opened.done():
                ticket = self._open(Priority(first.order[0]), first.requester, first.opening)
                if ticket is None:
                    return
                self.figures.queue_wait.add(asyncio.get_running_loop().time() - first.since)
                first.opened.set_result(ticket)
            self._line.remove(first)

    def _left(self, waiting: _Waiting) -> None:
        """It waits no more; what it was given in the same moment goes back."""
        if waiting in self._line:
            self._line.remove(waiting)
        if waiting.opened.done() and not waiting.opened.cancelled() and waiting.opened.exception() is None:
            waiting.opened.result().drop()

    def _begin(self) -> None:
        """The pool starts: requests may come."""
        self._stopped = False
        if self._gate is not None:
            self._gate.join(self._at_work, self._dispatch)

    def _turn_away(self) -> None:
        """The pool ends: nobody waits for it."""
        self._stopped = True
        if self._gate is not None:
            self._gate.leave(self._at_work, self._dispatch)
        line, self._line = self._line, []
        for waiting in line:
            if not waiting.opened.done():
                waiting.opened.set_exception(self._was_stopped())

    def _was_stopped(self) -> EngineError:
        return EngineError(f"the {self.spec.name} workers were stopped")

    def _refused(self, reason: str, why: str) -> EngineBusyError:
        self.figures.refused[reason] += 1
        name = self.spec.name
        if not self.ready:
            soon = min(worker.ready_in_s for worker in self.workers)
            fault = f" ({self._fault})" if self._fault else ""
            return EngineBusyError(f"the {name} worker{fault} is being started again, in about {soon:.1f} s")
        return EngineBusyError(
            f"the {name} workers are busy: {why}; try later, or raise engines.options.{name}.workers"
        )

    @property
    def _fault(self) -> str:
        return next((worker.fault for worker in self.workers if worker.fault), "")

    def _not_started(self, why: str) -> str:
        name, interpreter = self.spec.name, self.spec.interpreter
        if not self.spec.own and not Path(interpreter).exists():
            return (
                f"the {name} worker did not start: its environment is not there ({interpreter}); run "
                f"`voiceforge engines install {name}`"
            )
        if self._fault and not any(worker.fault_kind == CRASHED for worker in self.workers):
            return f"the {name} worker did not start: {self._fault}"
        return f"the {name} worker did not start: {self._fault or why}; all it said is on standard error"

    async def _change(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed.add(future)
        try:
            await future
        finally:
            self._changed.discard(future)

    def _at_work(self) -> int:
        return self.load

    def _room(self) -> None:
        if self._gate is None or self._gate.most is None:
            self._dispatch()
        else:  # calls of other engines come before jobs of this one
            self._gate.left()
        for future in self._changed:
            if not future.done():
                future.set_result(None)


def _opening(priority: Priority, fields: dict[str, Any]) -> bytes:
    """The payload of an OPEN. What cannot be written is refused before it has a place, or waits for one."""
    if priority:
        fields = {**fields, "priority": int(priority)}
    try:
        opening = json_bytes(fields)
    except (TypeError, ValueError) as error:  # half a character, for one
        raise EngineRequestError(f"a request cannot be written for a worker ({error})") from None
    if len(opening) > MAX_PAYLOAD:
        raise EngineRequestError(f"a request of {len(opening)} bytes is more than a worker takes")
    return opening


def _hopeless(worker: AnyWorker, deaths: int) -> bool:
    """It has died and will again. `deaths`: before this start."""
    died = worker.restarts - deaths
    return not worker.ready and (died >= START_TRIES or (died > 0 and worker.fault_kind == LASTING))
