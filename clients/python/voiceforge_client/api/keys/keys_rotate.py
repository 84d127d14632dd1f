"""POST /api/keys/{id}/rotate"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.key_made import KeyMade
from ...models.rotation import Rotation
from ...types import UNSET, Unset


def request(
    id: UUID,
    *,
    body: Rotation | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/keys/{id}/rotate".format(
            id=quote(str(id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> KeyMade:
    """What a success says."""
    response_200 = KeyMade.from_dict(response.json())

    return response_200
