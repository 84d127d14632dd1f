"""What tests get for a new database is one, whatever the test before has done with it."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.database import OwnTables, make_tables
from tests.mediaserver.storage.test_migrations import catalogue

RUN_ANEW = {"agents": {"id", "changed_at"}, "routes": {"changed_at"}, "migrations": {"applied_at"}}
"""Columns that another making of the tables fills with something else."""


async def content(connection: asyncpg.Connection) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, and where their sequences stand."""
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    found: dict[str, list[dict[str, Any]]] = {}
    for (table,) in tables:
        rows = await connection.fetch(f"select * from {table}")
        left_out = RUN_ANEW.get(table, set())
        found[table] = sorted(({k: v for k, v in row.items() if k not in left_out} for row in rows), key=repr)
    sequences = "select sequencename, last_value from pg_sequences where schemaname = 'public' order by 1"
    return found | {"": [dict(row) for row in await connection.fetch(sequences)]}


@pytest.mark.parametrize(
    "done",
    [
        "insert into flows (name) values ('desk'); delete from agents; delete from meta; "
        "update outbox_swept set seq = 7; delete from migrations; select nextval('events_id_seq')",
        "truncate calls cascade; drop trigger routes_told on routes",
        "alter table calls add column more text; create table more (x int)",
        "create or replace function agent_changed() returns trigger language plpgsql as 'begin end'",
        "drop table agents cascade",
    ],
)
async def test_emptied_tables_are_those_of_a_new_database(pool: asyncpg.Pool, done: str) -> None:
    async with pool.acquire() as connection:
        await make_tables(connection)
        new = await catalogue(connection), await content(connection)
        tables = OwnTables()
        await tables.renew(connection)
        await connection.execute(done)
        await tables.renew(connection)
        assert (await catalogue(connection), await content(connection)) == new


async def test_large_tables_are_made_anew(pool: asyncpg.Pool, own_tables: OwnTables) -> None:
    oid = "select 'turns'::regclass::oid"
    async with pool.acquire() as connection:
        before = await connection.fetchval(oid)
        await own_tables.renew(connection)
        assert await connection.fetchval(oid) == before
        much = "insert into meta select n::text, repeat('x', 1000) from generate_series(1, 10000) as n"
        await connection.execute(much)
        await own_tables.renew(connection)
        assert await connection.fetchval(oid) != before
