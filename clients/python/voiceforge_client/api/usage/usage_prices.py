"""GET /api/usage/prices"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.usage_prices import UsagePrices


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/usage/prices",
    }
    return _kwargs


def read(response: httpx.Response) -> UsagePrices:
    """What a success says."""
    response_200 = UsagePrices.from_dict(response.json())

    return response_200
