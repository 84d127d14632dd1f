"""A telephony provider's end of a media stream: it sends 20 ms of its caller every 20 ms by its own clock,
plays what it is sent in real time from a buffer, echoes marks when they are played and clears when told to.
Its network jitters and stands still as ordered.

`ProviderEnd` is pure, with times in milliseconds of any clock; `MediaStreamClient` drives it by a WebSocket.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from mediaserver.media.stream_format import StreamFormat
from tests.standins.media_stream_sides import TwilioSide

FRAME_MS = 20


def silence(fmt: StreamFormat) -> bytes:
    """20 ms."""
    return bytes([fmt.law.silence if fmt.law is not None else 0]) * fmt.octets_per_frame


@dataclass(frozen=True)
class Cleared:
    at_ms: float
    dropped_ms: int
    """Of what waited in the buffer."""


class ProviderEnd:
    """One stream."""

    def __init__(self, side: TwilioSide, *, jitter_ms: float = 0.0, seed: int = 1) -> None:
        """`jitter_ms`: each message may be held up by so much at most; none overtakes another."""
        self.side = side
        self.says: Iterator[bytes] = iter(())
        """Frames of its caller; silence where there are none."""
        self.heard: list[bytes] = []
        """What its caller was played, each 20 ms."""
        self.refused: list[str] = []
        """Messages of ours that the provider would not take."""
        self.keys = ""
        self.clears: list[Cleared] = []
        self.marks: list[str] = []
        """That came back, in order."""
        self.most_ahead_ms = 0
        self.sent_ms = 0
        """Of our audio that came."""
        self._silence = silence(side.format)
        self._buffer: deque[bytes | str] = deque()
        self._octets = 0
        self._way: deque[tuple[float, str | bytes]] = deque()
        """What is on its way to us, and when it comes."""
        self._jitter_ms = jitter_ms
        self._random = random.Random(seed)
        self._held_until = 0.0

    # -- orders

    def stand_still(self, now_ms: float, for_ms: float) -> None:
        """Its network brings nothing to us for so long, and then all at once."""
        self._held_until = now_ms + for_ms

    def press(self, digit: str, now_ms: float) -> None:
        self._send(self.side.pressed(digit), now_ms)

    # -- each 20 ms of its clock

    def tick(self, now_ms: float) -> None:
        self._send(self.side.media(next(self.says, self._silence)), now_ms)
        self.heard.append(self._play(now_ms))

    def due(self, now_ms: float) -> Iterator[str | bytes]:
        """What comes to us by now."""
        while self._way and self._way[0][0] <= now_ms and now_ms >= self._held_until:
            yield self._way.popleft()[1]

    @property
    def ahead_ms(self) -> int:
        """In its buffer."""
        return self._octets * FRAME_MS // len(self._silence)

    # -- what we say

    def take(self, message: str | bytes, now_ms: float) -> None:
        told = self.side.told(message)
        match told.what:
            case "audio":
                self._buffer.append(told.octets)
                self._octets += len(told.octets)
                self.sent_ms += len(told.octets) * FRAME_MS // len(self._silence)
                self.most_ahead_ms = max(self.most_ahead_ms, self.ahead_ms)
            case "mark":
                self._buffer.append(told.name)
                self._echo(now_ms)
            case "clear":
                dropped = self.ahead_ms
                names = [entry for entry in self._buffer if isinstance(entry, str)]
                self._buffer.clear()
                self._octets = 0
                self.clears.append(Cleared(now_ms, dropped))
                if self.side.marks_after_clear:
                    for name in names:
                        self._send(self.side.played(name), now_ms)
            case "key":
                self.keys += told.name
            case refused:
                self.refused.append(refused)

    # -- inside

    def _play(self, now_ms: float) -> bytes:
        played, size = bytearray(), len(self._silence)
        while self._buffer and len(played) < size:
            entry = self._buffer.popleft()
            assert isinstance(entry, bytes), "marks at the front are echoed at once"
            wanted = size - len(played)
            played += entry[:wanted]
            self._octets -= min(wanted, len(entry))
            if entry[wanted:]:
                self._buffer.appendleft(entry[wanted:])
            self._echo(now_ms)
        return bytes(played) + self._silence[len(played) :]

    def _echo(self, now_ms: float) -> None:
        while self._buffer and isinstance(self._buffer[0], str):
            name = self._buffer.popleft()
            assert isinstance(name, str)
            self.marks.append(name)
            self._send(self.side.played(name), now_ms)

    def _send(self, message: str | bytes, now_ms: float) -> None:
        due = now_ms + self._random.uniform(0.0, self._jitter_ms)
        if self._way:
            due = max(due, self._way[-1][0])
        self._way.append((due, message))


class MediaStreamClient:
    """A `ProviderEnd` over a WebSocket, in real time."""

    def __init__(self, end: ProviderEnd, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.end = end
        self.ws = ws
        self.late_ms = 0.0
        """Its own clock's worst lateness: what it measures is worth no more than that."""
        self.on_message: Callable[[str | bytes, float], None] | None = None
        """Told each message of ours as it comes, and when (ms of `now`)."""
        self._tasks: list[asyncio.Task[None]] = []
        self._reading = asyncio.Event()
        self._reading.set()

    @staticmethod
    def now() -> float:
        return time.perf_counter() * 1_000

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, http: aiohttp.ClientSession, url: str, end: ProviderEnd, token: str
    ) -> AsyncIterator[MediaStreamClient]:
        """A stream that has begun; `url` without its query."""
        address = f"{url}?token={token}" if end.side.by_query else url
        async with http.ws_connect(address, max_msg_size=1 << 20) as ws:
            for message in end.side.opening("" if end.side.by_query else token):
                await _put(ws, message)
            client = cls(end, ws)
            client._tasks = [asyncio.create_task(client._pace()), asyncio.create_task(client._read())]
            try:
                yield client
            finally:
                for task in client._tasks:
                    task.cancel()
                await asyncio.gather(*client._tasks, return_exceptions=True)

    async def closed(self, within_s: float = 10.0) -> int | None:
        """Wait until we have closed it; the code."""
        async with asyncio.timeout(within_s):
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return self.ws.close_code

    async def hang_up(self) -> None:
        """Its caller hangs up."""
        stopped = self.end.side.stopped()
        if stopped is not None:
            await _put(self.ws, stopped)
        await self.ws.close()

    def cut(self) -> None:
        """The connection is gone, without a word."""
        connection = self.ws._response.connection  # there is no other way to it
        if connection is not None and connection.transport is not None:
            connection.transport.abort()

    def stop_reading(self) -> None:
        """From now on it takes nothing."""
        self._reading.clear()

    def read_on(self) -> None:
        self._reading.set()

    async def _pace(self) -> None:
        due = self.now()
        while not self.ws.closed:
            self.end.tick(self.now())
            for message in self.end.due(self.now()):
                await _put(self.ws, message)
            due += FRAME_MS
            wait = due - self.now()
            self.late_ms = max(self.late_ms, -wait)
            await asyncio.sleep(max(0.0, wait / 1_000))

    async def _read(self) -> None:
        while True:
            await self._reading.wait()
            message = await self.ws.receive()
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                return
            now = self.now()
            self.end.take(message.data, now)
            if self.on_message is not None:
                self.on_message(message.data, now)


async def _put(ws: aiohttp.ClientWebSocketResponse, message: str | bytes) -> None:
    await (ws.send_str(message) if isinstance(message, str) else ws.send_bytes(message))
