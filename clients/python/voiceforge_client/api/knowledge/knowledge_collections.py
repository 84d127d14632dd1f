"""GET /api/knowledge"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.collections_shown import CollectionsShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/knowledge",
    }
    return _kwargs


def read(response: httpx.Response) -> CollectionsShown:
    """What a success says."""
    response_200 = CollectionsShown.from_dict(response.json())

    return response_200
