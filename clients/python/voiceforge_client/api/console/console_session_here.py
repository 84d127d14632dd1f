"""GET /api/console/session"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.signed_in import SignedIn


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/console/session",
    }
    return _kwargs


def read(response: httpx.Response) -> SignedIn:
    """What a success says."""
    response_200 = SignedIn.from_dict(response.json())

    return response_200
