"""The database and what stands on it: the writer of records and the directory of agents and routes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from cli.database import sealer_of
from cli.serving.flows import ServedFlows
from cli.serving.outbound import plan_of
from cli.serving.trunks import open_trunks
from mediaserver.calls.directory import Directory
from mediaserver.calls.messages import salvaged_messages
from mediaserver.calls.recorder import salvage
from mediaserver.calls.routes import AgentSpec, Check, Dress, unchanged
from mediaserver.config import Settings
from mediaserver.metrics import Metrics
from mediaserver.storage import opt_outs
from mediaserver.storage.migrations import migrate
from mediaserver.storage.name_lock import NameLock
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection, open_pool
from mediaserver.storage.presence import NodeName, Presence
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Database
from mediaserver.storage.writer import StoreWriter
from sip.trunks.board import TrunkBoard

log = logging.getLogger(__name__)

Connect: TypeAlias = Callable[[], Awaitable[asyncpg.Connection]]
Seed: TypeAlias = Callable[[Database], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stored:
    """An open database whose schema is of today, in which nothing of an earlier process is open."""

    pool: asyncpg.Pool
    writer: StoreWriter
    directory: Directory
    trunks: TrunkBoard
    flows: ServedFlows
    sealer: Sealer
    connect: Connect
    """Opens one more connection, for who must keep it."""


async def open_database(
    settings: Settings,
    undo: AsyncExitStack,
    metrics: Metrics,
    follow: Callable[[Iterable[AgentSpec]], None],
    check: Check,
    flows: ServedFlows,
    seed: Seed | None = None,
    dress: Dress = unchanged,
) -> Stored:
    """Connect, bring the schema up to date, and end what the last process left. `follow` is told the agents
    as soon as they are known, and after each change. `flows`: followed from now on; those that agents name
    are known before `check` is asked. `seed` puts rows in before anybody reads them. Raises DatabaseError,
    and StartupError for the key of what is sealed."""
    dsn, revive = settings.database.url.get_secret_value(), None
    if not dsn:
        embedded = EmbeddedPostgres(settings.data)
        undo.push_async_callback(embedded.stop)
        dsn, revive = await embedded.start(), embedded.ensure_running
    pool = await open_pool(dsn, settings.database.pool_size)
    undo.callback(pool.terminate)
    async with pool.acquire() as connection:
        await migrate(connection)
        if seed is not None:
            await seed(connection)
    sealer = await asyncio.to_thread(sealer_of, settings)
    async with pool.acquire() as connection, connection.transaction():
        await opt_outs.rekey(connection, sealer.digests)
    undo.push_async_callback(flows.close)
    await flows.start(lambda: open_connection(dsn), sealer)
    # The rows say which engines are needed; these start while the rest goes on.
    directory = Directory(
        lambda: open_connection(dsn),
        settings.sip.extensions,
        on_change=lambda: follow(directory.agents()),
        check=check,
        dress=dress,
        plan=plan_of(settings.outbound),
    )
    undo.push_async_callback(directory.close)
    await directory.start()
    flows.shelf.on_change(directory.recheck)
    trunks = await open_trunks(settings, lambda: open_connection(dsn), undo, sealer)
    writer = await _open_writer(settings, undo, metrics, pool, dsn, revive)
    return Stored(pool, writer, directory, trunks, flows, sealer, lambda: open_connection(dsn))


async def _open_writer(
    settings: Settings,
    undo: AsyncExitStack,
    metrics: Metrics,
    pool: asyncpg.Pool,
    dsn: str,
    revive: Callable[[], Awaitable[None]] | None,
) -> StoreWriter:
    name = NodeName(settings.data)
    undo.callback(name.release)
    lock = NameLock(lambda: open_connection(dsn), name)
    undo.callback(lock.close)
    await lock.take()
    presence = Presence(pool, name.id, silent_s=settings.database.dead_after_s, keep=lock.keep)
    undo.push_async_callback(presence.close)
    await presence.start()
    writer = StoreWriter(pool, settings.data, metrics, revive, node=name.id)
    undo.push_async_callback(writer.close)
    # What the last process still had goes first, so that an interrupted call has its whole transcript.
    await writer.start()
    interrupted = await presence.close_own()
    for call_id, began in interrupted:
        if made := await asyncio.to_thread(salvage, settings.recordings, call_id, began):
            writer.put(made)
        for message in await asyncio.to_thread(salvaged_messages, settings.recordings, call_id, began):
            writer.put(message)
    if interrupted:
        log.warning("%d calls were live when the last process died; closed as interrupted", len(interrupted))
    return writer
