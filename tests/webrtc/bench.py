"""One door with a media clock and an echo behind it, on loopback sockets, for tests that call it as a browser
would: with aiortc, which shares no code with what it calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import aioice.ice
import av
import numpy as np
import numpy.typing as npt
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)

from mediaserver.calls.echo import EchoApp
from mediaserver.calls.protocols import Invitation
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CallError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import EndedBy, LegEvent, Termination, Why
from mediaserver.rtp.wire import RtpWire
from mediaserver.sdp.codecs import OpusWish
from mediaserver.sdp.policy import CodecOrder, MediaPolicy
from webrtc.door import BrowserCall, DoorLimits, Wanted, WebRtcDoor
from webrtc.hosts import ReachableHosts
from webrtc.leg import WebRtcLeg

HOST = "127.0.0.1"
OPUS = MediaPolicy(("opus", "PCMU"), order=CodecOrder.OURS)
PCMU = MediaPolicy(("PCMU",), order=CodecOrder.OURS)


def _loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    return [HOST]


# It leaves loopback out, as browsers do, and tests have no other network.
aioice.ice.get_host_addresses = _loopback


class Tone(MediaStreamTrack):
    """A sine of so many Hz, 20 ms at a time, on time."""

    kind = "audio"

    def __init__(self, pitch: float = 440.0) -> None:
        super().__init__()
        self._pitch = pitch
        self._at = 0
        self._next: float | None = None

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        self._next = loop.time() if self._next is None else self._next + 0.02
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        t = (self._at + np.arange(960)) / 48_000
        frame = av.AudioFrame.from_ndarray(
            np.asarray(8_000 * np.sin(2 * np.pi * self._pitch * t), np.int16)[None], "s16", "mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._at, Fraction(1, 48_000)
        self._at += 960
        return frame


class Bench:
    """See `open_bench`."""

    def __init__(self, policy: MediaPolicy, limits: DoorLimits) -> None:
        self.wire = RtpWire(HOST, (30_000, 39_998))
        self.clock = MediaClock(None, phases=5)
        self.clock.add_wire(self.wire)
        self.counted: list[str] = []
        self.events: list[LegEvent] = []
        self.refuse: Termination | None = None
        """How the next call is refused."""
        self.invitations: list[Invitation] = []
        self.tasks: set[asyncio.Task[None]] = set()
        hosts = ReachableHosts(HOST)
        self.door = WebRtcDoor(self.wire, hosts, policy, self._invited, limits, self.counted.append)

    def _invited(self, invitation: Invitation, agent: AgentSpec | None, owner: UUID | None) -> Any:
        self.invitations.append(invitation)
        task = asyncio.create_task(self._serve(invitation.leg))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return SimpleNamespace(id=uuid4())

    async def _serve(self, leg: Any) -> None:
        if self.refuse is not None:
            await leg.hangup(self.refuse)
            return
        leg.on_event = self.events.append
        await leg.ring()
        try:
            await leg.answer()
        except CallError:
            return
        self.clock.attach(leg, EchoApp())

    async def offer(self, offer: str | bytes, caller: Hashable = None, to: str = "echo") -> BrowserCall:
        text = offer.encode() if isinstance(offer, str) else offer
        return await self.door.take(self.door.read(text), caller, HOST, Wanted(to, dialled=to))

    def close(self) -> None:
        self.door.close()
        self.clock.stop()
        self.wire.close()


@asynccontextmanager
async def open_bench(
    policy: MediaPolicy = OPUS,
    limits: DoorLimits = DoorLimits(),  # noqa: B008 - it never changes
) -> AsyncIterator[Bench]:
    bench = Bench(policy, limits)
    bench.clock.start()
    try:
        yield bench
    finally:
        bench.close()
        await asyncio.gather(*bench.tasks, return_exceptions=True)


class Browser:
    """A peer of aiortc that speaks a tone and keeps what it hears."""

    def __init__(self, pitch: float = 440.0, relay: RTCIceServer | None = None) -> None:
        """`relay`: its only way; None: it has its own."""
        way = RTCConfiguration(iceServers=[])
        if relay is not None:
            way = RTCConfiguration(iceServers=[relay], iceTransportPolicy=RTCIceTransportPolicy.RELAY)
        self.pc = RTCPeerConnection(way)
        self.pc.addTrack(Tone(pitch))
        self.heard: list[npt.NDArray[np.int16]] = []
        self.connected, self.speaks = asyncio.Event(), asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

        @self.pc.on("track")
        def track(each: MediaStreamTrack) -> None:
            self._listening = asyncio.create_task(self._listen(each))

        @self.pc.on("connectionstatechange")
        def changed() -> None:
            if self.pc.connectionState == "connected":
                self.connected.set()

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            assert isinstance(frame, av.AudioFrame)
            samples = frame.to_ndarray().reshape(-1).astype(np.int16)
            self.heard.append(samples)
            if np.abs(samples).max() > 1_000:
                self.speaks.set()

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def answered(self, answer: bytes) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer.decode(), "answer"))

    async def close(self) -> None:
        await self.pc.close()
        if self._listening is not None:
            self._listening.cancel()


@asynccontextmanager
async def calling(
    bench: Bench, relay: RTCIceServer | None = None, **more: Any
) -> AsyncIterator[tuple[Browser, BrowserCall]]:
    """A browser in a call."""
    browser = Browser(relay=relay)
    try:
        call = await bench.offer(await browser.offer(), **more)
        await browser.answered(call.answer)
        yield browser, call
    finally:
        await browser.close()


async def until(true: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait for what sockets are about to bring."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - sockets of others set no event of ours
            await asyncio.sleep(0.01)


def over(leg: WebRtcLeg) -> tuple[EndedBy, Why] | None:
    return (leg.termination.by, leg.termination.why) if leg.termination is not None else None


__all__ = ["HOST", "OPUS", "PCMU", "Bench", "Browser", "OpusWish", "calling", "open_bench", "over", "until"]
