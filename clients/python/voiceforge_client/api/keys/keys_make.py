"""POST /api/keys"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.key_made import KeyMade
from ...models.new_key import NewKey


def request(
    *,
    body: NewKey,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/keys",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> KeyMade:
    """What a success says."""
    response_201 = KeyMade.from_dict(response.json())

    return response_201
