"""DELETE /api/console/session"""

from __future__ import annotations

from typing import Any

import httpx


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/console/session",
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
