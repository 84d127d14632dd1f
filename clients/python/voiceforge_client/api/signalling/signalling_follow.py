"""GET /api/telephony/sip/events"""

from __future__ import annotations

from typing import Any

from ...types import UNSET, Unset


def request(
    *,
    peer: str | Unset = "",
    method: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["peer"] = peer

    params["method"] = method

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/sip/events",
        "params": params,
    }
    return _kwargs
