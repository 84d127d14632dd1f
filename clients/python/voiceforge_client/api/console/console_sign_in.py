"""POST /api/console/sessions"""

from __future__ import annotations

from typing import Any

import httpx


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/console/sessions",
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
