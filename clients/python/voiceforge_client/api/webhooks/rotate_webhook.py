"""POST /api/webhooks/{id}/rotate"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.webhook_with_secret import WebhookWithSecret


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webhooks/{id}/rotate".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> WebhookWithSecret:
    """What a success says."""
    response_200 = WebhookWithSecret.from_dict(response.json())

    return response_200
