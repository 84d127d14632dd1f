"""GET /metrics"""

from __future__ import annotations

from typing import Any

import httpx


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/metrics",
    }
    return _kwargs


def read(response: httpx.Response) -> str:
    """What a success says."""
    return response.text
