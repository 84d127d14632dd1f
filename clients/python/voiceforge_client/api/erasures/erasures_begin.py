"""POST /api/telephony/erasures"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.erasure_shown import ErasureShown
from ...models.new_erasure import NewErasure


def request(
    *,
    body: NewErasure,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/erasures",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> ErasureShown:
    """What a success says."""
    response_201 = ErasureShown.from_dict(response.json())

    return response_201
