"""GET /api/flows/templates"""

from __future__ import annotations

from typing import Any, List

import httpx

from ...models.flow_template_shown import FlowTemplateShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/templates",
    }
    return _kwargs


def read(response: httpx.Response) -> List[FlowTemplateShown]:
    """What a success says."""
    response_200 = []
    _response_200 = response.json()
    for response_200_item_data in _response_200:
        response_200_item = FlowTemplateShown.from_dict(response_200_item_data)

        response_200.append(response_200_item)

    return response_200
