"""GET /api/telephony/trunks"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.trunks_shown import TrunksShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/trunks",
    }
    return _kwargs


def read(response: httpx.Response) -> TrunksShown:
    """What a success says."""
    response_200 = TrunksShown.from_dict(response.json())

    return response_200
