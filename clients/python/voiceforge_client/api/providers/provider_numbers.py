"""GET /api/telephony/providers/{name}/numbers"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.numbers_placed import NumbersPlaced


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/providers/{name}/numbers".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> NumbersPlaced:
    """What a success says."""
    response_200 = NumbersPlaced.from_dict(response.json())

    return response_200
