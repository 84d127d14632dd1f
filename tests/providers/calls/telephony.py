"""A switchboard with accounts at a fake provider, and a clock for a call's limits that is driven by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from mediaserver.calls.call import Call
from mediaserver.calls.routes import RouteTable
from mediaserver.calls.targets import Targets
from mediaserver.storage.records import ProviderCallKept
from providers.calls.call import ProviderCall
from providers.calls.carrier import ProviderCarrier
from providers.calls.desk import AccountDesk
from providers.calls.means import CallMeans
from providers.calls.office import ProviderCalls
from providers.kind import Account, Kind, Surroundings
from providers.provider import RecordingReport
from providers.streams.wires import StreamWires
from tests.mediaserver.calls.bench import Bench
from tests.mediaserver.calls.rows import agent, route
from tests.providers.fake_provider import OURS, FakeProvider, FakeStream, board, opens

ROUTES = RouteTable(
    [agent("demo", kind="flow", flow="booking"), agent("echo")],
    [
        route("demo", "demo"),
        route(OURS, "demo", id=2),
        route("+4930555555", "nobody", id=3, fallback_ring="bob"),
    ],
    {"ann", "bob", "carl"},
)


class Alarm:
    """Implements what is used of asyncio.TimerHandle."""

    def __init__(self, at: float, do: Callable[[], None]) -> None:
        self.at, self.do = at, do
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass(slots=True)
class HandMeans(CallMeans):
    time: float = 0.0
    alarms: list[Alarm] = field(default_factory=list)

    def later(self, seconds: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        alarm = Alarm(self.time + seconds, do)
        self.alarms.append(alarm)
        return cast(asyncio.TimerHandle, alarm)

    def now(self) -> float:
        return self.time

    def pass_by(self, seconds: float) -> None:
        """So much later: what is due is done, in order."""
        until = self.time + seconds
        while due := [each for each in self.alarms if not each.cancelled and each.at <= until]:
            alarm = min(due, key=lambda each: each.at)
            self.alarms.remove(alarm)
            self.time = max(self.time, alarm.at)
            alarm.do()
        self.time = until
        self.alarms = [each for each in self.alarms if not each.cancelled]


class Telephony:
    """ann, bob and carl are phones; OURS leads to the demo agent, +4930555555 to bob. "main" is an account at
    the fake provider; more are made of `accounts`."""

    def __init__(
        self,
        folder: Path,
        accounts: dict[str, dict[str, Any]] | None = None,
        kinds: tuple[Kind, ...] = (),
        public_url: str = "https://voice.test",
    ) -> None:
        self.bench = Bench(folder, ROUTES, Targets({"ann", "bob", "carl"}))
        self.means = HandMeans(StreamWires(), self.bench.clock, self.bench.sink)
        self.recorded: list[tuple[str, RecordingReport]] = []
        self.desks: dict[str, AccountDesk] = {}
        given = accounts if accounts is not None else {"main": {}}
        self.board = board(given.items(), self.surroundings, kinds, public_url)
        self.calls = ProviderCalls(self.board, self.means, self.bench.board.receive)
        self.pauses: list[float] = []
        """That the carrier made, of no length here."""
        self.carrier = ProviderCarrier(self.calls, self._pause)
        self.bench.board.carriers.append(self.carrier)
        self.bench.board.targets.trunks = self.carrier.prefix_for

    def surroundings(self, account: Account) -> Surroundings:
        desk = self.desks[account.name] = AccountDesk(
            account.name, self.calls, lambda name, report: self.recorded.append((name, report))
        )
        return Surroundings(desk, cast(Any, None), cast(Any, None))

    async def ready(self) -> Telephony:
        """The providers are made, in threads."""
        made = asyncio.Event()

        def look() -> None:
            if all(each.provider is not None or each.lacks for each in self.board.accounts):
                if all(each.provider is not None for each in self.board.accounts):
                    made.set()

        self.board.on_change(look)
        async with asyncio.timeout(10):
            await made.wait()
        return self

    async def close(self) -> None:
        await self.means.close()
        await self.bench.board.close()
        await self.bench.recorder.close()
        await self.board.close()

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    # -- for tests

    @property
    def desk(self) -> AccountDesk:
        return self.desks["main"]

    @property
    def provider(self) -> FakeProvider:
        return self.of("main")

    def of(self, account: str) -> FakeProvider:
        return cast(FakeProvider, self.board.provider(account))

    @property
    def call(self) -> Call:
        return self.bench.call

    @property
    def carried(self) -> ProviderCall:
        """The only provider call."""
        (call,) = self.calls.book
        return call

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)

    async def pass_by(self, seconds: float) -> None:
        self.means.pass_by(seconds)
        await self.settle()

    async def stream(self, call: ProviderCall, token: str) -> FakeStream:
        """The provider opens this call's stream. Raises StreamRefused."""
        stream = opens(self.calls, call.account.kind, call.session, token, call.ref)
        await self.settle()
        return stream

    def rows(self) -> dict[str, ProviderCallKept]:
        """The last that is kept of each call, by account and id."""
        return {
            f"{each.account}/{each.ref}": each for each in self.bench.sink.of(ProviderCallKept) if each.ref
        }
