"""A leg that shares nothing with SIP does all that a SIP leg does: it talks with the demo agent, is recorded,
listened to, and joined to a SIP phone; clock, call and agent know nothing of it.

Signalling, sockets, sessions and the recorder are real; time, the voices and the recogniser are the test's.
"""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from cli.makers import makers
from cli.serving.own_code import OwnCode
from mediaserver.calls.events import EventBus
from mediaserver.calls.playing import framed
from mediaserver.calls.recorder import Recorder
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.targets import Targets
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import Frame, Leg, LegEvent
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from mediaserver.metrics import Metrics
from mediaserver.storage.records import CallEnded, LegClosed, LegOpened, Record, RecordingMade, TurnSaid
from sip.calls.carrier import SipCarrier
from sip.calls.invitation import SipInvitation
from sip.calls.registrar import Registrar
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.rows import as_at_the_first_start
from tests.mediaserver.calls.websocket_leg import Caller, Door
from tests.sip.agents import agent
from tests.speech import only

TICK_NS = 20_000_000
AGENT_HZ, CALLER_HZ, PHONE_HZ, LISTENER_HZ = 200, 350, 700, 1100
"""The voices; the agent's is the fake engine's."""
SILENCE = np.zeros(FRAME_SAMPLES, np.int16)


def voice(hz: int) -> Frame:
    """A frame of a tone of which frames have a whole number of waves."""
    wave_ = np.sin(np.arange(FRAME_SAMPLES) * (2 * np.pi * hz / SAMPLE_RATE)) * 6000
    return np.asarray(wave_, np.int16)


def loudness(frames: Sequence[Frame] | npt.NDArray[np.int16], hz: int) -> float:
    """The amplitude of a tone in frames."""
    signal = np.concatenate(list(frames)).astype(np.float64)
    turns = np.exp(-2j * np.pi * hz / SAMPLE_RATE * np.arange(len(signal)))
    return float(abs(signal @ turns)) * 2 / len(signal)


class Levels:
    """A voice detector that takes what is loud for speech."""

    chunk_samples = 512

    def __init__(self) -> None:
        self._samples: dict[int, int] = {}
        self._next = 0

    def open(self) -> int:
        self._next += 1
        self._samples[self._next] = 0
        return self._next

    def close(self, slot: int) -> None:
        del self._samples[slot]

    def reset(self, slot: int) -> None:
        self._samples[slot] = 0

    def process(
        self, slots: list[int], frames: npt.NDArray[np.int16]
    ) -> tuple[Sequence[int], Sequence[float]]:
        rows, found = [], []
        for row, slot in enumerate(slots):
            samples = self._samples[slot] + FRAME_SAMPLES
            self._samples[slot] = samples % self.chunk_samples
            if samples >= self.chunk_samples:
                rows.append(row)
                found.append(0.97 if np.abs(frames[row]).max() > 1000 else 0.02)
        return rows, found


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True

    def of(self, kind: type[Any]) -> list[Any]:
        return [record for record in self.records if isinstance(record, kind)]

    def lines(self) -> list[tuple[str, str]]:
        """The transcript: speaker and text."""
        said = {turn.index: turn for turn in self.of(TurnSaid)}
        return [(said[index].speaker, said[index].text) for index in sorted(said)]


