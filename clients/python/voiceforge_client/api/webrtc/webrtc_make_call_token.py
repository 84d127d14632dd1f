"""POST /api/webrtc/tokens"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.call_token_made import CallTokenMade
from ...models.new_call_token import NewCallToken


def request(
    *,
    body: NewCallToken,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webrtc/tokens",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> CallTokenMade:
    """What a success says."""
    response_201 = CallTokenMade.from_dict(response.json())

    return response_201
