"""GET /api/telephony/providers"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.providers_shown import ProvidersShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/providers",
    }
    return _kwargs


def read(response: httpx.Response) -> ProvidersShown:
    """What a success says."""
    response_200 = ProvidersShown.from_dict(response.json())

    return response_200