class Talker:
    """Whoever holds the SIP phone: says a tone and keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[Frame] = []

    def on_frame(self, frame: Frame) -> None:
        self.heard.append(frame)

    def next_frame(self, t: int) -> Frame | None:
        return voice(PHONE_HZ)

    def on_event(self, event: LegEvent) -> None: ...


class Phone:
    """A SIP phone with a clock of its own."""

    def __init__(self) -> None:
        self.clock = MediaClock(phases=1)
        self.talker = Talker()
        self.leg: Leg | None = None

    async def answer(self, call: SipInvitation) -> None:
        self.leg = call.leg
        await call.leg.answer()
        self.clock.attach(call.leg, self.talker)


class World:
    """A server without a database, a SIP phone, and a door for WebSockets."""

    def __init__(self, folder: Path) -> None:
        self.kept, metrics = Kept(), Metrics()
        self.stt = FakeStt()
        self.engines, speech = only(self.stt, FakeTts())
        self.clock = MediaClock(Levels(), phases=1)
        self.recorder = Recorder(folder, self.kept, metrics)
        self.board = LocalSwitchboard(
            routes=as_at_the_first_start(),
            makers=makers(speech, OwnCode()),
            registry=CallRegistry(5, metrics),
            bus=EventBus(),
            sink=self.kept,
            metrics=metrics,
            clock=self.clock,
            recorder=self.recorder,
            targets=Targets(patterns=["bob@127.0.0.1:*"]),
        )
        self.phone = Phone()
        self.phone_address = ""
        self.door = Door(self.board)
        self.client: TestClient[web.Request, web.Application] = TestClient(TestServer(self.door.app))
        self.callers: dict[Caller, Frame] = {}
        self.now = time.perf_counter_ns()
        self._open = AsyncExitStack()

    async def start(self) -> None:
        await self.engines.settle()
        sip = await self._open.enter_async_context(agent(self.board.invited))
        phone = await self._open.enter_async_context(agent(self.phone.answer))
        self.board.carriers = [SipCarrier(sip, Registrar("voiceforge", lambda extension: None))]
        self.phone_address = f"sip:bob@127.0.0.1:{phone.port}"
        await self.client.start_server()

    async def stop(self) -> None:
        await self.board.stop("", 0)
        await self.board.close()
        await self.client.close()
        await self._open.aclose()
        await self.recorder.close()

    async def connect(self, path: str, late: int = 0) -> Caller:
        """`late`: frames that wait in a queue of the far end's."""
        caller = Caller(self.client, self.door, path, late)
        await caller.connect()
        self.callers[caller] = SILENCE
        return caller

    async def run(self, ms: int) -> None:
        """So much time passes: everybody says what they say, and hears."""
        for _ in range(ms // 20):
            for caller, frame in self.callers.items():
                await caller.say(frame)
            self.stt.tick()
            self.clock.tick(self.now)
            self.phone.clock.tick(self.now)
            self.now += TICK_NS
            for caller in self.callers:
                await caller.listen()
            for _ in range(8):
                await asyncio.sleep(0)

    async def until(self, done: Any, limit_ms: int = 10_000) -> None:
        for _ in range(limit_ms // 20):
            if done():
                return
            await self.run(20)
        raise AssertionError("it never came to be")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.start()
    yield world
    await world.stop()


async def test_a_websocket_talks_with_the_demo_is_recorded_listened_to_and_joined_to_a_sip_phone(
    world: World,
) -> None:
    ann = await world.connect("/call/demo")
    await world.until(lambda: len(ann.heard) >= 40)
    assert {"event": "ringing"} in ann.told and {"event": "answered"} in ann.told
    assert loudness(ann.heard[-10:], AGENT_HZ) > 2000, "the agent greets"

    # It is interrupted, and answers.
    world.stt.text = "book a room"
    world.callers[ann] = voice(CALLER_HZ)
    await world.run(700)
    world.callers[ann] = SILENCE
    await world.until(lambda: len(world.kept.lines()) >= 3)
    greeting, wish, question = world.kept.lines()[:3]
    assert greeting[0] == "agent" and wish == ("caller", "book a room") and "office" in question[1]

    # A listener comes in by the same door, and says what nobody may hear.
    (call,) = world.board
    spy = await world.connect(f"/listen/{call.id}")
    world.callers[spy] = voice(LISTENER_HZ)
    world.callers[ann] = voice(CALLER_HZ)
    await world.run(400)
    assert loudness(spy.heard[-10:], CALLER_HZ) > 4000

    # The call goes to a SIP phone.
    transfer = asyncio.create_task(world.board.transfer(call.id, world.phone_address))
    await world.until(transfer.done)
    await transfer
    await world.run(1000)
    heard = world.phone.talker.heard
    assert loudness(ann.heard[-10:], PHONE_HZ) > 3000 < loudness(heard[-10:], CALLER_HZ)
    assert loudness(spy.heard[-10:], PHONE_HZ) > 3000 < loudness(spy.heard[-10:], CALLER_HZ)
    for frames in (ann.heard[-10:], heard[-10:]):
        assert loudness(frames, LISTENER_HZ) < 100
    assert loudness(ann.heard[-10:], CALLER_HZ) < 100, "nobody hears itself"

    await ann.close()
    world.callers.clear()
    await world.until(lambda: world.kept.of(CallEnded))
    await world.until(lambda: len(world.kept.of(LegClosed)) == 3)
    await world.recorder.close()
    (ended,) = world.kept.of(CallEnded)
    assert (ended.ended_by, ended.why) == ("caller", "hung up")
    assert sorted(leg.kind for leg in world.kept.of(LegOpened)) == ["sip", "websocket", "websocket"]
    (made,) = world.kept.of(RecordingMade)
    caller, agent_side = stereo(made.path)
    assert loudness([caller[-8000:-3200]], CALLER_HZ) > 4000
    assert loudness([agent_side[-8000:-3200]], PHONE_HZ) > 3000
    assert loudness([agent_side], LISTENER_HZ) < 100


async def test_a_sip_phone_is_called_in_to_listen_whispers_and_goes_with_the_call(world: World) -> None:
    ann = await world.connect("/call/echo")
    world.callers[ann] = voice(CALLER_HZ)
    await world.run(200)
    (call,) = world.board
    monitor = asyncio.create_task(world.board.monitor(call.id, world.phone_address))
    await world.until(monitor.done)
    await monitor
    await world.run(1000)
    heard = world.phone.talker.heard
    assert loudness(heard[-10:], CALLER_HZ) > 4000
    assert loudness(ann.heard[-10:], PHONE_HZ) < 100, "nobody hears a listener"

    world.board.set_gain(call.id, "caller", "listener", 1.0)
    await world.run(400)
    assert loudness(ann.heard[-10:], PHONE_HZ) > 3000, "it whispers"

    await ann.close()
    world.callers.clear()
    await world.until(lambda: len(world.kept.of(LegClosed)) == 2)
    assert len(world.clock) == 0 and len(world.kept.of(CallEnded)) == 1


async def greeted(world: World, late: int) -> tuple[Caller, UUID]:
    """A caller in the middle of what the agent says first."""
    ann = await world.connect("/call/demo", late)
    await world.until(lambda: len(ann.heard) >= 5 and loudness(ann.heard[-5:], AGENT_HZ) > 2000)
    (call,) = world.board
    return ann, call.id


async def test_who_is_held_hears_nothing_more_of_the_agent_who_goes_on_where_it_was_heard_last(
    world: World,
) -> None:
    ann, call_id = await greeted(world, 25)
    world.board.hold(call_id, framed(np.tile(voice(LISTENER_HZ), 50)))
    held = len(ann.heard)
    await world.run(1000)
    assert loudness(ann.heard[held : held + 20], AGENT_HZ) < 100, "what lay in its queue is dropped"
    assert loudness(ann.heard[-10:], LISTENER_HZ) > 4000
    world.board.resume(call_id)
    said = [turn for turn in world.kept.of(TurnSaid) if turn.speaker == "agent"][-1]
    await world.until(
        lambda: [t for t in world.kept.of(TurnSaid) if t.index == said.index][-1].heard == said.text
    )
    voiced = sum(loudness([frame], AGENT_HZ) > 2000 for frame in ann.heard)
    assert voiced >= 10 * len(said.text.split()), "all words that count as heard were"


async def test_who_is_transferred_hears_nothing_more_of_the_agent(world: World) -> None:
    ann, call_id = await greeted(world, 25)
    transfer = asyncio.create_task(world.board.transfer(call_id, world.phone_address))
    await world.until(transfer.done)
    heard = len(ann.heard)
    await world.run(1000)
    assert loudness(ann.heard[heard : heard + 20], AGENT_HZ) < 100
    assert loudness(ann.heard[-10:], PHONE_HZ) > 3000


async def test_a_websocket_presses_keys_and_is_refused_in_words(world: World) -> None:
    ann = await world.connect("/call/echo")
    world.callers[ann] = voice(CALLER_HZ)
    await world.run(400)
    assert loudness(ann.heard[-5:], CALLER_HZ) > 4000
    await ann.press("5")
    await world.until(lambda: any(getattr(r, "kind", "") == "dtmf" for r in world.kept.records))
    world.callers.clear()
    bob = await world.connect("/call/nobody")
    await world.until(lambda: bob.leg.termination is not None)
    assert bob.leg.termination is not None and bob.leg.termination.code == 404
    assert "nobody answers" in bob.leg.termination.detail


def stereo(path: str) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Caller and agent of a recording."""
    with wave.open(path, "rb") as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    return both[:, 0], both[:, 1]
