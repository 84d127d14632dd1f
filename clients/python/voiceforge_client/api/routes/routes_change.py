"""PUT /api/telephony/routes/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.route_body import RouteBody
from ...models.route_shown import RouteShown


def request(
    id: int,
    *,
    body: RouteBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/telephony/routes/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> RouteShown:
    """What a success says."""
    response_200 = RouteShown.from_dict(response.json())

    return response_200
