"""A door for Asterisk's calls with an AudioSocket listener on loopback, and whoever connects to it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import numpy as np

from mediaserver.addresses import Networks
from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Invitation
from mediaserver.calls.routes import AgentSpec
from mediaserver.media.leg import Frame, Leg, LegEvent
from mediaserver.media.stream_wire import StreamWire
from mediaserver.media.time import FRAME_SAMPLES
from providers.asterisk import audiosocket as wire
from providers.asterisk.door import AsteriskDoor
from providers.asterisk.listener import AudioSocketLimits, AudioSocketListener
from providers.asterisk.wanted import CallWanted, ExpectedCalls
from tests.standins.asterisk.audiosocket import named_message

HOST = "127.0.0.1"
LINE = UUID("40325ec2-5efd-4bd3-805f-53576e581d13")


class Bench:
    """What comes in is kept; the test is the media clock."""

    def __init__(self, networks: tuple[str, ...], limits: AudioSocketLimits, most: int) -> None:
        self.wire = StreamWire()
        self.invited: list[Invitation] = []
        self.events: list[LegEvent] = []
        self.clients: list[Dialplan] = []
        self.expected = ExpectedCalls({LINE: "demo"})
        self.door = AsteriskDoor(self._invite, self.expected, most)
        self.listener = AudioSocketListener(self.door, self.wire, Networks(networks), limits)

    def _invite(self, invitation: Invitation, agent: AgentSpec | None, owner: UUID | None) -> Call | None:
        self.invited.append(invitation)
        invitation.leg.on_event = self.events.append
        return None

    @property
    def leg(self) -> Leg:
        return self.invited[-1].leg

    async def come(self) -> Leg:
        """Until there is a call."""
        await until(lambda: self.invited)
        return self.leg

    def announce(self, **more: Any) -> UUID:
        return self.expected.announce(
            CallWanted("500", "500", "0301234567", **more), asyncio.get_running_loop().time()
        )

    def hear(self, ticks: int) -> Frame:
        """What the leg hears in so many ticks, end to end."""
        lane = self.leg.lane
        assert lane is not None
        return np.concatenate([self.wire.read([lane.number], 0)[0] for _ in range(ticks)])

    def say(self, *frames: Frame | None) -> None:
        lane = self.leg.lane
        assert lane is not None
        for frame in frames:
            self.wire.write([lane.number], [frame], 0)


@asynccontextmanager
async def open_bench(
    networks: tuple[str, ...] = ("127.0.0.0/8",),
    limits: AudioSocketLimits = AudioSocketLimits(),  # noqa: B008 - it never changes
    most: int = 10,
    port: int = 0,
) -> AsyncIterator[Bench]:
    bench = Bench(networks, limits, most)
    await bench.listener.start(HOST, port)
    try:
        yield bench
    finally:
        bench.door.close()
        await bench.listener.close()
        for client in bench.clients:
            client.writer.transport.abort()


class Dialplan:
    """Connects as Asterisk's AudioSocket does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, bench: Bench, id: UUID | None = None, rate: int | None = 8_000) -> Dialplan:
        """`id`: names itself so; `rate`: and sends a frame."""
        made = cls(*await asyncio.open_connection(HOST, bench.listener.port))
        bench.clients.append(made)
        if id is not None:
            made.send(named_message(id))
            if rate is not None:
                made.sound(rate)
        return made

    def send(self, octets: bytes) -> None:
        self.writer.write(octets)

    def sound(self, rate: int = 8_000, frames: int = 1, level: int = 1_000) -> None:
        for _ in range(frames):
            self.send(wire.audio_message(rate, np.full(rate // 50, level, "<i2").tobytes()))

    async def next(self) -> tuple[int, bytes]:
        """Kind and content of what comes; kind -1: it is closed."""
        try:
            kind, length = struct.unpack(">BH", await self.reader.readexactly(3))
            return kind, await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return -1, b""

    async def closed(self) -> bool:
        """Whether it was told that it is over and closed; audio before is passed over."""
        told = False
        while (message := await self.next())[0] != -1:
            told = message[0] == wire.Kind.HANGUP
        return told

    def read_nothing(self) -> None:
        transport = self.writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    def close(self) -> None:
        self.writer.close()


async def until(met: Callable[[], Any]) -> None:
    """Let the event loop run until it is so; the test's own timeout ends what never is."""
    async with asyncio.timeout(10):
        while not met():  # noqa: ASYNC110 - the kernel's loopback tells no event
            await asyncio.sleep(0.001)


def loud(level: int = 8_000) -> Frame:
    at = np.arange(FRAME_SAMPLES)
    return np.asarray(np.rint(np.sin(2 * np.pi * at / 32) * level), np.int16)
