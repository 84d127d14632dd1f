"""DELETE /api/drain"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.drain_shown import DrainShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/drain",
    }
    return _kwargs


def read(response: httpx.Response) -> DrainShown:
    """What a success says."""
    response_200 = DrainShown.from_dict(response.json())

    return response_200
