"""POST /api/telephony/routes"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.route_body import RouteBody
from ...models.route_shown import RouteShown


def request(
    *,
    body: RouteBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/routes",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> RouteShown:
    """What a success says."""
    response_201 = RouteShown.from_dict(response.json())

    return response_201
