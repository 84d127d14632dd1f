from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest

from mediaserver.errors import ProviderFault, TelephonyError
from providers.threads import Threads


async def test_what_blocks_runs_elsewhere_and_its_answer_comes_back() -> None:
    threads = Threads("main")

    def who(name: str, *, loud: bool) -> tuple[str, bool, bool]:
        return name, loud, threading.current_thread() is threading.main_thread()

    assert await threads.run(partial(who, loud=True), "x") == ("x", True, False)


async def test_what_it_raises_is_raised() -> None:
    def fail() -> None:
        raise KeyError("no")

    with pytest.raises(KeyError):
        await Threads("main").run(fail)


async def test_no_more_threads_than_allowed_and_the_rest_waits_its_turn() -> None:
    threads, gate = Threads("main", most=2), threading.Event()
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        gate.wait(5)
        return number

    tasks = [asyncio.create_task(threads.run(work, number)) for number in range(5)]
    await asyncio.sleep(0)
    assert threads.running == 2
    gate.set()
    assert await asyncio.gather(*tasks) == [0, 1, 2, 3, 4]
    assert sorted(begun) == [0, 1, 2, 3, 4]


async def test_too_much_that_waits_is_refused_at_once() -> None:
    threads, gate = Threads("main", most=1, waiting=1), threading.Event()
    first = asyncio.create_task(threads.run(gate.wait, 5))
    second = asyncio.create_task(threads.run(gate.wait, 5))
    await asyncio.sleep(0)
    with pytest.raises(TelephonyError) as caught:
        await threads.run(gate.wait, 5)
    assert caught.value.kind is ProviderFault.LIMIT
    gate.set()
    await asyncio.gather(first, second)


async def test_one_that_hangs_is_given_up_and_may_be_done_yet() -> None:
    threads, gate = Threads("main", most=1), threading.Event()
    with pytest.raises(TelephonyError) as caught:
        await threads.run(gate.wait, 5, within_s=0.01)
    assert caught.value.maybe and caught.value.kind is ProviderFault.DOWN
    with pytest.raises(TelephonyError) as behind:
        await threads.run(gate.wait, 5, within_s=0.01)
    assert not behind.value.maybe, "it never had a thread"
    gate.set()
    assert await threads.run(lambda: 7) == 7


async def test_cancelling_takes_back_what_has_not_begun() -> None:
    threads, gate = Threads("main", most=1), threading.Event()
    begun: list[str] = []
    first = asyncio.create_task(threads.run(gate.wait, 5))
    second = asyncio.create_task(threads.run(begun.append, "second"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait({second})
    gate.set()
    await first
    await threads.run(lambda: None)
    assert begun == []


async def test_a_time_out_of_the_sdk_is_its_own() -> None:
    def fail() -> None:
        raise TimeoutError("the SDK's")

    with pytest.raises(TimeoutError, match="SDK"):
        await Threads("main").run(fail)


async def test_once_closed_it_takes_nothing_and_gives_up_what_waits() -> None:
    threads, gate = Threads("main", most=1), threading.Event()
    first = asyncio.create_task(threads.run(gate.wait, 5))
    second = asyncio.create_task(threads.run(gate.wait, 5))
    await asyncio.sleep(0)
    threads.close()
    with pytest.raises(TelephonyError):
        await second
    with pytest.raises(TelephonyError):
        await threads.run(gate.wait)
    gate.set()
    await first
