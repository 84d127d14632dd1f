"""GET /api/telephony/numbers/{number}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.number_shown import NumberShown


def request(
    number: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/numbers/{number}".format(
            number=quote(str(number), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> NumberShown:
    """What a success says."""
    response_200 = NumberShown.from_dict(response.json())

    return response_200
