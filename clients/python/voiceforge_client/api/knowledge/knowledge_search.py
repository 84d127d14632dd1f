"""POST /api/knowledge/{collection}/search"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.search_wanted import SearchWanted
from ...models.searched_shown import SearchedShown


def request(
    collection: str,
    *,
    body: SearchWanted,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/knowledge/{collection}/search".format(
            collection=quote(str(collection), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> SearchedShown:
    """What a success says."""
    response_200 = SearchedShown.from_dict(response.json())

    return response_200
