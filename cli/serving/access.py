"""Keys for a server that is being started: the first one, those in the database, and what is kept of them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from api.access.access import AccessControl
from api.access.quotas import READ_S
from api.access.scopes import Scope
from mediaserver.calls.protocols import Switchboard
from mediaserver.errors import StartupError
from mediaserver.key_file import KEY_FILE, read_key, write_key
from mediaserver.storage import audit, keys, nodes
from mediaserver.storage.audit import Actor
from mediaserver.storage.following import TROUBLE
from mediaserver.storage.presence import SILENT_S
from mediaserver.storage.quotas import months_to_date
from mediaserver.storage.records import Sink, UsageCounted, UsageKind

log = logging.getLogger(__name__)

KEEP_S = READ_S
"""How often what keys used is stored, and read for quotas."""
KEPT_WITHIN_S = 2.0
"""A database that hangs holds neither the next try nor a stop up for longer."""
DEFAULT_NAME = "default"


async def open_access(
    access: AccessControl,
    data: Path,
    connect: Callable[[], Awaitable[asyncpg.Connection]],
    pool: asyncpg.Pool,
    sink: Sink,
    undo: AsyncExitStack,
) -> str:
    """Keys count from now on. The text of the first one, if it was made now; else empty. Raises
    DatabaseError, StartupError."""
    made = await first_key(pool, data)
    undo.push_async_callback(access.ring.close)
    await access.ring.start(connect)
    keeping = asyncio.create_task(_keep(access, pool, sink), name="use of keys")

    async def stop() -> None:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await keep_once(access, pool, sink)

    undo.push_async_callback(stop)
    return made


async def first_key(pool: asyncpg.Pool, data: Path) -> str:
    """Make a key with which all may be done, unless the data folder has one; its text if it was made. One
    that was revoked or switched off there is not made up for: the operator did that. Raises StartupError."""
    kept = await asyncio.to_thread(read_key, data)
    if kept and (known := await keys.key_of(pool, keys.hash_of(kept))) is not None:
        if known.revoked_at is not None or not known.active:
            log.warning(
                "the key in %s is revoked or switched off: commands on this machine are refused; move the "
                "file away and restart for another",
                data / KEY_FILE,
            )
        return ""
    # A key that this database does not know is worth nothing: it was rotated elsewhere, or is of another one.
    secret = keys.new_secret()
    try:
        await asyncio.to_thread(write_key, data, secret)
    except OSError as error:
        raise StartupError(f"cannot keep a key in {data / KEY_FILE}: {error.strerror}") from None
    async with pool.acquire() as connection, connection.transaction():
        made = await keys.add_key(connection, DEFAULT_NAME, secret, {Scope.ADMIN})
        await audit.wrote(connection, Actor("server", "start"), "key.create", f"key:{made.id}")
    return secret


def count_running(access: AccessControl, board: Switchboard) -> None:
    """Minutes of calls that are up count for their keys' quotas already: they are stored when a call is over,
    and until then a key could begin as many as it likes."""

    def running(key: UUID, kind: str) -> float:
        if kind != "call_minutes":
            return 0.0
        return sum(call.elapsed_ms() for call in board if call.owner == key) / 60_000

    access.running = running


async def keep_once(access: AccessControl, pool: asyncpg.Pool, sink: Sink) -> None:
    """Store what is not stored yet. Whatever fails is tried again next time."""
    now = datetime.now(UTC)
    limited = [key.id for key in access.ring if key.quota]
    try:
        async with asyncio.timeout(KEPT_WITHIN_S):
            if access.uses:
                uses = dict(access.uses)
                await keys.used(pool, uses)
                for key, at in uses.items():
                    if access.uses.get(key) == at:
                        del access.uses[key]
            if limited:
                servers = await nodes.alive(pool, SILENT_S)
                access.quotas.read(await months_to_date(pool, limited, now.date()), now, servers)
                for key, count in access.requests.items():  # what the table cannot say yet
                    access.quotas.spend(key, "requests", count, now)
    except TROUBLE as trouble:
        log.debug("the use of keys is not stored: %s", trouble)
    requests, access.requests = access.requests, Counter()
    for key, count in requests.items():
        sink.put(UsageCounted(uuid4(), now, key, UsageKind.REQUESTS, count))


async def _keep(access: AccessControl, pool: asyncpg.Pool, sink: Sink) -> None:
    while True:
        await asyncio.sleep(KEEP_S)
        await keep_once(access, pool, sink)
