"""GET /api/voices/{id}/preview"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    id: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/voices/{id}/preview".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
