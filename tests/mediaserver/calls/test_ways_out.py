from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from mediaserver.calls.ways_out import NumbersOut, RankedCarrier
from mediaserver.calls.wishes import Wishes
from mediaserver.errors import CallError, NotTakenError
from mediaserver.media.leg import Leg


@dataclass
class Way:
    """Implements RankedCarrier: a way out for numbers that begin with `prefix`."""

    name: str
    priority: int
    prefix: str = "+49"
    error: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def serves(self, to: str) -> bool:
        return to.startswith(self.prefix)

    def knows(self, name: str) -> bool:
        return name == self.name

    def priority_for(self, to: str) -> int | None:
        return self.priority if self.serves(to) else None

    def prefix_for(self, number: str) -> str | None:
        return self.prefix if self.serves(number) else None

    async def place(self, to: str, caller: str, **options: Any) -> Leg:
        self.asked.append(options)
        if self.error is not None:
            raise self.error
        return cast(Leg, self)


def out(*ways: Way) -> NumbersOut:
    return NumbersOut(cast(list[RankedCarrier], list(ways)))


async def test_the_best_for_the_number_is_asked_first_and_the_next_when_it_takes_nothing() -> None:
    refuses = NotTakenError("full", 503)
    first, other = Way("trunks", 5, error=refuses), Way("accounts", 7)
    far = Way("far", 1, prefix="+1")
    leg = await out(other, far, first).place("+491", "", timeout_s=10, hops=3)
    assert cast(Any, leg) is other and len(first.asked) == 1 and not far.asked
    assert other.asked[0]["hops"] == 3


async def test_whoever_reached_somebody_has_the_last_word() -> None:
    busy, other = Way("trunks", 5, error=CallError("busy", 486)), Way("accounts", 7)
    with pytest.raises(CallError, match="busy"):
        await out(busy, other).place("+491", "", timeout_s=10)
    assert not other.asked


async def test_each_reason_is_told_where_none_took_it() -> None:
    ways = (
        Way("a", 1, error=NotTakenError("a is full", 503)),
        Way("b", 2, error=NotTakenError("b is away", 500)),
    )
    with pytest.raises(NotTakenError, match="a is full; b is away") as caught:
        await out(*ways).place("+491", "", timeout_s=10)
    assert caught.value.code == 500


async def test_no_time_is_left_for_another() -> None:
    first, other = Way("a", 1, error=NotTakenError("a is full", 503)), Way("b", 2)
    with pytest.raises(NotTakenError):
        await out(first, other).place("+491", "", timeout_s=0.5)
    assert not other.asked


async def test_one_that_is_named_or_preferred() -> None:
    a, b = Way("a", 1), Way("b", 2)
    assert cast(Any, await out(a, b).place("+491", "", timeout_s=10, trunk="b")) is b
    assert cast(Any, await out(a, b).place("+491", "", timeout_s=10, wishes=Wishes(prefers="b"))) is b
    with pytest.raises(NotTakenError):
        await out(a, b).place("+491", "", timeout_s=10, trunk="c")
    with pytest.raises(NotTakenError):
        await out(a, b).place("+33", "", timeout_s=10)


def test_permission_is_the_longest_prefix_of_any() -> None:
    way = out(Way("a", 1), Way("b", 2, prefix="+4930"))
    assert way.prefix_for("+49301") == "+4930" and way.prefix_for("+491") == "+49"
    assert way.prefix_for("+33") is None and not way.serves("+33")


async def test_cancelling_reaches_the_one_that_is_asked() -> None:
    class Slow(Way):
        async def place(self, to: str, caller: str, **options: Any) -> Leg:
            try:
                await asyncio.Event().wait()
            finally:
                self.asked.append({})
            raise AssertionError

    slow, other = Slow("a", 1), Way("b", 2)
    task = asyncio.create_task(out(slow, other).place("+491", "", timeout_s=10))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled() and slow.asked and not other.asked
