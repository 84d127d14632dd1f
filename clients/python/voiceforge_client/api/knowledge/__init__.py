"""knowledge"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.added_document import AddedDocument
from ...models.collection_shown import CollectionShown
from ...models.collections_shown import CollectionsShown
from ...models.document_shown import DocumentShown
from ...models.document_wanted import DocumentWanted
from ...models.knowledge_add_document_files_body import KnowledgeAddDocumentFilesBody
from ...models.knowledge_add_document_files_body_format import (
    KnowledgeAddDocumentFilesBodyFormat,
    check_knowledge_add_document_files_body_format,
)
from ...models.page_document_shown import PageDocumentShown
from ...models.problem_shown import ProblemShown
from ...models.search_wanted import SearchWanted
from ...models.searched_shown import SearchedShown
from ...types import UNSET, File, FileTypes, ServerEvent, Unset
from . import knowledge_add_document as _knowledge_add_document
from . import knowledge_collection as _knowledge_collection
from . import knowledge_collections as _knowledge_collections
from . import knowledge_document as _knowledge_document
from . import knowledge_documents as _knowledge_documents
from . import knowledge_embed as _knowledge_embed
from . import knowledge_remove_collection as _knowledge_remove_collection
from . import knowledge_remove_document as _knowledge_remove_document
from . import knowledge_search as _knowledge_search

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Knowledge:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def collections(
        self,
    ) -> CollectionsShown:
        """All collections, and how the search by meaning stands."""
        return self._client.ask(
            _knowledge_collections.request(), _knowledge_collections.read
        )

    def collection(
        self,
        collection: str,
    ) -> CollectionShown:
        """One collection."""
        return self._client.ask(
            _knowledge_collection.request(
                collection=collection,
            ),
            _knowledge_collection.read,
        )

    def remove_collection(
        self,
        collection: str,
        *,
        force: bool | Unset = False,
    ) -> None:
        """Remove a collection with all its documents; 409 while agents search it, unless `force`."""
        return self._client.ask(
            _knowledge_remove_collection.request(
                collection=collection,
                force=force,
            ),
            _knowledge_remove_collection.read,
        )

    def search(
        self,
        collection: str,
        *,
        question: str,
        most: int | Unset = 4,
    ) -> SearchedShown:
        """Search as an agent does in a call.

        Nothing is kept of it; the vector of a question costs what its engine asks.
        """
        return self._client.ask(
            _knowledge_search.request(
                collection=collection,
                body=SearchWanted(
                    question=question,
                    most=most,
                ),
            ),
            _knowledge_search.read,
        )

    def embed(
        self,
        collection: str,
    ) -> CollectionShown:
        """Make the vectors of passages that have none, or go on where a run stopped.

        It goes on by itself; see `embedding` of the collection. 409 where no engine is named for it.
        """
        return self._client.ask(
            _knowledge_embed.request(
                collection=collection,
            ),
            _knowledge_embed.read,
        )

    def documents(
        self,
        collection: str,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageDocumentShown:
        """The documents of a collection, by name."""
        return self._client.ask(
            _knowledge_documents.request(
                collection=collection,
                limit=limit,
                cursor=cursor,
            ),
            _knowledge_documents.read,
        )

    def add_document(
        self,
        collection: str,
        *,
        file: File,
        name: str | Unset = "",
        language: str | Unset = "",
        text: str | Unset = "",
        format_: KnowledgeAddDocumentFilesBodyFormat | Unset = "markdown",
    ) -> AddedDocument:
        """Add a document, in the place of one of its name: a file as a form, a text, or the address of a page.

        Markdown, text, HTML (16 MiB) or PDF (32 MiB). It counts at once, also for calls that are up; where
        an
        engine makes vectors, those are made behind it.
        """
        return self._client.ask(
            _knowledge_add_document.request(
                collection=collection,
                body=KnowledgeAddDocumentFilesBody(
                    file=file,
                    name=name,
                    language=language,
                    text=text,
                    format_=format_,
                ),
            ),
            _knowledge_add_document.read,
        )

    def document(
        self,
        collection: str,
        name: str,
    ) -> DocumentShown:
        """One document."""
        return self._client.ask(
            _knowledge_document.request(
                collection=collection,
                name=name,
            ),
            _knowledge_document.read,
        )

    def remove_document(
        self,
        collection: str,
        name: str,
    ) -> None:
        """Remove a document. With its last one a collection is gone."""
        return self._client.ask(
            _knowledge_remove_document.request(
                collection=collection,
                name=name,
            ),
            _knowledge_remove_document.read,
        )


class AsyncKnowledge:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def collections(
        self,
    ) -> CollectionsShown:
        """All collections, and how the search by meaning stands."""
        return await self._client.ask(
            _knowledge_collections.request(), _knowledge_collections.read
        )

    async def collection(
        self,
        collection: str,
    ) -> CollectionShown:
        """One collection."""
        return await self._client.ask(
            _knowledge_collection.request(
                collection=collection,
            ),
            _knowledge_collection.read,
        )

    async def remove_collection(
        self,
        collection: str,
        *,
        force: bool | Unset = False,
    ) -> None:
        """Remove a collection with all its documents; 409 while agents search it, unless `force`."""
        return await self._client.ask(
            _knowledge_remove_collection.request(
                collection=collection,
                force=force,
            ),
            _knowledge_remove_collection.read,
        )

    async def search(
        self,
        collection: str,
        *,
        question: str,
        most: int | Unset = 4,
    ) -> SearchedShown:
        """Search as an agent does in a call.

        Nothing is kept of it; the vector of a question costs what its engine asks.
        """
        return await self._client.ask(
            _knowledge_search.request(
                collection=collection,
                body=SearchWanted(
                    question=question,
                    most=most,
                ),
            ),
            _knowledge_search.read,
        )

    async def embed(
        self,
        collection: str,
    ) -> CollectionShown:
        """Make the vectors of passages that have none, or go on where a run stopped.

        It goes on by itself; see `embedding` of the collection. 409 where no engine is named for it.
        """
        return await self._client.ask(
            _knowledge_embed.request(
                collection=collection,
            ),
            _knowledge_embed.read,
        )

    async def documents(
        self,
        collection: str,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageDocumentShown:
        """The documents of a collection, by name."""
        return await self._client.ask(
            _knowledge_documents.request(
                collection=collection,
                limit=limit,
                cursor=cursor,
            ),
            _knowledge_documents.read,
        )

    async def add_document(
        self,
        collection: str,
        *,
        file: File,
        name: str | Unset = "",
        language: str | Unset = "",
        text: str | Unset = "",
        format_: KnowledgeAddDocumentFilesBodyFormat | Unset = "markdown",
    ) -> AddedDocument:
        """Add a document, in the place of one of its name: a file as a form, a text, or the address of a page.

        Markdown, text, HTML (16 MiB) or PDF (32 MiB). It counts at once, also for calls that are up; where
        an
        engine makes vectors, those are made behind it.
        """
        return await self._client.ask(
            _knowledge_add_document.request(
                collection=collection,
                body=KnowledgeAddDocumentFilesBody(
                    file=file,
                    name=name,
                    language=language,
                    text=text,
                    format_=format_,
                ),
            ),
            _knowledge_add_document.read,
        )

    async def document(
        self,
        collection: str,
        name: str,
    ) -> DocumentShown:
        """One document."""
        return await self._client.ask(
            _knowledge_document.request(
                collection=collection,
                name=name,
            ),
            _knowledge_document.read,
        )

    async def remove_document(
        self,
        collection: str,
        name: str,
    ) -> None:
        """Remove a document. With its last one a collection is gone."""
        return await self._client.ask(
            _knowledge_remove_document.request(
                collection=collection,
                name=name,
            ),
            _knowledge_remove_document.read,
        )
