"""GET /api/webhooks/{id}/deliveries"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.page_delivery_shown import PageDeliveryShown
from ...models.webhook_deliveries_state_type_0 import (
    WebhookDeliveriesStateType0,
)
from ...types import UNSET, Unset


def request(
    id: UUID,
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, str):
        json_state = state
    else:
        json_state = state
    params["state"] = json_state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/webhooks/{id}/deliveries".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageDeliveryShown:
    """What a success says."""
    response_200 = PageDeliveryShown.from_dict(response.json())

    return response_200
