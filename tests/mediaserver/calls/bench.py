"""A switchboard with robots for agents and a clock driven by hand; what it keeps is kept in a list."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from mediaserver.calls.call import Call
from mediaserver.calls.echo import EchoMaker
from mediaserver.calls.events import EventBus
from mediaserver.calls.protocols import AppMaker, CallControls, Talker
from mediaserver.calls.recorder import Recorder
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.routes import AgentSpec, Routes
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.targets import Targets
from mediaserver.errors import VoiceForgeError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import Frame, Leg, LegEvent
from mediaserver.metrics import Metrics
from mediaserver.storage.records import (
    Record,
)
from tests.mediaserver.calls.lines import Asked, Line, Lines, frame
from tests.mediaserver.calls.rows import as_at_the_first_start

TICK_NS = 20_000_000


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True

    def of(self, kind: type[Any]) -> list[Any]:
        return [record for record in self.records if isinstance(record, kind)]


class Robot:
    """An agent's app that says one level and keeps what happens to it."""

    def __init__(self, controls: CallControls, level: int = 50) -> None:
        self.controls = controls
        self.level = level
        self.heard: list[int] = []
        self.events: list[LegEvent] = []
        self.said: list[str] = []
        self.goodbyes: list[str] = []

    def on_frame(self, frame: Frame) -> None:
        self.heard.append(int(frame[0]))

    def next_frame(self, t: int) -> Frame | None:
        return frame(self.level)

    def on_event(self, event: LegEvent) -> None:
        self.events.append(event)

    async def shutdown(self, goodbye: str, within_s: float) -> None:
        self.goodbyes.append(goodbye)


class RobotMaker:
    def __init__(self) -> None:
        self.made: list[Robot] = []
        self.specs: list[AgentSpec] = []
        self.trouble: Exception | None = None

    def check(self, agent: AgentSpec) -> None:
        if self.trouble is not None:
            raise self.trouble

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        if self.trouble is not None:
            raise self.trouble
        robot = Robot(controls)
        self.made.append(robot)
        self.specs.append(agent)
        return Talker(robot, True, robot.said.append, lambda text, within_s: robot.shutdown(text, within_s))


class Bench:
    def __init__(
        self, folder: Path, routes: Routes | None = None, targets: Targets | None = None, **more: Any
    ) -> None:
        """`more`: as the switchboard has it."""
        self.sink = Kept()
        self.metrics = Metrics()
        self.registry = CallRegistry(3, self.metrics)
        self.clock = MediaClock(phases=1)
        self.robots = RobotMaker()
        self.recorder = Recorder(folder, self.sink, self.metrics)
        self.makers: dict[str, AppMaker] = {"flow": self.robots, "echo": EchoMaker()}
        self.board = LocalSwitchboard(
            routes=routes or as_at_the_first_start({"ann", "bob", "carl"}),
            makers=self.makers,
            registry=self.registry,
            bus=EventBus(),
            sink=self.sink,
            metrics=self.metrics,
            clock=self.clock,
            recorder=self.recorder,
            targets=targets or Targets({"ann", "bob", "carl"}),
            **more,
        )
        self.now = 0

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def ticks(self, count: int) -> None:
        for _ in range(count):
            self.clock.tick(self.now)
            self.now += TICK_NS
        await self.settle()

    async def dial(self, line: Line, to: str, hops_left: int = 70) -> Asked:
        asked = Asked(line, to)
        asked.hops_left = hops_left
        self.board.invited(asked)
        await self.settle()
        return asked

    @property
    def call(self) -> Call:
        (call,) = self.board
        return call


def connected(bench: Bench, **phones: Line | VoiceForgeError) -> Lines:
    carrier = Lines(**phones)
    bench.board.carriers = [carrier]
    return carrier
