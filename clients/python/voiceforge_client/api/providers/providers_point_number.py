"""PUT /api/telephony/providers/{name}/numbers/{number}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.number_placed import NumberPlaced
from ...models.point_body import PointBody


def request(
    name: str,
    number: str,
    *,
    body: PointBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/telephony/providers/{name}/numbers/{number}".format(
            name=quote(str(name), safe=""),
            number=quote(str(number), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> NumberPlaced:
    """What a success says."""
    response_200 = NumberPlaced.from_dict(response.json())

    return response_200
