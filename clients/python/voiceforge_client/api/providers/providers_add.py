"""POST /api/telephony/providers"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.account_shown import AccountShown
from ...models.new_account import NewAccount


def request(
    *,
    body: NewAccount,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/providers",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> AccountShown:
    """What a success says."""
    response_201 = AccountShown.from_dict(response.json())

    return response_201
