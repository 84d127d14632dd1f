"""Calls from the test's own process to a server in another one, watched by their live transcript."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

import pytest

from callers.calling import CallingParty, MeasuredCall
from callers.server_child import parse_metrics
from callers.transcript import ServerEvent, follow
from callers.voiced import Clip
from sip.transactions.timing import Timing
from tests.peers.conftest import ServerProcess

T = TypeVar("T")

KEYS = ("1", "1", "1", "1430", "30#", "2#")
"""Book a room, Mountain View, today, half past two, half an hour, two people."""
SOON_GIVEN_UP = Timing(t1=0.05)
"""A server that is dead is given up after 64 * T1 = 3.2 s."""


async def poll(what: str, condition: Callable[[], T], limit_s: float = 20.0) -> T:
    """Ask again and again, in a thread, until the answer is true; fails with `what` after the limit."""
    end = time.monotonic() + limit_s
    while True:
        if found := await asyncio.to_thread(condition):
            return found
        if time.monotonic() > end:
            pytest.fail(f"waited {limit_s} s for: {what}")
        await asyncio.sleep(0.05)  # polls another process; nothing here can be awaited


class Watched:
    """One answered call and what the server has told about it."""

    def __init__(self, server: ServerProcess, call: MeasuredCall) -> None:
        assert call.transcript_url is not None
        self.call = call
        self.id = call.transcript_url.split("/")[-2]
        self.events: list[ServerEvent] = []
        self._server = server
        self._changed = asyncio.Event()
        self._following = asyncio.create_task(self._follow(call.transcript_url))

    async def _follow(self, url: str) -> None:
        async for event in follow(url):
            self.events.append(event)
            self._changed.set()

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [event.data for event in self.events if event.kind == kind]

    async def told(self, kind: str, count: int = 1, within_s: float = 30.0) -> dict[str, Any]:
        """The `count`th event of a kind, waited for."""
        try:
            async with asyncio.timeout(within_s):
                while len(self.all(kind)) < count:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            told = [(event.kind, event.data) for event in self.events if event.kind != "partial"]
            pytest.fail(
                f"no {kind} number {count} in {within_s} s, only {told}; {self._server.log()[-2000:]}"
            )
        return self.all(kind)[count - 1]

    async def press(self, keys: str) -> None:
        """Once the agent has spoken, press keys and wait for its next line."""
        await self.told("agent")
        lines = len(self.all("agent"))
        self.call.stream.press(keys)
        await self.told("agent", lines + 1)

    async def say(self, clip: Clip) -> dict[str, Any]:
        """Say something when the agent has finished; returns what was understood."""
        said = len(self.all("final"))
        await self.call.talk.my_turn()
        await self.call.talk.say(clip)
        return await self.told("final", said + 1)

    async def ended(self, within_s: float = 20.0) -> dict[str, Any]:
        """Wait for the far end to hang up."""
        async with asyncio.timeout(within_s):
            await self.call.ended.wait()
        return await self.told("ended")

    async def close(self) -> None:
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)
        await self.call.hang_up()


@asynccontextmanager
async def calls(server: ServerProcess, *users: str) -> AsyncIterator[list[Watched]]:
    """Calls to these users, all from one caller, hung up at the end."""
    async with AsyncExitStack() as stack:
        party = await stack.enter_async_context(CallingParty(f"sip:demo@{server.sip}", timing=SOON_GIVEN_UP))
        watched = []
        for user in users:
            party.uri = f"sip:{user}@{server.sip}"
            one = Watched(server, await party.call())
            stack.push_async_callback(one.close)
            watched.append(one)
        yield watched


async def stored(server: ServerProcess, call_id: str) -> dict[str, Any]:
    """A call as the database has it."""
    found: dict[str, Any] = await asyncio.to_thread(server.get, f"/api/telephony/calls/{call_id}")
    return found


async def all_stored(server: ServerProcess) -> None:
    """Wait until the database has acknowledged every record."""
    await poll(
        "an empty queue before the database", lambda: metrics(server)["voiceforge_db_queue_records"] == 0
    )


def metrics(server: ServerProcess) -> dict[str, float]:
    with urllib.request.urlopen(server.http + "/metrics", timeout=10) as reply:  # loopback only
        return parse_metrics(reply.read().decode())


def health(server: ServerProcess) -> dict[str, Any]:
    """What it says of itself, well or not."""
    try:
        with urllib.request.urlopen(server.http + "/api/health", timeout=10) as reply:
            state: dict[str, Any] = json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            state = json.load(error)
    return state


def missing(server: ServerProcess) -> set[str]:
    """The parts that health says are missing."""
    return set(health(server)["missing"])
