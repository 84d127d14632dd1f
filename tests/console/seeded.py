"""A server with a past: its database filled, then started, then set up."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from mediaserver.storage.postgres import EmbeddedPostgres
from tests.console.furnishing import furnish
from tests.console.running import RunningServer
from tests.console.seeding import SeededCall, seed_calls
from tests.console.seeding_texts import seed_texts
from tests.database import OwnTables


@contextlib.contextmanager
def seeded_server(
    folder: Path, dsn: str, settings: Mapping[str, Mapping[str, Any]] | None = None
) -> Iterator[tuple[RunningServer, list[SeededCall]]]:
    """Over the database at `dsn`, whose tables are made anew. `folder`: for its data; others must be able to
    pass through it."""
    server = RunningServer(folder, dsn, settings)
    calls = asyncio.run(_filled(dsn, server.data / "recordings"))
    with server:
        for line in furnish(server):
            print(f"seeding: {line}", flush=True)  # noqa: T201 - for whoever wonders about an empty screen
        yield server, calls


@contextlib.contextmanager
def own_server(
    settings: Mapping[str, Mapping[str, Any]] | None = None, *, past: bool = True
) -> Iterator[tuple[RunningServer, list[SeededCall]]]:
    """One with a database of its own, for scripts; both are gone afterwards. `past`: with calls in it."""
    with tempfile.TemporaryDirectory(prefix="vf-console-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the embedded database's own user has to enter it
        database = EmbeddedPostgres(folder / "database")
        dsn = asyncio.run(database.start())
        try:
            if past:
                with seeded_server(folder, dsn, settings) as served:
                    yield served
            else:
                with RunningServer(folder, dsn, settings) as server:
                    yield server, []
        finally:
            asyncio.run(database.stop())


async def _filled(dsn: str, recordings: Path) -> list[SeededCall]:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        async with pool.acquire() as connection:
            await OwnTables().renew(connection)
        await seed_texts(pool, datetime.now(UTC))
        return await seed_calls(pool, datetime.now(UTC), recordings)
