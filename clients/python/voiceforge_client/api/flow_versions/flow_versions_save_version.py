"""POST /api/flows/{name}/versions"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_saved import FlowSaved
from ...models.new_version import NewVersion


def request(
    name: str,
    *,
    body: NewVersion,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/{name}/versions".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> FlowSaved:
    """What a success says."""
    response_201 = FlowSaved.from_dict(response.json())

    return response_201
