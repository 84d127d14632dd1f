"""Several servers on one database: none ends the calls of one that lives; those of a dead one are closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from tests.faults.calling import all_stored, calls, poll, stored
from tests.peers.conftest import ServerProcess, start_server, stop_server

DEAD_AFTER_S = 3
"""Long for a server whose machine is busy, short for a test that waits for it."""
SETTINGS = f"""
[database]
dead_after_s = {DEAD_AFTER_S}
[engines]
stt_workers = 1
tts_workers = 1
"""


def opened(folder: Path) -> Path:
    """One that the embedded database's own user may enter."""
    folder.mkdir(mode=0o755)
    return folder


@asynccontextmanager
async def running(folder: Path, host: str, env: dict[str, str]) -> AsyncIterator[ServerProcess]:
    """A server in a folder of its own; ended at the end, if the test has not killed it."""
    server = await asyncio.to_thread(start_server, opened(folder), host, SETTINGS, env)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            await asyncio.to_thread(stop_server, server)


async def had_time_to_judge(connection: asyncpg.Connection, servers: int) -> bool:
    """The server that was entered last, of so many, has beaten for longer than another may be silent."""
    ages = await connection.fetch(
        "select extract(epoch from seen_at - started_at)::float8 as age from nodes order by started_at"
    )
    return len(ages) == servers and ages[-1]["age"] > DEAD_AFTER_S + 1


async def until_it_judged(dsn: str, servers: int) -> None:
    connection = await open_connection(dsn)
    try:
        async with asyncio.timeout(30):
            while not await had_time_to_judge(connection, servers):  # noqa: ASYNC110 - another process beats
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def test_a_call_outlives_other_servers_and_a_dead_servers_call_does_not_stay_live(folder: Path) -> None:
    database = EmbeddedPostgres(folder / "first" / "data")
    try:
        async with running(folder / "first", "127.0.0.51", {}) as first:
            shared = {"DATABASE_URL": await database.start()}  # joins the one that the first has started
            async with calls(first, "demo") as (one,):
                await one.told("agent")
                await all_stored(first)
                async with running(folder / "second", "127.0.0.52", shared) as second:
                    async with calls(second, "echo") as (other,):
                        await until_it_judged(database.dsn, servers=2)
                        assert other.call.talk.is_up()
                    assert (await stored(second, one.id))["state"] == "answered"
                assert second.process.returncode == 0
                await one.press("1")
                assert one.call.talk.is_up()
                assert (await stored(first, one.id))["state"] == "answered"
                assert (await stored(first, other.id))["why"] == "hung up"
                first.process.kill()
                first.process.wait()

            async with running(folder / "third", "127.0.0.53", shared) as third:
                await poll("the end of the call", lambda: third.records(one.id)["state"] == "ended")
                left = await stored(third, one.id)
                assert (left["state"], left["why"], left["ended_by"]) == ("ended", "interrupted", "server")
                assert all(leg["closed_at"] for leg in left["legs"])
    finally:
        await database.stop()
        await stop_orphan(folder / "first" / "data")


async def stop_orphan(data: Path) -> None:
    """The database that a killed server has left behind."""
    orphan = EmbeddedPostgres(data)
    await orphan.start()
    await orphan.stop()
