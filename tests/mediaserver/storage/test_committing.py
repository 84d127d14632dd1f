"""What is stored at once, beside all that waits to be written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from mediaserver.errors import DatabaseError
from mediaserver.storage import calls
from mediaserver.storage.sql import Database
from mediaserver.storage.writer import StoreWriter
from tests.mediaserver.samples import CALL, started, turn


async def test_it_is_there_before_what_was_put_earlier(pool: asyncpg.Pool, tmp_path: Path) -> None:
    sink = StoreWriter(pool, tmp_path)  # it was not begun: what is put waits
    sink.put(turn(0))
    await sink.commit(started())
    assert (await calls.one(pool, CALL)) is not None and sink.waiting == 1
    sink.put(started())  # it comes again, as a part of the call
    await sink.start()
    assert await sink.flush(5) and await pool.fetchval("select count(*) from calls") == 1
    await sink.close()


async def test_what_belongs_to_it_is_done_with_it_or_neither_is(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async def also(connection: Database) -> None:
        await connection.execute("insert into meta values ('who', 'us')")
        raise DatabaseError("somebody was faster")

    sink = StoreWriter(pool, tmp_path)
    with pytest.raises(DatabaseError, match="faster"):
        await sink.commit(started(), also=also)
    assert await pool.fetchval("select count(*) from calls") == 0
    assert await pool.fetchval("select count(*) from meta where key = 'who'") == 0


async def test_a_database_that_hangs_is_not_waited_for(pool: asyncpg.Pool, tmp_path: Path) -> None:
    sink = StoreWriter(pool, tmp_path)
    asked = asyncio.Event()

    async def hangs(connection: Database) -> None:
        asked.set()
        await asyncio.Event().wait()

    committing = asyncio.create_task(sink.commit(started(), also=hangs, within_s=0.05))
    await asked.wait()
    with pytest.raises(DatabaseError, match="did not answer within"):
        await committing
    while sink._abandoned:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    assert await pool.fetchval("select count(*) from calls") == 0


async def test_a_database_that_is_gone_is_an_error_in_words(pool: asyncpg.Pool, tmp_path: Path) -> None:
    sink = StoreWriter(pool, tmp_path)
    pool.terminate()
    with pytest.raises(DatabaseError, match="does not answer"):
        await sink.commit(started())
