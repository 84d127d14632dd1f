"""GET /api/console/sessions"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.page_console_session_shown import PageConsoleSessionShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/console/sessions",
    }
    return _kwargs


def read(response: httpx.Response) -> PageConsoleSessionShown:
    """What a success says."""
    response_200 = PageConsoleSessionShown.from_dict(response.json())

    return response_200
