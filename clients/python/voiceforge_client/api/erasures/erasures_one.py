"""GET /api/telephony/erasures/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.erasure_shown import ErasureShown


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/erasures/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> ErasureShown:
    """What a success says."""
    response_200 = ErasureShown.from_dict(response.json())

    return response_200
