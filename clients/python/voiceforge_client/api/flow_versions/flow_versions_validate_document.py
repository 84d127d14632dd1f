"""POST /api/flows/validate"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.flow_checked import FlowChecked
from ...models.flow_to_check import FlowToCheck


def request(
    *,
    body: FlowToCheck,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/validate",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> FlowChecked:
    """What a success says."""
    response_200 = FlowChecked.from_dict(response.json())

    return response_200
