"""GET /api/flows/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_shown import FlowShown


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> FlowShown:
    """What a success says."""
    response_200 = FlowShown.from_dict(response.json())

    return response_200
