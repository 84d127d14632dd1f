"""The tables of knowledge: documents, their passages, and the words in them, which are counted along.

A document is added and removed whole, in one transaction; the counts of its words with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from mediaserver.storage.sql import Database, Row, text

_LOCK = "select pg_advisory_xact_lock(hashtextextended('knowledge ' || $1, 0))"
"""Two who change one collection would count its words at odds."""
_WORDS = (
    "select word, ndoc from "
    "ts_stat(format('select terms from knowledge_passages where document_id = %L', $1::text))"
)
HEADING, BODY = "A", "D"
_DOCUMENT = "collection, name, language, pages, passages, bytes, digest, added_at"


@dataclass(frozen=True, slots=True)
class NewPassage:
    heading: str
    page: int | None
    text: str
    indexed: str
    """The text as the full-text search is to see it."""
    indexed_heading: str


@dataclass(frozen=True, slots=True)
class NewDocument:
    collection: str
    name: str
    digest: str
    language: str
    config: str
    pages: int | None
    bytes: int
    passages: tuple[NewPassage, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is looked for, as the search has it."""

    config: str
    word: str
    weight: float


async def document_named(connection: Database, collection: str, name: str) -> Row | None:
    row = await connection.fetchrow(
        "select id, name, digest, language from knowledge_documents where collection = $1 and name = $2",
        collection,
        name,
    )
    return None if row is None else dict(row)


async def document_of_digest(connection: Database, collection: str, digest: str) -> Row | None:
    row = await connection.fetchrow(
        "select id, name, digest, language from knowledge_documents where collection = $1 and digest = $2",
        collection,
        digest,
    )
    return None if row is None else dict(row)


async def all_documents(connection: Database, collection: str = "") -> list[Row]:
    rows = await connection.fetch(
        f"select {_DOCUMENT} from knowledge_documents where $1 = '' or collection = $1 "
        "order by collection, name",
        collection,
    )
    return [dict(row) for row in rows]


async def collections(connection: Database) -> list[str]:
    """Those in which there is a document, by name."""
    rows = await connection.fetch("select distinct collection from knowledge_documents order by collection")
    return [row["collection"] for row in rows]


async def summed_collections(connection: Database) -> list[Row]:
    """Collections by name, with `documents`, `passages`, `bytes` and `changed_at` (of the newest)."""
    rows = await connection.fetch(
        "select collection as name, count(*) as documents, sum(passages)::bigint as passages, "
        "sum(bytes)::bigint as bytes, max(added_at) as changed_at from knowledge_documents "
        "group by collection order by collection"
    )
    return [dict(row) for row in rows]


