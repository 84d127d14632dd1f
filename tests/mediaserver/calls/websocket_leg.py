"""A WebSocket as a door of its own: 20 ms of 16 kHz PCM in a binary message each way, the rest as JSON. The
far end has a queue of its own: it says which marks it has played, and drops what it has not when told so.

Nothing of SIP, nothing but the seams: what a provider's or a browser's stream will need is in `Leg` and
`Invitation`, or it is missing there.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestClient

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.may_dial import EVERYBODY
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.media.leg import (
    Digit,
    Direction,
    Ended,
    EndedBy,
    Frame,
    Lane,
    Leg,
    LegEvent,
    LegStats,
    Termination,
    Why,
)
from mediaserver.media.marks import Marks
from mediaserver.media.packet_buffer import WIDE, PacketBuffer

FRAMES_A_MARK = 5


class WebSocketLeg:
    """Implements mediaserver.media.leg.Leg."""

    kind = "websocket"
    codec = "L16"
    direction = Direction.INBOUND

    def __init__(self, ref: str, remote: str) -> None:
        self.ref = ref
        self.remote = remote
        self.lane: Lane | None = None
        self.termination: Termination | None = None
        self.outbox: asyncio.Queue[bytes | str | None] = asyncio.Queue()
        self.arrived = asyncio.Event()
        self.taken = 0
        """Frames that arrived."""
        self.sent = 0
        """Frames that were sent."""
        self._on_event: Callable[[LegEvent], None] | None = None
        self._early: list[LegEvent] = []
        self._heard = PacketBuffer(WIDE)
        self._marks = Marks()

    @property
    def on_event(self) -> Callable[[LegEvent], None] | None:
        return self._on_event

    @on_event.setter
    def on_event(self, deliver: Callable[[LegEvent], None] | None) -> None:
        self._on_event = deliver
        early, self._early = self._early, []
        for event in early:
            self._deliver(event)

    def read(self) -> Frame | None:
        return self._heard.pop()

    def write(self, frame: Frame) -> None:
        self.sent += 1
        self.outbox.put_nowait(frame.tobytes())
        self._marks.wrote()
        if self.sent % FRAMES_A_MARK == 0:
            self._marks.put(str(self.sent))
            self.outbox.put_nowait(json.dumps({"mark": str(self.sent)}))

    def clear(self) -> int:
        self.outbox.put_nowait(json.dumps({"event": "clear"}))
        return self._marks.clear()

    def written(self) -> int:
        return self._marks.written

    def played(self) -> int:
        return self._marks.played()

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        self.outbox.put_nowait(json.dumps({"digit": digit}))

    def stats(self) -> LegStats:
        return LegStats(packets=self.taken)

    async def progress(self) -> bool:
        return False

    async def ring(self) -> None:
        self.outbox.put_nowait(json.dumps({"event": "ringing"}))

    async def answer(self) -> None:
        self.outbox.put_nowait(json.dumps({"event": "answered"}))

    async def hangup(self, why: Termination) -> None:
        self.ended(why)

    # -- called by the door

    def took(self, audio: bytes) -> None:
        self._heard.push(np.frombuffer(audio, "<i2"))
        self.taken += 1
        self.arrived.set()

    def told(self, message: dict[str, str]) -> None:
        if "mark" in message:
            self._marks.reached(message["mark"])
        else:
            self._deliver(Digit(message["digit"], 0, 100))

    def ended(self, why: Termination) -> None:
        if self.termination is None:
            self.termination = why
            self.outbox.put_nowait(None)
            self._deliver(Ended(why))

    def _deliver(self, event: LegEvent) -> None:
        if self._on_event is None:
            self._early.append(event)
        else:
            self._on_event(event)


class WebSocketInvitation:
    """Implements mediaserver.calls.protocols.Invitation."""

    def __init__(self, leg: WebSocketLeg, dialled: str, source_host: str) -> None:
        self.leg = leg
        self.dialled = dialled
        self.from_uri = f"ws:{leg.ref}"
        self.to_uri = f"ws:{dialled}"
        self.source_host = source_host
        self.hops_left = 70
        self.replaces: Leg | None = None
        self.about: About = NOTHING
        self.reach = EVERYBODY
        self.payer = "anonymous"
        self.shown_as = ""

    def announce(self, url: str) -> None:
        self.leg.outbox.put_nowait(json.dumps({"transcript": url}))


class Door:
    """`/call/WHOM` calls; `/listen/CALL` listens to a call."""

    def __init__(self, board: LocalSwitchboard) -> None:
        self._board = board
        self.legs: list[WebSocketLeg] = []
        self.came = asyncio.Event()
        self.app = web.Application()
        self.app.router.add_get("/call/{dialled}", self._call)
        self.app.router.add_get("/listen/{call}", self._listen)

    async def _call(self, request: web.Request) -> web.WebSocketResponse:
        dialled = request.match_info["dialled"]
        return await self._serve(
            request, lambda leg: self._board.invited(WebSocketInvitation(leg, dialled, request.remote or ""))
        )

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        call_id = UUID(request.match_info["call"])
        return await self._serve(request, lambda leg: self._board.listen(call_id, leg))

    async def _serve(
        self, request: web.Request, begin: Callable[[WebSocketLeg], object]
    ) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        leg = WebSocketLeg(f"stream-{len(self.legs)}", request.remote or "")
        self.legs.append(leg)
        self.came.set()
        sending = asyncio.create_task(_send(leg, socket))
        begin(leg)
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                leg.took(message.data)
            elif message.type is WSMsgType.TEXT:
                leg.told(json.loads(message.data))
        leg.ended(Termination(EndedBy.PEER, Why.HANGUP))
        await sending
        return socket


async def _send(leg: WebSocketLeg, socket: web.WebSocketResponse) -> None:
    while (content := await leg.outbox.get()) is not None:
        if isinstance(content, str):
            await socket.send_str(content)
        else:
            await socket.send_bytes(content)
    await socket.close()


class Caller:
    """The far end of one WebSocket; it plays what came `late` frames after it came."""

    def __init__(
        self, client: TestClient[web.Request, web.Application], door: Door, path: str, late: int = 0
    ) -> None:
        self._client = client
        self._door = door
        self._path = path
        self._late = late
        self._sent = 0
        self._received = 0
        self._queue: deque[Frame | str] = deque()
        """Frames and marks that were not played yet."""
        self.heard: list[Frame] = []
        self.told: list[dict[str, Any]] = []

    async def connect(self) -> None:
        known = len(self._door.legs)
        self._socket = await self._client.ws_connect(self._path)
        async with asyncio.timeout(5):
            await self._door.came.wait()
        self._door.came.clear()
        self.leg = self._door.legs[known]

    async def say(self, frame: Frame) -> None:
        """Returns when the server has it."""
        await self._socket.send_bytes(frame.tobytes())
        self._sent += 1
        async with asyncio.timeout(5):
            while self.leg.taken < self._sent:
                await self.leg.arrived.wait()
                self.leg.arrived.clear()

    async def press(self, digit: str) -> None:
        await self._socket.send_json({"digit": digit})

    async def listen(self) -> None:
        """Take all that the server has sent so far, and play what is due."""
        while self._received < self.leg.sent:
            message = await self._socket.receive(5)
            if message.type is WSMsgType.BINARY:
                self._received += 1
                self._queue.append(np.frombuffer(message.data, "<i2"))
            elif message.type is WSMsgType.TEXT:
                self._told(json.loads(message.data))
            else:
                break
        while sum(not isinstance(each, str) for each in self._queue) > self._late:
            played = self._queue.popleft()
            if isinstance(played, str):
                await self._socket.send_json({"mark": played})
            else:
                self.heard.append(played)

    def _told(self, message: dict[str, Any]) -> None:
        if "mark" in message:
            self._queue.append(message["mark"])
        elif message.get("event") == "clear":
            self._queue.clear()
        else:
            self.told.append(message)

    async def close(self) -> None:
        await self._socket.close()
