"""The inside of a worker process whose work is waiting for somebody else's server: hundreds of requests at
once on one asyncio loop, by the same messages as in `pipelines.workers.entry`.

Runs in the child only, on Python 3.10 or later. Must never stop reading its socket: pings and cancellations
come that way. A request that is cancelled has its coroutine cancelled, which closes the provider's stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, Protocol

from mediaserver.errors import EngineError
from pipelines.workers.entry import taken_over
from pipelines.workers.faults import ABOUT_REQUEST
from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage, pack, pack_json

READ_BYTES = 1 << 18
AHEAD_SAMPLES = 4 * 16_000
"""Of speech that a request may answer before the server has taken any of it."""
HEARD_BYTES = 2 * 16_000 * 90
"""Of audio that waits in a request: more than the server ever sends of an utterance."""
CLOSING_S = 1.0
"""So long requests may take to close their streams when the server has ended."""


class RequestError(EngineError):
    """A request cannot be answered; the text is one line. `fields` go along in FAILED."""

    def __init__(self, why: str, **fields: Any) -> None:
        super().__init__(why)
        self.fields = fields


class _Fields(dict[str, Any]):
    """Of a request: another machine may have written them, and one that is not there is its own fault."""

    def __missing__(self, name: str) -> Any:
        raise RequestError(f"a request lacks {name!r}", kind=ABOUT_REQUEST)


class AsyncRequest:
    """One request as the coroutine sees it that answers it."""

    def __init__(self, link: Link, id: int, fields: Mapping[str, Any]) -> None:
        self.id = id
        self.fields: Mapping[str, Any] = _Fields(fields)
        """Of its OPEN."""
        self.finished = False
        """The server has sent all audio."""
        self._link = link
        self._audio = bytearray()
        self._too_much = False
        self._ahead = 0
        self._changed = asyncio.Event()

    async def audio(self) -> bytes:
        """All that has come since the last time (int16 little endian, 16 kHz), waited for; empty once there
        will be no more. Raises RequestError when more came than was taken."""
        while not self._audio and not self.finished:
            self._changed.clear()
            await self._changed.wait()
        if self._too_much:
            raise RequestError("it takes no more audio: the provider is too slow")
        audio = bytes(self._audio)
        self._audio.clear()
        return audio

    async def result(self, **fields: Any) -> None:
        """An answer after which more may come; waits while the server reads nothing."""
        await self._link.send(pack_json(Msg.RESULT, self.id, **fields))

    async def speech(self, samples: bytes) -> None:
        """Audio as an answer (int16 little endian, 16 kHz); waits until the server has taken most of what
        came before."""
        while self._ahead >= AHEAD_SAMPLES:
            self._changed.clear()
            await self._changed.wait()
        if samples:
            self._ahead += len(samples) // 2
            await self._link.send(pack(Msg.AUDIO, self.id, samples))

    def take(self, message: WorkerMessage) -> None:
        """What the server says about this request; cancelling is not its own business."""
        match message.kind:
            case Msg.AUDIO if len(self._audio) + len(message.payload) > HEARD_BYTES:
                self._too_much = True
            case Msg.AUDIO:
                self._audio += message.payload
            case Msg.FINISH:
                self.finished = True
            case Msg.CREDIT:
                self._ahead -= int.from_bytes(message.payload, "little")
            case _:
                return
        self._changed.set()


class AsyncService(Protocol):
    """What a worker does."""

    async def serve(self, request: AsyncRequest) -> Mapping[str, Any] | None:
        """Answer one request; what it returns are the fields of its DONE. What it raises is said in FAILED.
        Cancelled when nobody wants an answer any more."""

    async def close(self) -> None:
        """The server has ended."""


StartService = Callable[[Mapping[str, Any]], Awaitable[AsyncService]]
"""Makes the service of what the server told this kind of worker (`WorkerSpec.options`)."""


class Link:
    """The worker's end of the pair, without blocking."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer
        self._unpacker = Unpacker()

    async def send(self, data: bytes) -> None:
        """Waits for room. A server that is gone is found out where messages are read."""
        self._writer.write(data)
        with contextlib.suppress(OSError):
            await self._writer.drain()

    def close(self) -> None:
        self._writer.close()

    def reply(self, data: bytes) -> None:
        """A few bytes, at once."""
        self._writer.write(data)

    async def receive(self) -> list[WorkerMessage] | None:
        """What has come next, pings answered. None when the server is gone."""
        try:
            data = await self.reader.read(READ_BYTES)
        except OSError:
            data = b""
        if not data:
            return None
        messages = self._unpacker.feed(data)
        for message in messages:
            if message.kind is Msg.PING:
                self.reply(pack(Msg.PONG, message.id))
        return messages


class _Desk:
    """Has each request answered by a task of its own."""

    def __init__(self, link: Link, service: AsyncService) -> None:
        self._link = link
        self._service = service
        self._requests: dict[int, AsyncRequest] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        """Cancelled ones that have not ended yet."""

    async def run(self) -> None:
        """Until the server is gone."""
        while (messages := await self._link.receive()) is not None:
            for message in messages:
                self._take(message)
        tasks = {*self._tasks.values(), *self._closing}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSING_S)

    def _take(self, message: WorkerMessage) -> None:
        id = message.id
        if message.kind is Msg.OPEN:
            try:
                request = self._requests[id] = AsyncRequest(self._link, id, message.json())
            except ValueError as error:
                self._link.reply(pack_json(Msg.FAILED, id, error=one_line(error), kind=ABOUT_REQUEST))
                return
            self._tasks[id] = asyncio.get_running_loop().create_task(self._answer(request))
        elif message.kind is Msg.CANCEL:
            self._requests.pop(id, None)
            if (task := self._tasks.pop(id, None)) is not None:
                task.cancel()
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)
        elif (known := self._requests.get(id)) is not None:
            known.take(message)

    async def _answer(self, request: AsyncRequest) -> None:
        try:
            fields = await self._service.serve(request)
            last = pack_json(Msg.DONE, request.id, **(fields or {}))
        except RequestError as error:
            last = pack_json(Msg.FAILED, request.id, **{**error.fields, "error": one_line(error)})
        except Exception as error:  # whatever a client library raises
            last = pack_json(Msg.FAILED, request.id, error=f"{type(error).__name__}: {one_line(error)}")
        if self._requests.pop(request.id, None) is not None:
            self._tasks.pop(request.id, None)
            await self._link.send(last)


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:500]


def run(start: StartService) -> NoReturn:
    """The whole of a worker's `main`: serves until the server ends, and ends the process with it."""
    sock, options = taken_over()
    asyncio.run(serve(sock, options, start))
    sys.exit(0)


async def serve(sock: socket.socket, options: Mapping[str, Any], start: StartService) -> None:
    """Answer requests from a socket until its other end is closed."""
    sock.setblocking(False)
    link = Link(*await asyncio.open_connection(sock=sock))
    service = await start(options)
    link.reply(pack_json(Msg.READY))
    try:
        await _Desk(link, service).run()
    finally:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(service.close(), CLOSING_S)
        link.close()
