"""GET /api/telephony/prompts/{name}/audio"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/prompts/{name}/audio".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
