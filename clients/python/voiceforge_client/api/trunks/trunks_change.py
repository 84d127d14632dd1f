"""PUT /api/telephony/trunks/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.trunk_body import TrunkBody
from ...models.trunk_shown import TrunkShown


def request(
    name: str,
    *,
    body: TrunkBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/telephony/trunks/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> TrunkShown:
    """What a success says."""
    response_200 = TrunkShown.from_dict(response.json())

    return response_200
