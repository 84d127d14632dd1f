"""GET /api/telephony/routes/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.route_shown import RouteShown


def request(
    id: int,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/routes/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> RouteShown:
    """What a success says."""
    response_200 = RouteShown.from_dict(response.json())

    return response_200
