"""The vectors of passages, where PostgreSQL has the extension pgvector: everything works without.

The table is made when the first passage is embedded, since a migration must succeed on a server that has no
pgvector, and for a role that may add none. Numbers of 16 bits (`halfvec`) order passages as those of 32 do,
in half of the memory, and can be indexed up to 4,000 dimensions. Each pair of model and collection has
its own index, once it is large: an index over all would find others' passages and drop them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from mediaserver.errors import DatabaseError
from mediaserver.storage.sql import Database, Row, text

INDEXED_FROM = 5_000
"""Vectors of a collection; fewer are all looked at, which finds the nearest for certain. To look at 10,000 of
1,536 dimensions takes 40 ms of a processor, and four calls at once were then late on two busy ones."""
LOOKED_AT, BUILT_WITH = 200, 200
"""`hnsw.ef_search` and `ef_construction`. Of vectors without any clusters, the worst there are, pgvector's
own (40, 64) found four in ten of the nearest, these eight; with more it touches as much as it spares."""
MOST_INDEXED_DIMENSIONS = 4_000
LEAST_VERSION = (0, 7)
"""The first with `halfvec`."""
LONG_S = 3600.0
"""For what may take long, and keeps nobody from searching."""
_LOCK = "select pg_advisory_xact_lock(hashtextextended('knowledge_vectors', 0))"
_INDEXING = "hashtextextended('knowledge_vectors index', 0)"
"""Two who make an index at once would wait for each other."""
_COLLECTION = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Pgvector:
    """The extension in this database, or one that could be added."""

    version: str
    schema: str
    """Empty: it is not added yet."""

    @property
    def usable(self) -> bool:
        numbers = [int(part) for part in re.findall(r"\d+", self.version)[:2]]
        return tuple(numbers) >= LEAST_VERSION


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """Vectors that can be compared with each other."""

    id: int
    model: str
    dimensions: int
    schema: str
    """In which pgvector's types are."""

    @property
    def kind(self) -> str:
        """SQL of the type of its vectors."""
        return f"{_quoted(self.schema)}.halfvec({self.dimensions:d})"


async def pgvector(database: Database) -> Pgvector | None:
    """None where the server does not have it."""
    row = await database.fetchrow(
        "select offered.default_version, there.extversion, space.nspname "
        "from pg_available_extensions as offered "
        "left join pg_extension as there on there.extname = offered.name "
        "left join pg_namespace as space on space.oid = there.extnamespace where offered.name = 'vector'"
    )
    if row is None:
        return None
    return Pgvector(row["extversion"] or row["default_version"] or "", row["nspname"] or "")


async def make_room(connection: asyncpg.Connection) -> Pgvector:
    """Add the extension and make the table where they are not there yet. Raises DatabaseError, which says how
    to mend it."""
    there = await pgvector(connection)
    if there is None:
        raise DatabaseError(
            "this PostgreSQL has no pgvector, which keeps vectors: install its package on the database's "
            "machine (postgresql-NN-pgvector), or use the embedded database; until then documents are found "
            "by words"
        )
    if not there.usable:
        raise DatabaseError(
            f"this PostgreSQL has pgvector {there.version}, and vectors are kept with 0.7 or later: update "
            "it; until then documents are found by words"
        )
    async with connection.transaction():
        await connection.execute("set local client_min_messages = warning")
        await connection.execute(_LOCK)
        if not there.schema:
            try:
                await connection.execute("create extension if not exists vector")
            except asyncpg.InsufficientPrivilegeError:
                raise DatabaseError(
                    "the database's user may not add pgvector: let one who may run `create extension vector` "
                    "in this database; until then documents are found by words"
                ) from None
            except asyncpg.PostgresError as error:
                said = " ".join(str(error).split())
                raise DatabaseError(f"pgvector cannot be added to this database: {said}") from None
            there = await pgvector(connection) or there
        await connection.execute(
            f"""
            create table if not exists knowledge_vectors (
                model_id   integer not null references knowledge_models on delete cascade,
                collection text not null,
                passage_id bigint not null references knowledge_passages on delete cascade,
                embedding  {_quoted(there.schema)}.halfvec not null,
                primary key (model_id, collection, passage_id)
            );
            create index if not exists knowledge_vectors_passage on knowledge_vectors (passage_id);
            -- In its row, not beside it: a search reads them all.
            alter table knowledge_vectors alter column embedding set storage main;
            """
        )
    return there


async def has_room(database: Database) -> bool:
    return bool(await database.fetchval("select to_regclass('knowledge_vectors') is not null"))


async def space_for(
    connection: asyncpg.Connection, room: Pgvector, model: str, dimensions: int
) -> VectorSpace:
    """That of a model, made where it is new."""
    model = text(model, 1500)
    await connection.execute(
        "insert into knowledge_models (model, dimensions) values ($1, $2) on conflict do nothing",
        model,
        dimensions,
    )
    identity = await connection.fetchval(
        "select id from knowledge_models where model = $1 and dimensions = $2", model, dimensions
    )
    return VectorSpace(identity, model, dimensions, room.schema)


async def spaces_of(database: Database, collection: str, model: str) -> list[VectorSpace]:
    """Those of a model in which a collection has vectors."""
    if not await has_room(database):
        return []
    rows = await database.fetch(
        "select models.id, models.dimensions, space.nspname from knowledge_models as models "
        "cross join pg_extension as there join pg_namespace as space on space.oid = there.extnamespace "
        "where there.extname = 'vector' and models.model = $1 and exists ("
        "select from knowledge_vectors as each where each.model_id = models.id and each.collection = $2)",
        text(model, 1500),
        collection,
    )
    return [VectorSpace(row["id"], model, row["dimensions"], row["nspname"]) for row in rows]


