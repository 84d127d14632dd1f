"""The steps against a real database: fresh, of the first version, newer, tampered with, two at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from mediaserver.errors import DatabaseError
from mediaserver.storage import agents as tables
from mediaserver.storage import calls, legs, migrations
from mediaserver.storage.migrations import FOLDER, Migration, migrate, read_steps
from mediaserver.storage.routes import all_routes
from tests.mediaserver.samples import CALL, ROOM

FIRST_VERSION = Path(__file__).with_name("first_version.sql")
"""What the first version applied at each of its starts."""

CATALOGUE = {
    "columns": "select table_name, column_name, data_type, udt_name, is_nullable, column_default, "
    "is_identity from information_schema.columns where table_schema = 'public' order by 1, 2",
    "constraints": "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint "
    # Before 18 PostgreSQL has no names for `not null`; the columns tell that.
    "where connamespace = 'public'::regnamespace and contype <> 'n' order by 1, 2",
    "indexes": "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1",
    "triggers": "select tgrelid::regclass::text, pg_get_triggerdef(oid) from pg_trigger "
    "where not tgisinternal order by 1, 2",
    "functions": "select proname, pg_get_functiondef(oid) from pg_proc "
    "where pronamespace = 'public'::regnamespace order by 1",
}


async def catalogue(connection: asyncpg.Connection) -> dict[str, list[dict[str, Any]]]:
    """All that the tables are made of; the order of columns counts for nothing."""
    return {name: [dict(row) for row in await connection.fetch(query)] for name, query in CATALOGUE.items()}


async def rows(connection: asyncpg.Connection) -> list[Any]:
    """What stands in a new database."""
    meta = await connection.fetch("select * from meta")
    agents = [{**agent, "id": None} for agent in await tables.all_agents(connection)]
    return [*map(dict, meta), *agents, *await all_routes(connection)]


@pytest.fixture
async def empty(pool: asyncpg.Pool) -> asyncpg.Connection:
    """A connection to a database without any table."""
    connection = await pool.acquire()
    await connection.execute("drop schema public cascade; create schema public")
    return connection


async def test_the_steps_give_what_the_schema_at_a_glance_says(empty: asyncpg.Connection) -> None:
    await migrate(empty)
    by_steps = await catalogue(empty)
    rows_by_steps = await rows(empty)
    await empty.execute("drop schema public cascade; create schema public")
    await empty.execute((FOLDER.parent / "schema.sql").read_text())
    at_a_glance = await catalogue(empty)
    for part, found in by_steps.items():
        assert found == at_a_glance[part], part
    assert rows_by_steps == await rows(empty)


async def test_the_first_versions_database_is_taken_over_with_its_data(empty: asyncpg.Connection) -> None:
    await empty.execute(FIRST_VERSION.read_text())
    await empty.execute(
        f"""
        insert into calls (id, direction, from_uri, to_uri, app, started_at)
            values ('{CALL}', 'inbound', 'sip:a@h', 'sip:demo@h', 'demo', now());
        insert into legs (id, call_id, kind, sip_call_id, remote, codec, opened_at)
            values (gen_random_uuid(), '{CALL}', 'sip', 'abc@h', 'r', 'PCMU', now());
        insert into bookings values ('{CALL}', 'mountain view', '2026-11-22', '14:30', 30, 2, 'confirmed');
        """
    )
    assert [step.number for step in await migrate(empty)] == [step.number for step in read_steps()]
    taken_over = await catalogue(empty)
    row = await calls.one(empty, CALL)
    assert row is not None
    assert row["outcomes"] == [{"flow": "booking", "status": "confirmed", "data": ROOM}]
    assert [leg["ref"] for leg in await legs.of_call(empty, CALL)] == ["abc@h"]
    assert await empty.fetchval("select to_regclass('bookings')") is None

    await empty.execute("drop schema public cascade; create schema public")
    await migrate(empty)
    assert taken_over == await catalogue(empty)


async def test_steps_run_once(empty: asyncpg.Connection) -> None:
    assert await migrate(empty) == read_steps()
    assert await migrate(empty) == []


async def test_two_servers_that_start_at_once_take_turns(
    empty: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    async with pool.acquire() as other:
        applied = await asyncio.gather(migrate(empty), migrate(other))
    assert sorted(step.number for some in applied for step in some) == [s.number for s in read_steps()]


async def test_a_newer_database_is_refused_before_anything_is_applied(empty: asyncpg.Connection) -> None:
    steps = read_steps()
    newer = Migration(len(steps) + 1, "from_the_future", "create table future ()")
    await migrate(empty, [*steps, newer])
    with pytest.raises(DatabaseError, match=r"from_the_future.*update VoiceForge"):
        await migrate(empty)


async def test_a_step_changed_after_it_was_applied_is_refused_and_nothing_else_applied(
    empty: asyncpg.Connection,
) -> None:
    first, *rest = read_steps()
    await migrate(empty, [first])
    with pytest.raises(DatabaseError, match=r"0001_first was changed"):
        await migrate(empty, [replace(first, sql=first.sql + "-- a word more"), *rest])
    assert await empty.fetchval("select max(number) from migrations") == 1
    assert await empty.fetchval("select to_regclass('outcomes')") is None


async def test_a_step_that_fails_is_undone_whole_and_named(empty: asyncpg.Connection) -> None:
    bad = Migration(1, "bad", "create table half (); select 1 / 0")
    with pytest.raises(DatabaseError, match=r"0001_bad.*division by zero"):
        await migrate(empty, [bad])
    assert await empty.fetchval("select to_regclass('half')") is None
    assert await empty.fetchval("select to_regclass('migrations')") is None


@pytest.mark.parametrize(
    "sql",
    [
        "create table half (); commit; select 1 / 0",
        "begin; create table half ()",
        "create table half ();\n-- and now\nROLLBACK;",
        "create table half (); start  transaction;",
    ],
)
async def test_a_step_that_would_leave_its_transaction_is_refused_before_anything_is_applied(
    empty: asyncpg.Connection, sql: str
) -> None:
    with pytest.raises(DatabaseError, match=r"0002_bad has its own"):
        await migrate(empty, [Migration(1, "good", "create table good ()"), Migration(2, "bad", sql)])
    assert await empty.fetchval("select to_regclass('half')") is None
    assert await empty.fetchval("select to_regclass('good')") is None


async def test_the_word_in_a_function_or_a_comment_leaves_nothing(empty: asyncpg.Connection) -> None:
    sql = """-- commit; it
        create function f() returns int language plpgsql as $x$ begin return 1; end $x$; /* ;begin */
        create table t (a text default '; commit; it''s')"""
    await migrate(empty, [Migration(1, "good", sql)])
    assert await empty.fetchval("select f()") == 1


async def test_a_database_with_a_gap_is_refused(empty: asyncpg.Connection) -> None:
    steps = read_steps()
    await migrate(empty, steps[:3])
    await empty.execute("delete from migrations where number = 2")
    with pytest.raises(DatabaseError, match="step 3 but not 2"):
        await migrate(empty)


async def test_a_connection_that_breaks_in_a_step_is_one_line_and_the_step_is_undone(
    empty: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    breaks = Migration(1, "breaks", "create table half (); select pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(DatabaseError) as caught:
        await migrate(empty, [breaks])
    assert "\n" not in str(caught.value)
    assert await pool.fetchval("select to_regclass('half')") is None


async def test_a_lock_that_another_server_keeps_is_one_line(
    empty: asyncpg.Connection, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEP_TIMEOUT_S", 0.05)
    async with pool.acquire() as other, other.transaction():
        await other.execute(f"select pg_advisory_xact_lock({migrations._LOCK})")
        with pytest.raises(DatabaseError, match="try again"):
            await migrate(empty)


async def test_the_first_version_finds_a_number_that_it_refuses(empty: asyncpg.Connection) -> None:
    await migrate(empty)
    assert int(await empty.fetchval("select value from meta where key = 'schema_version'")) > 1


def test_line_ends_of_a_checkout_do_not_change_a_step() -> None:
    assert Migration(1, "a", "x;\ny;\n").hash == Migration(1, "a", "x;\r\ny;\r\n").hash


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ([], "none"),
        (["0002_b.sql"], "not numbered"),
        (["0001_a.sql", "0001_b.sql"], "not numbered"),
        (["0001_a.sql", "2_b.sql"], "not named like"),
    ],
)
def test_a_folder_of_steps_with_a_fault_is_refused(tmp_path: Path, names: list[str], fault: str) -> None:
    for name in names:
        (tmp_path / name).write_text("select 1")
    with pytest.raises(DatabaseError, match=fault):
        read_steps(tmp_path)


def test_the_image_holds_the_steps() -> None:
    root = FOLDER.parent
    assert "COPY migrations migrations" in (root / "Dockerfile").read_text()
    assert "!migrations" in (root / ".dockerignore").read_text().split()
