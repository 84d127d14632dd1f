"""GET /api/telephony/extensions"""

from __future__ import annotations

from typing import Any, List

import httpx

from ...models.phone_shown import PhoneShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/extensions",
    }
    return _kwargs


def read(response: httpx.Response) -> List[PhoneShown]:
    """What a success says."""
    response_200 = []
    _response_200 = response.json()
    for response_200_item_data in _response_200:
        response_200_item = PhoneShown.from_dict(response_200_item_data)

        response_200.append(response_200_item)

    return response_200
