"""GET /api/knowledge/{collection}/documents/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.document_shown import DocumentShown


def request(
    collection: str,
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/knowledge/{collection}/documents/{name}".format(
            collection=quote(str(collection), safe=""),
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> DocumentShown:
    """What a success says."""
    response_200 = DocumentShown.from_dict(response.json())

    return response_200
