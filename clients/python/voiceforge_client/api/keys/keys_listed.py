"""GET /api/keys"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.keys_page import KeysPage
from ...types import UNSET, Unset


def request(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    revoked: bool | Unset = False,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["revoked"] = revoked

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/keys",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> KeysPage:
    """What a success says."""
    response_200 = KeysPage.from_dict(response.json())

    return response_200
