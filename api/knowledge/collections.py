"""`/api/knowledge`: the collections of documents that agents search, and trying a search as they make it.

The operator adds and removes; a key sees and searches what it is lent (`shared.knowledge`).
"""

from __future__ import annotations

import asyncio
from collections import Counter

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT, ApiContext
from api.knowledge.models import (
    CollectionName,
    CollectionShown,
    CollectionsShown,
    EmbeddingShown,
    MeaningShown,
    PassageShown,
    SearchedShown,
    SearchWanted,
)
from api.routing.models import RequestModel
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.settings.shared import KNOWLEDGE
from mediaserver.storage import knowledge as table
from mediaserver.storage import vectors
from mediaserver.storage.sql import Row
from pipelines.knowledge.desk import KnowledgeDesk
from pipelines.knowledge.hybrid import find

routes = ApiRoutes("knowledge", "Documents that agents search.")

COLLECTION = "/api/knowledge/{collection}"


class RemovalQuery(RequestModel):
    """How a collection is removed."""

    force: bool = Field(default=False, description="Also while agents search it.")


@routes.get("/api/knowledge", scope=Scope.AGENTS_READ)
async def collections(request: web.Request) -> CollectionsShown:
    """All collections, and how the search by meaning stands."""
    context, desk = request.app[CONTEXT], knowledge_desk(request)
    rows = [row for row in await table.summed_collections(context.database) if lent(request, row["name"])]
    return CollectionsShown(
        collections=await _shown(request, rows),
        meaning=MeaningShown(engine=desk.engine, model=desk.model, fault=desk.fault),
    )


@routes.get(COLLECTION, scope=Scope.AGENTS_READ)
async def collection(request: web.Request, collection: CollectionName) -> CollectionShown:
    """One collection."""
    rows = [await seen(request, collection)]
    return (await _shown(request, rows))[0]


@routes.delete(COLLECTION, scope=Scope.ADMIN)
async def remove_collection(request: web.Request, collection: CollectionName, query: RemovalQuery) -> None:
    """Remove a collection with all its documents; 409 while agents search it, unless `force`."""
    context = request.app[CONTEXT]
    async with context.database.acquire() as connection, connection.transaction():
        agents = (await table.searching_agents(connection, None, everybody=True)).get(collection, [])
        if agents and not query.force:
            raise Problem(
                409,
                "collection_in_use",
                f"{len(agents)} agents search {collection}: take it from their tools, or use force=true.",
                {"agents": agents[:100]},
            )
        removed = await table.remove_documents(connection, collection)
        if not removed:
            raise no_collection()
        await audited(connection, request, "knowledge.remove", f"knowledge:{collection}", documents=removed)


@routes.post(f"{COLLECTION}/search", scope=Scope.AGENTS_READ)
async def search(request: web.Request, collection: CollectionName, body: SearchWanted) -> SearchedShown:
    """Search as an agent does in a call.

    Nothing is kept of it; the vector of a question costs what its engine asks."""
    await seen(request, collection)
    context, desk = request.app[CONTEXT], knowledge_desk(request)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with context.reading:
        searched = await find(context.database, collection, body.question, body.most, desk.meaning)
    return SearchedShown(
        passages=[
            PassageShown(
                document=each.document, heading=each.heading, page=each.page, text=each.text,
                score=round(each.score, 4), similarity=each.similarity,
            )
            for each in searched.found
        ],
        by=searched.about.get("by", "words"),
        why=searched.about.get("why", ""),
        took_ms=round((loop.time() - began) * 1000, 1),
    )  # fmt: skip


@routes.post(f"{COLLECTION}/embed", scope=Scope.ADMIN, status=202)
async def embed(request: web.Request, collection: CollectionName) -> CollectionShown:
    """Make the vectors of passages that have none, or go on where a run stopped.

    It goes on by itself; see `embedding` of the collection. 409 where no engine is named for it."""
    rows = [await seen(request, collection)]
    if not knowledge_desk(request).embed(collection):
        raise Problem(
            409, "no_embedding_engine",
            "No engine makes vectors: name one in engines.embedding; documents are found by their words.",
        )  # fmt: skip
    return (await _shown(request, rows))[0]


def knowledge_desk(request: web.Request) -> KnowledgeDesk:
    """Raises Problem (503)."""
    return started(request.app[CONTEXT].knowledge)


def lent(request: web.Request, collection: str) -> bool:
    """Whether whoever asks may search it, and so read it."""
    context: ApiContext = request.app[CONTEXT]
    return asker(request).admin or context.settings.shared.lends_tool(KNOWLEDGE + collection)


async def seen(request: web.Request, collection: str) -> Row:
    """Raises Problem (404)."""
    if lent(request, collection):
        for row in await table.summed_collections(request.app[CONTEXT].database):
            if row["name"] == collection:
                return row
    raise no_collection()


def no_collection() -> Problem:
    return Problem(404, "not_found", "There is no such collection.")


async def _shown(request: web.Request, rows: list[Row]) -> list[CollectionShown]:
    context, desk, who = request.app[CONTEXT], knowledge_desk(request), asker(request)
    agents = await table.searching_agents(context.database, who.key, everybody=who.admin)
    embedded = Counter[str]()
    if desk.model:
        for each in await vectors.counts(context.database):
            if each["model"] == desk.model:
                embedded[each["collection"]] += each["vectors"]
    shown = []
    for row in rows:
        run = desk.embedding(row["name"])
        shown.append(
            CollectionShown(
                **row,
                embedded=embedded[row["name"]],
                agents=agents.get(row["name"], []),
                lent=context.settings.shared.lends_tool(KNOWLEDGE + row["name"]),
                embedding=EmbeddingShown(
                    running=run.running, done=run.done, to_do=run.to_do, refused=run.refused, fault=run.fault
                ),
            )
        )
    return shown
