"""PUT /api/flows/{name}/split"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_split import FlowSplit
from ...models.flows_fared import FlowsFared


def request(
    name: str,
    *,
    body: FlowSplit,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/flows/{name}/split".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> FlowsFared:
    """What a success says."""
    response_200 = FlowsFared.from_dict(response.json())

    return response_200
