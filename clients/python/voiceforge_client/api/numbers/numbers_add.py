"""POST /api/telephony/numbers"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.new_number import NewNumber
from ...models.number_shown import NumberShown


def request(
    *,
    body: NewNumber,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/numbers",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> NumberShown:
    """What a success says."""
    response_201 = NumberShown.from_dict(response.json())

    return response_201
