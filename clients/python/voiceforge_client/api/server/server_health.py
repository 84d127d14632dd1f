"""GET /api/health"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.health_shown import HealthShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/health",
    }
    return _kwargs


def read(response: httpx.Response) -> HealthShown:
    """What a success says."""
    response_200 = HealthShown.from_dict(response.json())

    return response_200
