"""Worlds with an account of an Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import GuardedClient
from providers.asterisk.kind import KIND
from providers.asterisk.provider import AsteriskProvider
from providers.kind import Account, Surroundings
from tests.providers.asterisk.ari_world import Streams, World, account
from tests.providers.asterisk.bench import until
from tests.providers.bench import DecidingDesk
from tests.standins.asterisk.ari import serving


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with serving() as there:
        fetcher, desk, streams = GuardedClient(AddressRule(["127.0.0.1"])), DecidingDesk(), Streams()
        settings = account(there.url, **getattr(request, "param", {}))
        made = KIND.make(
            Account("pbx", "asterisk", 1, settings, ""), Surroundings(desk, fetcher, fetcher, streams)
        )
        assert isinstance(made, AsteriskProvider)
        troubles: list[str] = []
        made.begin(troubles.append)
        try:
            yield World(there, made, desk, streams, troubles)
        finally:
            await made.close()
            await fetcher.close()


@pytest.fixture
async def ready(world: World) -> World:
    await until(lambda: "" in world.troubles)
    world.there.asked.clear()
    return world
