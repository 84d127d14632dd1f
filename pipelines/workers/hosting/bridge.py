"""One line from another machine and the workers here: the messages of both are the same, only ids differ.

A line carries one request at a time; it waits for no worker and no worker waits for it. Whoever is on its
other end has shown a key, and is believed nothing beyond that.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mediaserver.errors import PeerError
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack, pack_json
from pipelines.workers.urgency import Priority, as_batch_work
from pipelines.workers.whole_messages import frames_of, messages_in

ROOM_WAIT_S = 1.0
"""So long a request waits here for room on a worker; then another machine may have some."""
QUIET_LIMIT_S = 30.0
"""A line on which nothing was heard for so long has nobody on its other end: who has one, pings."""
MAX_OPEN = 512 << 10
"""Bytes of what opens a request; a grammar is its longest part."""
MAX_AUDIO = 4 << 20
"""Bytes of audio in one request: two minutes of speech, of which a recogniser listens to one."""
MAX_WAITING = 8 << 20
"""Bytes of answers that wait for a line that takes none."""

RESERVED = frozenset({"self", "requester"})
"""Names that mean something to those who pass a request on."""

GOING_AWAY, REFUSED, TOO_BIG, TRY_LATER = 1001, 1008, 1009, 1013
"""Close codes (:rfc:`6455`, section 7.4.1, and those that were registered since)."""


class HostedLine(Protocol):
    """A WebSocket that was opened by somebody with the key."""

    async def receive(self) -> bytes | None:
        """The next binary frame; None at the end. Raises LineError for another kind of frame."""

    async def send(self, frame: bytes) -> None:
        """Raises ConnectionError when the line is cut."""

    async def close(self, code: int, why: str) -> None:
        """Raises nothing."""


OpeningFault = Callable[[Mapping[str, Any]], str]
"""What the workers could not make of the fields that open a request, for people; empty: nothing."""


class LineError(PeerError):
    """What came is not of the protocol."""

    def __init__(self, why: str, code: int = REFUSED) -> None:
        super().__init__(why)
        self.code = code


class Bridge:
    """See the module. Made for one line; `run` returns when it is over."""

    def __init__(
        self,
        pool: WorkerPool,
        line: HostedLine,
        facts: Mapping[str, Any],
        told: Callable[[str], None] = lambda _what: None,
        *,
        listens: bool = False,
        fault_of: OpeningFault = lambda _fields: "",
    ) -> None:
        """`facts`: of the engine, told at once. `told`: of each "request", and of those that were "lost", or
        found the pool "full" or "down". `listens`: its workers answer what was said when that is over."""
        self.pool = pool
        self.told = told
        self.listens = listens
        self._line = line
        self._facts = facts
        self._fault_of = fault_of
        self._request: _Passage | None = None
        self._leaving = False
        self.spoken = 0
        """Samples of audio that were answered, in all requests."""
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._news = asyncio.Event()

    @property
    def busy(self) -> bool:
        return self._request is not None

    def leave(self) -> None:
        """End once no request is open: this machine is about to stop."""
        self._leaving = True
        self._news.set()

    async def run(self) -> None:
        """Until the line ends, or what comes over it is not of the protocol."""
        self.put(pack(Msg.READY, payload=json.dumps(dict(self._facts)).encode()))
        reading = asyncio.ensure_future(self._read())
        writing = asyncio.ensure_future(self._write())
        code, why = GOING_AWAY, ""
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            for task in (reading, writing):
                if task.done():
                    task.result()
        except LineError as error:
            code, why = error.code, str(error)
        except ConnectionError:
            pass
        finally:
            for task in (reading, writing):
                task.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)
            if self._request is not None:
                self._request.cancel()
            await self._line.close(code, why)

    def put(self, packed: bytes) -> None:
        """Send this, soon."""
        self._waiting.append(packed)
        self._waiting_bytes += len(packed)
        self._news.set()

    def over(self, request: _Passage) -> None:
        """It has had its last answer, or nobody wants one."""
        if self._request is request:
            self._request = None
            self._news.set()

    async def _read(self) -> None:
        while True:
            try:
                async with asyncio.timeout(QUIET_LIMIT_S):
                    frame = await self._line.receive()
            except TimeoutError:
                raise LineError("nothing was heard; ping a line that is kept open", GOING_AWAY) from None
            if frame is None:
                return
            try:
                messages = messages_in(frame)
            except ValueError as error:
                raise LineError(f"these are no worker messages ({error})") from None
            for message in messages:
                self._take(message)

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if self._waiting_bytes > MAX_WAITING:
                raise LineError("answers are not taken", GOING_AWAY)
            packed, self._waiting, self._waiting_bytes = self._waiting, [], 0
            for frame in frames_of(packed):
                await self._line.send(frame)
            if self._leaving and not self.busy and not self._waiting:
                return

    def _take(self, message: WorkerMessage) -> None:
        request = self._request if self._request is not None and self._request.id == message.id else None
        match message.kind:
            case Msg.PING:
                self.put(pack(Msg.PONG, message.id))
                if request is not None:  # who pings under a request's id waits for its next answer
                    request.awaits()
            case Msg.OPEN:
                self._open(message)
            case Msg.AUDIO | Msg.FINISH | Msg.CREDIT:
                if request is not None:  # else of one that is over here, as its sender is about to learn
                    request.pass_on(message)
            case Msg.CANCEL:
                if request is not None:
                    request.cancel()
            case _:
                raise LineError(f"{message.kind.name} is for the other direction")

    def _open(self, message: WorkerMessage) -> None:
        if self._request is not None:
            raise LineError("a line carries one request at a time")
        if len(message.payload) > MAX_OPEN:
            raise LineError(f"a request is opened with at most {MAX_OPEN} bytes", TOO_BIG)
        try:
            fields = message.json()
            pack_json(Msg.OPEN, message.id, **fields)
        except (ValueError, RecursionError) as error:  # half a character can be read, and not be written
            raise LineError(f"what opens a request is no JSON object ({error})") from None
        if not RESERVED.isdisjoint(fields):
            raise LineError(f"what opens a request has none of the fields {', '.join(sorted(RESERVED))}")
        if fault := self._fault_of(fields):
            raise LineError(f"what opens a request {fault}")
        self.told("request")
        self._request = _Passage(self, message.id, fields)
        self._request.begin()


class _Passage:
    """One request on its way through. See pipelines.workers.supervisor.Requester."""

    def __init__(self, bridge: Bridge, id: int, fields: dict[str, Any]) -> None:
        self.id = id
        self._bridge = bridge
        self._pool = bridge.pool
        self._fields = fields
        self._ticket: Ticket | None = None
        self._held: list[WorkerMessage] = []
        self._audio = 0
        self._finished = False
        self._untaken = 0
        """Samples of answers that the other end has not said to have taken."""
        self._awaited = False
        self._room: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Open it on a worker, now or when one has room."""
        if not self._pool.ready:
            self._lost("is being started again")
            return
        self._ticket = self._opened()
        if self._ticket is None:
            self._room = asyncio.ensure_future(self._wait())

    def pass_on(self, message: WorkerMessage) -> None:
        """To the worker. Raises LineError when it is too much."""
        if message.kind is Msg.AUDIO:
            self._audio += len(message.payload)
            if self._audio > MAX_AUDIO:
                raise LineError(f"a request has at most {MAX_AUDIO} bytes of audio", TOO_BIG)
        if message.kind is Msg.CREDIT:
            if len(message.payload) != 4:
                raise LineError("a credit has four bytes")
            self._untaken -= int.from_bytes(message.payload, "little")
        self._finished = self._finished or message.kind is Msg.FINISH
        if self._ticket is None:
            self._held.append(message)
        else:
            self._pass(self._ticket, message)

    def awaits(self) -> None:
        """Somebody waits for its next answer. A worker that waits for them, for the rest of what is said or
        for answers to be taken, is not to be blamed."""
        self._awaited = True
        theirs = self._untaken > 0 or (self._bridge.listens and not self._finished)
        if self._ticket is not None and not theirs:
            self._ticket.awaits()

    def cancel(self) -> None:
        """Nobody wants its answers."""
        if self._ticket is not None:
            self._ticket.send(pack(Msg.CANCEL, self._ticket.id))
        self._end()

    def on_message(self, message: WorkerMessage) -> None:
        if message.kind is Msg.AUDIO:
            samples = len(message.payload) // 2
            self._bridge.spoken += samples
            self._untaken += samples
        self._bridge.put(pack(message.kind, self.id, message.payload))
        if message.kind in (Msg.DONE, Msg.FAILED):
            self._end()

    def on_lost(self, why: str) -> None:
        self._bridge.told("lost")
        self._lost(why)

    def _lost(self, why: str, **more: bool) -> None:
        """It may be asked for elsewhere."""
        down = not self._pool.ready
        self._bridge.put(pack_json(Msg.LOST, self.id, why=why, down=down, **more))
        self._end()
        if down:
            self._bridge.told("down")

    def _opened(self) -> Ticket | None:
        if self._fields.get("priority") == Priority.BATCH:
            with as_batch_work():
                return self._pool.open(self, **self._fields)
        return self._pool.open(self, **self._fields)

    async def _wait(self) -> None:
        """For room. What came meanwhile follows."""
        if await self._pool.wait_room(ROOM_WAIT_S):
            self._ticket = self._opened()
        if self._ticket is None:
            self._bridge.told("full")
            self._lost("has no room", full=True)
            return
        held, self._held = self._held, []
        for message in held:
            self._pass(self._ticket, message)
        if self._awaited:
            self.awaits()

    def _pass(self, ticket: Ticket, message: WorkerMessage) -> None:
        ticket.send(pack(message.kind, ticket.id, message.payload))

    def _end(self) -> None:
        if self._room is not None and self._room is not asyncio.current_task():
            self._room.cancel()
        if self._ticket is not None:
            self._ticket.close()
            self._ticket = None
        self._bridge.over(self)
