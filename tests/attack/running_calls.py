"""Calls that run while something else is done to the server, and what they noticed of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.attack.phone import Dialled, Phone
from tests.attack.sound import FRAME_S, Heard, Part, Talker, listen, talk
from tests.attack.target import Target

CALLER = "127.7.0.5"


@dataclass(frozen=True, slots=True)
class Noticed:
    """By the call that fared worst."""

    largest_gap_ms: float
    """Between two packets of one call."""
    lost: float
    """% of the frames that should have come in the time."""
    median_gap_ms: float
    """Of the calls' largest gaps."""
    ended: int
    """Calls that the server ended."""


class RunningCalls:
    """Echo calls that one talker each keeps up."""

    def __init__(self, phone: Phone, calls: list[Dialled], talkers: list[Talker]) -> None:
        self.phone, self.calls, self.talkers = phone, calls, talkers

    def talk(self, for_s: float) -> None:
        talk([Part(talker) for talker in self.talkers], for_s)

    def forget(self) -> None:
        for talker in self.talkers:
            talker.heard.clear()

    def noticed(self, for_s: float) -> Noticed:
        """Of the last `for_s` seconds of talk, which `forget` began."""
        gaps = sorted(_largest_gap(talker.heard, for_s) for talker in self.talkers)
        expected = for_s / FRAME_S
        lost = max(100 * max(0.0, 1 - len(talker.heard) / expected) for talker in self.talkers)
        self.phone.listen(0.05)
        ended = sum(not call.up for call in self.calls)
        return Noticed(1000 * gaps[-1], lost, 1000 * gaps[len(gaps) // 2], ended)


def _largest_gap(heard: list[Heard], for_s: float) -> float:
    times = [packet.at for packet in heard]
    return max((b - a for a, b in zip(times, times[1:], strict=False)), default=for_s)


@contextmanager
def running(target: Target, count: int, user: str = "echo") -> Iterator[RunningCalls]:
    """So many calls, up and settled; hung up at the end."""
    with ExitStack() as stack:
        # What was heard is a million small objects: our collector would keep all talkers silent for 80 ms at
        # a time, and the server would mend the holes of all calls at once.
        gc.disable()
        stack.callback(gc.enable)
        phone = stack.enter_context(Phone(target.sip, CALLER, user="alice"))
        calls, talkers = [], []
        for _ in range(count):
            talker = Talker(CALLER)
            stack.callback(talker.close)
            dialled = phone.call(user, talker.address)
            if dialled.status != 200:
                raise RuntimeError(f"a running call was answered with {dialled.status}")
            talker.to = dialled.media
            calls.append(dialled)
            talkers.append(talker)
            talk([Part(each) for each in talkers], FRAME_S)
        up = RunningCalls(phone, calls, talkers)
        up.talk(1.0)
        listen(talkers, 0.1)
        up.forget()
        yield up
        for dialled in calls:
            dialled.bye()
