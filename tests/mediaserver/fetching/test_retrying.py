from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from aiohttp import web

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.circuit import FAILURES, OPEN_S
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.retrying import FIRST_S, wait_s
from tests.mediaserver.fetching.servers import Handler, client, serving

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def failing(*statuses: int, **headers: str) -> tuple[Handler, list[str]]:
    """Answers with these statuses, then with 200."""
    left, asked = [*statuses], list[str]()

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.method)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=left.pop(0), headers=named) if left else web.Response()

    return answer, asked


@pytest.mark.parametrize(
    ("tried", "chance", "waits"),
    [(1, 0.0, FIRST_S), (1, 1.0, FIRST_S / 2), (2, 0.0, 2 * FIRST_S), (3, 1.0, 0.4)],
)
def test_each_try_waits_longer_and_chance_spreads_them(tried: int, chance: float, waits: float) -> None:
    assert wait_s(tried, "", NOW, lambda: chance) == pytest.approx(waits)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("3", 3.0),
        ("0", FIRST_S),
        ("Thu, 01 Jan 2026 12:00:07 GMT", 7.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", FIRST_S),
        ("9" * 400, 999_999_999.0),
        ("soon", FIRST_S),
        ("-1", FIRST_S),
        ("١", FIRST_S),
    ],
)
def test_what_the_host_asks_for_is_waited(said: str, waits: float) -> None:
    assert wait_s(1, said, NOW, lambda: 0.0) == pytest.approx(waits)


async def test_what_may_be_repeated_is_repeated() -> None:
    answer, asked = failing(503, 429, Retry_After="0")
    async with client() as made, serving(busy=answer) as at:
        got = await made.fetch(FetchRequest(f"{at}/busy", retries=2))
    assert (got.status, got.tries, asked) == (200, 3, ["GET"] * 3)


async def test_a_post_is_sent_once_unless_it_says_that_it_may_arrive_twice() -> None:
    answer, asked = failing(503, 503)
    async with client() as made, serving(busy=answer) as at:
        assert (await made.fetch(FetchRequest(f"{at}/busy", "POST", retries=3))).status == 503
        assert asked == ["POST"]
        got = await made.fetch(FetchRequest(f"{at}/busy", "POST", retries=3, idempotent=True))
    assert (got.status, asked) == (200, ["POST"] * 3)


async def test_whoever_asks_for_more_time_than_there_is_has_given_the_answer() -> None:
    answer, asked = failing(503, Retry_After="60")
    async with client() as made, serving(busy=answer) as at:
        got = await made.fetch(FetchRequest(f"{at}/busy", retries=3))
    assert (got.status, len(asked)) == (503, 1)


async def test_an_error_of_ours_or_a_plain_500_is_not_tried_again() -> None:
    answer, asked = failing(500, 404)
    async with client() as made, serving(bad=answer) as at:
        for status in (500, 404):
            assert (await made.fetch(FetchRequest(f"{at}/bad", retries=3))).status == status
    assert len(asked) == 2


async def test_a_host_that_fails_time_and_again_is_not_asked() -> None:
    answer, asked = failing(*[503] * 50)
    counted: list[str] = []
    async with client(count=lambda outcome, _: counted.append(outcome)) as made, serving(sick=answer) as at:
        for _ in range(FAILURES):
            assert (await made.fetch(FetchRequest(f"{at}/sick"))).status == 503
        with pytest.raises(FetchError, match="is not asked for 10 s: it answered 503") as caught:
            await made.fetch(FetchRequest(f"{at}/sick"))
        assert caught.value.kind is FetchFault.CIRCUIT_OPEN
        assert (await made.reachable(at)).fault is FetchFault.CIRCUIT_OPEN
        assert [why for _, why in made.open_circuits] == ["it answered 503"]
    assert len(asked) == FAILURES
    assert counted == ["5xx"] * FAILURES + ["circuit open"]


async def slow(_: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def test_who_gives_a_host_no_time_does_not_break_it_for_others() -> None:
    async with client() as made, serving(slow=slow) as at:
        for _ in range(FAILURES):
            with pytest.raises(FetchError) as caught:
                await made.fetch(FetchRequest(f"{at}/slow", timeout_s=0.02))
            assert caught.value.kind is FetchFault.TIMEOUT
        assert made.open_circuits == []


async def test_whoever_gives_up_the_one_try_of_a_sick_host_leaves_it_to_the_next() -> None:
    answer, _ = failing(*[503] * FAILURES)
    now = 0.0
    async with client(clock=lambda: now) as made, serving(sick=answer, slow=slow) as at:
        for _ in range(FAILURES):
            await made.fetch(FetchRequest(f"{at}/sick"))
        now = OPEN_S
        with pytest.raises(FetchError) as caught:  # late, and given no time
            await made.fetch(FetchRequest(f"{at}/slow", timeout_s=0.02))
        assert caught.value.kind is FetchFault.TIMEOUT
        task = asyncio.create_task(made.fetch(FetchRequest(f"{at}/slow")))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await made.fetch(FetchRequest(f"{at}/sick"))).ok
        assert made.open_circuits == []
