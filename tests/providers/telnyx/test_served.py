"""A server in a process of its own, with an account at Telnyx stood in for: calls by HTTP, webhooks and media
streams, as they go over the wire.
"""

from __future__ import annotations

import asyncio
import itertools
import urllib.error
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.peers.conftest import ServerProcess, running_server
from tests.providers.matrix import Feature, Who, shows
from tests.standins.media_stream_client import MediaStreamClient, ProviderEnd, silence
from tests.standins.media_stream_sides import TelnyxSide
from tests.standins.provider import KEY, Trouble, serving
from tests.standins.telnyx.calls import CONNECTION, Call
from tests.standins.telnyx.server import PROFILE, Telnyx

pytestmark = pytest.mark.slow

OURS, ANN = "+15557654321", "+15551230000"
TONE = bytes(range(0x80, 0xD0)) * 2
"""20 ms that are no silence, mu-law."""


@pytest.fixture(scope="module")
def served() -> Iterator[ServerProcess]:
    yield from running_server("127.0.0.77", "[engines]\nstt_workers = 1\ntts_workers = 1\n")


class Account:
    """One at the stand-in, known to the server."""

    def __init__(self, server: ServerProcess, standin: Telnyx, name: str) -> None:
        self.server, self.standin, self.name = server, standin, name

    async def ask(self, method: str, path: str, content: Any = None) -> Any:
        try:
            return await asyncio.to_thread(self.server.ask, method, path, content)
        except urllib.error.HTTPError as error:
            pytest.fail(f"{method} {path}: {error.code} {error.read().decode()}")

    async def call_of(self, state: str, direction: str) -> dict[str, Any]:
        """The newest call of this account, once it is in this state."""

        def found() -> dict[str, Any] | None:
            calls = [each for each in self.server.calls() if each["direction"] == direction]
            return calls[0] if calls and calls[0]["state"] == state else None

        result: dict[str, Any] = await asyncio.to_thread(self.server.wait_for, f"a call {state}", found)
        return result

    def in_use(self) -> bool:
        """The SDK takes seconds to be imported."""
        found = self.server.get(f"/api/telephony/providers/{self.name}")
        return bool(found["standing"] == "ready")

    @asynccontextmanager
    async def streamed(self, call: Call) -> AsyncIterator[MediaStreamClient]:
        """Telnyx opens the stream that it was asked for."""
        parts = urlsplit(call.stream["stream_url"])
        token = parse_qs(parts.query)["token"][0]
        url = f"{parts.scheme}://{parts.netloc}{parts.path}"
        end = ProviderEnd(TelnyxSide(call=call.ref))
        end.says = itertools.repeat(TONE)
        async with (
            aiohttp.ClientSession() as http,
            MediaStreamClient.connected(http, url, end, token) as client,
        ):
            yield client


async def heard(client: MediaStreamClient) -> bytes:
    """The first audio that is no silence."""
    found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    quiet = silence(client.end.side.format)

    def look(message: str | bytes, now: float) -> None:
        told = client.end.side.told(message)
        if told.what == "audio" and set(told.octets) - set(quiet) and not found.done():
            found.set_result(told.octets)

    client.on_message = look
    async with asyncio.timeout(20):
        return await found


@pytest.fixture
async def account(served: ServerProcess) -> AsyncIterator[Account]:
    async with serving(Telnyx()) as standin:
        standin.number(OURS, CONNECTION, PROFILE)
        made = Account(served, standin, f"telnyx-{standin.url.rpartition(':')[2]}")
        settings = {
            "api_key": KEY,
            "public_key": standin.signer.public_key,
            "connection_id": CONNECTION,
            "messaging_profile_id": PROFILE,
            "base_url": f"{standin.url}/v2",
            "public_url": served.http,
            "caller": OURS,
            "prefixes": ["+1"],
        }
        told = {"name": made.name, "kind": "telnyx", "settings": settings}
        await made.ask("POST", "/api/telephony/providers", told)
        await asyncio.to_thread(served.wait_for, "the account in use", made.in_use)
        yield made
        await made.ask("DELETE", f"/api/telephony/providers/{made.name}")
        assert standin.faults == []


@shows(Who.TELNYX, Feature.CALLS_IN, Feature.NUMBERS, Feature.HANGS_UP)
async def test_somebody_calls_and_hangs_up(account: Account) -> None:
    standin = account.standin
    findings = await account.ask("POST", f"/api/telephony/providers/{account.name}/check")
    number = OURS.replace("+", "%2B")
    path = f"/api/telephony/providers/{account.name}/numbers/{number}"
    await account.ask("PUT", path, {"agent": "echo"})

    call = standin.rings(OURS, ANN)
    assert await standin.post(standin.initiated(call)) == 200
    await standin.until(lambda: standin.told("answer"))
    assert await standin.post(standin.answered(call)) == 200
    async with account.streamed(call) as client:
        assert await heard(client)
        assert (await account.call_of("answered", "inbound"))["from_uri"] == ANN
        assert await standin.post(standin.hung_up(call)) == 200
        await client.closed()
    over = await account.call_of("ended", "inbound")

    assert findings and over["ended_by"] == "caller"
    assert standin.told("hangup") == [] and client.end.refused == []


@shows(Who.TELNYX, Feature.CALLS_OUT, Feature.HANGS_UP)
async def test_a_call_out_by_the_api(account: Account) -> None:
    standin = account.standin

    made = await account.ask("POST", "/api/telephony/calls", {"to": ANN, "agent": "echo"})
    await standin.until(lambda: standin.told("dial"))
    (call,) = standin.calls.values()
    assert await standin.post(standin.answered(call)) == 200
    async with account.streamed(call) as client:
        assert await heard(client)
        await account.ask("DELETE", f"/api/telephony/calls/{made['id']}")
        await standin.until(lambda: call.over)
        await client.closed()
    assert await standin.post(standin.hung_up(call)) == 200

    assert (call.to, call.caller) == (ANN, OURS)
    assert (await account.call_of("ended", "outbound"))["id"] == made["id"]


@shows(Who.TELNYX, Feature.REVOKED)
async def test_a_call_that_telnyx_refuses_is_told_why(account: Account) -> None:
    account.standin.troubles.append(Trouble(status=401))

    made = await account.ask("POST", "/api/telephony/calls", {"to": ANN, "agent": "echo"})
    over = await account.call_of("ended", "outbound")

    assert over["id"] == made["id"] and account.standin.calls == {}
    assert "api_key" in str(over)


@shows(Who.TELNYX, Feature.FORGED)
async def test_nobody_else_rings_here(account: Account) -> None:
    standin = account.standin
    number = OURS.replace("+", "%2B")
    await account.ask("PUT", f"/api/telephony/providers/{account.name}/numbers/{number}", {"agent": "echo"})
    good = standin.initiated(standin.rings(OURS, ANN))
    forged = Telnyx().signer.webhook(good.url, good.body)

    assert await standin.post(forged) == 403

    assert standin.commands == []
