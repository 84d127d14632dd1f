"""GET /api/telephony/calls/{id}/messages/{index}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx


def request(
    id: UUID,
    index: int,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/messages/{index}".format(
            id=quote(str(id), safe=""),
            index=quote(str(index), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
