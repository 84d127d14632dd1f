"""POST /api/flows/{name}/rollback"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_published import FlowPublished


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/{name}/rollback".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> FlowPublished:
    """What a success says."""
    response_200 = FlowPublished.from_dict(response.json())

    return response_200
