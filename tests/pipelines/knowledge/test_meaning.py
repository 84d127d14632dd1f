"""Search by meaning beside that by words, in a real PostgreSQL with pgvector."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import asyncpg
import numpy as np
import pytest

from mediaserver.errors import DatabaseError, EngineError, ModelError
from mediaserver.storage import vectors as tables
from mediaserver.storage.knowledge import remove_documents
from pipelines.engines.embedding.protocol import Embedded
from pipelines.knowledge.embedding import PROBE, EmbeddingRun, embed_collection
from pipelines.knowledge.hybrid import find
from pipelines.knowledge.meaning import FAILURES, MeaningSearch
from pipelines.knowledge.searching import search
from pipelines.knowledge.tool import NOTHING, knowledge_tool
from tests.meaning import LocalEmbedder
from tests.pipelines.knowledge.test_searching import HOUSE, add
from tests.pipelines.tools.calling import called, said

PARAPHRASE = "how much is it"
"""Neither word is in the passage on fees."""


async def embed(pool: asyncpg.Pool, embedder: Any, collection: str = "house", **more: Any) -> EmbeddingRun:
    async with pool.acquire() as connection:
        return await embed_collection(connection, collection, embedder, **more)


async def vectors(pool: asyncpg.Pool) -> int:
    count: int = await pool.fetchval("select count(*) from knowledge_vectors")
    return count


async def test_a_paraphrase_that_words_cannot_find_is_found_by_its_meaning(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    model = LocalEmbedder()
    run = await embed(pool, model)
    assert (run.model, run.dimensions, run.to_do, run.done, run.refused) == ("ngrams", 64, 6, 6, [])
    assert await search(pool, "house", PARAPHRASE) == []
    searched = await find(pool, "house", PARAPHRASE, meaning=MeaningSearch(lambda: model))
    assert searched.found[0].heading == "Membership > Fees"
    assert (searched.found[0].similarity or 0) > 0.5 and searched.found[0].score == 0
    assert searched.about == {"by": "words and meaning", "model": "ngrams", "tokens": 1}
    # What both ways find comes first, with what each tells of it.
    found = (await find(pool, "house", "where can I park my car", meaning=MeaningSearch(lambda: model))).found
    assert found[0].heading == "Parking" and found[0].score > 0.5 and (found[0].similarity or 0) > 0.5
    assert len({each.passage for each in found}) == len(found)


async def test_words_that_no_vector_knows_are_found_as_before(pool: asyncpg.Pool) -> None:
    """A misheard name, by its trigrams."""
    await add(pool, HOUSE)
    model = LocalEmbedder()
    await embed(pool, model)
    found = (await find(pool, "house", "misses featherstonhaw", meaning=MeaningSearch(lambda: model))).found
    assert found[0].heading == "Bookkeeping"


async def test_nothing_near_enough_is_nothing_found(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    model = LocalEmbedder()
    model.least_similarity = 0.6
    await embed(pool, model)
    tool = knowledge_tool("house", lambda: pool, MeaningSearch(lambda: model))
    outcome = await called(tool, {"question": "zebra giraffe"})
    assert said(outcome) == NOTHING and outcome.about["by"] == "words and meaning"


def _itself(model: LocalEmbedder) -> LocalEmbedder:
    return model


class SlowEmbedder(LocalEmbedder):
    """Never answers a question."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_for_one = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        if not query:
            return await super().embed(texts)
        self.asked_for_one.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()
        raise AssertionError


async def test_an_engine_that_is_late_leaves_the_answer_to_the_words_and_the_event_says_so(
    pool: asyncpg.Pool,
) -> None:
    await add(pool, HOUSE)
    slow = SlowEmbedder()
    await embed(pool, slow)
    tool = knowledge_tool("house", lambda: pool, MeaningSearch(lambda: slow, within_s=0.02))
    outcome = await called(tool, {"question": "parking"})
    assert said(outcome).splitlines()[0] == '<passage from="house.md, Parking">'
    assert outcome.about == {"by": "words", "why": "it gave nothing within 20 ms"}


