"""GET /api/telephony/trunks/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.trunk_stood import TrunkStood


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/trunks/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> TrunkStood:
    """What a success says."""
    response_200 = TrunkStood.from_dict(response.json())

    return response_200