async def some_documents(connection: Database, collection: str, after: str, limit: int) -> list[Row]:
    """A page of them by name, those behind `after`."""
    rows = await connection.fetch(
        f"select {_DOCUMENT} from knowledge_documents where collection = $1 and name > $2 "
        "order by name limit $3",
        collection, after, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def one_document(connection: Database, collection: str, name: str) -> Row | None:
    row = await connection.fetchrow(
        f"select {_DOCUMENT} from knowledge_documents where collection = $1 and name = $2", collection, name
    )
    return None if row is None else dict(row)


async def searching_agents(
    connection: Database, owner: UUID | None, *, everybody: bool = False
) -> dict[str, list[str]]:
    """By collection the agents whose rows name it among their tools: those of this owner and the operator's,
    or everybody's."""
    rows = await connection.fetch(
        "select substr(tool, 11) as collection, name from agents cross join unnest(tools) as tool "
        "where starts_with(tool, 'knowledge/') and ($2 or owner is null or owner = $1) order by name",
        owner, everybody,
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["collection"], []).append(row["name"])
    return found


async def add_document(connection: asyncpg.Connection, new: NewDocument) -> bool:
    """Add it, in the place of one of its name; whole or not at all. False when the collection has just this
    file in this language under this name."""
    async with connection.transaction():
        await connection.execute(_LOCK, new.collection)
        for row in (
            await document_named(connection, new.collection, new.name),
            await document_of_digest(connection, new.collection, new.digest),
        ):
            if row is None:
                continue
            if (row["name"], row["digest"], row["language"]) == (new.name, new.digest, new.language):
                return False
            await _remove(connection, new.collection, row["id"])
        identity = await connection.fetchval(
            "insert into knowledge_documents "
            "(collection, name, digest, language, config, pages, passages, bytes) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
            new.collection, text(new.name, 200), new.digest, new.language, new.config, new.pages,
            len(new.passages), new.bytes,
        )  # fmt: skip
        await connection.execute(
            "insert into knowledge_passages "
            "(document_id, collection, config, index, heading, page, text, terms) "
            "select $1, $2, $3, at - 1, heading, nullif(page, 0), body, "
            f"setweight(to_tsvector($3::text::regconfig, indexed_heading), '{HEADING}') || "
            f"setweight(to_tsvector($3::text::regconfig, indexed), '{BODY}') "
            "from unnest($4::text[], $5::integer[], $6::text[], $7::text[], $8::text[]) "
            "with ordinality as each (heading, page, body, indexed_heading, indexed, at)",
            identity, new.collection, new.config,
            [text(each.heading, 2000) for each in new.passages],
            [each.page or 0 for each in new.passages],
            [text(each.text, 8000) for each in new.passages],
            [text(each.indexed_heading, 4000) for each in new.passages],
            [text(each.indexed, 20_000) for each in new.passages],
        )  # fmt: skip
        await _count(connection, new.collection, new.config, identity)
    return True


async def remove_documents(connection: asyncpg.Connection, collection: str, name: str = "") -> int:
    """That of this name, or all of the collection; how many there were."""
    async with connection.transaction():
        await connection.execute(_LOCK, collection)
        found = await connection.fetch(
            "select id from knowledge_documents where collection = $1 and ($2 = '' or name = $2)",
            collection,
            name,
        )
        for row in found:
            await _remove(connection, collection, row["id"])
    return len(found)


async def _count(connection: asyncpg.Connection, collection: str, config: str, document: UUID) -> None:
    await connection.execute(
        f"""
        insert into knowledge_words (collection, config, word, passages, trigrams)
        select $2, $3, word, ndoc, case when word ~ '^[[:alpha:]]{{4,40}}$' then array(
            select distinct substr('  ' || word || ' ', at, 3) from generate_series(1, length(word) + 1) as at
        ) else '{{}}' end
        from ({_WORDS}) as found
        on conflict (collection, config, word) do update set
            passages = knowledge_words.passages + excluded.passages
        """,
        str(document), collection, config,
    )  # fmt: skip


async def _remove(connection: asyncpg.Connection, collection: str, document: UUID) -> None:
    await connection.execute(
        "update knowledge_words as words set passages = words.passages - found.ndoc "
        f"from ({_WORDS}) as found, knowledge_documents as document "
        "where document.id = $1::text::uuid and words.collection = $2 "
        "and words.config = document.config and words.word = found.word",
        str(document), collection,
    )  # fmt: skip
    await connection.execute(
        "delete from knowledge_words where collection = $1 and passages <= 0", collection
    )
    await connection.execute("delete from knowledge_documents where id = $1", document)


async def configurations(connection: Database, collection: str) -> dict[str, int]:
    """Those of a collection's documents, and how many passages each has."""
    rows = await connection.fetch(
        "select config, sum(passages)::bigint as passages from knowledge_documents where collection = $1 "
        "group by config order by 2 desc",
        collection,
    )
    return {row["config"]: row["passages"] for row in rows}


async def words_of(connection: Database, collection: str, config: str, texts: Sequence[str]) -> list[Row]:
    """The words of these texts as the search has them, without those that say nothing ("the"), each once;
    `at` says of which text it is, and `passages` how many have it."""
    rows = await connection.fetch(
        """
        select given.at::integer, found.word, coalesce(words.passages, 0) as passages
        from unnest($3::text[]) with ordinality as given (body, at)
        cross join lateral
            unnest(tsvector_to_array(to_tsvector($2::text::regconfig, given.body))) as found (word)
        left join knowledge_words as words
            on words.collection = $1 and words.config = $2 and words.word = found.word
        order by given.at
        """,
        collection, config, [text(each, 2000) for each in texts],
    )  # fmt: skip
    return [dict(row) for row in rows]


async def near_words(
    connection: Database,
    collection: str,
    config: str,
    trigrams: Sequence[tuple[Sequence[str], Sequence[str]]],
    least: float,
    most: int,
) -> list[Row]:
    """For each of these lists of trigrams, and of those of them by which is looked, up to `most` words that
    share most of them, the nearest first: `at` (from 0), `word`, `passages`, `likeness` (Dice, from 0 to 1).
    """
    rows = await connection.fetch(
        """
        select (given.at - 1)::integer as at, near.* from (
            select at, string_to_array(wanted, '|') as wanted, string_to_array(telling, '|') as telling
            from unnest($3::text[], $4::text[]) with ordinality as each (wanted, telling, at)
        ) as given cross join lateral (
            select word, passages, likeness from (
                select word, passages, 2.0 * (
                    select count(*) from unnest(trigrams) as each where each = any (given.wanted)
                ) / (cardinality(trigrams) + cardinality(given.wanted)) as likeness
                from knowledge_words
                where collection = $1 and config = $2 and trigrams && given.telling
                    and cardinality(trigrams)
                        between cardinality(given.wanted) / 3 and cardinality(given.wanted) * 3
            ) as likely where likeness >= $5 order by likeness desc, passages desc limit $6
        ) as near order by given.at, near.likeness desc
        """,
        collection,
        config,
        ["|".join(wanted) for wanted, _ in trigrams],
        ["|".join(telling) for _, telling in trigrams],
        least,
        most,
    )
    return [{**dict(row), "likeness": float(row["likeness"])} for row in rows]


async def best_passages(
    connection: Database, collection: str, terms: Iterable[Term], candidates: int, most: int
) -> list[Row]:
    """Those that hold most of the terms by their weights (`covered`: their sum), and among these, those in
    which the terms stand together and in headings (`density`, from 0 to 1). `id`: of the passage."""
    given = list(terms)
    rows = await connection.fetch(
        """
        with terms as (
            select config, word, weight, format('%s', array_to_tsvector(array[word])::text)::tsquery as query
            from unnest($2::text[], $3::text[], $4::float8[]) as each (config, word, weight)
        ), covered as (
            select passage.id, sum(terms.weight) as covered
            from terms join knowledge_passages as passage
                on passage.terms @@ terms.query and passage.config = terms.config
            where passage.collection = $1
            group by passage.id order by 2 desc, 1 limit $5
        ), whole as (
            select config, string_agg(query::text, ' | ')::tsquery as query from terms group by config
        )
        select passage.id, document.name as document, passage.heading, passage.page, passage.text,
            covered.covered,
            ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', passage.terms, whole.query, 1 | 32) as density
        from covered join knowledge_passages as passage using (id)
            join knowledge_documents as document on document.id = passage.document_id
            join whole on whole.config = passage.config
        order by covered.covered
            * (1 + ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', passage.terms, whole.query, 1 | 32)) desc,
            passage.document_id, passage.index
        limit $6
        """,
        collection,
        [each.config for each in given],
        [each.word for each in given],
        [each.weight for each in given],
        candidates,
        most,
    )
    return [dict(row) for row in rows]
