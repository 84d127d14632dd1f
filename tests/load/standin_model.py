"""A model's server in a process of its own that answers as the system prompt tells it to ("behave: NAME"), at
set times, and tells when it was asked, when it had written the end of the first clause, and when the other
side hung up: by the clock that all processes share.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.model_server import chat_chunks, chunk

PACE_S = 0.02
"""Between two tokens: 50 a second."""
ANSWER = ("Yes, ", "we ", "are ", "open.")
LATE_S = 0.3
HANG = {"index": 0, "id": "c1", "type": "function", "function": {"name": "hang", "arguments": "{}"}}
_BEHAVE = re.compile(r"behave: ([\w-]+)")


@dataclass(frozen=True, slots=True)
class Behaviour:
    words: tuple[str, ...] = ANSWER
    first_s: float = 0.0
    pace_s: float = 0.0
    then: str = "end"
    """'end', 'silence', 'reset', 'for ever'."""
    status: int = 200
    garbage: bool = False
    calls: tuple[dict[str, object], ...] = field(default=())


BEHAVIOURS = {
    "instant": Behaviour(),
    "late": Behaviour(first_s=LATE_S, pace_s=PACE_S),
    "long": Behaviour(("Well, ", "this ", "goes ", "on ", "and ", "on. "), pace_s=PACE_S, then="for ever"),
    "silent": Behaviour((), then="silence"),
    "stalled": Behaviour(("Let me think. ", "The room is "), pace_s=PACE_S, then="silence"),
    "reset": Behaviour(("Let me think. ", "The room is "), pace_s=PACE_S, then="reset"),
    "garbage": Behaviour(garbage=True),
    "refused": Behaviour(status=503),
    "slow": Behaviour(first_s=10.0),
    "tool": Behaviour((), calls=(HANG,)),
}


@dataclass(slots=True)
class ModelProcess:
    url: str
    told: Connection
    end: Callable[[], None]
    """It is gone: connections are refused."""

    def tales(self) -> list[tuple[str, str, float]]:
        """What happened since they were asked for last: what ('asked', 'clause', 'gone'), to which behaviour,
        when."""
        found = []
        while self.told.poll():
            found.append(self.told.recv())
        return found


@contextmanager
def model_process() -> Iterator[ModelProcess]:
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    told, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listening, tell), daemon=True)
    process.start()
    try:
        port = listening.getsockname()[1]
        listening.close()  # the process has it
        yield ModelProcess(f"http://127.0.0.1:{port}/v1", told, process.terminate)
    finally:
        process.terminate()
        process.join()


def _serve(listening: socket.socket, tell: Connection) -> None:
    asyncio.run(_accept(listening, tell))


async def _accept(listening: socket.socket, tell: Connection) -> None:
    server = await asyncio.start_server(lambda r, w: _Peer(r, w, tell).serve(), sock=listening)
    await server.serve_forever()


class _Peer:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tell: Connection) -> None:
        self._reader, self._writer, self._tell = reader, writer, tell

    async def serve(self) -> None:
        try:
            while True:
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
                if head.startswith("get"):
                    self._whole(200, b'{"data": [{"id": "tiny"}]}')
                    continue
                length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
                body = (await self._reader.readexactly(int(length.partition(":")[2]))).decode()
                name = found[1] if (found := _BEHAVE.search(body)) else "instant"
                self._tell.send(("asked", name, time.perf_counter()))
                after_tool = '"role":"tool"' in body.replace(" ", "")
                if not await self._answer(name, BEHAVIOURS["instant" if after_tool else name]):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writer.close()

    def _whole(self, status: int, body: bytes) -> None:
        self._writer.write(b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\n" % status)
        self._writer.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))

    def _event(self, data: object) -> None:
        told = f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
        self._writer.write(b"%x\r\n%s\r\n" % (len(told), told))

    async def _answer(self, name: str, how: Behaviour) -> bool:
        """False: the connection is over."""
        if how.status != 200:
            self._whole(how.status, b'{"error": {"message": "overloaded"}}')
            return True
        gone = asyncio.create_task(self._reader.read(1))

        async def hung_up(within_s: float | None) -> bool:
            await asyncio.wait({gone}, timeout=within_s)
            return gone.done()

        try:
            self._writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
            self._writer.write(b"transfer-encoding: chunked\r\n\r\n")
            if how.garbage:
                self._writer.write(b"4\r\n\xff\xfe{{\r\n" * 20 + b"0\r\n\r\n")
                return True
            if how.first_s and await hung_up(how.first_s):
                return self._over(name)
            count = 0
            while count < len(how.words) or how.then == "for ever":
                word = how.words[min(count, len(how.words) - 1)]
                self._event(chunk({"content": word}))
                count += 1
                if count == 1 or word.rstrip().endswith("."):
                    self._tell.send(("clause", name, time.perf_counter()))
                if how.pace_s and await hung_up(how.pace_s):
                    return self._over(name)
            if how.then == "silence":
                await hung_up(None)
                return self._over(name)
            if how.then == "reset":
                self._writer.transport.abort()
                return False
            for piece in chat_chunks(calls=how.calls)[1:]:
                self._event(piece)
            self._writer.write(b"0\r\n\r\n")
            await self._writer.drain()
            return True
        finally:
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)

    def _over(self, name: str) -> bool:
        self._tell.send(("gone", name, time.perf_counter()))
        return False
