"""POST /api/webhooks"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.new_webhook import NewWebhook
from ...models.webhook_with_secret import WebhookWithSecret


def request(
    *,
    body: NewWebhook,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webhooks",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> WebhookWithSecret:
    """What a success says."""
    response_201 = WebhookWithSecret.from_dict(response.json())

    return response_201
