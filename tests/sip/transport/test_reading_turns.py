"""Whose turn it is to be read, and for how long. The time is a fake clock's."""

from __future__ import annotations

import asyncio
import time

from sip.transport.reading_turns import FACTOR, PAUSE_S, TURN_S, ReadingTime, ReadingTurns


def test_reading_gets_a_fifth_of_the_time_and_saves_no_more_than_a_turn() -> None:
    spent, clock = ReadingTime(), 100.0
    read = 0.0
    while clock < 101.0:
        if spent.wait(clock):
            clock += 0.0001
            continue
        clock += 0.0001
        read += 0.0001
        spent.spent(0.0001, clock)
    assert 0.9 / FACTOR < read < 1.1 / FACTOR
    clock += 60.0
    assert not spent.wait(clock)
    spent.spent(2 * TURN_S, clock)
    assert spent.wait(clock) > PAUSE_S / 2


def test_one_long_message_is_paid_for_later() -> None:
    spent = ReadingTime()
    spent.spent(0.1, 100.0)
    assert spent.wait(100.3) and not spent.wait(100.5)


class Greedy:
    """Wants so many turns of three milliseconds each."""

    def __init__(self, name: str, wants: int, served: list[str]) -> None:
        self.name, self.left, self.served = name, wants, served

    def read_one(self) -> bool:
        end = time.perf_counter() + 3 * TURN_S
        while time.perf_counter() < end:
            pass
        self.served.append(self.name)
        self.left -= 1
        return self.left > 0


async def test_all_take_turns_and_the_loop_has_its_own_between_them() -> None:
    served: list[str] = []
    turns = ReadingTurns()
    for name in "abc":
        turns.ask(Greedy(name, 2, served))
    assert served == ["a"]
    seen = 0
    while len(served) < 6:  # noqa: ASYNC110 - the loop's turns are what is counted
        before = len(served)
        await asyncio.sleep(0)
        assert len(served) <= before + 1
        seen += 1
    assert served == list("aabcbc")
    assert seen >= 5


async def test_nobody_has_a_turn_after_the_end() -> None:
    served: list[str] = []
    turns = ReadingTurns()
    turns.ask(Greedy("a", 5, served))
    turns.stop()
    await asyncio.sleep(3 * FACTOR * TURN_S)
    assert served == ["a"]
