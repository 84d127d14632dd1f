"""Calls by accounts at providers: joined to the switchboard, to the doors that providers ask at, and to
trunks as one choice of ways out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import asyncpg

from api.context import ApiContext
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.ways_out import NumbersOut, RankedCarrier
from mediaserver.fetching.client import GuardedClient
from mediaserver.media.clock import MediaClock
from mediaserver.metrics import Metrics
from mediaserver.storage.claims import DatabaseClaim
from mediaserver.storage.writer import StoreWriter
from providers.accounts.board import ProviderBoard
from providers.calls.carrier import ProviderCarrier
from providers.calls.desk import AccountDesk
from providers.calls.means import CallMeans
from providers.calls.office import ProviderCalls
from providers.calls.reconciling import Reconciler, StoredRows
from providers.calls.recordings import RecordingKeeper, stored
from providers.kind import Account, Surroundings
from providers.streams.wires import StreamWires
from sip.trunks.carrier import TrunkCarrier


def carry_calls(
    board: ProviderBoard,
    switchboard: LocalSwitchboard,
    clock: MediaClock,
    pool: asyncpg.Pool,
    connect: Callable[[], Awaitable[asyncpg.Connection]],
    writer: StoreWriter,
    fetching: GuardedClient,
    metrics: Metrics,
    context: ApiContext,
    recordings: Path,
    dead_after_s: float,
    undo: AsyncExitStack,
) -> ProviderCalls:
    """From now on calls come and go by accounts. After whatever opens trunks; `context` learns who has the
    calls. `connect`: a connection to the database outside the pool. `recordings`: the folder of those.
    `dead_after_s`: as `StoredRows` has it."""
    wires = StreamWires()
    clock.add_wire(wires.narrow)
    clock.add_wire(wires.wide)
    means = CallMeans(wires, clock, writer)
    undo.push_async_callback(means.close)
    calls = ProviderCalls(board, means, switchboard.receive)
    carrier = _calls_out(calls, switchboard)
    context.provider_sessions = context.media_streams = calls
    metrics.watch("provider_calls", "Calls by accounts at providers that are not over", lambda: len(calls))

    keeper = RecordingKeeper(calls, recordings, stored(pool))
    means.spawn(asyncio.to_thread(keeper.clear), "clearing up half of a provider's recording")

    def surroundings(account: Account) -> Surroundings:
        desk = AccountDesk(account.name, calls, keeper.reported, lambda: context.texts)
        return Surroundings(desk, fetching, fetching, calls, claim=partial(DatabaseClaim, connect))

    board.made_with(surroundings)
    reconciler = Reconciler(
        calls, StoredRows(pool, writer.node, dead_after_s), carrier.has_numbers, metrics.provider_calls_mended
    )
    undo.callback(asyncio.create_task(reconciler.run(), name="reconciling calls of providers").cancel)
    return calls


def _calls_out(calls: ProviderCalls, switchboard: LocalSwitchboard) -> ProviderCarrier:
    """Accounts and trunks are one choice: the best of all for a number is asked first."""
    carrier = ProviderCarrier(calls)
    if switchboard.outbound is not None:
        carrier.against = switchboard.outbound.against_trunk
    ways: list[RankedCarrier] = [carrier]
    others = []
    for each in switchboard.carriers:
        if isinstance(each, TrunkCarrier):
            ways.append(each)
        else:
            others.append(each)
    numbers = NumbersOut(ways)
    # In place: who opened a way out may hold the list.
    switchboard.carriers[:] = [*others, numbers]
    switchboard.targets.trunks = numbers.prefix_for
    return carrier
