"""POST /api/telephony/trunks"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.new_trunk import NewTrunk
from ...models.trunk_shown import TrunkShown


def request(
    *,
    body: NewTrunk,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/trunks",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> TrunkShown:
    """What a success says."""
    response_201 = TrunkShown.from_dict(response.json())

    return response_201
