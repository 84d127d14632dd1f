"""PUT /api/usage/phone-prices"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.phone_prices import PhonePrices


def request(
    *,
    body: PhonePrices,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/usage/phone-prices",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> PhonePrices:
    """What a success says."""
    response_200 = PhonePrices.from_dict(response.json())

    return response_200