async def without_vector(
    database: Database, collection: str, space: VectorSpace, behind: int, most: int
) -> list[Row]:
    """The next passages that are to be embedded: `id`, `heading`, `text`."""
    rows = await database.fetch(
        f"select id, heading, text from knowledge_passages as passage where {_MISSING} and id > $3 "
        "order by id limit $4",
        collection,
        space.id,
        behind,
        most,
    )
    return [dict(row) for row in rows]


async def count_without_vector(database: Database, collection: str, space: VectorSpace) -> int:
    found: int = await database.fetchval(
        f"select count(*) from knowledge_passages as passage where {_MISSING}", collection, space.id
    )
    return found


_MISSING = (
    "collection = $1 and not exists (select from knowledge_vectors as each "
    "where each.model_id = $2 and each.collection = $1 and each.passage_id = passage.id)"
)


async def add_vectors(
    connection: asyncpg.Connection,
    collection: str,
    space: VectorSpace,
    vectors: Sequence[tuple[int, list[float]]],
) -> None:
    """By passage. All or none; those of passages that were removed meanwhile are left out."""
    async with connection.transaction():
        await connection.executemany(
            "insert into knowledge_vectors (model_id, collection, passage_id, embedding) "
            f"select $1, $2, id, $4::real[]::{space.kind} from knowledge_passages where id = $3 "
            "for key share on conflict do nothing",
            [(space.id, collection, passage, vector) for passage, vector in vectors],
        )


async def nearest_passages(
    database: Database, collection: str, space: VectorSpace, vector: list[float], most: int
) -> list[Row]:
    """The nearest first, as `best_passages` has them, with `similarity` (cosine, from -1 to 1).

    The model and the collection stand in the text of the query: only so an index over just them is taken. How
    far that looks is set within the query, before the scan that depends on it: connections are shared.
    """
    if not _COLLECTION.fullmatch(collection):
        return []
    operator = f"operator({_quoted(space.schema)}.<=>)"
    rows = await database.fetch(
        f"""
        with near as materialized (
            select each.*
            from (select set_config('hnsw.ef_search', '{LOOKED_AT:d}', true) as set offset 0) as wide
            cross join lateral (
                select passage_id, embedding::{space.kind} {operator} $1::real[]::{space.kind} as distance
                from knowledge_vectors
                where model_id = {space.id:d} and collection = '{collection}' and wide.set is not null
                order by embedding::{space.kind} {operator} $1::real[]::{space.kind} limit {most:d}
            ) as each
        )
        select passage.id, document.name as document, passage.heading, passage.page, passage.text,
            1 - near.distance as similarity
        from near join knowledge_passages as passage on passage.id = near.passage_id
            join knowledge_documents as document on document.id = passage.document_id
        order by near.distance, passage.id
        """,
        vector,
    )
    return [dict(row) for row in rows]


async def index_if_large(connection: asyncpg.Connection, collection: str, space: VectorSpace) -> bool:
    """Make the index of a large collection, if it has none and nobody else makes one: reads and writes go on
    meanwhile. Whether it was made now."""
    if not _COLLECTION.fullmatch(collection) or space.dimensions > MOST_INDEXED_DIMENSIONS:
        return False
    many = await connection.fetchval(
        "select count(*) from knowledge_vectors where model_id = $1 and collection = $2", space.id, collection
    )
    if many < INDEXED_FROM:
        return False
    # Not waited for: who waits keeps the other from coming to an end.
    if not await connection.fetchval(f"select pg_try_advisory_lock({_INDEXING})"):
        return False
    try:
        return await _indexed(connection, collection, space)
    finally:
        await connection.execute(f"select pg_advisory_unlock({_INDEXING})")


async def _indexed(connection: asyncpg.Connection, collection: str, space: VectorSpace) -> bool:
    name = f"knowledge_vectors_{space.id:d}_{hashlib.sha256(collection.encode()).hexdigest()[:12]}"
    whole = await connection.fetchval(
        "select indisvalid from pg_index where indexrelid = to_regclass($1)", name
    )
    if whole:
        return False
    if whole is not None:  # one who made it was killed
        await connection.execute(f"drop index {name}", timeout=LONG_S)
    opclass = f"{_quoted(space.schema)}.halfvec_cosine_ops"
    await connection.execute(
        f"create index concurrently {name} on knowledge_vectors "
        f"using hnsw ((embedding::{space.kind}) {opclass}) with (ef_construction = {BUILT_WITH:d}) "
        f"where model_id = {space.id:d} and collection = '{collection}'",
        timeout=LONG_S,
    )
    return True


async def counts(database: Database, collection: str = "") -> list[Row]:
    """By document and model: `collection`, `document` (its name), `model`, `dimensions`, `vectors`."""
    if not await has_room(database):
        return []
    rows = await database.fetch(
        "select document.collection, document.name as document, models.model, models.dimensions, "
        "count(*) as vectors from knowledge_vectors as each "
        "join knowledge_models as models on models.id = each.model_id "
        "join knowledge_passages as passage on passage.id = each.passage_id "
        "join knowledge_documents as document on document.id = passage.document_id "
        "where $1 = '' or each.collection = $1 group by 1, 2, 3, 4 order by 1, 2, 3, 4",
        collection,
    )
    return [dict(row) for row in rows]


async def remove_other_vectors(connection: asyncpg.Connection, collection: str, space: VectorSpace) -> int:
    """Those of a collection that other models made; how many there were."""
    status: str = await connection.execute(
        "delete from knowledge_vectors where collection = $1 and model_id <> $2",
        collection,
        space.id,
        timeout=LONG_S,
    )
    return int(status.split()[-1])


def _quoted(name: str) -> str:
    """An identifier of PostgreSQL's."""
    return '"' + name.replace('"', '""') + '"'
