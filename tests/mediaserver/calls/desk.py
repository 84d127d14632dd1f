"""A bench whose agents can brief whoever is to take a call over, and take callers back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mediaserver.calls.call import Call
from mediaserver.calls.playing import Frames
from mediaserver.calls.protocols import CallControls, Talker
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.warm import Briefing, BriefingVerdict
from mediaserver.media.leg import Leg
from mediaserver.storage.records import EventHappened
from tests.mediaserver.calls.bench import Bench, Robot, RobotMaker, connected
from tests.mediaserver.calls.lines import Line, Lines, frame

MUSIC = 30


def music() -> Frames:
    return frame(MUSIC).reshape(1, -1)


class BriefingRobot(Robot):
    """Says 7 to whoever is briefed; the test decides what that one does."""

    def __init__(self, controls: CallControls, briefing: Briefing) -> None:
        super().__init__(controls, level=7)
        self.briefing = briefing


class DeskMaker(RobotMaker):
    def __init__(self) -> None:
        super().__init__()
        self.returned: list[tuple[str, str, str]] = []
        self.briefers: list[BriefingRobot] = []
        self.dumb: Exception | None = None

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        robot = Robot(controls)
        self.made.append(robot)

        def brief(leg: Leg, briefing: Briefing) -> Talker:
            if self.dumb is not None:
                raise self.dumb
            self.briefers.append(BriefingRobot(controls, briefing))
            return Talker(self.briefers[-1])

        return Talker(
            robot,
            True,
            robot.said.append,
            lambda text, within_s: robot.shutdown(text, within_s),
            lambda why, to, detail: self.returned.append((str(why), to, detail)),
            brief,
        )


class Desk(Bench):
    """ann has called the demo agent, who says 50; bob and carl can be called. Music is 30."""

    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(folder, hold_music=music(), **more)
        self.desk = DeskMaker()
        self.makers["flow"] = self.desk
        self.ann = Line("ann", 1)
        self.bob = Line("bob", 2)
        self.carl = Line("carl", 3)
        self.carrier: Lines = connected(self, bob=self.bob, carl=self.carl)

    async def begin(self) -> None:
        await self.dial(self.ann, "demo")
        await self.ticks(1)

    @property
    def robot(self) -> Robot:
        return self.desk.made[-1]

    async def decide(self, verdict: BriefingVerdict) -> None:
        """Whoever is briefed does this."""
        self.desk.briefers[-1].briefing.decided(verdict)
        await self.settle()

    def steps(self) -> list[str]:
        """What is kept of transfers, in order."""
        return [e.kind for e in self.sink.of(EventHappened) if e.kind.startswith("transfer_")]

    def last(self, kind: str) -> dict[str, Any]:
        data: dict[str, Any] = [e for e in self.sink.of(EventHappened) if e.kind == kind][-1].data
        return data

    def heard(self) -> tuple[int, int, int]:
        """What ann, bob and carl heard last; -1: nothing yet."""
        ann, bob, carl = (line.heard[-1] if line.heard else -1 for line in (self.ann, self.bob, self.carl))
        return ann, bob, carl
