"""GET /api/telephony/calls/{id}/latency"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.call_latency_shown import CallLatencyShown


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/latency".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> CallLatencyShown:
    """What a success says."""
    response_200 = CallLatencyShown.from_dict(response.json())

    return response_200
