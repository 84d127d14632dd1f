"""What the database cannot do just now is told from what we have asked of it wrongly, by its real errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from mediaserver.errors import CapacityError, DatabaseError
from mediaserver.storage.postgres import EmbeddedPostgres
from mediaserver.storage.trouble import is_trouble

Work = Callable[[asyncpg.Pool], Awaitable[object]]


async def error_of(work: Awaitable[object]) -> Exception:
    try:
        await work
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


async def at_once(pool: asyncpg.Pool) -> None:
    """Two questions on one connection."""
    async with pool.acquire() as connection:
        await asyncio.gather(connection.execute("select pg_sleep(0.05)"), connection.execute("select 1"))


@pytest.mark.parametrize(
    "work",
    [
        lambda pool: pool.execute("selekt 1"),
        lambda pool: pool.execute("select nothing from calls"),
        lambda pool: pool.execute("select * from no_such_table"),
        lambda pool: pool.execute("insert into meta values ('schema_version', 'again')"),
        lambda pool: pool.execute("select $1::integer", "a text"),
        lambda pool: pool.execute("select $1::integer", 2**40),
        lambda pool: pool.execute("select $1::integer"),
        lambda pool: pool.execute("select 1 / 0"),
        at_once,
    ],
)
async def test_what_we_ask_wrongly_is_our_fault(pool: asyncpg.Pool, work: Work) -> None:
    assert not is_trouble(await error_of(work(pool)))


async def closed(pool: asyncpg.Pool) -> None:
    pool.terminate()
    await pool.execute("select 1")


async def torn(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        own = connection.get_server_pid()
        async with pool.acquire() as other:
            await other.execute("select pg_terminate_backend($1)", own)
        await connection.execute("select 1")


async def too_slow(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local statement_timeout = 1")
        await connection.execute("select pg_sleep(5)")


@pytest.mark.parametrize(
    "work",
    [
        closed,
        torn,
        too_slow,
        lambda pool: pool.execute("select pg_sleep(5)", timeout=0.01),
        lambda pool: asyncpg.connect(host="127.0.0.1", port=1, user="x"),
    ],
)
async def test_a_database_that_is_away_is_trouble(pool: asyncpg.Pool, work: Work) -> None:
    assert is_trouble(await error_of(work(pool)))


async def test_a_socket_that_is_not_there_is_trouble_and_a_file_is_not(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    assert is_trouble(await error_of(asyncpg.connect(host=str(tmp_path), user="x")))
    assert not is_trouble(await error_of(asyncio.to_thread((tmp_path / "none").read_bytes)))


@pytest.mark.parametrize(
    ("error", "trouble"), [(DatabaseError("x"), True), (CapacityError("x"), False), (TimeoutError(), False)]
)
def test_errors_of_our_own(error: Exception, trouble: bool) -> None:
    assert is_trouble(error) is trouble
