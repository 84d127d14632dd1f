"""When a caller's message begins and ends, on a clock of positions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.conversation.message_machine import (
    ECHO,
    MessageEnding,
    MessageMachine,
    MessagePhase,
    MessageStep,
)
from pipelines.conversation.taking_messages import TakeMessage

S = 16_000
FRAME = 320
LEAD = 300 * 16
PATIENCE = S // 2


class Line:
    """A machine and its clock: the caller hears all `late` samples after it was sent."""

    def __init__(self, wanted: TakeMessage, late: int = FRAME, begins: int = 0) -> None:
        self.t = begins
        self.late = late
        self.machine = MessageMachine(wanted, begins, LEAD, PATIENCE)
        self.steps: list[tuple[MessageStep, int]] = []

    def go_on(self, seconds: float, *, each: Callable[[], None] = lambda: None) -> None:
        for _ in range(round(seconds * S / FRAME)):
            self.t += FRAME
            each()
            step = self.machine.tick(self.t, self.t - self.late)
            if step is not None:
                self.steps.append((step, self.t))

    def speak(self, seconds: float) -> None:
        self.go_on(seconds, each=lambda: self.machine.spoke(self.t))

    def press(self, digit: str) -> None:
        step = self.machine.key(self.t, digit, LEAD)
        if step is not None:
            self.steps.append((step, self.t))

    @property
    def said(self) -> bool:
        return self.machine.phase is MessagePhase.SPOKEN

    @property
    def told(self) -> list[MessageStep]:
        return [step for step, _ in self.steps]

    @property
    def ending(self) -> MessageEnding:
        assert self.machine.ending is not None
        return self.machine.ending


def begun(wanted: TakeMessage | None = None) -> Line:
    line = Line(wanted or TakeMessage())
    line.go_on(0.5)
    assert line.told == [MessageStep.RECORD]
    return line


def test_it_is_recorded_once_the_tone_was_heard_and_its_echo_is_over() -> None:
    line = Line(TakeMessage(), late=2_400, begins=5 * S)
    line.go_on(1)
    ((step, t),) = line.steps
    assert step is MessageStep.RECORD
    assert 5 * S + LEAD + 2_400 + ECHO <= t < 5 * S + LEAD + 2_400 + ECHO + 2 * FRAME


def test_where_nobody_knows_what_was_heard_it_begins_all_the_same() -> None:
    line = Line(TakeMessage(), late=1 << 40)
    line.go_on(2)
    ((_, t),) = line.steps
    assert LEAD + PATIENCE + ECHO <= t < LEAD + PATIENCE + ECHO + 2 * FRAME


def test_silence_behind_what_was_said_ends_it_and_shorter_silence_does_not() -> None:
    line = begun(TakeMessage(silence_s=3))
    began = line.steps[0][1]
    line.speak(2)
    line.go_on(2.9)
    line.speak(1)
    line.go_on(2.9)
    assert line.told == [MessageStep.RECORD]
    line.go_on(0.2)
    assert line.told == [MessageStep.RECORD, MessageStep.END]
    assert line.ending.ended_by == "silence"
    assert line.ending.seconds == pytest.approx((line.steps[1][1] - began) / S)
    assert line.ending.seconds == pytest.approx(8.9, abs=0.1)


def test_silence_at_the_beginning_ends_it_without_a_message() -> None:
    line = begun(TakeMessage(nothing_s=5, silence_s=1))
    line.go_on(4.5)
    assert line.told == [MessageStep.RECORD], "the silence behind speech is another"
    line.go_on(0.6)
    assert line.ending == MessageEnding("nothing", 0.0)


def test_a_message_has_an_end_whoever_speaks() -> None:
    line = begun(TakeMessage(most_s=10))
    line.speak(11)
    assert line.ending == MessageEnding("length", 10.0)


def test_a_key_ends_it_and_tells_which() -> None:
    line = begun(TakeMessage(finish="#0"))
    line.speak(2)
    line.press("7")
    assert line.machine.recording
    line.press("0")
    assert line.ending.ended_by == "key" and line.ending.key == "0"
    line.press("#")
    line.press("*")
    assert line.told == [MessageStep.RECORD, MessageStep.END], "what is over stays over"


def test_a_key_at_once_leaves_no_message() -> None:
    line = begun()
    line.press("#")
    assert line.ending == MessageEnding("nothing", 0.0, "#")


def test_a_key_throws_it_away_and_it_begins_again_behind_a_new_tone() -> None:
    line = begun(TakeMessage(nothing_s=4))
    line.speak(3)
    line.press("*")
    pressed = line.t
    assert line.machine.phase is MessagePhase.LEADING
    line.press("*")
    line.speak(0.3)
    assert line.machine.phase is MessagePhase.LEADING, "what is said into the tone is no part of it"
    line.go_on(1)
    assert line.told == [MessageStep.RECORD, MessageStep.AGAIN, MessageStep.RECORD]
    assert line.steps[2][1] >= pressed + LEAD + ECHO
    line.go_on(4)
    assert line.ending == MessageEnding("nothing", 0.0), "what was thrown away was said in vain"


def test_the_voice_detector_alone_keeps_a_message_open() -> None:
    line = begun(TakeMessage(silence_s=1))
    line.machine.voice(line.t, 0.9)
    once = line.said
    line.machine.voice(line.t, 0.6)
    assert (once, line.said) == (False, True), "one chunk is a click"
    line.go_on(3, each=lambda: line.machine.voice(line.t, 0.6))
    assert line.machine.recording
    line.go_on(1.1, each=lambda: line.machine.voice(line.t, 0.4))
    assert line.ending.ended_by == "silence"


def test_what_was_said_before_something_else_came_is_a_message() -> None:
    line = begun()
    line.speak(2)
    ending = line.machine.cut("hang-up")
    assert ending.ended_by == "hang-up"
    assert ending.seconds == (line.t - line.steps[0][1]) / S >= 2
    assert begun().machine.cut("hang-up") == MessageEnding("nothing", 0.0)
    ended = begun()
    ended.speak(2)
    ended.press("#")
    assert ended.machine.cut("hang-up").ended_by == "key"
