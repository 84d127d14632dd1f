"""POST /api/webrtc/phone"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.phone_lent import PhoneLent
from ...models.phone_wanted import PhoneWanted


def request(
    *,
    body: PhoneWanted,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webrtc/phone",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> PhoneLent:
    """What a success says."""
    response_201 = PhoneLent.from_dict(response.json())

    return response_201
