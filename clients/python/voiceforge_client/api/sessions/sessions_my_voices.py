"""GET /api/voice/my-voices"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.voices_of_key import VoicesOfKey


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/voice/my-voices",
    }
    return _kwargs


def read(response: httpx.Response) -> VoicesOfKey:
    """What a success says."""
    response_200 = VoicesOfKey.from_dict(response.json())

    return response_200
