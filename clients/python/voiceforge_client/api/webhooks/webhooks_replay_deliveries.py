"""POST /api/webhooks/{id}/replay"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.replay_wanted import ReplayWanted
from ...models.replayed_deliveries import ReplayedDeliveries


def request(
    id: UUID,
    *,
    body: ReplayWanted,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webhooks/{id}/replay".format(
            id=quote(str(id), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> ReplayedDeliveries:
    """What a success says."""
    response_202 = ReplayedDeliveries.from_dict(response.json())

    return response_202
