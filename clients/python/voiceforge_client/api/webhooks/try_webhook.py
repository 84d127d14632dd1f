"""POST /api/webhooks/{id}/test"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.delivery_shown import DeliveryShown


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webhooks/{id}/test".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> DeliveryShown:
    """What a success says."""
    response_202 = DeliveryShown.from_dict(response.json())

    return response_202
