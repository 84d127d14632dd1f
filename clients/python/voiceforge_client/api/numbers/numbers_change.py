"""PUT /api/telephony/numbers/{number}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.number_body import NumberBody
from ...models.number_shown import NumberShown


def request(
    number: str,
    *,
    body: NumberBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/telephony/numbers/{number}".format(
            number=quote(str(number), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> NumberShown:
    """What a success says."""
    response_200 = NumberShown.from_dict(response.json())

    return response_200
