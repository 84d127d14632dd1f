"""GET /api/usage/phone-prices"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.phone_prices import PhonePrices


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/usage/phone-prices",
    }
    return _kwargs


def read(response: httpx.Response) -> PhonePrices:
    """What a success says."""
    response_200 = PhonePrices.from_dict(response.json())

    return response_200
