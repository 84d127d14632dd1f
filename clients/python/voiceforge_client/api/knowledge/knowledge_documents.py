"""GET /api/knowledge/{collection}/documents"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.page_document_shown import PageDocumentShown
from ...types import UNSET, Unset


def request(
    collection: str,
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/knowledge/{collection}/documents".format(
            collection=quote(str(collection), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageDocumentShown:
    """What a success says."""
    response_200 = PageDocumentShown.from_dict(response.json())

    return response_200
