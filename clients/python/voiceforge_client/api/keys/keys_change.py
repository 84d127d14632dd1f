"""PATCH /api/keys/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.key_change import KeyChange
from ...models.key_shown import KeyShown


def request(
    id: UUID,
    *,
    body: KeyChange,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/keys/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> KeyShown:
    """What a success says."""
    response_200 = KeyShown.from_dict(response.json())

    return response_200
