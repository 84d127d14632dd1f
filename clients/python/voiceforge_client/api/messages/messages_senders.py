"""GET /api/telephony/messages/senders"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.senders_shown import SendersShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/messages/senders",
    }
    return _kwargs


def read(response: httpx.Response) -> SendersShown:
    """What a success says."""
    response_200 = SendersShown.from_dict(response.json())

    return response_200