async def test_a_search_that_nobody_waits_for_any_more_asks_no_engine_on(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    slow = SlowEmbedder()
    await embed(pool, slow)
    meaning = MeaningSearch(lambda: slow, within_s=600)
    search_of_a_call = asyncio.create_task(find(pool, "house", "parking", meaning=meaning))
    await slow.asked_for_one.wait()
    search_of_a_call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await search_of_a_call
    await slow.cancelled.wait()


class OddEmbedder(LocalEmbedder):
    """Gives this for a question."""

    def __init__(self, given: Any) -> None:
        super().__init__()
        self.given = given

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        if not query:
            return await super().embed(texts)
        if isinstance(self.given, BaseException):
            raise self.given
        return Embedded(self.given)


WRONG: list[tuple[Any, str]] = [
    (ModelError("the server is gone"), "the server is gone"),
    (ZeroDivisionError(), "ZeroDivisionError"),
    (np.full((1, 64), np.nan, np.float32), "it gave what is no vector"),
    (np.full((1, 64), np.inf, np.float32), "it gave what is no vector"),
    (np.ones((2, 64), np.float32), "it gave what is no vector"),
    (np.ones(64, np.float32), "it gave what is no vector"),
    (np.ones((1, 48), np.float32), "nothing in house is embedded with ngrams in 48 dimensions"),
    (np.full((1, 64), 1e30, np.float32), "out of range"),
]


async def test_a_wrong_or_failing_engine_never_loses_an_answer(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    await embed(pool, LocalEmbedder())
    for given, why in WRONG:
        odd = OddEmbedder(given)
        searched = await find(pool, "house", "parking", meaning=MeaningSearch(partial(_itself, odd)))
        assert searched.found[0].heading == "Parking", why
        assert searched.about["by"] == "words" and why in searched.about["why"]


async def test_an_engine_that_keeps_failing_is_not_waited_for_each_time(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    model = LocalEmbedder()
    await embed(pool, model)
    meaning = MeaningSearch(lambda: model)
    model.fault = EngineError("it is down")
    for _ in range(FAILURES):
        assert (await find(pool, "house", "parking", meaning=meaning)).about["why"] == "it is down"
    model.fault = None
    asked = len(model.asked)
    searched = await find(pool, "house", "parking", meaning=meaning)
    assert searched.about["why"] == "passed over for a while: it is down" and len(model.asked) == asked


async def test_an_engine_is_not_asked_where_nothing_is_embedded_or_it_is_not_there_yet(
    pool: asyncpg.Pool,
) -> None:
    await add(pool, HOUSE)
    model = LocalEmbedder()
    searched = await find(pool, "house", "parking", meaning=MeaningSearch(lambda: model))
    assert searched.about == {"by": "words", "why": "nothing in house is embedded with ngrams"}
    searched = await find(pool, "house", "parking", meaning=MeaningSearch(lambda: None))
    assert searched.about == {"by": "words", "why": "the engine is being started"}
    assert searched.found and model.asked == []


async def test_a_run_goes_on_where_one_that_was_killed_stopped(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    model = LocalEmbedder(batch=2)

    def cut(run: EmbeddingRun) -> None:
        if run.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await embed(pool, model, tell=cut)
    assert await vectors(pool) == 4
    model.asked.clear()
    run = await embed(pool, model)
    assert (run.to_do, run.done, await vectors(pool)) == (2, 2, 6)
    assert model.asked[0] == [PROBE] and len(model.asked) == 2  # nothing is paid for twice
    model.asked.clear()
    assert (await embed(pool, model)).done == 0 and model.asked == [[PROBE]]


async def test_a_server_that_fails_in_the_middle_loses_nothing(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    model = LocalEmbedder(batch=2)

    def fail(_: EmbeddingRun) -> None:
        model.fault = ModelError("it is down", retryable=True)

    with pytest.raises(ModelError):
        await embed(pool, model, tell=fail)
    assert await vectors(pool) == 2
    model.fault = None
    assert (await embed(pool, model)).done == 4


async def test_another_model_is_another_space_and_the_old_one_stays_until_it_is_removed(
    pool: asyncpg.Pool,
) -> None:
    await add(pool, HOUSE)
    await embed(pool, LocalEmbedder())
    other = LocalEmbedder("better", 96)
    searched = await find(pool, "house", PARAPHRASE, meaning=MeaningSearch(lambda: other))
    assert searched.about["why"] == "nothing in house is embedded with better"
    run = await embed(pool, other)
    assert run.done == 6 and await vectors(pool) == 12
    wider = LocalEmbedder("better", 128)  # the same name: the server has another model now
    assert (await embed(pool, wider)).done == 6
    for each in (LocalEmbedder(), other, wider):
        by_it = MeaningSearch(partial(_itself, each))
        found = (await find(pool, "house", PARAPHRASE, meaning=by_it)).found
        assert found[0].heading == "Membership > Fees"
    assert run.space is not None
    async with pool.acquire() as connection:
        assert await tables.remove_other_vectors(connection, "house", run.space) == 12
    assert await vectors(pool) == 6


async def test_a_document_takes_its_vectors_along_and_a_new_version_needs_new_ones(
    pool: asyncpg.Pool,
) -> None:
    await add(pool, HOUSE)
    await add(pool, "# Tea\nTea is at four.", "tea.md")
    model = LocalEmbedder()
    await embed(pool, model)
    await add(pool, "# Tea\nTea is at five.", "tea.md")
    assert await vectors(pool) == 6
    assert (await embed(pool, model)).done == 1
    counted = await tables.counts(pool, "house")
    assert [(row["document"], row["model"], row["dimensions"], row["vectors"]) for row in counted] == [
        ("house.md", "ngrams", 64, 6), ("tea.md", "ngrams", 64, 1),
    ]  # fmt: skip
    async with pool.acquire() as connection:
        await remove_documents(connection, "house")
    assert await vectors(pool) == 0


async def test_a_document_that_is_removed_while_it_is_embedded_hurts_nobody(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)

    class Removing(LocalEmbedder):
        async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
            if texts[0] != PROBE:
                async with pool.acquire() as connection:
                    await remove_documents(connection, "house")
            return await super().embed(texts)

    await embed(pool, Removing())
    assert await vectors(pool) == 0


async def test_collections_do_not_see_each_others_passages(pool: asyncpg.Pool) -> None:
    model = LocalEmbedder()
    for collection in ("house", "other"):
        await add(pool, HOUSE, collection=collection)
        await embed(pool, model, collection)
    searched = await find(pool, "house", PARAPHRASE, 20, MeaningSearch(lambda: model))
    own = await pool.fetch("select id from knowledge_passages where collection = 'house'")
    assert {each.passage for each in searched.found} <= {row["id"] for row in own}


class Short(LocalEmbedder):
    """Takes texts of so many characters, and none with a word that its filter hates."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        if any(len(text) > self.most or "Bookkeeping" in text for text in texts):
            raise ModelError("the text is too long", about_request=True)
        return await super().embed(texts)


async def test_a_passage_that_the_model_refuses_keeps_no_other_out(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    await add(pool, "# Long\n" + "All about membership. " * 40, "long.md")
    run = await embed(pool, Short(300))
    total = await pool.fetchval("select count(*) from knowledge_passages")
    assert run.done == total - 1 and run.refused == ["the text is too long"]
    assert run.to_do == total


async def test_vectors_that_no_search_could_use_are_not_stored(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)

    class Wrong(OddEmbedder):
        async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
            return Embedded(self.given)

    for given in (
        np.zeros((1, 64), np.float32),
        np.full((1, 64), np.nan, np.float32),
        np.ones((1, 64), np.float32),
        np.ones((2, 64), np.float32),
        np.empty((1, 0), np.float32),
    ):
        with pytest.raises(EngineError, match="the engine gave vectors"):
            await embed(pool, Wrong(given))
        assert await vectors(pool) == 0


async def test_a_large_collection_is_searched_by_its_index_and_finds_the_same(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "INDEXED_FROM", 50)
    sections = "\n".join(f"# N{n}\nSection {n * 7919 % 1000} tells of item {n}." for n in range(60))
    await add(pool, f"{HOUSE}\n{sections}")
    model = LocalEmbedder(batch=64)
    lock = f"({tables._INDEXING})"
    async with pool.acquire() as other:  # another run makes one just now
        await other.execute(f"select pg_advisory_lock{lock}")
        assert not (await embed(pool, model)).indexed
        await other.execute(f"select pg_advisory_unlock{lock}")
    run = await embed(pool, model)
    assert run.indexed and not (await embed(pool, model)).indexed
    assert run.space is not None
    question = (await model.embed([PARAPHRASE])).vectors[0].tolist()
    exact = [row["id"] for row in await tables.nearest_passages(pool, "house", run.space, question, 5)]
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off; set local enable_sort = off")
        by_index = await tables.nearest_passages(connection, "house", run.space, question, 5)
        plan = await connection.fetch(
            "explain select passage_id from knowledge_vectors where model_id = "
            f"{run.space.id} and collection = 'house' "
            f"order by embedding::halfvec(64) <=> '{question}'::halfvec(64) limit 5"
        )
    assert any("Index Scan using knowledge_vectors_" in row[0] for row in plan)
    assert [row["id"] for row in by_index] == exact
    # One whose making was killed is made anew.
    await pool.execute(
        "update pg_index set indisvalid = false where indexrelid::regclass::text like '%vectors_1_%'"
    )
    assert (await embed(pool, model)).indexed


# ---- databases without pgvector


async def as_role(pool: asyncpg.Pool, connection: asyncpg.Connection) -> None:
    """One who owns the tables and may add no extension, as on a hosted database."""
    await connection.execute("drop role if exists tenant")
    await connection.execute("create role tenant")
    await connection.execute("grant all on schema public to tenant")
    await connection.execute("grant all on all tables in schema public to tenant; set role tenant")


async def test_a_user_who_may_add_no_extension_is_told_who_can(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    async with pool.acquire() as connection:
        await as_role(pool, connection)
        try:
            with pytest.raises(DatabaseError, match="let one who may run `create extension vector`"):
                await embed_collection(connection, "house", LocalEmbedder())
        finally:
            await connection.execute("reset role; drop owned by tenant; drop role tenant")
    assert not await tables.has_room(pool)
    assert await search(pool, "house", "parking")


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (None, "has no pgvector"),
        (tables.Pgvector("0.5.1", "public"), "has pgvector 0.5.1, and vectors are kept with 0.7 or later"),
    ],
)
async def test_a_server_without_pgvector_or_with_an_old_one_is_searched_by_words(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, there: tables.Pgvector | None, why: str
) -> None:
    async def found(_: Any) -> tables.Pgvector | None:
        return there

    monkeypatch.setattr(tables, "pgvector", found)
    await add(pool, HOUSE)
    model = LocalEmbedder()
    with pytest.raises(DatabaseError, match=why):
        await embed(pool, model)
    assert model.asked == []
    searched = await find(pool, "house", "parking", meaning=MeaningSearch(lambda: model))
    assert searched.found[0].heading == "Parking" and searched.about["by"] == "words"


async def test_pgvector_may_be_in_a_schema_of_its_own(pool: asyncpg.Pool) -> None:
    """As hosted databases have it, off the search path."""
    await pool.execute('create schema "ext ""x"; create extension vector schema "ext ""x"')
    try:
        await add(pool, HOUSE)
        model = LocalEmbedder()
        await embed(pool, model)
        found = (await find(pool, "house", PARAPHRASE, meaning=MeaningSearch(lambda: model))).found
        assert found[0].heading == "Membership > Fees"
    finally:
        await pool.execute('drop schema "ext ""x" cascade')


async def test_two_who_embed_at_once_give_each_passage_one_vector(pool: asyncpg.Pool) -> None:
    await add(pool, HOUSE)
    await asyncio.gather(*(embed(pool, LocalEmbedder(batch=1)) for _ in range(3)))
    assert await vectors(pool) == 6
