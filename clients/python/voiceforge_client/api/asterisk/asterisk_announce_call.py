"""POST /api/telephony/asterisk/calls"""

from __future__ import annotations

from typing import Any

import httpx


def request(
    *,
    body: Any,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/asterisk/calls",
    }
    _kwargs["data"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> str:
    """What a success says."""
    return response.text
