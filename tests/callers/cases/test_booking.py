"""The caller of the demo answers what it is asked, not what comes next on its list."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from callers.cases.booking import BookingCaller
from callers.lines import BOOKING, CHECKS
from callers.transcript import ServerEvent
from callers.voiced import Clip

GREETING = "Hello, this is the room desk. To reserve a meeting room, say: book a room."
PLACE = "Which office would you like? For example Mountain View, or London."
DAY = "Mountain View. And for which day?"
TIME = "At what time does it begin today?"
NOBODY = "http://127.0.0.1:9/api/telephony/calls/00000000-0000-0000-0000-000000000000/events"
"""Where no server answers: the test itself shows what is said."""


def clip(name: str) -> Clip:
    return Clip.of(name, (np.sin(np.arange(4_000) / 3) * 9_000).astype(np.int16))


CLIPS, YES_NO = [clip(line) for line in BOOKING], {word: clip(word) for word in CHECKS}


class Desk:
    """The far end and our side of the call: says these lines, one each time that it is our turn, and then
    hangs up."""

    def __init__(self, *lines: str, shown: bool = True) -> None:
        self.lines = list(lines)
        self.said: list[str] = []
        self.transcript_url = NOBODY if shown else None
        self.caller: BookingCaller
        self.talk: Any = self
        self.hung_up = False
        self.up = True

    async def my_turn(self, within_s: float = 0.0) -> bool:
        if not self.lines:
            self.up = False
            return False
        self.caller.told(ServerEvent("agent", {"text": self.lines.pop(0)}))
        return True

    async def say(self, clip: Clip) -> None:
        self.said.append(clip.name)

    def pass_turn(self) -> None:
        self.said.append("")

    async def until(self, holds: Any, within_s: float) -> bool:
        return False

    def is_up(self) -> bool:
        return self.up

    async def hang_up(self) -> None:
        self.hung_up = True


async def talked(desk: Desk) -> list[str]:
    desk.caller = BookingCaller(desk, CLIPS, YES_NO)  # type: ignore[arg-type]
    async with asyncio.timeout(10):
        await desk.caller.talk()
    assert desk.hung_up
    return desk.said


async def test_a_value_that_is_said_back_is_answered_before_the_next_question() -> None:
    desk = Desk(GREETING, PLACE, DAY, "Did you say today?", TIME)
    assert await talked(desk) == ["book a room", "mountain view", "today", "yes", "two thirty p m"]


async def test_a_wrong_value_is_denied_and_a_question_that_comes_again_is_answered_again() -> None:
    desk = Desk(GREETING, PLACE, DAY, "Did you say Tuesday?", "Sorry. And for which day?", TIME)
    assert await talked(desk) == ["book a room", "mountain view", "today", "no", "today", "two thirty p m"]


async def test_a_right_read_back_is_met_by_silence() -> None:
    read_back = "Mountain View, today at 2:30 p.m., half an hour, 2 people. Say no to change it."
    assert await talked(Desk(read_back, "Your room is booked. Goodbye.")) == ["", ""]


@pytest.mark.parametrize("missing", [0, 2])
async def test_a_server_without_a_transcript_gets_the_clips_in_turn(missing: int) -> None:
    desk = Desk(*["anything"] * (len(BOOKING) - missing), shown=False)
    assert await talked(desk) == list(BOOKING[: len(BOOKING) - missing])


async def test_nobody_asks_for_ever() -> None:
    assert len(await talked(Desk(*[GREETING] * 50))) == 6
