"""An empty database with our tables, for each test anew: made once, and emptied from then on.

To make the tables takes a quarter of a second, to empty them some milliseconds, and eight hundred tests ask
for them. A test gets the same either way: all rows and sequences as the last step leaves them. Where a test
has changed anything else (a table, a trigger, a grant), or has left large tables, they are made anew.
"""

from __future__ import annotations

import asyncpg

from mediaserver.storage.migrations import FOLDER, read_steps

SCHEMA = FOLDER.parent / "schema.sql"
AS_MADE = "as_made"
"""The schema that keeps the rows of a new database (the first agents and routes, what was applied)."""
LARGE = 8_000_000
"""Bytes of all our tables, from which on emptying (dead rows stay where they are) costs more than making."""

_EMPTY_DATABASE = f"drop schema if exists {AS_MADE} cascade; drop schema public cascade; create schema public"

# What a statement that changes tables leaves in the catalogues. Rows below 16384 are the server's own;
# a row that is changed gets another xmin.
_CATALOGUES = """
select md5(string_agg(part, ',' order by part)) from (
    select tableoid || ':' || oid || ':' || xmin from pg_namespace where oid >= 16384
    union all select tableoid || ':' || oid || ':' || xmin from pg_class where oid >= 16384
    union all select tableoid || ':' || oid || ':' || xmin from pg_proc where oid >= 16384
    union all select tableoid || ':' || oid || ':' || xmin from pg_trigger where oid >= 16384
    union all select tableoid || ':' || oid || ':' || xmin from pg_constraint where oid >= 16384
    union all select tableoid || ':' || oid || ':' || xmin from pg_attrdef where oid >= 16384
    union all select tableoid || ':' || oid || ':' || xmin from pg_type where oid >= 16384
    union all select tableoid || ':' || oid || ':' || xmin from pg_extension where oid >= 16384
    union all select 'attribute:' || attrelid || ':' || attnum || ':' || xmin from pg_attribute
        where attrelid >= 16384
    union all select 'index:' || indexrelid || ':' || xmin from pg_index where indexrelid >= 16384
) as parts (part)
"""
_SIZE = "select sum(pg_relation_size(oid)) from pg_class where relnamespace = 'public'::regnamespace"
_TABLES = (
    "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
)
_COLUMNS = """
select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
"""
_SEQUENCES = """
select format('select setval(%L, %s, %s)', schemaname || '.' || sequencename,
    coalesce(last_value, start_value), (last_value is not null)::text)
from pg_sequences where schemaname = 'public'
"""


class OwnTables:
    """Those of the one database that a run of the tests has."""

    def __init__(self) -> None:
        self._made_as = ""
        """The catalogues of a database that only needs to be emptied; of nothing yet."""
        self._emptying = ""

    async def renew(self, connection: asyncpg.Connection) -> None:
        """As a new database has them. Waits for transactions that are still open, as of a test before."""
        if (
            await connection.fetchval(_CATALOGUES) != self._made_as
            or await connection.fetchval(_SIZE) > LARGE
        ):
            await make_tables(connection)
            self._emptying = await _how_to_empty(connection)
            self._made_as = await connection.fetchval(_CATALOGUES)
        else:
            await connection.execute(self._emptying)


async def make_tables(connection: asyncpg.Connection) -> None:
    """In an empty database, as the steps of all versions do (a test of theirs proves it), in a quarter of the
    time."""
    await connection.execute(_EMPTY_DATABASE)
    await connection.execute(SCHEMA.read_text())
    done = [(step.number, step.name, step.hash) for step in read_steps()]
    await connection.executemany("insert into migrations (number, name, hash) values ($1, $2, $3)", done)


async def _how_to_empty(connection: asyncpg.Connection) -> str:
    """The statements that bring all rows back to what they are now, which they keep aside for it."""
    await connection.execute(f"create schema {AS_MADE}")
    tables = [row[0] for row in await connection.fetch(_TABLES)]
    # Neither triggers nor foreign keys have a say. One transaction, which waits for all others like a `drop`.
    emptying = [
        f"begin; lock table {', '.join(tables)} in access exclusive mode",
        "set local session_replication_role = replica",
        *(f"delete from {table}" for table in tables),
    ]
    for table in tables:
        if await connection.fetchval(f"select exists (select from {table})"):
            columns = await connection.fetchval(_COLUMNS, table)
            await connection.execute(f"create table {AS_MADE}.{table} as select {columns} from {table}")
            kept = f"select {columns} from {AS_MADE}.{table}"
            emptying.append(f"insert into {table} ({columns}) overriding system value {kept}")
    emptying += [row[0] for row in await connection.fetch(_SEQUENCES)]
    return "; ".join([*emptying, "commit"])
