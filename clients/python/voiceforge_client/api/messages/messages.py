"""GET /api/telephony/messages"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.page_text_shown import PageTextShown
from ...types import UNSET, Unset


def request(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    account: str | Unset = "",
    number: str | Unset = "",
    ours: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["account"] = account

    params["number"] = number

    params["ours"] = ours

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/messages",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageTextShown:
    """What a success says."""
    response_200 = PageTextShown.from_dict(response.json())

    return response_200
