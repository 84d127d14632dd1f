"""POST /api/knowledge/{collection}/documents"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.added_document import AddedDocument
from ...models.knowledge_add_document_files_body import KnowledgeAddDocumentFilesBody


def request(
    collection: str,
    *,
    body: KnowledgeAddDocumentFilesBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/knowledge/{collection}/documents".format(
            collection=quote(str(collection), safe=""),
        ),
    }
    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> AddedDocument:
    """What a success says."""
    response_201 = AddedDocument.from_dict(response.json())

    return response_201
