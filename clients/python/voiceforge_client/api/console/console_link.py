"""POST /api/console/links"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.console_link import ConsoleLink


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/console/links",
    }
    return _kwargs


def read(response: httpx.Response) -> ConsoleLink:
    """What a success says."""
    response_201 = ConsoleLink.from_dict(response.json())

    return response_201
