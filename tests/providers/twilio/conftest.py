"""One server for all tests that have Twilio, or its twin, in front of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from tests.peers.conftest import ServerProcess, start_server, stop_server
from tests.providers.twilio.network import (
    ACCOUNTS,
    DESK,
    HOST,
    PORTS,
    PUBLIC,
    ROUTES,
    THERE,
    Network,
    is_refused,
    settings_of,
)
from tests.providers.twilio.twins import Twin
from tests.standins.provider import serving
from tests.standins.signalwire import SignalWireStandIn
from tests.standins.twilio.server import NUMBER, TwilioStandIn


@pytest.fixture(scope="package")
def server() -> Iterator[ServerProcess]:
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    running = start_server(folder, HOST)
    for twin in Twin:
        settings = settings_of(twin)
        running.ask("POST", ACCOUNTS, {"name": f"{twin}-main", "kind": twin, "settings": settings})
        small = settings | {"max_calls": 1, "priority": 9, "fallback_text": "We are full."}
        running.ask("POST", ACCOUNTS, {"name": f"{twin}-small", "kind": twin, "settings": small})
    for name in (f"{twin}-{size}" for twin in Twin for size in ("main", "small")):
        webhook = f"{running.http}{ACCOUNTS}/{name}/webhooks/status"
        running.wait_for(f"the account {name}", partial(is_refused, webhook))
    for number in (NUMBER, "+4930123456"):
        running.ask("POST", ROUTES, {"pattern": number, "agent": "echo"})
    running.ask("POST", ROUTES, {"pattern": DESK, "agent": "demo"})
    yield running
    stop_server(running)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def network(request: pytest.FixtureRequest, server: ServerProcess) -> AsyncIterator[Network]:
    twin = getattr(request, "param", Twin.TWILIO)
    standin = TwilioStandIn() if twin is Twin.TWILIO else SignalWireStandIn()
    async with serving(standin, THERE, PORTS[twin]) as there, aiohttp.ClientSession() as http:
        there.leads[PUBLIC] = server.http
        made = Network(twin, there, server, http, server.ids())
        yield made
        for call in there.calls.values():
            call.move("completed")
            await call.report()
            await call.streamed()
        await there.close()
        if (await made.mine())["state"] != "none":
            await made.reached("ended")
