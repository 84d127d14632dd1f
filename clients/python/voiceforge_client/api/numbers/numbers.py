"""GET /api/telephony/numbers"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.page_number_shown import PageNumberShown
from ...types import UNSET, Unset


def request(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/numbers",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageNumberShown:
    """What a success says."""
    response_200 = PageNumberShown.from_dict(response.json())

    return response_200
