"""Vectors of documents for the command line: made, counted, and looked for by the doctor.

A document is stored before it is embedded, and stays whatever becomes of that.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from cli.terminal import console, progress_line
from mediaserver.errors import ConfigError, DatabaseError, EngineError

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.config import Settings
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.storage.sql import Database, Row
    from pipelines.engines.embedding.protocol import Embedder
    from pipelines.knowledge.embedding import EmbeddingRun
    from pipelines.knowledge.meaning import MeaningSearch


@asynccontextmanager
async def embedder_of(settings: Settings) -> AsyncIterator[Embedder]:
    """The engine of the settings, started. Raises ConfigError where none is named, and EngineError."""
    from cli.serving.engine_options import engine_options
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    name = settings.engines.embedding
    if not name:
        raise ConfigError(
            "no model makes vectors: name one in engines.embedding (docs/knowledge.md); documents are found "
            "by words"
        )
    options = engine_options(settings, Kind.EMBEDDING, name)
    embedder = await asyncio.to_thread(registry().make, Kind.EMBEDDING, name, options)
    try:
        await embedder.start()
        yield embedder
    finally:
        await embedder.stop()


async def embed(
    settings: Settings, connection: asyncpg.Connection, collections: Sequence[str], prune: bool = False
) -> None:
    """What has no vector yet, collection by collection. Raises ConfigError, DatabaseError and EngineError;
    what was made until then is kept."""
    from mediaserver.storage.vectors import remove_other_vectors
    from pipelines.knowledge.embedding import embed_collection

    async with embedder_of(settings) as embedder:
        for collection in collections:
            with progress_line() as tell:

                def told(run: EmbeddingRun, collection: str = collection) -> None:
                    tell(f"embedding {collection}: {run.done} of {run.to_do} passages")

                run = await embed_collection(connection, collection, embedder, told)
            console().print(f"{collection}: {summary(run)}", markup=False)
            if prune and run.space is not None and not run.refused:
                removed = await remove_other_vectors(connection, collection, run.space)
                console().print(f"{collection}: {removed} vectors of other models removed", markup=False)


async def embed_added(settings: Settings, connection: asyncpg.Connection, collection: str) -> None:
    """Behind an `add`, which has succeeded whatever comes of this."""
    try:
        await embed(settings, connection, [collection])
    except (ConfigError, DatabaseError, EngineError) as error:
        sys.stderr.write(
            f"voiceforge: stored, and found by words, but not embedded: {error}; when that is mended: "
            f"`voiceforge knowledge embed {collection}`\n"
        )


def summary(run: EmbeddingRun) -> str:
    """One line on a run that came to its end."""
    told = f"{run.done} passages embedded" if run.done or run.refused else "all passages are embedded"
    told += f" with {run.model} in {run.dimensions} dimensions, {run.tokens} tokens"
    if run.cost is not None:
        told += f", ${run.cost:.4f}"
    if run.indexed:
        told += "; an index was made"
    if run.refused:
        told += f"; {len(run.refused)} refused ({run.refused[0]}): those are found by their words"
    return told


@asynccontextmanager
async def meaning_search(settings: Settings) -> AsyncIterator[MeaningSearch | None]:
    """As agents search, with an engine that has started, or the reason why it has not."""
    from pipelines.knowledge.meaning import MeaningSearch

    within_s = settings.engines.embedding_within_ms / 1000
    if not settings.engines.embedding:
        yield None
        return
    async with AsyncExitStack() as undo:
        embedder: Embedder | None = None
        why = ""
        try:
            embedder = await undo.enter_async_context(embedder_of(settings))
        except EngineError as error:
            why = str(error)
        yield MeaningSearch(lambda: embedder, lambda: why, within_s)


async def embedded_documents(
    connection: asyncpg.Connection, collection: str
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """By collection and document: `model`, `dimensions` and `vectors` of each model that embedded it."""
    from mediaserver.storage.vectors import counts

    found = defaultdict[tuple[str, str], list[dict[str, Any]]](list)
    for row in await counts(connection, collection):
        kept = {key: row[key] for key in ("model", "dimensions", "vectors")}
        found[row["collection"], row["document"]].append(kept)
    return found


def embedded_shown(row: Row) -> str:
    """`all, by MODEL (DIMENSIONS)`, or how many."""
    return "; ".join(
        f"{'all' if each['vectors'] == row['passages'] else each['vectors']} by {each['model']} "
        f"({each['dimensions']})"
        for each in row["embedded"]
    )


async def try_embedder(settings: Settings) -> str:
    """Start it and have it embed a word. Raises EngineError."""
    async with embedder_of(settings) as embedder:
        if doubt := getattr(embedder, "doubt", ""):
            raise EngineError(doubt)
        made = await embedder.embed(["ready"])
        return f"{embedder.manifest.name}: {embedder.model} in {made.vectors.shape[1]} dimensions"


async def vectors_finding(database: Database, settings: Settings) -> Finding:
    """Whether the database has pgvector, without which documents are found by words."""
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.storage.vectors import pgvector

    there, name = await pgvector(database), "pgvector"
    if there is not None and there.usable:
        used = "" if settings.engines.embedding else "; engines.embedding names no model that would use it"
        added = "" if there.schema else ", added with the first vectors"
        return Finding(name, True, f"{there.version}{added}{used}", required=False)
    found = (
        "the database has none" if there is None else f"{there.version} is too old: 0.7 or later is needed"
    )
    if not settings.engines.embedding:
        return Finding(name, True, f"{found}, and nothing needs it", required=False)
    mend = (
        "install postgresql-NN-pgvector there, or take engines.embedding out; until then words are searched"
    )
    return Finding(name, False, found, mend, required=False)
