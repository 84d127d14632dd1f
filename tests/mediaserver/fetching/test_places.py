from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.client import FetchLimits
from mediaserver.fetching.places import WAITING_FOR_EACH, HostPlaces
from mediaserver.fetching.request import FetchRequest
from tests.mediaserver.fetching.servers import client, serving


async def test_no_more_than_that_are_sent_at_once_and_the_rest_waits() -> None:
    inside, most = 0, 0

    async def count(_: web.Request) -> web.Response:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        return web.Response()

    limits = FetchLimits(at_once=3, at_once_per_host=3)
    async with client(limits=limits) as made, serving(count=count) as at:
        answers = await asyncio.gather(*(made.fetch(FetchRequest(f"{at}/count")) for _ in range(12)))
    assert len(answers) == 12
    assert most <= 3


async def test_more_than_can_have_their_turn_are_refused_at_once() -> None:
    places = HostPlaces(9, 1)
    free, running = asyncio.Event(), list[asyncio.Task[None]]()

    async def stay() -> None:
        async with places.place("a"):
            await free.wait()

    running += [asyncio.create_task(stay()) for _ in range(1 + WAITING_FOR_EACH)]
    await asyncio.sleep(0)
    with pytest.raises(FetchError) as caught:
        async with places.place("a"):
            pass
    assert caught.value.kind is FetchFault.BUSY
    async with places.place("b"):  # who waits for a takes nothing from b
        pass
    free.set()
    await asyncio.gather(*running)
    async with places.place("a"):
        assert len(places) == 1
    assert len(places) == 0


async def test_who_waits_in_vain_is_told_that_it_was_our_crowd() -> None:
    asked = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(60)
        return web.Response()

    limits = FetchLimits(at_once=1, at_once_per_host=1)
    async with client(limits=limits) as made, serving(slow=slow) as at:
        first = asyncio.create_task(made.fetch(FetchRequest(f"{at}/slow")))
        await asked.wait()
        with pytest.raises(FetchError) as caught:
            await made.fetch(FetchRequest(f"{at}/slow", timeout_s=0.05))
        assert caught.value.kind is FetchFault.BUSY
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
