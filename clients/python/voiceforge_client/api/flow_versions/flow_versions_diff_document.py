"""POST /api/flows/{name}/diff"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_compared import FlowCompared
from ...models.flow_to_compare import FlowToCompare


def request(
    name: str,
    *,
    body: FlowToCompare,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/{name}/diff".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> FlowCompared:
    """What a success says."""
    response_200 = FlowCompared.from_dict(response.json())

    return response_200
