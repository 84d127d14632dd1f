"""Twilio, or SignalWire, and its callers, in front of a running server."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import pytest

from tests.peers.conftest import ServerProcess
from tests.providers.parties import is_heard, tone
from tests.providers.twilio.twins import Twin
from tests.standins.media_stream_client import MediaStreamClient, ProviderEnd
from tests.standins.media_stream_sides import SignalWireSide, TwilioSide
from tests.standins.signalwire import API_TOKEN, PREFIX, PROJECT, SIGNING_KEY
from tests.standins.twilio.call import Call
from tests.standins.twilio.server import ACCOUNT_SID, NUMBER, TOKEN, Number, TwilioStandIn, sid

T = TypeVar("T")

HOST, THERE = "127.0.0.72", "127.0.0.73"
PUBLIC = "https://voice.example.com"
CALLS, ACCOUNTS = "/api/telephony/calls", "/api/telephony/providers"
MESSAGES, ROUTES = "/api/telephony/messages", "/api/telephony/routes"
DESK = "+442030000001"
"""The number that the demo answers; echoes answer the others."""
PORTS = {Twin.TWILIO: 7073, Twin.SIGNALWIRE: 7074}
CALLEES = {Twin.TWILIO: "+33140000000", Twin.SIGNALWIRE: "+34140000000"}
"""The prefix says by which account somebody is called."""


def settings_of(twin: Twin) -> dict[str, Any]:
    shared = {"caller": NUMBER, "public_url": PUBLIC, "max_cps": 1000, "priority": 1}
    shared |= {"prefixes": [CALLEES[twin][:3]]}
    url = f"http://{THERE}:{PORTS[twin]}"
    if twin is Twin.TWILIO:
        return {"account_sid": ACCOUNT_SID, "auth_token": TOKEN, "base_url": url, **shared}
    keys = {"project_id": PROJECT, "api_token": API_TOKEN, "signing_key": SIGNING_KEY}
    return {"space": "acme", **keys, "codec": "L16@16000h", "base_url": f"{url}{PREFIX}", **shared}


def is_refused(url: str) -> bool:
    """Whether somebody listens there: a request that nobody has signed is refused."""
    try:
        with urllib.request.urlopen(url, b"a=b", timeout=10):
            return False
    except urllib.error.HTTPError as error:
        return error.code == 403


@dataclass
class Network:
    """Twilio or its twin, and its callers, in front of a server."""

    twin: Twin
    there: TwilioStandIn
    server: ServerProcess
    http: aiohttp.ClientSession
    known: set[str]
    streams: dict[str, MediaStreamClient] = field(default_factory=dict)
    """By the call's SID."""

    @property
    def callee(self) -> str:
        return CALLEES[self.twin]

    def account(self, size: str = "main") -> str:
        return f"{ACCOUNTS}/{self.twin}-{size}"

    def hook(self, name: str, size: str = "main") -> str:
        return f"{PUBLIC}{self.account(size)}/webhooks/{name}"

    def side(self, call: Call) -> TwilioSide:
        made = TwilioSide if self.twin is Twin.TWILIO else SignalWireSide
        return made(call.sid, self.there.account, sid("MZ"))

    async def open(self, call: Call, url: str, parameters: Mapping[str, str]) -> None:
        real = self.server.http.replace("http", "ws") + url.removeprefix(PUBLIC.replace("https", "wss"))
        end = ProviderEnd(self.side(call))
        end.says = tone(end.side.format)
        async with MediaStreamClient.connected(self.http, real, end, parameters["token"]) as client:
            self.streams[call.sid] = client
            try:
                await client.closed(60)
            except asyncio.CancelledError:
                await client.hang_up()
                raise

    async def rings(self, caller: str = "+4930123456", **more: str) -> Call:
        """Somebody calls the number."""
        self.there.numbers[0].fields |= {
            "voice_url": self.hook("voice"),
            "status_callback": self.hook("status"),
            "sms_url": self.hook("sms"),
        }
        return await self.there.calls_in(caller, stream=self.open, **more)

    def writes_to_the_desk(self) -> None:
        """From now on the provider has the number, and leads here what is written to it."""
        self.there.numbers.append(Number(sid("PN"), DESK, {"sms_url": self.hook("sms")}))

    def texts(self, to: str) -> list[str]:
        """What the provider was given for somebody, in order."""
        return [each.text for each in self.there.messages if each.to == to]

    async def calls_out(self, agent: str = "echo", **more: Any) -> Call:
        """The server is asked to call somebody."""
        await self.ask("POST", CALLS, {"to": self.callee, "agent": agent, **more})
        await self.until(lambda: self.there.calls, "an order")
        call = next(iter(self.there.calls.values()))
        call.stream = self.open
        return call

    async def ask(self, method: str, path: str, content: Any = None) -> Any:
        return await asyncio.to_thread(self.server.ask, method, path, content)

    async def handing_over(self, call: Call, to: str) -> asyncio.Task[Any]:
        """The server is asked to have Twilio hand it over; it rings there."""
        path = f"{CALLS}/{(await self.mine())['id']}/transfer"
        handing = asyncio.create_task(self.ask("POST", path, {"to": to, "how": "refer"}))
        await self.until(lambda: call.dialled, "somebody who is dialled")
        return handing

    async def mine(self) -> dict[str, Any]:
        """The server's own call of this test, as its list has it."""
        found = [each for each in await self._listed() if each["id"] not in self.known]
        return found[0] if found else {"state": "none"}

    async def _listed(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = await asyncio.to_thread(self.server.calls)
        return listed

    async def reached(self, state: str) -> dict[str, Any]:
        mine = await self.mine()
        for _ in range(400):
            if mine["state"] == state:
                return mine
            mine = await self.mine()
            await asyncio.sleep(0.05)  # waits for another process
        pytest.fail(f"the call never was {state}: {mine}; log: {self.server.log()[-2000:]}")

    async def waited(self, what: str, found: Callable[[], T | None]) -> T:
        """What the server says of something, once there is something to say."""
        result: T = await asyncio.to_thread(self.server.wait_for, what, found)
        return result

    async def until(self, holds: Callable[[], Any], what: str) -> None:
        for _ in range(1_500):
            if holds():
                return
            await asyncio.sleep(0.01)  # waits for another process
        told = [(each.url, each.status, each.body[:600]) for each in self.there.told[-8:]]
        faults = [each.faults for each in self.there.calls.values()]
        pytest.fail(f"there was never {what}: {told} {faults} log: {self.server.log()[-2000:]}")

    async def heard(self, call: Call) -> None:
        """The far end hears its echo."""
        await self.until(lambda: call.sid in self.streams, "a stream")
        stream = self.streams[call.sid]
        await self.until(lambda: is_heard(stream.end), "an echo")
        assert stream.end.refused == []
