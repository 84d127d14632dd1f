"""GET /api/keys/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.key_shown import KeyShown


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/keys/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> KeyShown:
    """What a success says."""
    response_200 = KeyShown.from_dict(response.json())

    return response_200
