"""GET /api/telephony/events"""

from __future__ import annotations

from typing import Any


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/events",
    }
    return _kwargs
