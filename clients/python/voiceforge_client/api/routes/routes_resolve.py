"""GET /api/telephony/routes/resolve"""

from __future__ import annotations

import datetime
from typing import Any

import httpx

from ...models.resolved import Resolved
from ...types import UNSET, Unset


def request(
    *,
    to: str,
    at: datetime.datetime | None | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["to"] = to

    json_at: None | str | Unset
    if isinstance(at, Unset):
        json_at = UNSET
    elif isinstance(at, datetime.datetime):
        json_at = at.isoformat()
    else:
        json_at = at
    params["at"] = json_at

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/routes/resolve",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> Resolved:
    """What a success says."""
    response_200 = Resolved.from_dict(response.json())

    return response_200
