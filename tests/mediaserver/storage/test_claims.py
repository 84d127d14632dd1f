"""What one server of a database does at a time: another has it only once the first is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from mediaserver.errors import DatabaseError
from mediaserver.storage import claims
from mediaserver.storage.claims import DatabaseClaim
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection

Make = Callable[..., "Kept"]


class Kept(DatabaseClaim):
    """Its connections are at hand."""

    def __init__(self, dsn: str, what: str = "a line") -> None:
        self.opened: list[asyncpg.Connection] = []
        self.away = False
        super().__init__(self._open, what)
        self._dsn = dsn

    async def _open(self) -> asyncpg.Connection:
        if self.away:
            raise DatabaseError("cannot reach PostgreSQL")
        self.opened.append(await open_connection(self._dsn))
        return self.opened[-1]


@pytest.fixture
async def make(postgres: EmbeddedPostgres, pool: asyncpg.Pool) -> AsyncIterator[Make]:
    made: list[Kept] = []

    def one(what: str = "a line") -> Kept:
        made.append(Kept(postgres.dsn, what))
        return made[-1]

    yield one
    for each in made:
        each.release()


async def taken(claim: DatabaseClaim) -> None:
    """Until the database has noticed that the other is gone, which tells nobody."""
    async with asyncio.timeout(10):
        while not await claim.take():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def opened_again(claim: Kept) -> None:
    async with asyncio.timeout(10):
        while len(claim.opened) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_one_at_a_time_has_it(make: Make) -> None:
    first, second, other = make(), make(), make("another line")
    assert await first.take() and not await second.take() and await other.take()
    first.release()
    await taken(second)


async def test_what_holds_it_keeps_the_database_from_no_cleaning(make: Make, pool: asyncpg.Pool) -> None:
    first = make()
    assert await first.take()
    query = "select state, backend_xmin, backend_xid from pg_stat_activity where pid = $1"
    row = await pool.fetchrow(query, first.opened[0].get_server_pid())
    assert tuple(row) == ("idle in transaction", None, None)


async def test_who_dies_loses_it(make: Make) -> None:
    first, second = make(), make()
    assert await first.take()
    first.opened[0].terminate()  # as a process that is killed
    await taken(second)
    await first.lost()  # returns


async def test_it_is_held_again_after_the_database_went_away_and_who_waits_gives_way(
    make: Make, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "AGAIN_S", 0.0)
    first, second = make(), make()
    assert await first.take() and not await second.take()
    losing = asyncio.create_task(first.lost())
    first.away = True
    for each in (second, first):
        closed = asyncio.Event()
        each.opened[0].add_termination_listener(lambda _, closed=closed: closed.set())
        await pool.execute("select pg_terminate_backend($1)", each.opened[0].get_server_pid())
        await closed.wait()
    assert not await second.take()
    first.away = False
    await opened_again(first)
    assert not losing.done()
    losing.cancel()


async def test_while_the_database_is_away_it_stays_ours(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "AGAIN_S", 0.0)
    first = make()
    assert await first.take()
    losing = asyncio.create_task(first.lost())
    first.away = True
    first.opened[0].terminate()
    for _ in range(20):
        await asyncio.sleep(0)
    assert not losing.done()
    first.away = False
    await opened_again(first)
    assert not losing.done()
    losing.cancel()


async def test_a_database_that_is_away_is_told(make: Make) -> None:
    first = make()
    first.away = True
    with pytest.raises(DatabaseError, match="away"):
        await first.take()
