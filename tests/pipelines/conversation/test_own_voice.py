"""Lines that give our own voice back, under a guard that has not taken it off: what the agent does then."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.leg import Frame
from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import FRAME_SAMPLES
from tests.fakes import SILENCE, Conversation, Reply, ScriptedAgent, tone


class KnowingCleaner:
    """Takes nothing off; its condition is what the test says."""

    resting = False
    raw = SILENCE

    def __init__(self, condition: LineCondition) -> None:
        self.condition = condition

    def hear(self, frame: Frame) -> Frame:
        return frame

    def spoke(self, frame: Frame | None) -> None: ...

    def rest(self) -> None: ...

    def close(self) -> None: ...


def loudness(frame: Frame | None) -> int:
    return 0 if frame is None else int(np.abs(frame).max())


@pytest.mark.parametrize(
    ("condition", "ducks"),
    [
        (LineCondition(echo=0.9, suspect=True), False),
        (LineCondition(echo=0.1, suspect=True), True),  # the guard looks at whoever talks over us
        (LineCondition(echo=0.9), True),  # it took most of the frame off: the rest is the caller's
        (LineCondition(), True),
    ],
    ids=["echo", "caller", "caller behind an echo", "caller on a clean line"],
)
async def test_an_echo_that_is_not_taken_off_yet_does_not_duck_the_agent(
    condition: LineCondition, ducks: bool
) -> None:
    cleaner = KnowingCleaner(LineCondition())
    talk = Conversation(ScriptedAgent(Reply("one two three four five six seven eight")), cleaner=cleaner)
    while not talk.speaking():
        await talk.tick()
    await talk.silence(200)
    cleaner.condition = condition
    for _ in range(4):
        await talk.tick(tone(FRAME_SAMPLES, 1500), 0.05)
    usual, now = loudness(tone(FRAME_SAMPLES)), loudness(talk.sent[-1])
    assert (now < usual / 4) is ducks
