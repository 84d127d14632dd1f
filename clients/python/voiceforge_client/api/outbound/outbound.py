"""GET /api/telephony/outbound"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.outbound_shown import OutboundShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/outbound",
    }
    return _kwargs


def read(response: httpx.Response) -> OutboundShown:
    """What a success says."""
    response_200 = OutboundShown.from_dict(response.json())

    return response_200
