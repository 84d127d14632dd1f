"""GET /api/telephony/sip"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.messages_shown import MessagesShown
from ...types import UNSET, Unset


def request(
    *,
    peer: str | Unset = "",
    method: str | Unset = "",
    limit: int | Unset = 100,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["peer"] = peer

    params["method"] = method

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/sip",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> MessagesShown:
    """What a success says."""
    response_200 = MessagesShown.from_dict(response.json())

    return response_200
