"""GET /api/telephony/messages/conversations"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.page_conversation_shown import PageConversationShown
from ...types import UNSET, Unset


def request(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    account: str | Unset = "",
    number: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["account"] = account

    params["number"] = number

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/messages/conversations",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageConversationShown:
    """What a success says."""
    response_200 = PageConversationShown.from_dict(response.json())

    return response_200
