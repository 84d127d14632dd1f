"""PATCH /api/webhooks/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.webhook_change import WebhookChange
from ...models.webhook_shown import WebhookShown


def request(
    id: UUID,
    *,
    body: WebhookChange,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/webhooks/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> WebhookShown:
    """What a success says."""
    response_200 = WebhookShown.from_dict(response.json())

    return response_200
