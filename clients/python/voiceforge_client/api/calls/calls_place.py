"""POST /api/telephony/calls"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.new_call import NewCall
from ...models.placed_call import PlacedCall
from ...types import UNSET, Unset


def request(
    *,
    body: NewCall,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/calls",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> PlacedCall:
    """What a success says."""
    response_201 = PlacedCall.from_dict(response.json())

    return response_201
