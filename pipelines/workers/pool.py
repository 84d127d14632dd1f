"""A few workers of one kind; the least loaded one with room gets the next request.

Must never raise into a call because a worker is down: a request without a worker waits or is told `on_lost`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from mediaserver.errors import EngineError
from pipelines.workers.protocol import Msg, pack_json
from pipelines.workers.spec import WorkerSpec
from pipelines.workers.supervisor import Requester, Worker

START_TRIES = 2
"""Deaths after which a worker that has never been ready is given up."""
START_LOOK_S = 0.2


class AnyWorker(Protocol):
    """What the pool asks of a worker: a process of this machine (`Worker`), or others behind a line."""

    spec: WorkerSpec
    requests: dict[int, Requester]
    """Those that run, by id."""
    facts: dict[str, Any]
    """What it told about itself when it became ready."""
    restarts: int

    @property
    def pid(self) -> int | None:
        """Of its process, where that is on this machine."""

    @property
    def ready(self) -> bool: ...

    @property
    def room(self) -> bool:
        """It can take one more request now."""

    def take(self, id: int, requester: Requester) -> None:
        """The answers to request `id` go to this one."""

    def release(self, id: int) -> None:
        """No more answers to request `id`. Its place is free."""

    def send(self, data: bytes) -> None:
        """Send packed messages, all of one request."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


MakeWorker = Callable[[WorkerSpec, Callable[[], None]], AnyWorker]
"""Gives a worker, not yet started; it calls the second whenever it can take one more request than before."""


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

    def close(self) -> None:
        """Take no more answers; the place on the worker is free."""
        self.worker.release(self.id)


class WorkerPool:
    """`count` workers of one spec."""

    def __init__(self, spec: WorkerSpec, count: int, make: MakeWorker = Worker) -> None:
        if count < 1:
            raise ValueError(f"{spec.name} needs at least one worker, not {count}")
        self.spec = spec
        self.workers = [make(spec, self._room) for _ in range(count)]
        self._ids = itertools.count(1)
        self._changed: list[asyncio.Future[None]] = []

    async def start(self) -> None:
        """Start all workers at once and wait until each is ready. Raises EngineError when one is not within
        its start limit."""
        within_s = self.spec.start_limit_s
        try:
            for worker in self.workers:
                worker.start()
            async with asyncio.timeout(within_s):
                while not all(worker.ready for worker in self.workers):
                    if any(worker.restarts >= START_TRIES and not worker.ready for worker in self.workers):
                        raise OSError("it died again and again")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._change(), START_LOOK_S)
        except (TimeoutError, OSError) as error:
            self.stop()
            why = str(error) or f"not ready in {within_s:g} s"
            raise EngineError(
                f"the {self.spec.name} worker did not start ({why}): {self.spec.module} in"
                f" {self.spec.interpreter}; its own words are on standard error; run `voiceforge doctor`"
            ) from None
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.stop()

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

    def open(self, requester: Requester, **fields: Any) -> Ticket | None:
        """Open a request on the least loaded worker; None when none has room now."""
        free = [worker for worker in self.workers if worker.room]
        if not free:
            return None
        worker = min(free, key=lambda w: len(w.requests))
        ticket = Ticket(worker, next(self._ids))
        worker.take(ticket.id, requester)
        worker.send(pack_json(Msg.OPEN, ticket.id, **fields))
        return ticket

    async def open_within(self, within_s: float, requester: Requester, **fields: Any) -> Ticket | None:
        """`open`, waiting for room. None when `within_s` passed first."""
        try:
            async with asyncio.timeout(within_s):
                while (ticket := self.open(requester, **fields)) is None:
                    await self._change()
        except TimeoutError:
            return None
        return ticket

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

    async def _change(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed.append(future)
        await future

    def _room(self) -> None:
        waiting, self._changed = self._changed, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
