"""PUT /api/usage/prices"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.usage_prices import UsagePrices


def request(
    *,
    body: UsagePrices,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/usage/prices",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> UsagePrices:
    """What a success says."""
    response_200 = UsagePrices.from_dict(response.json())

    return response_200
