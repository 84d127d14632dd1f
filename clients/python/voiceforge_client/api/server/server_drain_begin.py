"""POST /api/drain"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.drain_shown import DrainShown
from ...models.drain_wanted import DrainWanted
from ...types import UNSET, Unset


def request(
    *,
    body: DrainWanted | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/drain",
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> DrainShown:
    """What a success says."""
    response_202 = DrainShown.from_dict(response.json())

    return response_202
