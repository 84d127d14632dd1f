"""POST /api/webhooks/{id}/deliveries/{delivery}/replay"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.replayed_deliveries import ReplayedDeliveries


def request(
    id: UUID,
    delivery: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webhooks/{id}/deliveries/{delivery}/replay".format(
            id=quote(str(id), safe=""),
            delivery=quote(str(delivery), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> ReplayedDeliveries:
    """What a success says."""
    response_202 = ReplayedDeliveries.from_dict(response.json())

    return response_202
