"""GET /api/knowledge/{collection}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.collection_shown import CollectionShown


def request(
    collection: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/knowledge/{collection}".format(
            collection=quote(str(collection), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> CollectionShown:
    """What a success says."""
    response_200 = CollectionShown.from_dict(response.json())

    return response_200
