"""`/api/knowledge/{collection}/documents`: handing documents in, and removing them."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.knowledge.collections import COLLECTION, knowledge_desk, seen
from api.knowledge.models import AddedDocument, CollectionName, DocumentName, DocumentShown, DocumentWanted
from api.knowledge.receiving import CONSUMES, received_document, unfit
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.errors import PeerError
from mediaserver.storage import knowledge as table
from mediaserver.storage import vectors
from mediaserver.storage.sql import Row
from pipelines.knowledge.documents import document as read_in

routes = ApiRoutes("knowledge")

DOCUMENTS = f"{COLLECTION}/documents"
DOCUMENT = f"{DOCUMENTS}/{{name}}"


@routes.get(DOCUMENTS, scope=Scope.AGENTS_READ)
async def documents(
    request: web.Request, collection: CollectionName, query: PageQuery
) -> Page[DocumentShown]:
    """The documents of a collection, by name."""
    await seen(request, collection)
    place = place_of(query.cursor, str)
    rows = await table.some_documents(
        request.app[CONTEXT].database, collection, place[0] if place else "", query.limit + 1
    )
    shown, following = page_of(rows, query.limit, lambda row: (row["name"],))
    embedded = await _embedded(request, collection)
    return Page[DocumentShown](items=[_shown(row, embedded) for row in shown], next=following)


@routes.post(
    DOCUMENTS,
    scope=Scope.ADMIN,
    status=201,
    made_at=DOCUMENT,
    consumes=CONSUMES,
    reads=DocumentWanted,
    answers=AddedDocument,
    errors=(408, 413, 422),
)
async def add_document(request: web.Request, collection: CollectionName) -> AddedDocument:
    """Add a document, in the place of one of its name: a file as a form, a text, or the address of a page.

    Markdown, text, HTML (16 MiB) or PDF (32 MiB). It counts at once, also for calls that are up; where an
    engine makes vectors, those are made behind it."""
    context, desk = request.app[CONTEXT], knowledge_desk(request)
    async with received_document(request, desk) as received:
        try:
            async with desk.reading:
                new = await read_in(
                    received.data,
                    received.kind,
                    collection,
                    received.language or desk.language,
                    received.name,
                )
        except PeerError as error:
            raise unfit("file", str(error)) from None
    async with context.database.acquire() as connection, connection.transaction():
        fresh = await table.add_document(connection, new)
        row = await table.one_document(connection, collection, new.name)
        if fresh:
            await audited(
                connection, request, "knowledge.add", f"knowledge:{collection}", document=new.name,
                passages=len(new.passages),
            )  # fmt: skip
    if row is None:
        raise _unknown()
    if fresh:
        desk.embed(collection)
    shown = _shown(row, await _embedded(request, collection))
    return AddedDocument(**shown.model_dump(), fresh=fresh)


@routes.get(DOCUMENT, scope=Scope.AGENTS_READ)
async def document(request: web.Request, collection: CollectionName, name: DocumentName) -> DocumentShown:
    """One document."""
    await seen(request, collection)
    row = await table.one_document(request.app[CONTEXT].database, collection, name)
    if row is None:
        raise _unknown()
    return _shown(row, await _embedded(request, collection))


@routes.delete(DOCUMENT, scope=Scope.ADMIN)
async def remove_document(request: web.Request, collection: CollectionName, name: DocumentName) -> None:
    """Remove a document. With its last one a collection is gone."""
    context = request.app[CONTEXT]
    async with context.database.acquire() as connection, connection.transaction():
        if not await table.remove_documents(connection, collection, name):
            raise _unknown()
        await audited(connection, request, "knowledge.remove", f"knowledge:{collection}", document=name)


async def _embedded(request: web.Request, collection: str) -> Mapping[str, int]:
    """By document, how many of its passages have a vector that searches go by."""
    model = knowledge_desk(request).model
    if not model:
        return {}
    rows = await vectors.counts(request.app[CONTEXT].database, collection)
    return {row["document"]: row["vectors"] for row in rows if row["model"] == model}


def _shown(row: Row, embedded: Mapping[str, int]) -> DocumentShown:
    told = {name: row[name] for name in DocumentShown.model_fields if name != "embedded"}
    return DocumentShown(**told, embedded=embedded.get(row["name"], 0))


def _unknown() -> Problem:
    return Problem(404, "not_found", "There is no such document.")
