"""GET /api/flows/{name}/versions/{number}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_version_whole import FlowVersionWhole


def request(
    name: str,
    number: int,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/{name}/versions/{number}".format(
            name=quote(str(name), safe=""),
            number=quote(str(number), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> FlowVersionWhole:
    """What a success says."""
    response_200 = FlowVersionWhole.from_dict(response.json())

    return response_200
