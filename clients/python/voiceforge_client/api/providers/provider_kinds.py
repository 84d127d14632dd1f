"""GET /api/telephony/providers/kinds"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.kinds_shown import KindsShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/providers/kinds",
    }
    return _kwargs


def read(response: httpx.Response) -> KindsShown:
    """What a success says."""
    response_200 = KindsShown.from_dict(response.json())

    return response_200
